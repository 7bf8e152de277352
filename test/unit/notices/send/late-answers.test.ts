import { describe, expect, it } from 'vitest';
import type { RecipientPart } from '../../../../functions/abandonment/task.ts';
import { DAY, HOUR, MINUTE, SECOND } from '../../../../functions/abandonment/time.ts';
import { applyItems } from '../../../../functions/notices/send/apply-digest.ts';
import { recordUnsent, recordUnsettled } from '../../../../functions/notices/send/record-digest.ts';
import type { DigestRecord, DigestState } from '../../../../functions/store/digests.ts';
import { loadHolders } from '../../../../functions/store/holders.ts';
import { factsOf } from '../../../../functions/store/notices.ts';
import { newRecipient, recipientWrite } from '../../../../functions/store/recipients.ts';
import { TableBusy } from '../../../../functions/store/table-busy.ts';
import {
  ACCEPTED,
  ANA,
  ANA_ADDRESS,
  ASKED,
  answerStage,
  BO,
  DATE,
  ENDED_ALERT,
  type Given,
  MAIL,
  SENT,
  SOON,
  START,
  TOPIC,
  touches,
} from './answer-stage.ts';

/** Carries over what became of the mail. */
async function applied(setup: Given, digest: Partial<DigestRecord> = {}) {
  const stage = await answerStage({ ...setup, digest });
  stage.pass(2 * SECOND);
  await applyItems(stage.system, await stage.view(), await stage.digest());
  return stage;
}

const OTHERS: RecipientPart = { ...ACCEPTED, digest: 'digest-0', acceptedAt: START - DAY };
const PRINTED = { at: START, disableAt: DATE, grace: 1, after: 7 * DAY };

describe('what SES says of a warning is, of whom it was for,', () => {
  it.each<[string, Partial<RecipientPart>, Partial<DigestRecord>, Partial<RecipientPart>]>([
    ['an accepted warning from then on', {}, SENT, ACCEPTED],
    ['that once it was tried', { warning: 'tried' }, SENT, ACCEPTED],
    ['that once it had failed', { warning: 'failed' }, SENT, ACCEPTED],
    [
      'an accepted warning from its claim on, where nobody knows more',
      {},
      { state: 'delivered' },
      { ...ACCEPTED, acceptedAt: START },
    ],
    ['a try, where it never went', {}, { state: 'superseded' }, { warning: 'tried', digest: MAIL }],
    ['a failure, where SES refused it', {}, { state: 'rejected' }, { warning: 'failed', digest: MAIL }],
    [
      'a failure, where it bounced',
      ACCEPTED,
      { ...SENT, state: 'bounced' },
      { ...ACCEPTED, warning: 'failed' },
    ],
    [
      'a failure, where they complained',
      ACCEPTED,
      { ...SENT, state: 'complained' },
      { ...ACCEPTED, warning: 'failed' },
    ],
    [
      'a failure, where SES did not send it',
      ACCEPTED,
      { ...SENT, state: 'unsent' },
      { ...ACCEPTED, warning: 'failed' },
    ],
    [
      'nothing new, where it is known',
      ACCEPTED,
      { ...SENT, state: 'delivered', sentAt: START + HOUR },
      ACCEPTED,
    ],
    ['nothing, where another warning was accepted: a bounce', OTHERS, { ...SENT, state: 'bounced' }, OTHERS],
    [
      'nothing, where another warning was accepted: a delivery',
      OTHERS,
      { ...SENT, state: 'delivered' },
      OTHERS,
    ],
    ['nothing, where a new grace began (promise 1)', { grace: 2 }, SENT, { grace: 2, warning: 'pending' }],
    [
      'no failure either, where a new grace began',
      { grace: 2 },
      { state: 'rejected' },
      { grace: 2, warning: 'pending' },
    ],
    [
      'no failure, where a new grace has its own',
      { ...ACCEPTED, grace: 2 },
      { ...SENT, state: 'bounced' },
      { ...ACCEPTED, grace: 2 },
    ],
  ])('%s', async (_what, before, digest, after) => {
    const { part } = await applied({ told: before }, digest);
    expect(await part()).toEqual({ ...ASKED, ...before, ...after });
  });

  it('without a date where it named none, and the episode has none from it', async () => {
    const { part, open } = await applied(
      { policy: { mode: 'notify' }, open: { graceMode: 'notify' }, items: [{ disableAt: null }] },
      SENT,
    );
    expect(await part()).toEqual({ ...ACCEPTED, dated: false });
    expect(await open()).toMatchObject({ dates: [], mails: [MAIL] });
  });

  it('nothing where they were never notified; the date binds all the same', async () => {
    const { open } = await applied({ open: { told: {} } }, SENT);
    expect(await open()).toMatchObject({ told: {}, dates: [PRINTED], mails: [] });
  });

  it('nothing for the others', async () => {
    const bo = { ...ASKED, address: 'bo@acme.test', digest: MAIL };
    const { open } = await applied({ open: { told: { [ANA]: ASKED, [BO]: bo } } }, SENT);
    expect((await open()).told).toEqual({ [ANA]: ACCEPTED, [BO]: bo });
  });
});

