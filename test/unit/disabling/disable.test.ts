import { describe, expect, it } from 'vitest';
import { DAY, formatInstant, MINUTE } from '../../../functions/abandonment/time.ts';
import { whyNotDisable } from '../../../functions/disabling/disable.ts';
import { disableConsumer } from '../../../functions/disabling/disable-consumer.ts';
import { keys } from '../../../functions/store/keys.ts';
import { pausesWrite } from '../../../functions/store/pauses.ts';
import type { Row } from '../../../functions/store/table/table.port.ts';
import { processMessage } from '../../../functions/work/pipeline.ts';
import { ANA_ADDRESS, ENDED_ALERT, EPISODE, type Given, START, TASK } from '../notices/send/answer-stage.ts';
import { askedStage, BY_RUN, DISABLING, DUE, NOW, RUN } from './confirm-stage.ts';

const { requestedAt: _, ...QUEUED } = { ...DISABLING, state: 'queued' as const, attempts: 0 };

/** A task that a run decided to turn off, with the message that hints at it. */
async function queuedStage(setup: Given = {}, controlPlane: 'own' | 'fed' = 'fed') {
  const open = setup.open === null ? null : { disabling: QUEUED, ...setup.open };
  const stage = await askedStage({ ...setup, open, record: { asked: null, ...setup.record } });
  const { system } = stage;
  const published: { type: string; detail: unknown }[] = [];
  system.config.controlPlane = controlPlane;
  system.events = { publish: async (type, detail) => void published.push({ type, detail }) };
  const work = (more: { episode?: number; receiveCount?: number; task?: string; notAfter?: number } = {}) =>
    processMessage(system, disableConsumer, {
      body: JSON.stringify({
        v: 1,
        kind: 'disable',
        key: more.task ?? TASK,
        episode: more.episode ?? 1,
        notAfter: more.notAfter ?? NOW + DAY,
        correlationId: 'c',
      }),
      messageId: 'm',
      receiveCount: more.receiveCount ?? 1,
      maxReceives: 10,
    });
  return { ...stage, published, work };
}

/** Of an owner's *disable now*. */
const BY_ANA = { by: 'person', person: ANA_ADDRESS, at: DUE } as const;
const QUEUED_BY_ANA = { ...QUEUED, asker: BY_ANA };

const REFUSED = {
  ...QUEUED,
  state: 'refused' as const,
  refused: { at: DUE, reason: 'no', version: 5, fingerprint: 'f' },
};

/** Scans stay away since `START`. */
const NO_SCANS = {
  ...keys.scans(),
  v: 1,
  claimed: START,
  leaseUntil: null,
  completedAt: START,
  gaps: [],
  rev: 1,
};

describe('a task that is to be turned off', () => {
  it('is asked of its owning system, by the version and the date that were decided upon', async () => {
    const stage = await queuedStage();
    expect(await stage.work()).toMatchObject({ outcome: 'done', reason: 'requested' });
    expect(stage.published).toEqual([
      {
        type: 'Task Disable Requested',
        detail: {
          version: 1,
          requestId: `${TASK}#1`,
          task: TASK,
          taskVersion: 5,
          dataPlane: 'eu-1',
          episode: 1,
          run: RUN,
          disableAt: formatInstant(DUE),
          reason: 'abandoned; its grace is over',
          requestedAt: formatInstant(NOW),
        },
      },
    ]);
  });

  it('is noted as asked for before, and is looked at when no word comes', async () => {
    const stage = await queuedStage({ open: { disabling: { ...QUEUED, attempts: 2 } } });
    await stage.work();
    expect(await stage.record()).toMatchObject({
      task: { enabled: true },
      open: { disabling: { ...QUEUED, state: 'requested', requestedAt: NOW, attempts: 3 } },
      next: { at: NOW + 30 * MINUTE, why: 'look' },
    });
    expect((await stage.record()).asked).toEqual({
      at: NOW,
      episode: 1,
      asker: BY_RUN,
      since: EPISODE.since,
      decided: expect.objectContaining({
        answer: 'disable',
        reason: 'grace-over',
        statuses: ['FAILED'],
        version: 5,
      }),
    });
    expect((await stage.record()).disabledByUs).toBeNull();
    expect(await stage.rows({ pk: 'R#', sk: 'N#' })).toEqual([]);
  });

  it('is off at once where we are its owning system', async () => {
    const stage = await queuedStage({}, 'own');
    expect(await stage.work()).toMatchObject({ outcome: 'done', reason: 'disabled' });
    expect(await stage.record()).toMatchObject({
      task: { enabled: false, version: 5 },
      open: null,
      asked: null,
      disabledByUs: { at: NOW, episode: 1, run: RUN },
    });
    expect(await stage.alert()).toMatchObject({ reason: 'disabled', resolvedAt: NOW });
    expect(stage.published).toEqual([]);
  });

  it('for its owner, is asked for in their name and without a date', async () => {
    const stage = await queuedStage({ open: { disabling: QUEUED_BY_ANA } });
    await stage.work();
    expect(stage.published).toMatchObject([
      { detail: { run: null, disableAt: null, reason: 'its owner asked for it', requestId: `${TASK}#1` } },
    ]);
    expect((await stage.record()).asked).toMatchObject({ asker: BY_ANA });
  });
});

