import { describe, expect, it } from 'vitest';
import {
  DAY,
  formatInstant,
  fullInstant,
  HOUR,
  type Instant,
  MINUTE,
} from '../../../../functions/abandonment/time.ts';
import { healthStep } from '../../../../functions/scanner/steps/health.ts';
import {
  type DataPlaneRecord,
  loadDataPlane,
  type OutageRecord,
} from '../../../../functions/store/data-planes.ts';
import { keys } from '../../../../functions/store/keys.ts';
import {
  loadOperatorAlert,
  type OperatorAlertRecord,
  operatorAlertWrite,
} from '../../../../functions/store/operator-alerts.ts';
import { scansWrite } from '../../../../functions/store/scans.ts';
import { newTaskRecord, type TaskRecord } from '../../../../functions/store/tasks.ts';
import { aTask } from '../../abandonment/decide-builders.ts';
import { puts, refusing } from '../../store/refusing-table.ts';
import { aPlane, counted, START as NOW, type RunStage, runStage } from '../run-stage.ts';

const EU = 'eu-1';
const LIMIT = 15 * MINUTE;

/** A stage with one plane, and what operators know of it. */
async function stageOf(plane: Partial<DataPlaneRecord>, ...alerts: Partial<OperatorAlertRecord>[]) {
  const stage = runStage();
  await stage.planes(aPlane(EU, plane));
  for (const alert of alerts) {
    const fields = { subject: EU, detail: 'as it was', since: NOW - HOUR, toldAt: NOW - HOUR, active: true };
    await stage.write(operatorAlertWrite({ code: 'data-plane-silent', ...fields, rev: 0, ...alert }));
  }
  return stage;
}

/** Takes the step, and gives what the view and the table say of the plane then. */
async function watch(stage: RunStage) {
  const run = await stage.begin();
  const { figures, cursor } = await stage.take(healthStep, run);
  return { figures, cursor, seen: run.view.planeOf(EU), stored: await loadDataPlane(stage.table, EU) };
}

const alertOf = ({ table }: RunStage, code: OperatorAlertRecord['code'] = 'data-plane-silent') =>
  loadOperatorAlert(table, code, EU);
const asked = async ({ table }: RunStage) => (await table.get(keys.look(`D#${EU}`)))?.at;

describe('a plane that gives life signs', () => {
  it('is silent since the newest one once that is silentAfter ago; its tasks are evaluated, and operators notified', async () => {
    const stage = await stageOf({ lifeSignAt: NOW - LIMIT });
    const { seen, stored, figures } = await watch(stage);
    expect(stored).toMatchObject({ state: 'silent', since: NOW - LIMIT, rev: 2 });
    expect(seen).toEqual(stored);
    expect(figures).toEqual({});
    expect(await asked(stage)).toBe(NOW);
    expect(await alertOf(stage)).toMatchObject({
      detail: `no life sign of eu-1 since ${fullInstant(NOW - LIMIT)}; the clocks of its tasks stand still`,
      since: NOW,
      toldAt: null,
      rev: 1,
    });
  });

  it.each<[string, Partial<DataPlaneRecord>]>([
    ['it gave one just now', { lifeSignAt: NOW - LIMIT + 1 }],
    ['it never gave any', { lifeSignAt: null }],
    ['it is reported down', { state: 'down', since: NOW - HOUR, lifeSignAt: NOW - 2 * HOUR }],
  ])('is left as it is: %s', async (_what, plane) => {
    const stage = await stageOf(plane);
    const { stored } = await watch(stage);
    expect(stored).toEqual(aPlane(EU, { ...plane, rev: 1 }));
    expect([await asked(stage), await alertOf(stage)]).toEqual([undefined, undefined]);
    expect(stage.writes).toEqual([]);
  });

  it('is silent by the policy in force', async () => {
    const stage = await stageOf({ lifeSignAt: NOW - 5 * MINUTE });
    await stage.policy({ silentAfter: '5m' });
    expect((await watch(stage)).stored).toMatchObject({ state: 'silent', since: NOW - 5 * MINUTE });
  });
});