describe('the date of a mail', () => {
  it.each<[string, DigestState, Partial<DigestRecord>, boolean, boolean]>([
    ['binds once SES took it', 'sent', {}, true, true],
    ['binds once it arrived', 'delivered', {}, true, true],
    ['binds though it came back', 'bounced', {}, true, true],
    ['binds though they complained', 'complained', {}, true, true],
    ['binds nobody where SES refused the mail', 'rejected', {}, false, false],
    ['binds nobody where SES did not send it', 'unsent', {}, false, false],
    ['binds nobody where it surely did not go', 'superseded', {}, false, false],
    [
      'binds where it may have gone, though no mail is known (promise 2)',
      'superseded',
      { unsettled: true },
      true,
      false,
    ],
  ])('%s', async (_what, state, more, binds, listed) => {
    const { open } = await applied({}, { state, ...more } as Partial<DigestRecord>);
    const { dates, mails } = await open();
    expect(dates).toEqual(binds ? [PRINTED] : []);
    expect(mails).toEqual(listed ? [MAIL] : []);
  });

  it.each<[string, number, number]>([
    ['counts once, from the first mail that said it', START - HOUR, 1],
    ['counts once, however often SES says so', START, 1],
    ['counts from the earlier claim, where that mail is heard of later', START + HOUR, 2],
  ])('%s', async (_what, at, dates) => {
    const { open } = await applied({ open: { dates: [{ ...PRINTED, at }] } }, SENT);
    expect((await open()).dates).toHaveLength(dates);
    expect(Math.min(...(await open()).dates.map((date) => date.at))).toBe(Math.min(at, START));
  });

  it('stands beside another', async () => {
    const earlier = { ...PRINTED, at: START - DAY, disableAt: DATE - DAY };
    const { open } = await applied({ open: { dates: [earlier] } }, SENT);
    expect((await open()).dates).toEqual([earlier, PRINTED]);
  });

  it('promises nothing where an older version did not note how much', async () => {
    const { open } = await applied({ items: [{ after: undefined as never }] }, SENT);
    expect((await open()).dates).toEqual([{ ...PRINTED, after: 0 }]);
  });
});

describe('the mails of an episode', () => {
  it('are listed once each, the newest last', async () => {
    const { open } = await applied({ open: { mails: ['digest-0'] } }, SENT);
    expect((await open()).mails).toEqual(['digest-0', MAIL]);
    const again = await applied(
      { told: ACCEPTED, open: { mails: [MAIL, 'digest-2'] } },
      { ...SENT, state: 'delivered' },
    );
    expect((await again.open()).mails).toEqual([MAIL, 'digest-2']);
  });

  it('are at most 5,000, the newest', async () => {
    const mails = Array.from({ length: 5_000 }, (_, index) => `digest-0-${index}`);
    const { open } = await applied({ open: { mails } }, SENT);
    expect((await open()).mails).toEqual([...mails.slice(1), MAIL]);
  });

  it('list one that told of something else', async () => {
    const { open } = await applied({ told: OTHERS, items: [{ notice: 'withdrawn', disableAt: null }] }, SENT);
    expect(await open()).toMatchObject({ mails: [MAIL], told: { [ANA]: OTHERS } });
  });
});