describe('a task that its owner wanted off before the table was restored', () => {
  const restored = (restoredAt: number) =>
    pausesWrite({
      evaluate: null,
      notify: null,
      disable: null,
      evaluatePaused: [],
      feedbackSilent: null,
      restoredAt,
      rev: 0,
    });

  it('is not asked for: they may have had it, and can ask again', async () => {
    const stage = await queuedStage({ open: { disabling: QUEUED_BY_ANA } });
    await stage.system.table.transact([restored(BY_ANA.at + 1)], 'w');
    expect(await stage.work()).toMatchObject({ outcome: 'skipped' });
    expect(stage.published).toEqual([]);
    expect((await stage.open()).disabling).toBeUndefined();
  });

  it('is asked for where they wanted it since', async () => {
    const stage = await queuedStage({ open: { disabling: QUEUED_BY_ANA } });
    await stage.system.table.transact([restored(BY_ANA.at)], 'w');
    expect(await stage.work()).toMatchObject({ outcome: 'done', reason: 'requested' });
  });
});

describe('a hint that is over', () => {
  it.each<[string, Given, Parameters<Awaited<ReturnType<typeof queuedStage>>['work']>[0], string]>([
    ['of an unknown task', {}, { task: 'acmeCo/none' }, 'over'],
    ['of a task without an episode', { open: null }, {}, 'over'],
    ['of another episode', { open: { number: 2 } }, {}, 'over'],
    ['of an episode that is not to be turned off', { open: { disabling: undefined as never } }, {}, 'over'],
    ['of what was refused', { open: { disabling: REFUSED } }, {}, 'refused'],
    ['of what was asked for', { open: { disabling: DISABLING } }, {}, 'requested'],
  ])('%s changes nothing and asks nobody', async (_what, setup, message, reason) => {
    const stage = await queuedStage(setup);
    const before = await stage.rows({ pk: 'T#' });
    expect(await stage.work(message)).toMatchObject({ outcome: 'skipped', reason });
    expect(await stage.rows({ pk: 'T#' })).toEqual(before);
    expect(stage.published).toEqual([]);
  });

  it('is none where the message comes again: the first attempt may have died before it asked', async () => {
    const stage = await queuedStage({ open: { disabling: DISABLING } });
    expect(await stage.work({ receiveCount: 2 })).toMatchObject({ outcome: 'done', reason: 'requested' });
    expect(stage.published).toHaveLength(1);
    expect((await stage.open()).disabling?.attempts).toBe(2);
  });

  it('past its time is not worked', async () => {
    const stage = await queuedStage();
    expect(await stage.work({ notAfter: NOW - 1 })).toMatchObject({ outcome: 'skipped' });
    expect(stage.published).toEqual([]);
  });
});

describe('a task that is decided anew when it is to be turned off (promise 9)', () => {
  const keep = { kind: 'keep', until: NOW + DAY, by: ANA_ADDRESS, at: DUE } as const;

  it.each<[string, Given, string]>([
    ['is kept', { record: { keep } }, 'kept'],
    ['was published by a user', { task: { publishedByUserAt: DUE } }, 'user-published'],
    [
      'has no living recipient',
      { recipient: { sending: null, dead: { reason: 'bounce', at: DUE } } },
      'no-reachable-owner',
    ],
    [
      'is to be held at this hour',
      { policy: { quietHours: { from: '00:00', to: '23:59', zone: 'UTC' } } },
      'quiet-hours',
    ],
    ['is only to be told of', { policy: { mode: 'notify' } }, 'told'],
  ])('is left on where it %s, and looked at again', async (_what, setup, reason) => {
    const stage = await queuedStage(setup);
    expect(await stage.work()).toMatchObject({ outcome: 'skipped', reason });
    const record = await stage.record();
    expect(record.open).not.toHaveProperty('disabling');
    expect(record).toMatchObject({ open: { number: 1 }, next: { at: NOW, why: 'look' }, asked: null });
    expect(stage.published).toEqual([]);
  });

  it('is left on while disabling is paused; its owner’s wish is done all the same', async () => {
    const pause = pausesWrite({
      evaluate: null,
      notify: null,
      disable: DUE,
      evaluatePaused: [],
      feedbackSilent: null,
      rev: 0,
    });
    const paused = await queuedStage();
    await paused.table.transact([pause], 'pause');
    expect(await paused.work()).toMatchObject({ outcome: 'skipped', reason: 'paused' });
    const byOwner = await queuedStage({ open: { disabling: QUEUED_BY_ANA } });
    await byOwner.table.transact([pause], 'pause');
    expect(await byOwner.work()).toMatchObject({ outcome: 'done', reason: 'requested' });
  });

  it('is left on where scans stayed away: nobody knows how it fares since', async () => {
    const stage = await queuedStage({ policy: { scanEvery: '15m' } });
    await stage.table.transact([{ put: NO_SCANS }], 'scans');
    expect(await stage.work()).toMatchObject({ outcome: 'skipped', reason: 'unknown' });
    expect(stage.published).toEqual([]);
  });
});

