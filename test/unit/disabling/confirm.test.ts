import { describe, expect, it } from 'vitest';
import { DAY, HOUR, MINUTE, SECOND } from '../../../functions/abandonment/time.ts';
import { recipientKey } from '../../../functions/platform/addresses.ts';
import { dataPlaneWrite, newDataPlane } from '../../../functions/store/data-planes.ts';
import { keys } from '../../../functions/store/keys.ts';
import { newRecipient, recipientWrite } from '../../../functions/store/recipients.ts';
import type { Row } from '../../../functions/store/table/table.port.ts';
import { TableBusy } from '../../../functions/store/table-busy.ts';
import {
  ANA,
  ANA_ADDRESS,
  BO,
  BO_ADDRESS,
  ENDED_ALERT,
  EPISODE,
  type Given,
  MAIL,
  START,
  TASK,
  ASKED as WARNING_ASKED,
} from '../notices/send/answer-stage.ts';
import {
  ASKED,
  type AskedStage,
  askedStage,
  BY_RUN,
  DISABLING,
  DUE,
  NOW,
  OFF,
  RUN,
} from './confirm-stage.ts';

/** An owner's *disable now*, which no scan decided. */
const BY_ANA = { by: 'person', person: ANA_ADDRESS, at: DUE } as const;
const ASKED_BY_ANA = { ...ASKED, asker: BY_ANA };
const BOSS = 'boss@acme.test';

const messagesOf = ({ queued }: AskedStage) =>
  queued.map(({ body }) => (JSON.parse(body) as { key: string }).key);