describe('what SES says of a reminder', () => {
  const LEAD = 3 * DAY;
  const asked = { lead: LEAD, deadline: DATE, state: 'pending' } as const;
  const steps = [
    { grace: 1, lead: LEAD, deadline: DATE },
    { grace: 1, lead: DAY, deadline: DATE },
  ];
  const reminded = (
    reminder: RecipientPart['reminder'] | undefined,
    digest: Partial<DigestRecord>,
    item = {},
  ) =>
    applied(
      {
        told: { ...OTHERS, ...(reminder && { reminder }) },
        open: { rungs: steps, told: { [ANA]: { ...OTHERS, ...(reminder && { reminder }) } } },
        items: [{ notice: 'reminder', lead: LEAD, ...item }],
      },
      digest,
    );

  it.each<[string, DigestState, string]>([
    ['done, once SES took it', 'sent', 'done'],
    ['done, once it arrived', 'delivered', 'done'],
    ['done, where SES refused the address', 'rejected', 'done'],
    ['done, where it bounced', 'bounced', 'done'],
    ['tried, where it never went', 'superseded', 'tried'],
  ])('leaves it %s', async (_what, state, after) => {
    const { part, open } = await reminded(asked, { state });
    expect(await part()).toEqual({ ...OTHERS, reminder: { ...asked, state: after } });
    expect((await open()).rungs).toEqual(steps);
  });

  it.each<[string, RecipientPart['reminder'] | undefined]>([
    ['that is another by now', { ...asked, lead: DAY }],
    ['that is done', { ...asked, state: 'done' }],
    ['that nobody knows of any more', undefined],
  ])('changes nothing of one %s', async (_what, reminder) => {
    const { part } = await reminded(reminder, SENT, { disableAt: DATE + HOUR });
    expect(await part()).toEqual({ ...OTHERS, ...(reminder && { reminder }) });
  });

  it('leaves it done where another mail of it never went', async () => {
    const { part } = await reminded({ ...asked, state: 'done' }, { state: 'superseded' });
    expect((await part())?.reminder).toEqual({ ...asked, state: 'done' });
  });

  it('names the later date that the mail said', async () => {
    const { part } = await reminded(asked, SENT, { disableAt: DATE + HOUR });
    expect((await part())?.reminder).toEqual({ lead: LEAD, deadline: DATE + HOUR, state: 'done' });
  });

  it.each<[string, Partial<DigestRecord>, number | null]>([
    ['an earlier date', SENT, DATE - HOUR],
    ['none', SENT, null],
    ['a later one, and never went', { state: 'superseded' }, DATE + HOUR],
    ['a later one, and was refused', { state: 'rejected' }, DATE + HOUR],
  ])('names the date it was asked for where the mail said %s', async (_what, digest, disableAt) => {
    const { part } = await reminded(asked, digest, { disableAt });
    expect((await part())?.reminder?.deadline).toBe(DATE);
  });

  it('asks for it anew where SES took it and did not send it, and for no other', async () => {
    const { part, open } = await reminded(asked, { ...SENT, state: 'unsent' });
    expect(await part()).toEqual(OTHERS);
    expect((await open()).rungs).toEqual([{ grace: 1, lead: DAY, deadline: DATE }]);
    const other = await reminded({ ...asked, lead: DAY }, { ...SENT, state: 'unsent' });
    expect(await other.part()).toEqual({ ...OTHERS, reminder: { ...asked, lead: DAY } });
    expect((await other.open()).rungs).toEqual(steps);
  });
});