const SILENT = { state: 'silent', lifeSignAt: NOW - 3 * HOUR } as const;
/** Up again after a silence. */
const BACK: Partial<DataPlaneRecord> = {
  unknown: [{ from: NOW - 3 * HOUR, to: NOW - HOUR }],
  lifeSignAt: NOW,
};

describe('the alert of a silence', () => {
  it.each<[string, Partial<DataPlaneRecord>, Partial<OperatorAlertRecord> | null, object | undefined]>([
    ['is raised where it was not', { ...SILENT, since: NOW - LIMIT }, null, { since: NOW, toldAt: null }],
    ['is not raised before silentAfter', { ...SILENT, since: NOW - LIMIT + 1 }, null, undefined],
    ['is not raised of a plane that is back', BACK, null, undefined],
    ['lasts as it is', { ...SILENT, since: NOW - HOUR }, {}, { detail: 'as it was', rev: 1 }],
    ['notes when the plane is back', BACK, {}, { endedAt: NOW, since: NOW - HOUR, rev: 2 }],
    ['notes no later end', BACK, { endedAt: NOW - DAY + 1 }, { endedAt: NOW - DAY + 1, rev: 1 }],
    ['is gone a day after the end', BACK, { endedAt: NOW - DAY }, undefined],
    [
      'goes on where the plane is silent again within a day',
      { ...SILENT, since: NOW - LIMIT },
      { endedAt: NOW - DAY + 1 },
      { since: NOW - HOUR, toldAt: NOW - HOUR, rev: 2 },
    ],
    [
      'is over still where the plane is silent for less than silentAfter',
      { ...SILENT, since: NOW - LIMIT + 1 },
      { endedAt: NOW - HOUR },
      { endedAt: NOW - HOUR, rev: 1 },
    ],
    [
      'is a new one where the plane is silent again a day later',
      { ...SILENT, since: NOW - LIMIT },
      { endedAt: NOW - DAY },
      { since: NOW, toldAt: null, rev: 1 },
    ],
    [
      'waits with a new one until that is due',
      { ...SILENT, since: NOW - LIMIT + 1 },
      { endedAt: NOW - DAY },
      { endedAt: NOW - DAY, rev: 1 },
    ],
    ['is over where the plane is reported down', { state: 'down', since: NOW - HOUR }, {}, { endedAt: NOW }],
  ])('%s', async (_what, plane, alertBefore, after) => {
    const stage = await stageOf(plane, ...(alertBefore ? [alertBefore] : []));
    expect((await watch(stage)).figures).toEqual({});
    const alert = await alertOf(stage);
    expect(alert === undefined).toBe(after === undefined);
    expect({ endedAt: undefined, ...alert }).toMatchObject({ endedAt: undefined, ...after });
  });

  it('is not asked for of a plane that was never silent', async () => {
    const stage = await stageOf({});
    const keysRead: string[] = [];
    const { get } = stage.table;
    stage.table.get = (key) => {
      keysRead.push(key.pk);
      return get.call(stage.table, key);
    };
    await watch(stage);
    expect(keysRead.filter((pk) => pk === 'OPERATORS')).toEqual([]);
  });

  it.each([
    ['of a silence', { ...SILENT, since: NOW - HOUR }],
    ['of a deletion', { state: 'deleted', since: NOW - HOUR } as const],
  ])(
    '%s that could not be stored is counted as a conflict, and raised by the next scan',
    async (_what, plane) => {
      const stage = await stageOf(plane);
      await stage.write(counted(EU, 'acmeCo', { eligible: 1 }));
      stage.on(refusing(stage.system.table, (writes) => puts(writes, 'OPERATORS')));
      expect((await watch(stage)).figures).toEqual({ conflicts: 1 });
      expect((await watch(stage)).figures).toEqual({});
      expect(await stage.rows({ pk: 'OPERATORS' })).toHaveLength(1);
    },
  );

  it('a plane that changed meanwhile stays as the other says, and is judged again by the next scan', async () => {
    const stage = await stageOf({ lifeSignAt: NOW - LIMIT });
    stage.on(refusing(stage.system.table, (writes) => puts(writes, 'PLANES')));
    const { figures, seen, stored } = await watch(stage);
    expect([figures, seen?.state, stored?.state]).toEqual([{ conflicts: 1 }, 'up', 'up']);
    expect((await watch(stage)).stored?.state).toBe('silent');
  });
});