describe('what would become of a hint, as operators read it of a dead letter', () => {
  it.each<[string, Given, string | undefined, { task?: string; row?: Row }?]>([
    ['of a task that is to be disabled', {}, undefined],
    ['of a task that its owner wants off', { open: { disabling: QUEUED_BY_ANA } }, undefined],
    ['of an unknown task', {}, 'the task is not known', { task: 'acmeCo/none' }],
    ['of an episode that is over, by why it ended', { open: null }, 'kept', { row: ENDED_ALERT }],
    [
      'of an episode before the one that is to be disabled',
      { open: { number: 2 } },
      'kept',
      { row: ENDED_ALERT },
    ],
    ['of an episode that is over, and whose alert is forgotten', { open: null }, 'over'],
    ['of an episode that is not to be disabled', { open: { disabling: undefined as never } }, 'over'],
    ['of what was refused', { open: { disabling: REFUSED } }, 'refused'],
    [
      'of a task that is kept',
      { record: { keep: { kind: 'keep', until: NOW + DAY, by: ANA_ADDRESS, at: DUE } } },
      'kept',
    ],
    ['of a task that a user published', { task: { publishedByUserAt: DUE } }, 'user-published'],
    [
      'of a task of which nothing is known since scans stay away',
      { policy: { scanEvery: '15m' } },
      'unknown',
      { row: NO_SCANS },
    ],
  ])('%s: the task stays as it is', async (_what, setup, reason, { task = TASK, row } = {}) => {
    const stage = await queuedStage(setup);
    if (row) await stage.table.transact([{ put: row }], 'row');
    const before = await stage.rows({});
    expect(await whyNotDisable(stage.system, { task, episode: 1 })).toBe(reason);
    expect(await stage.rows({})).toEqual(before);
    expect(stage.published).toEqual([]);
  });
});

describe('a task that changes while it is to be turned off', () => {
  const edit = (stage: Awaited<ReturnType<typeof queuedStage>>) => () =>
    stage.changeTask((record) => ({ ...record, task: { ...record.task, version: record.task.version + 1 } }));

  it('is not asked for: the message comes again, and what it finds then is decided', async () => {
    const stage = await queuedStage();
    // The start of the attempt is recorded first, then the task.
    let writes = 0;
    stage.meanwhile(async () => {
      writes += 1;
      if (writes === 2) await edit(stage)();
    }, 2);
    expect(await stage.work()).toMatchObject({
      outcome: 'retry',
      reason: 'the task changed meanwhile',
      delaySeconds: 10,
    });
    expect(stage.published).toEqual([]);
    expect(await stage.work({ receiveCount: 2 })).toMatchObject({ outcome: 'done', reason: 'requested' });
    expect(stage.published).toMatchObject([{ detail: { taskVersion: 6 } }]);
  });
});

describe('the queue of disablings', () => {
  it('can be probed where its owning system can be asked', async () => {
    const stage = await queuedStage();
    await expect(disableConsumer.probe?.(stage.system)).resolves.toBeUndefined();
  });

  it('gives up a message about a task whose name no row can have', async () => {
    const stage = await queuedStage();
    expect(await stage.work({ task: `acmeCo/${'a'.repeat(1_100)}` })).toMatchObject({
      outcome: 'dead-letter',
      reason: expect.stringMatching(/^RowRefused: /),
    });
    expect(await stage.rows({ pk: 'OPERATORS' })).toEqual([]);
    expect(await stage.work()).toMatchObject({ outcome: 'done', reason: 'requested' });
  });

  it('names its work by the task and the episode, and is filled from the state', async () => {
    const stage = await queuedStage();
    stage.system.events = { publish: () => Promise.reject(new Error('the bus is away')) };
    expect(await stage.work()).toMatchObject({ outcome: 'retry' });
    expect(await stage.rows({ pk: 'OOPS#' })).toMatchObject([{ worker: 'disable', item: `${TASK}#1` }]);
    expect(disableConsumer).toMatchObject({
      queue: 'disable',
      queuedAgainFromState: true,
      restsOnTableAlone: false,
    });
  });
});