describe('a topic', () => {
  const asked = { topic: TOPIC, grace: 1 };
  const heard = async (
    informed: typeof asked & { heard?: 'dated' | 'undated' },
    digest: Partial<DigestRecord>,
    item = {},
  ) => {
    const { open } = await applied(
      { open: { told: {}, informed: { [ANA]: informed, other: asked } }, items: [item] },
      digest,
    );
    return (await open()).informed;
  };

  it.each<[string, object, 'dated' | 'undated']>([
    ['a warning with a date', {}, 'dated'],
    ['a warning without', { disableAt: null }, 'undated'],
    ['a reminder', { notice: 'reminder', lead: DAY }, 'dated'],
  ])('heard %s once SNS took it', async (_what, item, mark) => {
    expect(await heard(asked, SENT, item)).toEqual({ [ANA]: { ...asked, heard: mark }, other: asked });
  });

  it.each<[string, Parameters<typeof heard>]>([
    ['of a grace that is over', [{ ...asked, grace: 2 }, SENT]],
    ['what it heard already', [{ ...asked, heard: 'dated' }, SENT, { disableAt: null }]],
    ['what never went', [asked, { state: 'superseded' }]],
    ['that a date does not hold, as a warning', [asked, SENT, { notice: 'withdrawn', disableAt: null }]],
    [
      'that a date does not hold, where SNS refused it',
      [asked, { state: 'rejected' }, { notice: 'withdrawn', disableAt: null }],
    ],
  ])('does not hear %s', async (_what, [informed, ...rest]) => {
    expect(await heard(informed, ...rest)).toEqual({ [ANA]: informed, other: asked });
  });

  it('is asked anew where SNS refused it, unless it heard', async () => {
    expect(await heard(asked, { state: 'rejected' })).toEqual({ other: asked });
    const dated = { ...asked, heard: 'dated' } as const;
    expect(await heard(dated, { state: 'rejected' })).toEqual({ [ANA]: dated, other: asked });
  });
});

describe('a notice after its mail', () => {
  it.each<[string, Given, Partial<DigestRecord>, object | undefined]>([
    ['waits no more while its episode is open', {}, SENT, { pending: null, address: ANA_ADDRESS }],
    ['is gone with its episode', { open: null }, SENT, undefined],
    ['is gone where a newer episode is open', { open: { number: 2 } }, SENT, undefined],
    [
      'waits on where the mail never went',
      {},
      { state: 'superseded' },
      { pending: { notice: 'warning', since: START } },
    ],
    [
      'waits on where a newer one of its kind came',
      { waits: { since: START + HOUR } },
      SENT,
      { pending: { since: START + HOUR } },
    ],
    [
      'waits on where one of another kind came',
      { waits: { notice: 'withdrawn' } },
      SENT,
      { pending: { notice: 'withdrawn' } },
    ],
    ['stays gone', { waits: null }, SENT, undefined],
  ])('%s', async (_what, setup, digest, left) => {
    const { notice } = await applied(setup, digest);
    const kept = await notice();
    if (left === undefined) expect(kept).toBeUndefined();
    else expect(kept).toMatchObject(left);
  });

  it('is found by no scan any more', async () => {
    const { rows } = await applied({}, SENT);
    const [row] = await rows({ sk: 'N#' });
    expect(row).not.toHaveProperty('g1pk');
  });

  it('stands as a newer writer left it', async () => {
    const stage = await answerStage({ digest: SENT });
    const newer = { notice: 'reminder', since: START + HOUR, notBefore: START + HOUR } as const;
    let writes = 0;
    stage.meanwhile(async () => {
      writes += 1;
      // The first is that of the task.
      if (writes < 2) return;
      const row = await stage.notice();
      await stage.table.transact(
        [{ put: { ...row, pk: `R#${ANA}`, sk: 'N#acmeCo/a#000001', pending: newer } }],
        'newer',
      );
    }, 2);
    await applyItems(stage.system, await stage.view(), await stage.digest());
    expect((await stage.notice())?.pending).toEqual(newer);
  });

  it('of an episode that is over stands as a newer writer left it, too', async () => {
    const stage = await answerStage({
      open: null,
      items: [{ notice: 'withdrawn', disableAt: null }],
      digest: SENT,
    });
    const newer = { notice: 'enabled', since: START + HOUR, notBefore: START + HOUR } as const;
    stage.meanwhile(async () => {
      const row = await stage.notice();
      await stage.table.transact(
        [{ put: { ...row, pk: `R#${ANA}`, sk: 'N#acmeCo/a#000001', pending: newer } }],
        'newer',
      );
    });
    await applyItems(stage.system, await stage.view(), await stage.digest());
    expect((await stage.notice())?.pending).toEqual(newer);
  });

  it('is not taken for settled while the table is busy', async () => {
    const stage = await answerStage({ digest: SENT });
    stage.busyFor(touches('N#'));
    await expect(applyItems(stage.system, await stage.view(), await stage.digest())).rejects.toThrow(
      TableBusy,
    );
  });
});