describe('a deleted plane', () => {
  const gone = { state: 'deleted', since: NOW - HOUR } as const;
  const since = fullInstant(NOW - HOUR);
  const ends = 'until they are deleted or moved, or `taskwarden dismiss eu-1`';

  it.each([
    [[2, 1], `eu-1 was deleted ${since}; 3 tasks of it are parked, ${ends}`],
    [[1, 0], `eu-1 was deleted ${since}; 1 task of it is parked, ${ends}`],
    [[0, 0], undefined],
  ])('notifies operators of what is parked with it (%j)', async ([acmeCo, beta], detail) => {
    const stage = await stageOf(gone);
    await stage.write(counted(EU, 'acmeCo', { eligible: acmeCo! }), counted(EU, 'beta', { eligible: beta! }));
    await watch(stage);
    expect((await alertOf(stage, 'data-plane-deleted'))?.detail).toBe(detail);
    await watch(stage);
    expect((await alertOf(stage, 'data-plane-deleted'))?.rev).toBe(detail && 1);
  });

  it('takes the alert back with the last task that could fail, and no plane that is up does', async () => {
    const alert = { code: 'data-plane-deleted' } as const;
    const stage = await stageOf(gone, alert);
    await watch(stage);
    expect(await alertOf(stage, 'data-plane-deleted')).toBeUndefined();
    const up = await stageOf({}, alert);
    await watch(up);
    expect(await alertOf(up, 'data-plane-deleted')).toBeDefined();
  });
});

let numbers = 0;

/** Tasks of a tenant that lost PRIMARY at an instant, or that were never seen with it. */
function lost(
  count: number,
  at: Instant,
  { tenant = 'acmeCo', isFirst = false, plane = EU } = {},
): TaskRecord[] {
  return Array.from({ length: count }, () => {
    numbers += 1;
    const id = `${tenant}/t${numbers}`;
    const task = aTask({ id, dataPlane: plane, ...(isFirst && { createdAt: at, firstSeenAt: at }) });
    const record = newTaskRecord(task);
    const seen = isFirst ? {} : { lastSeen: { PRIMARY: at }, lostAt: at };
    return { ...record, evidence: { ...record.evidence, observedAt: NOW, statuses: ['FAILED'], ...seen } };
  });
}

/** Five tasks of each of two tenants. */
const ten = (at: Instant): TaskRecord[] => [...lost(5, at), ...lost(5, at, { tenant: 'beta' })];
const healthy = (alive: number) => counted(EU, 'beta', { eligible: alive, alive });

/** A stage with tasks that lost PRIMARY, and others that are alive. */
async function losing(tasks: TaskRecord[], alive: number, plane: Partial<DataPlaneRecord> = {}) {
  const stage = await stageOf(plane);
  await stage.tasks(...tasks);
  if (alive > 0) await stage.write(healthy(alive));
  return stage;
}

const completed = (at: Instant) =>
  scansWrite({ claimed: at, leaseUntil: null, completedAt: at, gaps: [], rev: 0 });
const outagesOf = async (stage: RunStage) => {
  const { figures, stored } = await watch(stage);
  expect(figures).toEqual({});
  return stored?.outages;
};
const AGO = (minutes: number): Instant => NOW - minutes * MINUTE;

