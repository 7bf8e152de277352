import { describe, expect, it } from 'vitest';
import { QUEUED_AGAIN_AFTER } from '../../../../functions/abandonment/next-look.ts';
import { DAY, HOUR, type Instant, MINUTE } from '../../../../functions/abandonment/time.ts';
import type { Run } from '../../../../functions/scanner/run.ts';
import { disablingStep } from '../../../../functions/scanner/steps/disabling.ts';
import { givenUpKey } from '../../../../functions/store/given-up.ts';
import { keys } from '../../../../functions/store/keys.ts';
import { loadOperatorAlert, operatorAlert } from '../../../../functions/store/operator-alerts.ts';
import { pausesWrite } from '../../../../functions/store/pauses.ts';
import {
  loadRateLimit,
  type RateLimitEntry,
  rateLimitWrite,
} from '../../../../functions/store/rate-limits.ts';
import type { Write } from '../../../../functions/store/table/table.port.ts';
import { loadTask, type TaskRecord } from '../../../../functions/store/tasks.ts';
import { disablingOf } from '../../../../functions/work/given-up.ts';
import { puts, refusing, takingNo } from '../../store/refusing-table.ts';
import { dueTask } from '../due-task.ts';
import { aPlane, counted, START as NOW, only, type RunStage, runStage } from '../run-stage.ts';
import { givenUp, NOTHING_PAUSED } from '../stored-rows.ts';

const A = 'acmeCo/a';
const B = 'acmeCo/b';
const C = 'acmeCo/c';

/** A stage in mode `disable` with tasks that are due, and what stands beside them. */
async function stageOf(tasks: TaskRecord[], policy: Record<string, unknown> = {}, ...more: Write[]) {
  const stage = runStage();
  await stage.policy({ mode: 'disable', ...policy });
  await stage.planes(aPlane('eu-1'), aPlane('us-1'));
  await stage.tasks(...tasks);
  await stage.write(...more);
  return stage;
}

/** Takes the step, and gives which tasks were queued by then, in their order. */
async function scan(stage: RunStage, more: Partial<Run> = {}, budget = { spent: () => false }) {
  const { figures, cursor } = await stage.take(disablingStep, await stage.begin(NOW, more), { budget });
  return { figures, cursor, queued: queuedIn(stage) };
}

const queuedIn = ({ sent }: RunStage) => sent.map(({ body }) => body.key);
const heldIn = async ({ rows }: RunStage): Promise<string[]> =>
  (await rows({ pk: 'T#', sk: 'T' }))
    .filter(({ hold }) => (hold as { reason?: string } | undefined)?.reason === 'blast-radius')
    .map(({ pk }) => pk.slice(2));
const spike = ({ table }: RunStage) => loadOperatorAlert(table, 'blast-radius', 'fleet');
const many = (count: number, how: Parameters<typeof dueTask>[1] = {}, prefix = 'acmeCo/t'): TaskRecord[] =>
  Array.from({ length: count }, (_, number) => dueTask(`${prefix}${String(number).padStart(2, '0')}`, how));
const paced = (...runs: RateLimitEntry[]): Write => rateLimitWrite({ runs, rev: 0 });
const ofPlane = (dataPlane: string, count: number) => [{ tenant: 'acmeCo', dataPlane, count }];