describe('a notice of what is past that SES did not send', () => {
  const PAST: Given = { open: null, waits: null };
  const alert = (reason: string | null, resolvedAt: number | null) => ({
    put: { ...ENDED_ALERT, resolvedAt, reason, evidence: { restarts: 33 } },
  });

  async function unsent(item: object, setup: Given = PAST, row = alert('kept', START - HOUR)) {
    const stage = await answerStage({ ...setup, items: [{ disableAt: null, ...item }], digest: SENT });
    await stage.table.transact([row], 'alert');
    stage.pass(MINUTE);
    await recordUnsent(stage.system, MAIL, 'rejected');
    return stage;
  }

  const again = (notice: string, end: object) => ({
    recipient: ANA,
    address: ANA_ADDRESS,
    task: 'acmeCo/a',
    episode: 1,
    pending: {
      notice,
      since: START,
      notBefore: START + MINUTE,
      facts: { since: START - 14 * DAY, restarts: 30, ...end },
    },
  });

  it.each<[string, object]>([
    ['disabled', { disabledAt: START - HOUR }],
    ['withdrawn', { resolvedReason: 'kept' }],
    ['recovered', { resolvedReason: 'kept' }],
  ])('goes again as it was: %s', async (notice, end) => {
    const stage = await unsent({ notice });
    expect(await stage.notice()).toMatchObject(again(notice, end));
    expect(factsOf((await stage.notice())?.pending ?? null)).toEqual({
      since: START - 14 * DAY,
      restarts: 30,
      ...end,
    });
  });

  it('says when the task was turned on again', async () => {
    const undo = { episode: 1, by: 'olga', at: START - MINUTE, state: 'told' } as const;
    const { notice } = await unsent({ notice: 'enabled', twitches: 2 }, { ...PAST, record: { undo } });
    expect(await notice()).toMatchObject(again('enabled', { enabledAt: START - MINUTE, twitches: 2 }));
  });

  it.each<[string, object]>([
    ['disabled', { disabledAt: START }],
    ['enabled', { enabledAt: START }],
    ['withdrawn', { resolvedReason: 'policy' }],
  ])('says what it can where no more is known: %s', async (notice, end) => {
    const { notice: stored } = await unsent({ notice }, PAST, alert(null, null));
    expect(factsOf((await stored())?.pending ?? null)).toMatchObject(end);
  });

  it('goes again also where it still waits', async () => {
    const { notice } = await unsent({ notice: 'withdrawn' }, { open: null });
    expect(await notice()).toMatchObject(again('withdrawn', { resolvedReason: 'kept' }));
  });

  it('is not put over a newer one', async () => {
    const { notice } = await unsent({ notice: 'withdrawn' }, { open: null, waits: { notice: 'enabled' } });
    expect((await notice())?.pending?.notice).toBe('enabled');
  });

  it('is no warning or reminder: these are decided anew', async () => {
    const { notice, part } = await unsent({ notice: 'warning', disableAt: DATE }, {});
    expect((await part())?.warning).toBe('failed');
    expect((await notice())?.pending).toBeNull();
  });

  it('is not lost while the table is busy', async () => {
    const stage = await answerStage({
      ...PAST,
      items: [{ notice: 'withdrawn', disableAt: null }],
      digest: SENT,
    });
    stage.busyFor(touches('N#'));
    await expect(recordUnsent(stage.system, MAIL, 'rejected')).rejects.toThrow(TableBusy);
  });
});