describe('an outage begins', () => {
  it('with ten that were lost together, half of those alive; it holds them, and operators hear of it', async () => {
    const stage = await losing(ten(AGO(30)), 10);
    const { stored, seen } = await watch(stage);
    const outage = { from: AGO(30), membersUntil: AGO(-30), members: 10, countedTo: NOW, endedAt: null };
    expect(stored?.outages).toEqual([outage]);
    expect(seen).toEqual(stored);
    expect(await asked(stage)).toBe(NOW);
    expect(await alertOf(stage, 'correlated-failure')).toMatchObject({
      detail: `10 tasks of eu-1 lost PRIMARY together since ${fullInstant(AGO(30))}`,
      since: NOW,
      toldAt: null,
    });
  });

  it.each<[string, TaskRecord[], number]>([
    ['nine', ten(AGO(30)).slice(1), 0],
    ['fewer than half', ten(AGO(30)), 11],
    [
      'ten, one of which was never seen with it',
      [...ten(AGO(30)).slice(1), ...lost(1, AGO(30), { isFirst: true })],
      0,
    ],
    ['one before the window', [...ten(AGO(30)).slice(1), ...lost(1, AGO(60) - 1)], 0],
    ['one of another plane', [...ten(AGO(30)).slice(1), ...lost(1, AGO(30), { plane: 'us-1' })], 0],
  ])('not with %s', async (_what, tasks, alive) => {
    const stage = await losing(tasks, alive);
    expect(await outagesOf(stage)).toEqual([]);
    expect(await alertOf(stage, 'correlated-failure')).toBeUndefined();
    expect(await asked(stage)).toBeUndefined();
  });

  it.each([
    [0, 0],
    [1, 1],
  ])('not where all tasks are of one tenant: another has %i', async (eligible, outages) => {
    const stage = await losing(lost(10, AGO(30)), 0);
    await stage.write(counted(EU, 'beta', { eligible }));
    expect(await outagesOf(stage)).toHaveLength(outages);
  });

  it('with what lies a window apart, both ends included, and not a moment more', async () => {
    const apart = (minutes: number) => [...lost(5, AGO(minutes)), ...lost(5, AGO(0), { tenant: 'beta' })];
    expect(await outagesOf(await losing(apart(60), 0))).toMatchObject([{ from: AGO(60), membersUntil: NOW }]);
    const far = await losing(apart(61), 0);
    await far.write(completed(AGO(10)));
    expect(await outagesOf(far)).toEqual([]);
  });

  it('reaches back a window from the scan before, however long that is ago', async () => {
    const stage = await losing(ten(AGO(120)), 10);
    expect(await outagesOf(stage)).toEqual([]);
    await stage.write(completed(AGO(60)));
    expect(await outagesOf(stage)).toMatchObject([{ from: AGO(120), members: 10 }]);
  });

  it('with the first of those that are together: an earlier loss is none of them, and those after the window neither', async () => {
    const stage = await losing(
      [...lost(1, AGO(170)), ...ten(AGO(100)), ...lost(2, AGO(40)), ...lost(2, AGO(39))],
      10,
    );
    await stage.write(completed(AGO(110)));
    // Ten of the ten alive and of the fourteen lost since, less than half: with the two at the end of the window half.
    expect(await outagesOf(stage)).toEqual([
      { from: AGO(100), membersUntil: AGO(40), members: 12, countedTo: NOW, endedAt: null },
    ]);
  });

  it('not with less than ten in a window, however small the share is', async () => {
    const stage = await losing([...lost(6, AGO(100)), ...lost(6, AGO(30), { tenant: 'beta' })], 0);
    await stage.write(completed(AGO(60)));
    await stage.policy({ correlatedShare: 0.1 });
    expect(await outagesOf(stage)).toEqual([]);
  });

  it.each([
    [AGO(20), 1],
    [AGO(20) + 1, 2],
  ])('not with losses that an outage before counted (%i)', async (at, count) => {
    const before = {
      from: AGO(80),
      membersUntil: AGO(20),
      members: 10,
      countedTo: AGO(20),
      endedAt: AGO(10),
    };
    expect(await outagesOf(await losing(ten(at), 0, { outages: [before] }))).toHaveLength(count);
  });
});