describe('a task that its owning system turned off for us', () => {
  it('is off, its episode is over, and the next disabling of it is another', async () => {
    const stage = await askedStage();
    expect(await stage.confirm({ version: 6 })).toBeUndefined();
    expect(await stage.record()).toMatchObject({
      task: { enabled: false, version: 6 },
      open: null,
      hold: null,
      next: null,
      asked: null,
      disabledByUs: { at: OFF, episode: 1, run: RUN },
    });
    expect(await stage.alert()).toMatchObject({
      resolvedAt: NOW,
      reason: 'disabled',
      run: RUN,
      mails: [MAIL],
      holders: [ANA],
      untold: [],
      since: EPISODE.since,
      firedAt: START,
    });
  });

  it('is told of with the facts as they were, gathered with what else is turned off', async () => {
    const stage = await askedStage();
    await stage.confirm();
    expect(await stage.noticeOf(ANA)).toMatchObject({
      address: ANA_ADDRESS,
      pending: {
        notice: 'disabled',
        since: NOW,
        notBefore: NOW + 10 * MINUTE,
        facts: { since: EPISODE.since, restarts: 30, disabledAt: OFF, resolvedReason: 'disabled' },
      },
    });
    expect((await stage.ana()).gatheringUntil).toBe(NOW + 10 * MINUTE);
    expect(stage.queued).toMatchObject([{ group: 'acmeCo', delaySeconds: 600 }]);
    expect(JSON.parse(stage.queued[0]?.body ?? '')).toMatchObject({
      kind: 'notify',
      key: ANA,
      correlationId: TASK,
      notAfter: NOW + 4 * DAY,
    });
  });

  it('has an audit row that says why, and is found by its run', async () => {
    const stage = await askedStage();
    await stage.confirm();
    expect(await stage.audits()).toMatchObject([
      {
        task: TASK,
        at: NOW,
        act: 'disabled',
        by: 'taskwarden',
        reason: 'abandoned; its grace is over',
        evidence: { disableAt: DUE, run: RUN, confirmedAt: OFF, notPrimarySince: EPISODE.since },
        mails: [MAIL],
      },
    ]);
    expect(await stage.rows({ pk: `RUN#${RUN}` })).toMatchObject([{ sk: TASK, at: OFF, v: 1 }]);
  });

  it('names in its audit row the date that it was asked for, whatever the date is by now', async () => {
    const stage = await askedStage({
      record: { asked: { ...ASKED, asker: { ...BY_RUN, disableAt: DUE + HOUR } } },
    });
    await stage.confirm();
    expect(await stage.audits()).toMatchObject([{ evidence: { disableAt: DUE + HOUR } }]);
  });

  it('is none of its plane any more', async () => {
    const stage = await askedStage();
    await stage.confirm();
    expect(await stage.rows({ pk: 'COUNT#eu-1' })).toMatchObject([{ sk: 'acmeCo', eligible: -1 }]);
  });

  it('by a wish of its owner: their name and their reason stand there', async () => {
    const stage = await askedStage({
      record: { asked: ASKED_BY_ANA },
      open: { disabling: { ...DISABLING, asker: BY_ANA } },
    });
    await stage.confirm();
    expect(await stage.alert()).toMatchObject({ reason: 'disabled-by-owner', run: null });
    expect((await stage.record()).disabledByUs).toMatchObject({ at: OFF, episode: 1, run: null });
    expect(await stage.audits()).toMatchObject([
      { by: ANA_ADDRESS, reason: 'its owner asked for it', evidence: { run: null, disableAt: DUE } },
    ]);
    expect((await stage.noticeOf(ANA))?.pending).toMatchObject({
      facts: { resolvedReason: 'disabled-by-owner' },
    });
    expect(await stage.rows({ pk: 'RUN#' })).toEqual([]);
  });

  it('by an owner whose name an older version did not keep', async () => {
    const stage = await askedStage({ record: { asked: ASKED_BY_ANA } });
    const row = (await stage.table.get(keys.task(TASK))) as Row & { asked: Record<string, unknown> };
    const { by: _, ...asked } = row.asked;
    await stage.table.transact([{ put: { ...row, asked } }], 'older');
    await stage.confirm();
    expect(await stage.audits()).toMatchObject([{ by: 'owner' }]);
  });

  it.each([
    [1, true],
    [2, false],
  ])(
    'at the attempt %i: an alert that it could not be turned off ends with a later one',
    async (attempts, stays) => {
      const stage = await askedStage({ open: { disabling: { ...DISABLING, attempts } } });
      const key = keys.operatorAlert('disable-failing', TASK);
      await stage.table.transact([{ put: { ...key, v: 1 } }], 'alert');
      await stage.confirm();
      expect((await stage.table.get(key)) !== undefined).toBe(stays);
    },
  );

  it('that lost PRIMARY in an open outage of its plane is counted as having left it', async () => {
    const outage = { from: START - 20 * DAY, membersUntil: START - 20 * DAY, members: 10, countedTo: 0 };
    const confirmed = async (endedAt: number | null) => {
      const stage = await askedStage();
      const ended = { ...outage, endedAt: START - 19 * DAY };
      const plane = { ...newDataPlane('eu-1', START), outages: [ended, { ...outage, endedAt }] };
      await stage.table.transact([dataPlaneWrite(plane)], 'plane');
      await stage.confirm();
      return stage.rows({ pk: 'LEFT#eu-1' });
    };
    expect(await confirmed(null)).toMatchObject([{ tasks: 1 }]);
    expect(await confirmed(START)).toEqual([]);
    const unknown = await askedStage();
    await unknown.confirm();
    expect(await unknown.rows({ pk: 'LEFT#eu-1' })).toEqual([]);
  });
});