describe('who holds a mail about an episode that is over', () => {
  const alert = { put: { ...ENDED_ALERT, reason: 'disabled', evidence: { restarts: 33 } } };
  const undo = { episode: 1, by: 'olga', at: START - MINUTE, state: 'told' } as const;

  async function holders(setup: Given, digest: Partial<DigestRecord> = SENT, hasAlert = true) {
    const stage = await answerStage({ open: null, ...setup, digest });
    if (hasAlert) await stage.table.transact([alert], 'alert');
    stage.pass(2 * SECOND);
    await applyItems(stage.system, await stage.view(), await stage.digest());
    return { ...stage, holders: [...(await loadHolders(stage.table, 'acmeCo/a', 1))] };
  }

  it.each<[string, Given, Partial<DigestRecord>, boolean]>([
    ['its warning, accepted late', {}, SENT, true],
    ['word that it was turned off', { items: [{ notice: 'disabled', disableAt: null }] }, SENT, true],
    [
      'that, though a new episode is open',
      { open: { number: 2 }, items: [{ notice: 'disabled', disableAt: null }] },
      SENT,
      true,
    ],
    ['its warning, though a new episode is open', { open: { number: 2 } }, SENT, true],
    ['a warning that is known on its open episode', { open: {} }, SENT, false],
    ['a withdrawal', { items: [{ notice: 'withdrawn', disableAt: null }] }, SENT, false],
    ['a warning that SES refused', {}, { state: 'rejected' }, false],
    ['a warning that bounced', {}, { ...SENT, state: 'bounced' }, false],
    [
      'word of the disabling that never went',
      { items: [{ notice: 'disabled', disableAt: null }] },
      { state: 'superseded' },
      false,
    ],
  ])('is noted by %s, or not', async (_what, setup, digest, noted) => {
    expect((await holders(setup, digest)).holders).toEqual(noted ? [ANA] : []);
  });

  it('is noted for as long as what ended is kept, and of no episode that is unknown', async () => {
    const { rows } = await holders({});
    expect(await rows({ sk: 'H#' })).toMatchObject([{ ttl: SOON / SECOND + 400 * 86_400 }]);
    expect((await holders({}, SENT, false)).holders).toEqual([]);
  });

  it.each<[string, Given]>([
    ['nothing was undone', {}],
    ['another episode was undone', { record: { undo: { ...undo, episode: 2 } } }],
    [
      'nobody was notified of the undoing yet: who notifies the others finds them',
      { record: { undo: { ...undo, state: 'enabled' } } },
    ],
    ['it is off again', { task: { enabled: false }, record: { undo } }],
  ])('is notified of no undoing where %s', async (_what, setup) => {
    expect(await (await holders({ waits: null, ...setup })).notice()).toBeUndefined();
  });

  it('is notified of an undoing of which the others were notified already, once', async () => {
    const stage = await holders({ waits: null, record: { undo } });
    const pending = {
      notice: 'enabled',
      since: SOON,
      notBefore: SOON,
      facts: { since: START - 14 * DAY, restarts: 33, enabledAt: START - MINUTE },
    };
    expect(await stage.notice()).toMatchObject({
      recipient: ANA,
      address: ANA_ADDRESS,
      task: 'acmeCo/a',
      episode: 1,
      pending,
    });
    stage.pass(HOUR);
    await applyItems(stage.system, await stage.view(), await stage.digest());
    expect((await stage.notice())?.pending).toEqual(pending);
  });

  it('is noted once where two note it', async () => {
    const stage = await answerStage({ open: null, waits: null, record: { undo }, digest: SENT });
    await stage.table.transact([alert], 'alert');
    stage.meanwhile(async () => {
      await stage.table.transact(
        [{ put: { pk: 'T#acmeCo/a', sk: `H#000001#${ANA}`, recipient: ANA } }],
        'another',
      );
    });
    await applyItems(stage.system, await stage.view(), await stage.digest());
    expect(await stage.notice()).toBeUndefined();
  });

  it('is not forgotten while the table is busy', async () => {
    const stage = await answerStage({ open: null, digest: SENT });
    await stage.table.transact([alert], 'alert');
    stage.busyFor(touches('H#'));
    await expect(applyItems(stage.system, await stage.view(), await stage.digest())).rejects.toThrow(
      new TableBusy(
        'who holds a mail about task acmeCo/a could not be stored: it changes too fast; try again',
      ),
    );
  });
});