describe('an outage under way', () => {
  const FROM = AGO(120);
  const open: OutageRecord = {
    from: FROM,
    membersUntil: AGO(60),
    members: 12,
    countedTo: AGO(90),
    endedAt: null,
  };
  const past: OutageRecord = {
    ...open,
    from: FROM - DAY,
    membersUntil: FROM - DAY + HOUR,
    endedAt: FROM - HOUR,
  };
  const underWay = async (tasks: TaskRecord[], ...left: [Instant, number][]) => {
    const stage = await stageOf({ outages: [past, open] }, { code: 'correlated-failure' });
    await stage.tasks(...tasks);
    await stage.write(
      ...left.map(([at, by]) => ({ add: keys.leftOutage(EU, at), by: { tasks: by } })),
      healthy(100),
    );
    return stage;
  };

  it.each<[string, TaskRecord[], [Instant, number][], Partial<OutageRecord>]>([
    ['lasts with half of them', lost(6, FROM), [], {}],
    ['ends with fewer', lost(5, FROM), [], { countedTo: NOW, endedAt: NOW }],
    [
      'ends where those without it are of another loss',
      lost(6, FROM - 1),
      [],
      { countedTo: NOW, endedAt: NOW },
    ],
    ['lasts to the end of the window', lost(12, AGO(60)), [], { members: 24, countedTo: NOW }],
    ['is no longer than that', lost(12, AGO(60) + 1), [], { countedTo: NOW, endedAt: NOW }],
    [
      'counts who joined since',
      [...lost(6, AGO(90)), ...lost(2, AGO(90) + 1)],
      [],
      { members: 14, countedTo: NOW },
    ],
    [
      'is less those who left',
      lost(5, FROM),
      [
        [FROM, 1],
        [AGO(60), 1],
      ],
      {},
    ],
    [
      'is not less those who left another',
      lost(5, FROM),
      [
        [FROM - 1, 9],
        [AGO(60) + 1, 9],
      ],
      { countedTo: NOW, endedAt: NOW },
    ],
    ['ends where all left', [], [[FROM, 12]], { countedTo: NOW, endedAt: NOW }],
  ])('%s', async (_what, tasks, left, change) => {
    const stage = await underWay(tasks, ...left);
    expect((await watch(stage)).stored?.outages).toEqual([past, { ...open, ...change }]);
    const ended = change.endedAt !== undefined;
    expect((await alertOf(stage, 'correlated-failure')) === undefined).toBe(ended);
    expect(await asked(stage)).toBe(Object.keys(change).length > 0 ? NOW : undefined);
  });

  it('goes by the share of the policy', async () => {
    const stage = await underWay(lost(9, FROM));
    await stage.policy({ correlatedShare: 0.8 });
    expect((await watch(stage)).stored?.outages.at(-1)).toMatchObject({ endedAt: NOW });
  });
});

describe('a plane that cannot be watched', () => {
  it.each<[string, Partial<DataPlaneRecord>, object]>([
    ['is held for this run alone', {}, { state: 'silent', since: NOW }],
    ['stays down where it is', { state: 'down', since: NOW - HOUR }, { state: 'down', since: NOW - HOUR }],
  ])('%s, and keeps no other from being watched', async (_what, plane, held) => {
    const stage = await stageOf(plane);
    await stage.planes(aPlane('us-1', { lifeSignAt: NOW - HOUR }));
    const { query } = stage.table;
    stage.table.query = async (asks) => {
      if (asks.pk === `P#${EU}`) throw new Error('throttled');
      return query.call(stage.table, asks);
    };
    const { figures, seen, stored } = await watch(stage);
    expect(figures).toEqual({ failed: 1 });
    expect(seen).toMatchObject(held);
    expect(stored).toMatchObject({ state: plane.state ?? 'up', rev: 1 });
    expect((await loadDataPlane(stage.table, 'us-1'))?.state).toBe('silent');
    expect(await stage.rows({ pk: 'OOPS#' })).toMatchObject([{ worker: 'scanner/health', item: EU }]);
  });
});

it('a plane of which life signs stopped long ago is silent, though it is noted first that it is in use', async () => {
  const stage = await stageOf({ since: NOW - 90 * DAY, lifeSignAt: NOW - 30 * DAY });
  await stage.write(counted(EU, 'acmeCo', { eligible: 1 }));
  const { stored, seen } = await watch(stage);
  expect(stored).toMatchObject({ state: 'silent', since: NOW - 30 * DAY, usedAt: NOW, rev: 3 });
  expect(seen).toEqual(stored);
  expect(formatInstant(stored?.since ?? 0)).toBe('2026-01-30T12:00:00Z');
});