describe('a confirmation', () => {
  /** What a confirmation leaves of the task. */
  const outcome = async (stage: AskedStage) => {
    const { task, asked, open, disabledByUs } = await stage.record();
    const noticed = (await stage.noticeOf(ANA)) !== undefined;
    return {
      enabled: task.enabled,
      asked: asked !== null,
      open: open !== null,
      byUs: disabledByUs !== null,
      noticed,
    };
  };
  const OURS = { enabled: false, asked: false, open: false, byUs: true, noticed: true };
  const THEIRS = { enabled: false, asked: true, open: true, byUs: false, noticed: false };
  const NOTHING = { enabled: true, asked: true, open: true, byUs: false, noticed: false };

  it.each<[string, Given, Parameters<AskedStage['confirm']>[0], typeof OURS]>([
    ['of the wish', {}, {}, OURS],
    [
      'of the wish, by an older version',
      {},
      { version: 4 },
      { ...OURS, enabled: true, byUs: false, noticed: false },
    ],
    [
      'of the wish, of a task that its system published as disabled before',
      { task: { enabled: false, version: 7 } },
      { version: 6 },
      OURS,
    ],
    ['without a name, within a day', {}, { requestId: undefined, at: DUE + DAY - 1 }, OURS],
    ['without a name, a day later: its own doing', {}, { requestId: undefined, at: DUE + DAY }, THEIRS],
    [
      'of another wish, with a later version: its own doing',
      {},
      { requestId: `${TASK}#2`, version: 6 },
      THEIRS,
    ],
    ['of another wish, of that version: its own doing', {}, { requestId: `${TASK}#2` }, THEIRS],
    ['of another wish, with an older version: nothing', {}, { requestId: `${TASK}#2`, version: 4 }, NOTHING],
    ['of the wish of another task', {}, { requestId: 'acmeCo/b#1', version: 4 }, NOTHING],
    ['that nobody asked for: its own doing', { record: { asked: null } }, {}, { ...THEIRS, asked: false }],
    [
      'that nobody asked for, of a task that is off',
      { record: { asked: null }, task: { enabled: false } },
      {},
      { ...THEIRS, asked: false },
    ],
    ['of a deleted task', { task: { deletedAt: START } }, {}, NOTHING],
  ])('%s', async (_what, setup, confirmation, after) => {
    const stage = await askedStage(setup);
    const before = await stage.rows({});
    expect(await stage.confirm(confirmation)).toBeUndefined();
    expect(await outcome(stage)).toEqual(after);
    if (after === NOTHING) expect(await stage.rows({})).toEqual(before);
  });

  it('that is its own doing has the open episode looked at, without a word to anybody', async () => {
    const stage = await askedStage({ record: { asked: null } });
    await stage.confirm();
    expect(await stage.record()).toMatchObject({ task: { enabled: false }, next: { at: NOW, why: 'look' } });
    expect(stage.queued).toEqual([]);
    expect(await stage.audits()).toEqual([]);
  });

  it('once more changes nothing', async () => {
    const stage = await askedStage();
    await stage.confirm();
    const before = await stage.rows({});
    await stage.confirm();
    expect(await stage.rows({})).toEqual(before);
    expect(stage.queued).toHaveLength(1);
  });

  it('of an unknown task changes nothing', async () => {
    const stage = await askedStage();
    expect(await stage.confirm({ task: 'acmeCo/none' })).toBeUndefined();
    expect(stage.queued).toEqual([]);
  });

  it('never takes a version back', async () => {
    const stage = await askedStage({ task: { enabled: false, version: 7 } });
    await stage.confirm({ version: 6 });
    expect((await stage.record()).task.version).toBe(7);
  });

  it('with a version that leaves no room is refused, and changes nothing', async () => {
    const stage = await askedStage();
    const before = await stage.rows({});
    expect(await stage.confirm({ version: Number.MAX_SAFE_INTEGER })).toMatch(
      /^version 9007199254740991 leaves no room/,
    );
    expect(await stage.rows({})).toEqual(before);
  });

  it('is stored on fresh state, up to eight times', async () => {
    const rename = (stage: AskedStage) => () =>
      stage.changeTask((record) => ({
        ...record,
        evidence: { ...record.evidence, observedAt: (record.evidence.observedAt ?? 0) + 1 },
      }));
    const stage = await askedStage();
    stage.meanwhile(rename(stage), 7);
    await stage.confirm();
    expect(await stage.record()).toMatchObject({
      task: { enabled: false },
      evidence: { observedAt: START + 7 },
    });
    expect(stage.queued).toHaveLength(1);
    const other = await askedStage();
    other.meanwhile(rename(other), 8);
    await expect(other.confirm()).rejects.toThrow(TableBusy);
    expect(other.queued).toEqual([]);
  });
});