describe('what is due', () => {
  it('is queued, the oldest first, and known to be', async () => {
    const stage = await stageOf([
      dueTask(A),
      dueTask(B, { disableAt: NOW - 2 * HOUR }),
      dueTask(C, { disableAt: NOW - HOUR }),
    ]);
    expect(await scan(stage, { at: NOW - MINUTE })).toEqual({
      figures: { queuedToDisable: 3 },
      cursor: null,
      queued: [B, C, A],
    });
    expect(stage.sent[0]).toMatchObject({
      queue: 'disable',
      group: 'acmeCo',
      body: { kind: 'disable', key: B, episode: 1, correlationId: 'run' },
    });
    expect(await stage.task(B)).toMatchObject({
      open: {
        disabling: {
          state: 'queued',
          asker: { by: 'run', run: 'run', disableAt: NOW - 2 * HOUR },
          queuedAt: NOW,
          attempts: 0,
        },
      },
      next: { at: NOW + QUEUED_AGAIN_AFTER, why: 'look' },
    });
    expect((await loadRateLimit(stage.table)).runs).toEqual([
      { at: NOW, run: 'run', count: 3, unapproved: ofPlane('eu-1', 3) },
    ]);
    expect(await stage.table.get(keys.run(NOW - MINUTE))).toMatchObject({
      run: 'run',
      figures: only({ queuedToDisable: 3 }),
    });
  });

  it('of one date in the order of their loss, then of their names', async () => {
    const stage = await stageOf([dueTask(C), dueTask(A), dueTask(B)]);
    expect((await scan(stage)).queued).toEqual([A, B, C]);
    expect(await stage.rows({ pk: 'RUNS' })).toEqual([]);
  });

  it('is not what comes due later; where nothing is, nothing is written', async () => {
    const stage = await stageOf([dueTask(A, { disableAt: NOW + 1 })]);
    expect(await scan(stage)).toEqual({ figures: {}, cursor: null, queued: [] });
    expect(stage.writes).toEqual([]);
  });

  it('is evaluated first: what recovered is over', async () => {
    const well = dueTask(A);
    well.evidence = { ...well.evidence, statuses: ['PRIMARY'] };
    const stage = await stageOf([well, dueTask(B)]);
    expect(await scan(stage)).toMatchObject({
      queued: [B],
      figures: only({ resolved: 1, queuedToDisable: 1 }),
    });
    expect((await stage.task(A)).open).toBeNull();
    expect(await stage.rows({ pk: 'OOPS#' })).toEqual([]);
  });

  it('is not queued where an owner, an operator or the hour keeps it', async () => {
    const kept = dueTask(A);
    kept.keep = { kind: 'keep', until: NOW + DAY, by: 'ana', at: NOW };
    expect((await scan(await stageOf([kept]))).queued).toEqual([]);
    const paused = await stageOf(many(11), {}, pausesWrite({ ...NOTHING_PAUSED, disable: NOW }));
    expect((await scan(paused)).queued).toEqual([]);
    // It is no spike either: nothing would happen anyway.
    expect(await spike(paused)).toBeUndefined();
  });

  it.each<[string, Record<string, unknown>, Write[]]>([
    ['quiet hours', { quietHours: { from: '11:00', to: '13:00', zone: 'UTC' } }, []],
    [
      'the silence of SES',
      {},
      [
        pausesWrite({
          evaluate: null,
          notify: null,
          disable: null,
          evaluatePaused: [],
          feedbackSilent: NOW,
          rev: 0,
        }),
      ],
    ],
  ])(
    'waits for the end of %s without counting for the rate limit, and counts towards a spike',
    async (_what, policy, more) => {
      const ten = await stageOf(many(10), policy, ...more);
      expect((await scan(ten)).queued).toEqual([]);
      expect([await spike(ten), (await loadRateLimit(ten.table)).runs]).toEqual([undefined, []]);
      const eleven = await stageOf(many(11), policy, ...more);
      expect((await scan(eleven)).queued).toEqual([]);
      expect(await spike(eleven)).toBeDefined();
    },
  );

  it('is gathered anew by the next scan where time is short: only who knows all of it can tell a spike', async () => {
    const stage = await stageOf([dueTask(A), dueTask(B)]);
    expect(await scan(stage, {}, { spent: () => true })).toEqual({
      figures: {},
      cursor: 'unread',
      queued: [],
    });
    expect((await scan(stage)).queued).toEqual([A, B]);
  });

  it('is not queued again while it is on its way', async () => {
    const asker = { by: 'person', person: 'ana', at: NOW } as const;
    const disabling = { state: 'queued', asker, queuedAt: NOW, attempts: 0 } as const;
    const stage = await stageOf([dueTask(A, { open: { disabling } }), dueTask(B)]);
    expect((await scan(stage)).queued).toEqual([B]);
  });

  it.each([
    [7, 'owner', [B]],
    [6, 'edited since', [A, B]],
  ])('is left out where it is given up for version %i: %s', async (version, _what, queued) => {
    const stage = await stageOf([dueTask(A), dueTask(B)], {}, givenUp(disablingOf(A, 1), { version }));
    expect((await scan(stage)).queued).toEqual(queued);
  });

  it('is given up where its own row is too large, and the others go on', async () => {
    const stage = await stageOf([dueTask(A), dueTask(B)]);
    stage.on(
      takingNo(
        stage.system.table,
        ({ pk, open }) => pk === `T#${A}` && JSON.stringify(open).includes('"state":"queued"'),
      ),
    );
    expect(await scan(stage)).toMatchObject({
      figures: only({ failed: 1, queuedToDisable: 1 }),
      queued: [B],
    });
    expect(await stage.table.get(givenUpKey(disablingOf(A, 1)))).toMatchObject({ version: 7 });
    expect(await loadOperatorAlert(stage.table, 'disable-failing', A)).toMatchObject({ toldAt: null });
    expect(await stage.rows({ pk: 'OOPS#' })).toMatchObject([
      { worker: 'scanner/disabling', item: A, attempt: 1 },
    ]);
  });

  it('is tried again with the next scan where the table failed, and nothing is given up', async () => {
    const stage = await stageOf([dueTask(A)]);
    const { transact } = stage.table;
    stage.table.transact = async (writes, writer) => {
      if (puts(writes, `T#${A}`)) throw Object.assign(new Error('down'), { name: 'ServiceUnavailable' });
      return transact.call(stage.table, writes, writer);
    };
    expect((await scan(stage)).figures).toMatchObject({ failed: 1 });
    expect(await stage.rows({ pk: 'OOPS#' })).toMatchObject([{ worker: 'scanner/disabling', item: A }]);
    expect(await stage.rows({ pk: 'GIVEN-UP' })).toEqual([]);
    stage.table.transact = transact;
    expect((await scan(stage)).queued).toEqual([A]);
  });

  it('and cannot be read keeps no other from being queued', async () => {
    const stage = await stageOf([dueTask(A), dueTask(B)]);
    const { batchGet } = stage.table;
    stage.table.batchGet = async (asked) => {
      if (asked.some(({ pk }) => pk === `T#${A}`)) throw new Error('unreadable');
      return batchGet.call(stage.table, asked);
    };
    expect(await scan(stage)).toMatchObject({
      figures: only({ failed: 1, queuedToDisable: 1 }),
      queued: [B],
    });
    expect(await stage.rows({ pk: 'OOPS#' })).toMatchObject([
      { worker: 'scanner/disabling', item: `T#${A}` },
    ]);
  });

  it('and changes too fast to be evaluated is left to the next scan', async () => {
    const well = dueTask(A);
    well.evidence = { ...well.evidence, statuses: ['PRIMARY'] };
    const stage = await stageOf([well, dueTask(B)]);
    stage.on(refusing(stage.system.table, (writes) => puts(writes, `T#${A}`), { times: 5 }));
    expect(await scan(stage)).toMatchObject({
      figures: only({ conflicts: 5, queuedToDisable: 1 }),
      queued: [B],
    });
    expect(await stage.rows({ pk: 'OOPS#' })).toEqual([]);
  });
});