describe('the task, once its warning is accepted,', () => {
  it('is evaluated when the next reminder is due', async () => {
    const { record } = await applied({}, SENT);
    // Seven days after SES took it, less the three of the reminder.
    expect((await record()).next).toEqual({ at: SOON + 4 * DAY, why: 'look' });
  });

  it.each<[string, Given, Partial<DigestRecord>]>([
    ['its mode went down meanwhile', { policy: { mode: 'notify' } }, SENT],
    ['the mail failed', {}, { state: 'rejected' }],
    [
      'its owners kept it',
      { record: { keep: { kind: 'keep', until: START + 30 * DAY, by: ANA_ADDRESS, at: START } } },
      SENT,
    ],
  ])('is evaluated at once where %s', async (_what, setup, digest) => {
    const { record } = await applied(setup, digest);
    expect((await record()).next).toEqual({ at: SOON, why: 'look' });
  });

  it('waits for its next instant in mode notify where no date was named', async () => {
    const { record } = await applied(
      { policy: { mode: 'notify' }, open: { graceMode: 'notify' }, items: [{ disableAt: null }] },
      SENT,
    );
    expect((await record()).next).toBeNull();
  });

  it.each<['warning-not-accepted' | 'paused' | 'unknown', boolean]>([
    ['warning-not-accepted', false],
    ['paused', false],
    ['unknown', true],
  ])('held as %s is held on: %s', async (reason, stays) => {
    const hold = { reason, since: START };
    expect((await (await applied({ record: { hold } }, SENT)).record()).hold).toEqual(stays ? hold : null);
  });

  it('is held on where the mail came to nothing', async () => {
    const hold = { reason: 'warning-not-accepted', since: START } as const;
    expect((await (await applied({ record: { hold } }, { state: 'rejected' })).record()).hold).toEqual(hold);
  });

  it('is not written where nothing is new', async () => {
    const open = { told: { [ANA]: ACCEPTED }, dates: [PRINTED], mails: [MAIL] };
    const { record } = await applied({ open }, { ...SENT, state: 'delivered' });
    expect((await record()).rev).toBe(1);
  });
});

describe('a task that others change at the same time', () => {
  const publish = async (stage: Awaited<ReturnType<typeof answerStage>>) =>
    stage.changeTask((record) => ({ ...record, task: { ...record.task, version: record.task.version + 1 } }));

  it('is written on its fresh state, up to eight times', async () => {
    const stage = await answerStage({ digest: SENT });
    stage.meanwhile(() => publish(stage), 7);
    await applyItems(stage.system, await stage.view(), await stage.digest());
    expect(await stage.record()).toMatchObject({
      task: { version: 12 },
      open: { told: { [ANA]: { warning: 'accepted' } } },
    });
  });

  it('is left to the repair after that, its notice still waiting', async () => {
    const stage = await answerStage({ digest: SENT });
    stage.meanwhile(() => publish(stage), 8);
    await expect(applyItems(stage.system, await stage.view(), await stage.digest())).rejects.toThrow(
      TableBusy,
    );
    expect((await stage.notice())?.pending?.notice).toBe('warning');
  });

  it('keeps a new grace that began meanwhile', async () => {
    const stage = await answerStage({ digest: SENT });
    const next = { ...ASKED, grace: 2 };
    stage.meanwhile(() =>
      stage.changeTask((record) => ({
        ...record,
        open: record.open && { ...record.open, grace: 2, told: { [ANA]: next } },
      })),
    );
    await applyItems(stage.system, await stage.view(), await stage.digest());
    expect(await stage.open()).toMatchObject({ grace: 2, told: { [ANA]: next }, dates: [PRINTED] });
  });
});

it('a mail of two tasks is carried over to both, also where one of them is gone', async () => {
  const stage = await answerStage({ items: [{ task: 'acmeCo/gone' }, {}], digest: SENT });
  await stage.table.transact([recipientWrite({ ...newRecipient(BO, 'bo@acme.test') })], 'bo');
  await applyItems(stage.system, await stage.view(), await stage.digest());
  expect(await stage.part()).toEqual(ACCEPTED);
});

it('an answer that comes after its mail was given up as unsettled still warns (promise 1)', async () => {
  const stage = await answerStage();
  stage.pass(2 * HOUR);
  await recordUnsettled(stage.system, await stage.view(), MAIL);
  expect(await stage.part()).toMatchObject({ warning: 'tried' });
  expect((await stage.open()).dates).toEqual([PRINTED]);
  await stage.says({ kind: 'delivered', at: START + SECOND });
  expect(await stage.part()).toMatchObject({ warning: 'accepted', acceptedAt: START });
  expect(await stage.open()).toMatchObject({ dates: [PRINTED], mails: [MAIL] });
});