describe('a task that was turned on again before its disabling was heard of', () => {
  const on = (task: object = {}, record: object = {}) =>
    askedStage({ task: { version: 7, ...task }, record: { asked: ASKED, ...record } });
  const alertOf = (stage: AskedStage) => stage.table.get(keys.operatorAlert('disable-reverted', TASK));

  it('stays on, its clock starts anew, and its owners hear nothing of the disabling', async () => {
    const stage = await on();
    await stage.confirm({ version: 6 });
    expect(await stage.record()).toMatchObject({
      task: { enabled: true, version: 7, enabledAt: OFF },
      open: null,
      asked: null,
      evidence: { restarts: { total: 40, atLoss: 40 }, statuses: ['FAILED'] },
    });
    expect(await stage.alert()).toMatchObject({ reason: 'disabled', run: RUN });
    expect(await stage.noticeOf(ANA)).toBeUndefined();
    expect(stage.queued).toEqual([]);
    expect(await stage.audits()).toHaveLength(1);
  });

  it.each<[string, object, object | undefined]>([
    ['by a system', {}, { at: OFF, disabledAt: OFF }],
    ['by a system, known to be later', { enabledAt: OFF + SECOND }, { at: OFF + SECOND, disabledAt: OFF }],
    ['by a system, after a person of before', { publishedByUserAt: OFF - 1 }, { at: OFF, disabledAt: OFF }],
    ['by a person', { publishedByUserAt: OFF + SECOND }, undefined],
    ['by a person, at that instant', { publishedByUserAt: OFF }, undefined],
  ])('was reverted, or not: %s', async (_what, task, reverted) => {
    const stage = await on(task);
    await stage.confirm({ version: 6 });
    expect((await stage.record()).task.reverted).toEqual(reverted);
    if (reverted) expect(await alertOf(stage)).toMatchObject({ subject: TASK, since: NOW });
    else expect(await alertOf(stage)).toBeUndefined();
  });

  it('is told to operators once', async () => {
    const stage = await on({ reverted: { at: START, disabledAt: START } });
    await stage.confirm({ version: 6 });
    expect(await alertOf(stage)).toBeUndefined();
  });

  it('is off where the confirmation is of its very version', async () => {
    const stage = await on();
    await stage.confirm({ version: 7 });
    expect((await stage.record()).task).toMatchObject({ enabled: false });
    expect((await stage.record()).task.reverted).toBeUndefined();
  });

  it('ended before this, too', async () => {
    const stage = await askedStage({ task: { version: 7 }, open: null });
    await stage.confirm({ version: 6 });
    expect(await stage.record()).toMatchObject({ task: { enabled: true, enabledAt: OFF }, asked: null });
    expect(await stage.noticeOf(ANA)).toBeUndefined();
  });
});