describe('the rate limit', () => {
  it.each<[string, object, RateLimitEntry[], number]>([
    ['perRun', { perRun: 2 }, [], 2],
    ['perDay', { perDay: 2 }, [], 2],
    ['what went within a day', { perDay: 3 }, [{ at: NOW - DAY + 1, count: 2 }], 1],
    ['not what went before', { perDay: 3 }, [{ at: NOW - DAY, count: 2 }], 3],
    [
      'all of it',
      { perDay: 3 },
      [
        { at: NOW - HOUR, count: 1 },
        { at: NOW - 2 * HOUR, count: 3 },
      ],
      0,
    ],
  ])('lets the oldest go by %s', async (_what, blastRadius, runs, allowed) => {
    const tasks = [0, 1, 2].map((hours) => dueTask(`acmeCo/${hours}`, { disableAt: NOW - hours * HOUR }));
    const stage = await stageOf(tasks, { blastRadius }, paced(...runs));
    expect((await scan(stage)).queued).toEqual(['acmeCo/2', 'acmeCo/1', 'acmeCo/0'].slice(0, allowed));
    const recent = runs.filter(({ at }) => at > NOW - DAY);
    const own = { at: NOW, run: 'run', count: allowed, unapproved: ofPlane('eu-1', allowed) };
    const after = (await loadRateLimit(stage.table)).runs;
    // Where nothing goes nothing is written, and what is past stays on the row until then.
    expect(after).toEqual(allowed > 0 ? [...recent, own] : runs);
  });

  it('is asked again with the next scan where it could not be set aside', async () => {
    const stage = await stageOf([dueTask(A)]);
    stage.on(refusing(stage.system.table, (writes) => puts(writes, 'META', ({ sk }) => sk === 'PACE')));
    expect((await scan(stage)).queued).toEqual([]);
    expect((await scan(stage)).queued).toEqual([A]);
  });

  it('notes of which tenants and planes they were, and of none that were approved', async () => {
    const approved = { brake: { heldAt: NOW - DAY, approvedAt: NOW - HOUR } };
    const stage = await stageOf([
      dueTask(A),
      dueTask(B, { open: approved }),
      dueTask(C, { dataPlane: 'us-1' }),
      dueTask('beta/d'),
    ]);
    expect((await scan(stage)).queued).toHaveLength(4);
    const [entry] = (await loadRateLimit(stage.table)).runs;
    expect(entry?.count).toBe(4);
    expect(entry?.unapproved).toHaveLength(3);
    expect(entry?.unapproved).toEqual(
      expect.arrayContaining([
        { tenant: 'acmeCo', dataPlane: 'eu-1', count: 1 },
        { tenant: 'acmeCo', dataPlane: 'us-1', count: 1 },
        { tenant: 'beta', dataPlane: 'eu-1', count: 1 },
      ]),
    );
  });

  it('names a long tenant in short, and tells it from others', async () => {
    const forty = 't'.repeat(40);
    const [first, second] = ['x', 'y'].map((end) => `${'u'.repeat(40)}${end}`);
    const stage = await stageOf([dueTask(`${forty}/a`), dueTask(`${first}/a`), dueTask(`${second}/a`)]);
    await scan(stage);
    const names = (await loadRateLimit(stage.table)).runs[0]?.unapproved?.map(({ tenant }) => tenant) ?? [];
    expect(new Set(names).size).toBe(3);
    expect(names).toContain(forty);
    const short = names.filter((name) => name !== forty);
    expect(short).toEqual([
      expect.stringMatching(/^u{24}#[0-9a-z]{1,7}$/),
      expect.stringMatching(/^u{24}#[0-9a-z]{1,7}$/),
    ]);
  });
});

describe('a spike', () => {
  it('is held to the last task, and operators hear how many they are', async () => {
    const stage = await stageOf(many(11));
    expect(await scan(stage)).toMatchObject({ cursor: null, queued: [] });
    expect(await heldIn(stage)).toHaveLength(11);
    expect(await stage.task('acmeCo/t03')).toMatchObject({
      open: { brake: { heldAt: NOW } },
      hold: { reason: 'blast-radius', since: NOW },
    });
    expect(await spike(stage)).toMatchObject({
      detail: '11 tasks are due to be turned off at once; they are held until an operator approves them',
      since: NOW,
      toldAt: null,
    });
    expect((await loadRateLimit(stage.table)).runs).toEqual([]);
  });

  it('of one task is named as such', async () => {
    const stage = await stageOf([dueTask(A)], { blastRadius: { shareFloor: 0 } });
    expect((await scan(stage)).queued).toEqual([]);
    expect((await spike(stage))?.detail).toBe(
      '1 task is due to be turned off at once; it is held until an operator approves it',
    );
  });

  it.each<[string, Write[], number]>([
    ['109 tasks', [counted('eu-1', 'beta', { eligible: 98 })], 11],
    ['110 tasks', [counted('eu-1', 'beta', { eligible: 99 })], 0],
    ['110 tasks, some of which are jobs', [counted('eu-1', 'beta', { eligible: 90, jobs: 9 })], 0],
    [
      '110 tasks of two tenants',
      [counted('eu-1', 'beta', { eligible: 50 }), counted('eu-1', 'delta', { eligible: 49 })],
      0,
    ],
    // More than a tenth of its own plane.
    ['110 tasks of two planes', [counted('us-1', 'beta', { eligible: 99 })], 11],
  ])('is more than a tenth of the fleet: of %s', async (_what, more, held) => {
    const stage = await stageOf(many(11), {}, ...more);
    expect((await scan(stage)).queued).toHaveLength(11 - held);
    expect(await heldIn(stage)).toHaveLength(held);
  });

  it.each<[string, number, RateLimitEntry[], number]>([
    ['109 tasks', 98, [], 6],
    ['110 tasks', 99, [], 0],
    ['109 tasks, beside entries of before that say nothing', 98, [{ at: NOW - HOUR, count: 5 }], 6],
    [
      '109 tasks, beside a run that is known to have disabled nothing',
      98,
      [{ at: NOW - HOUR, run: 'r1', count: 0 }],
      6,
    ],
  ])(
    'of two planes is one of the fleet, of which the larger part is held: of %s',
    async (_what, others, runs, held) => {
      const tasks = [...many(6), ...many(5, { dataPlane: 'us-1' }, 'acmeCo/u')];
      const stage = await stageOf(tasks, {}, counted('us-1', 'beta', { eligible: others }), paced(...runs));
      await scan(stage);
      expect(await heldIn(stage)).toHaveLength(held);
    },
  );

  it('is not asked after, nor the fleet counted, where too few are due for one', async () => {
    const stage = await stageOf(many(10));
    const read: string[] = [];
    const { query } = stage.table;
    stage.table.query = (asked) => {
      read.push(asked.pk);
      return query.call(stage.table, asked);
    };
    await scan(stage);
    expect(read.filter((pk) => pk.startsWith('COUNT#'))).toEqual([]);
  });

  it('holds the plane that it is of alone; the others go on', async () => {
    const tasks = [...many(11), ...many(2, { dataPlane: 'us-1' }, 'acmeCo/u')];
    const stage = await stageOf(tasks, {}, counted('us-1', 'beta', { eligible: 500 }));
    expect((await scan(stage)).queued).toEqual(['acmeCo/u00', 'acmeCo/u01']);
    expect(await heldIn(stage)).toHaveLength(11);
  });

  it.each<[string, RateLimitEntry[], number]>([
    ['counts', [{ at: NOW - DAY + 1, run: 'r1', count: 5, unapproved: ofPlane('eu-1', 5) }], 6],
    [
      'counts in entries of before',
      [{ at: NOW - HOUR, count: 5, unapproved: Array(5).fill({ tenant: 'acmeCo', dataPlane: 'eu-1' }) }],
      6,
    ],
    ['counts no more', [{ at: NOW - DAY, run: 'r1', count: 5, unapproved: ofPlane('eu-1', 5) }], 0],
    ['does not count where it was approved', [{ at: NOW - HOUR, run: 'r1', count: 5 }], 0],
    [
      'makes no spike with it up to the floor',
      [{ at: NOW - HOUR, run: 'r1', count: 4, unapproved: ofPlane('eu-1', 4) }],
      0,
    ],
  ])('what went within the last day %s', async (_what, runs, held) => {
    const stage = await stageOf(many(6), {}, paced(...runs));
    expect(await scan(stage)).toMatchObject({ queued: { length: 6 - held } });
    expect(await heldIn(stage)).toHaveLength(held);
  });

  it.each<[string, RateLimitEntry, boolean]>([
    ['counts to the fleet that it was turned off from', { at: NOW - HOUR, run: 'r1', count: 5 }, false],
    [
      'of entries of before, too',
      { at: NOW - HOUR, count: 5, turnedOff: Array(5).fill({ tenant: 'beta', dataPlane: 'eu-1' }) },
      false,
    ],
    ['of a day ago counts no more', { at: NOW - DAY, run: 'r1', count: 5 }, true],
    [
      'of a day ago counts no more in entries of before',
      { at: NOW - DAY, count: 5, turnedOff: Array(5).fill({ tenant: 'beta', dataPlane: 'eu-1' }) },
      true,
    ],
    ['of an entry that says nothing counts nothing', { at: NOW - HOUR, count: 5 }, true],
  ])('what is off %s', async (_what, entry, isHeld) => {
    // 105 are on: with the five that are off 110, of which 11 are a tenth.
    const stage = await stageOf(many(11), {}, counted('eu-1', 'gamma', { eligible: 94 }), paced(entry));
    for (const { task, ...record } of many(5, {}, 'beta/off')) {
      await stage.tasks({ ...record, open: null, next: null, task: { ...task, enabled: false } });
      await stage.write({ put: { ...keys.turnedOff('r1', task.id), v: 1 } });
    }
    expect((await scan(stage)).queued).toHaveLength(isHeld ? 0 : 11);
  });

  it('what is on again is no more than what is on', async () => {
    const runs: RateLimitEntry = { at: NOW - HOUR, run: 'r1', count: 5 };
    const stage = await stageOf(many(11), {}, counted('eu-1', 'gamma', { eligible: 95 }), paced(runs));
    const [service, job] = many(2, { disableAt: NOW + DAY }, 'beta/on');
    await stage.tasks(service!, {
      ...job!,
      open: null,
      next: null,
      task: { ...job!.task, kind: 'job', startedAt: NOW },
    });
    // 108 are on, of which 11 are more than a tenth, and the two of them twice would be 110; three more that were deleted since are in no fleet.
    for (const id of ['beta/on00', 'beta/on01', 'beta/gone1', 'beta/gone2', 'beta/gone3'])
      await stage.write({ put: { ...keys.turnedOff('r1', id), v: 1 } });
    expect((await scan(stage)).queued).toEqual([]);
  });
});

const HELD = { brake: { heldAt: NOW - HOUR } };

describe('what a spike held before', () => {
  it('stays held, however few are due by now, and operators hear of it where they did not', async () => {
    const stage = await stageOf([dueTask(A, { open: HELD }), dueTask(B)]);
    expect((await scan(stage)).queued).toEqual([B]);
    expect(await stage.task(A)).toMatchObject({ open: HELD });
    expect(await spike(stage)).toMatchObject({
      detail: '1 task is due to be turned off at once; it is held until an operator approves it',
    });
  });

  const alertBefore = (more: Record<string, unknown> = {}): Write => {
    const { put } = operatorAlert('blast-radius', 'fleet', 'as it was', NOW - HOUR);
    return { put: { ...put, toldAt: NOW - HOUR, ...more } };
  };
  const rejected = { at: NOW - HOUR, by: 'olga', reason: 'no', until: NOW + DAY };

  it('goes to operators as it was, and not anew with each scan', async () => {
    const stage = await stageOf([dueTask(A, { open: HELD })], {}, alertBefore());
    await scan(stage);
    expect(await spike(stage)).toMatchObject({ detail: 'as it was', rev: 1 });
  });

  it('goes to operators as it was where more joins it, but anew where an operator rejected it', async () => {
    const tasks = [dueTask(A, { open: HELD }), ...many(10)];
    const lasting = await stageOf(tasks, {}, alertBefore());
    await scan(lasting);
    expect(await heldIn(lasting)).toHaveLength(11);
    expect(await spike(lasting)).toMatchObject({ detail: 'as it was' });
    const again = await stageOf(tasks, {}, alertBefore({ rejected }));
    await scan(again);
    expect(await spike(again)).toMatchObject({
      detail: '11 tasks are due to be turned off at once; they are held until an operator approves them',
      toldAt: null,
    });
    const resting = await stageOf([dueTask(A, { open: HELD })], {}, alertBefore({ rejected }));
    await scan(resting);
    expect(await spike(resting)).toMatchObject({ detail: 'as it was', rejected });
  });

  it('rests where an operator rejected it and nothing joined it, however much it is', async () => {
    const stage = await stageOf(many(11, { open: HELD }), {}, alertBefore({ rejected }));
    await scan(stage);
    expect(await spike(stage)).toMatchObject({ detail: 'as it was', rejected });
  });

  it('goes to operators where operators did not hear of it, and more that joins it is held', async () => {
    const stage = await stageOf([dueTask(A, { open: HELD }), ...many(10)]);
    expect((await scan(stage)).queued).toEqual([]);
    expect([await heldIn(stage), await spike(stage)]).toMatchObject([{ length: 11 }, { toldAt: null }]);
  });

  it('goes on once it is approved, and counts towards no spike any more', async () => {
    const approved = { brake: { heldAt: NOW - HOUR, approvedAt: NOW - MINUTE } };
    const stage = await stageOf([...many(10, { open: approved }), dueTask(A)]);
    expect((await scan(stage)).queued).toHaveLength(11);
    expect(await spike(stage)).toBeUndefined();
  });

  it.each<[Instant, number]>([
    [NOW + 1, 11],
    [NOW, 1],
  ])(
    'is held again where its approval ended at %i, and counts towards no spike all the same',
    async (approvedUntil, queued) => {
      const open = { brake: { heldAt: NOW - DAY, approvedAt: NOW - HOUR, approvedUntil } };
      const stage = await stageOf([...many(10, { open }), dueTask(A)]);
      expect((await scan(stage)).queued).toHaveLength(queued);
      expect(await heldIn(stage)).toHaveLength(11 - queued);
    },
  );

  it('nothing is marked where operators could not be notified', async () => {
    const stage = await stageOf(many(11));
    stage.on(
      refusing(stage.system.table, (writes) => puts(writes, 'OPERATORS'), {
        answer: { outcome: 'busy', reason: 'throttled' },
      }),
    );
    await expect(scan(stage)).rejects.toThrow('the alert of a spike could not be written');
    expect(await heldIn(stage)).toEqual([]);
  });
});

describe('while others are at it', () => {
  /** Lets others write just before a row is written. */
  function precede(stage: RunStage, pk: string, ...writes: Write[]) {
    const { table } = stage.system;
    let isDone = false;
    const transact: typeof table.transact = async (asked, writer) => {
      if (!isDone && puts(asked, pk)) {
        isDone = true;
        await stage.write(...writes);
      }
      return table.transact(asked, writer);
    };
    stage.on({ ...refusing(table, () => false), transact });
  }
  const rowOf = async (stage: RunStage, id: string) => (await stage.table.get(keys.task(id)))!;

  it('nothing is queued of a task that is gone, over or on its way by then', async () => {
    const stage = await stageOf(['a', 'b', 'c', 'd'].map((name) => dueTask(`acmeCo/${name}`)));
    const { open: _, ...over } = await rowOf(stage, B);
    const disabling = {
      state: 'queued',
      asker: { by: 'person', person: 'ana', at: NOW },
      queuedAt: NOW,
      attempts: 0,
    };
    const onItsWay = await rowOf(stage, C);
    precede(
      stage,
      'META',
      { delete: keys.task(A) },
      { put: over },
      { put: { ...onItsWay, open: { ...(onItsWay.open as object), disabling } } },
    );
    expect(await scan(stage)).toEqual({
      figures: { queuedToDisable: 1 },
      cursor: null,
      queued: ['acmeCo/d'],
    });
  });

  it('nothing is marked as held that is gone, over or held by then', async () => {
    const stage = await stageOf(many(11));
    const [first, second, third] = ['acmeCo/t00', 'acmeCo/t01', 'acmeCo/t02'] as const;
    const { open: _, ...over } = await rowOf(stage, second);
    const held = await rowOf(stage, third);
    precede(
      stage,
      'OPERATORS',
      { delete: keys.task(first) },
      { put: over },
      {
        put: {
          ...held,
          open: { ...(held.open as object), brake: { heldAt: NOW - HOUR, approvedAt: NOW - 1 } },
        },
      },
    );
    expect((await scan(stage)).figures).not.toHaveProperty('failed');
    expect(await loadTask(stage.table, first)).toBeUndefined();
    expect((await stage.task(second)).open).toBeNull();
    expect((await stage.task(third)).open?.brake).toEqual({ heldAt: NOW - HOUR, approvedAt: NOW - 1 });
    expect(await heldIn(stage)).toHaveLength(8);
  });

  it('a task that changed as it was to be queued is left to the next scan, and counted', async () => {
    const stage = await stageOf([dueTask(A), dueTask(B)]);
    stage.on(refusing(stage.system.table, (writes) => puts(writes, `T#${A}`)));
    expect(await scan(stage)).toMatchObject({
      figures: only({ conflicts: 1, queuedToDisable: 1 }),
      queued: [B],
    });
  });
});