describe('an episode that ended before the confirmation came', () => {
  it('is told of as disabled, under its own number', async () => {
    const stage = await askedStage({ open: null });
    await stage.confirm();
    expect(await stage.record()).toMatchObject({
      task: { enabled: false },
      asked: null,
      disabledByUs: { at: OFF, episode: 1, run: RUN },
    });
    expect((await stage.noticeOf(ANA))?.pending).toMatchObject({
      notice: 'disabled',
      notBefore: NOW + 10 * MINUTE,
    });
    expect(messagesOf(stage)).toEqual([ANA]);
    expect(await stage.audits()).toMatchObject([{ mails: [] }]);
    expect(await stage.alert()).toBeUndefined();
  });

  it('leaves a newer one to the next look', async () => {
    const stage = await askedStage({ open: { number: 2, told: { [ANA]: WARNING_ASKED } } });
    await stage.confirm();
    expect(await stage.record()).toMatchObject({
      open: { number: 2 },
      next: { at: NOW, why: 'look' },
      asked: null,
    });
    expect((await stage.noticeOf(ANA))?.pending).toMatchObject({ notice: 'disabled' });
    expect(await stage.noticeOf(ANA, 2)).toBeUndefined();
    expect(await stage.alert(2)).toBeUndefined();
  });

  it.each([
    [89, 0],
    [90, 90],
    [200, 200],
  ])(
    'of %i owners tells each of them once, from its alert where one transaction has no room',
    async (owners, listed) => {
      const addresses = Array.from({ length: owners }, (_, index) => `owner${index}@acme.test`);
      const stage = await askedStage({ open: null, task: { owners: addresses } });
      const first = { key: recipientKey(addresses[0] ?? ''), address: 'old', pending: null };
      const other = { key: 'k-other', address: 'other@acme.test', pending: null };
      const alert = { ...ENDED_ALERT, untold: [other, first] };
      await stage.table.transact([{ put: alert }], 'alert');
      const lists: number[] = [];
      const { transact } = stage.table;
      stage.table.transact = async (writes, writer) => {
        for (const write of writes)
          if ('put' in write && write.put.sk === 'A#000001')
            lists.push((write.put.untold as unknown[]).length);
        return transact.call(stage.table, writes, writer);
      };
      await stage.confirm();
      const notices = await stage.rows({ pk: 'R#', sk: `N#${TASK}#000001` });
      expect(new Set(notices.map(({ address }) => address))).toEqual(new Set(addresses));
      expect(notices.every(({ pending }) => (pending as { notice: string }).notice === 'disabled')).toBe(
        true,
      );
      expect(stage.queued).toHaveLength(owners);
      // Who was listed before and is told now is listed once; the other stays.
      expect(lists[0] ?? 0).toBe(listed === 0 ? 0 : listed + 1);
      expect((await stage.alert())?.untold.length).toBe(listed === 0 ? 2 : 0);
      expect((await stage.alert())?.reason).toBe('kept');
    },
  );

  it('of many owners and without an alert tells each of them', async () => {
    const addresses = Array.from({ length: 92 }, (_, index) => `owner${index}@acme.test`);
    const stage = await askedStage({ open: null, task: { owners: addresses } });
    await stage.confirm();
    expect(await stage.rows({ pk: 'R#', sk: `N#${TASK}#000001` })).toHaveLength(92);
  });

  it('is decided anew where its alert changes at the same time', async () => {
    const addresses = Array.from({ length: 95 }, (_, index) => `owner${index}@acme.test`);
    const stage = await askedStage({ open: null, task: { owners: addresses } });
    await stage.table.transact([{ put: ENDED_ALERT }], 'alert');
    stage.meanwhile(
      async () =>
        void (await stage.table.transact([{ put: { ...ENDED_ALERT, mails: ['late'] } }], 'another')),
    );
    await stage.confirm();
    expect((await stage.alert())?.mails).toEqual(['late']);
    expect(await stage.rows({ pk: 'R#', sk: `N#${TASK}#000001` })).toHaveLength(95);
  });
});

describe('who is told that it is off', () => {
  const notified = async (stage: AskedStage) => {
    await stage.confirm();
    return [...messagesOf(stage)].sort();
  };
  const sorted = (...addresses: string[]) => addresses.map(recipientKey).sort();

  it('are its owners and who subscribed to that', async () => {
    const stage = await askedStage();
    await stage.subscribe(BO_ADDRESS, ['task_auto_disabled']);
    await stage.subscribe('cy@acme.test', ['task_abandoned']);
    expect(await notified(stage)).toEqual(sorted(ANA_ADDRESS, BO_ADDRESS));
    expect((await stage.noticeOf(BO))?.address).toBe(BO_ADDRESS);
  });

  it('are topics, too', async () => {
    const topic = 'arn:aws:sns:eu-west-1:123456789012:chat';
    const stage = await askedStage();
    await stage.subscribe(topic, ['task_auto_disabled']);
    expect(await notified(stage)).toHaveLength(2);
    const notices = await stage.rows({ pk: 'R#', sk: 'N#' });
    expect(notices.map(({ address }) => address).sort()).toEqual([ANA_ADDRESS, topic].sort());
  });

  it.each<[string, object, boolean]>([
    ['a scan decided it: they joined by its date', {}, true],
    [
      'a scan decided it for a later date',
      { asked: { ...ASKED, asker: { ...BY_RUN, disableAt: NOW + 2 * DAY + 1 } } },
      false,
    ],
    [
      'its owner asked for it: they joined by the date that stands',
      { asked: { ...ASKED_BY_ANA, asker: { ...BY_ANA, at: NOW + 5 * DAY } } },
      true,
    ],
  ])('are admins who have joined: %s', async (_what, record, joins) => {
    const stage = await askedStage({ policy: { escalateAt: '2d' }, record });
    await stage.appoint(BOSS);
    expect(await notified(stage)).toEqual(joins ? sorted(ANA_ADDRESS, BOSS) : sorted(ANA_ADDRESS));
  });

  it('are no admins where its owner asks for it before they join', async () => {
    const stage = await askedStage({
      policy: { escalateAt: '2d' },
      record: { asked: { ...ASKED_BY_ANA, at: START, asker: { ...BY_ANA, at: START } } },
    });
    stage.pass(START + 3 * DAY - NOW);
    await stage.appoint(BOSS);
    await stage.confirm({ at: START + 3 * DAY });
    expect(messagesOf(stage)).toEqual([ANA]);
  });
});

describe('the messages to those who are told', () => {
  it('gather for a quarter of an hour at most, in whole seconds', async () => {
    for (const [gather, seconds] of [
      [0, 0],
      [1, 1],
      [90_500, 91],
      [HOUR, 900],
    ] as const) {
      const stage = await askedStage();
      stage.system.config.gatherDisabled = gather;
      await stage.confirm();
      expect(stage.queued.map(({ delaySeconds }) => delaySeconds)).toEqual([seconds]);
      expect((await stage.ana()).gatheringUntil).toBe(NOW + seconds * SECOND);
    }
  });

  it.each([
    ['is on its way', NOW + 1, 0],
    ['was due by now', NOW, 1],
    ['was never', null, 1],
  ])('are one where one %s', async (_what, gatheringUntil, messages) => {
    const stage = await askedStage({ recipient: { sending: null, gatheringUntil } });
    await stage.confirm();
    expect(stage.queued).toHaveLength(messages);
    expect((await stage.noticeOf(ANA))?.pending).toMatchObject({ notice: 'disabled' });
  });

  it('keep what is known of a recipient, and make known who is new', async () => {
    const stage = await askedStage({
      task: { owners: [ANA_ADDRESS, BO_ADDRESS] },
      recipient: { sending: null, declined: true },
    });
    await stage.confirm();
    expect(await stage.ana()).toMatchObject({ declined: true, gatheringUntil: NOW + 10 * MINUTE });
    expect(await stage.rows({ pk: `R#${BO}`, sk: 'R' })).toMatchObject([
      { address: BO_ADDRESS, gatheringUntil: NOW + 10 * MINUTE },
    ]);
    expect(messagesOf(stage).sort()).toEqual([ANA, BO].sort());
  });

  it('leave to the next scan whom another process changes at the same time', async () => {
    const stage = await askedStage({ task: { owners: [ANA_ADDRESS, BO_ADDRESS] } });
    let writes = 0;
    stage.meanwhile(async () => {
      writes += 1;
      if (writes === 2) await stage.changeAna({ declined: true });
    }, 2);
    await stage.confirm();
    expect(messagesOf(stage)).toEqual([BO]);
    expect(await stage.ana()).toMatchObject({ declined: true, gatheringUntil: null });
  });

  it('are none where all of them are changed', async () => {
    const stage = await askedStage();
    const sends: unknown[] = [];
    stage.system.queues = { send: async (_queue, messages) => void sends.push(messages) };
    stage.busyFor((writes) => writes.every((write) => 'put' in write && write.put.sk === 'R'));
    await stage.confirm();
    expect(sends).toEqual([]);
  });

  it('go to each of forty owners', async () => {
    const owners = Array.from({ length: 40 }, (_, index) => `owner${index}@acme.test`);
    const stage = await askedStage({ task: { owners } });
    const writes = owners.map((address) => recipientWrite(newRecipient(recipientKey(address), address)));
    await stage.table.transact(writes, 'known');
    await stage.confirm();
    expect(new Set(messagesOf(stage))).toEqual(new Set(owners.map(recipientKey)));
    expect(stage.queued).toHaveLength(40);
  });
});
