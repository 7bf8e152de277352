import { describe, expect, it } from 'vitest';
import type { EffectivePolicy } from '../../../functions/abandonment/policy.ts';
import type { Evidence, Task } from '../../../functions/abandonment/task.ts';
import { HOUR } from '../../../functions/abandonment/time.ts';
import { bucketOf } from '../../../functions/store/keys.ts';
import { MemoryTable } from '../../../functions/store/table/memory-table.ts';
import {
  candidateIn,
  loadTask,
  loadTasks,
  newTaskRecord,
  scheduled,
  type TaskRecord,
  taskFromRow,
  taskWrite,
} from '../../../functions/store/tasks.ts';
import { aPolicy, aTask, day, evidenceOf, fired, graced, T0 } from '../abandonment/decide-builders.ts';

const ID = 'acmeCo/a';
const B = bucketOf(ID);
/** Failing since the first of January, seen two days later; nothing is open. */
const aRecord = (more: Partial<TaskRecord> = {}): TaskRecord => ({
  ...newTaskRecord(aTask()),
  evidence: evidenceOf(day(2)),
  rev: 1,
  ...more,
});
const task = (more: Partial<Task>): Pick<TaskRecord, 'task'> => ({ task: aTask(more) });
const evidence = (more: Partial<Evidence>): Pick<TaskRecord, 'evidence'> => ({
  evidence: evidenceOf(day(2), more),
});
const { lostAt: _, ...NOT_LOST } = evidenceOf(day(2));
const ALIVE = {
  evidence: { ...NOT_LOST, statuses: ['PRIMARY'], lastSeen: {} },
} satisfies Partial<TaskRecord>;
const OFF = { at: day(21), episode: 1, run: '2026-01-22T00:00:00Z' };

/** Where indexes find a record: each by its partition and its sort key. */
function placesOf(record: TaskRecord, policy: EffectivePolicy = aPolicy()) {
  const { put } = taskWrite(record, policy);
  const names = Object.keys(put).filter((name) => /^g\dpk$/.test(name));
  const sorts = Object.keys(put).filter((name) => /^g\dsk$/.test(name));
  expect(sorts).toHaveLength(names.length);
  return Object.fromEntries(
    names.sort().map((name) => [name.slice(0, 2), `${put[name]} ${put[name.replace('pk', 'sk')]}`]),
  );
}

const storedOf = (record: TaskRecord, policy: EffectivePolicy = aPolicy()): TaskRecord =>
  taskFromRow(taskWrite(record, policy).put);

describe('where a task is found', () => {
  const JAN_1 = '2026-01-01T00:00:00.000Z';
  const CAN_FIRE = { g1: `C#${B} ${JAN_1}`, g2: `N#acmeCo ${JAN_1}` };
  const LOST = { g3: `P#eu-1 ${JAN_1}#L` };
  const OPEN = { g2: `O#${B} ${ID}` };
  const IS_OFF = { g2: `D#${B} ${ID}` };
  const look = (date: string) => ({ g1: `L#${B} 2026-${date}.000Z` });
  const spell = evidence({ statuses: ['PRIMARY'], spells: { PRIMARY: day(1) } });
  const off = { ...task({ enabled: false }), disabledByUs: OFF };
  const reminding = aPolicy({ stillOff: 30 * 24 * HOUR });

  it.each<[string, Partial<TaskRecord>, EffectivePolicy, object]>([
    ['one that fails: since when it does', {}, aPolicy(), { ...CAN_FIRE, ...LOST }],
    [
      'one that was never seen alive: since it was created, a hundred days before',
      { evidence: { ...NOT_LOST, lastSeen: {} } },
      aPolicy(),
      {
        g1: `C#${B} 2025-09-23T00:00:00.000Z`,
        g2: 'N#acmeCo 2025-09-23T00:00:00.000Z',
        g3: 'P#eu-1 2025-09-23T00:00:00.000Z#N',
      },
    ],
    [
      'one that was enabled after it was lost: since then, and not as one that its plane lost',
      task({ enabledAt: day(1) }),
      aPolicy(),
      {
        g1: `C#${B} 2026-01-02T00:00:00.000Z`,
        g2: 'N#acmeCo 2026-01-02T00:00:00.000Z',
        g3: 'P#eu-1 2026-01-02T00:00:00.000Z#N',
      },
    ],
    ['one that is well: nowhere', ALIVE, aPolicy(), {}],
    [
      'one that is alive by another status than PRIMARY: the list of these may change',
      { evidence: { ...NOT_LOST, statuses: ['BACKFILL'] } },
      aPolicy({ aliveStatuses: ['PRIMARY', 'BACKFILL'] }),
      { ...CAN_FIRE, g3: `P#eu-1 ${JAN_1}#N` },
    ],
    [
      'one that has PRIMARY, which is not alive for it',
      { evidence: { ...NOT_LOST, statuses: ['PRIMARY', 'BACKFILL'], lastSeen: {} } },
      aPolicy({ aliveStatuses: ['BACKFILL'] }),
      // By PRIMARY it does not fail at all: it stands before all that do, and its own row is asked.
      {
        g1: `C#${B} 1970-01-01T00:00:00.000Z`,
        g2: 'N#acmeCo 1970-01-01T00:00:00.000Z',
        g3: 'P#eu-1 1970-01-01T00:00:00.000Z#N',
      },
    ],
    [
      'one that came back an hour before it is surely well: then',
      spell,
      aPolicy({ minHealthy: 5 * HOUR }),
      { ...look('01-02T05:00:00'), ...OPEN, ...LOST },
    ],
    [
      'one that came back, whose threshold comes before it is surely well: at the threshold',
      spell,
      aPolicy({ minHealthy: 5 * HOUR, warnAfter: 26 * HOUR }),
      { ...look('01-02T02:00:00'), ...OPEN, ...LOST },
    ],
    ['one with an open episode', { open: fired() }, aPolicy(), { ...OPEN, ...LOST }],
    [
      'one with an open episode that is to be evaluated',
      { open: fired(), next: { at: day(15), why: 'look' } },
      aPolicy(),
      { ...look('01-16T00:00:00'), ...OPEN, ...LOST },
    ],
    [
      'one that is to be disabled: by the date, then by how long it fails',
      { open: graced(), next: { at: day(21), why: 'disable' } },
      aPolicy(),
      { g1: `X#${B} 2026-01-22T00:00:00.000Z#${JAN_1}#${ID}`, ...OPEN, ...LOST },
    ],
    [
      'one that is held until an instant',
      { hold: { reason: 'kept', since: day(1) }, next: { at: day(15), why: 'look' } },
      aPolicy(),
      { ...look('01-16T00:00:00'), ...OPEN, ...LOST },
    ],
    ['one that somebody else disabled: nowhere', task({ enabled: false }), aPolicy(), {}],
    ['one that we disabled, among those', off, aPolicy(), IS_OFF],
    [
      'one that we disabled, and whose owners are to be reminded a month before its end: then, among those',
      off,
      reminding,
      // Disabled on January 22; 90 days later, less 30.
      { ...IS_OFF, ...look('03-23T00:00:00') },
    ],
    [
      'one that we disabled, of which they were reminded',
      { ...off, disabledByUs: { ...OFF, reminded: true } },
      reminding,
      IS_OFF,
    ],
    [
      'one that we disabled, with an episode that is still open',
      { ...off, open: graced(), next: { at: day(81), why: 'look' } },
      reminding,
      { ...OPEN, ...look('03-23T00:00:00') },
    ],
    [
      'one that we disabled, and whose listed control plane is to be asked to enable it',
      { ...off, disabledByUs: { ...OFF, enabling: { by: 'ana', reason: '', at: day(22), nextAt: day(23) } } },
      reminding,
      { ...OPEN, ...look('01-24T00:00:00') },
    ],
    [
      'one that we disabled and that was deleted: until what is kept for it is over, which is at once',
      { ...task({ enabled: false, deletedAt: day(30) }), disabledByUs: OFF },
      reminding,
      { g1: `Z#${B} 2026-01-31T00:00:00.000Z` },
    ],
    [
      'one that was deleted, with a keep: until that ends',
      { ...task({ deletedAt: day(3) }), keep: { kind: 'keep', until: day(10), by: 'ana', at: T0 } },
      aPolicy(),
      { g1: `Z#${B} 2026-01-11T00:00:00.000Z` },
    ],
    [
      'one that was deleted, with a keep that had ended',
      { ...task({ deletedAt: day(3) }), keep: { kind: 'snooze', until: day(2), by: 'ana', at: T0 } },
      aPolicy(),
      { g1: `Z#${B} 2026-01-04T00:00:00.000Z` },
    ],
    [
      'one that was deleted while an episode is open',
      { ...task({ deletedAt: day(3) }), open: fired() },
      aPolicy(),
      OPEN,
    ],
    ['a job: only by its own row of deadlines', task({ kind: 'job' }), aPolicy(), {}],
  ])('%s', (_what, more, policy, places) => {
    expect(placesOf(aRecord(more), policy)).toEqual(places);
  });

  it('one that can fire shows what is decided by, but for owners, and for what of it changes with each observation', () => {
    const keep = { kind: 'keep', until: day(1), by: 'ana', at: T0 } as const;
    const seen = evidenceOf(day(2), { heard: ['event'] });
    const record = aRecord({ keep, hold: { reason: 'unknown', since: day(1) }, evidence: seen });
    const { observedAt: _at, heard: _heard, ...shown } = seen;
    const candidate = { task: { ...aTask(), owners: [] }, evidence: shown, keep, hold: 'unknown' };
    const { put } = taskWrite(record, aPolicy());
    expect(put.p).toEqual(candidate);
    expect(candidateIn(put)).toEqual(candidate);
    expect(candidateIn(taskWrite(aRecord(), aPolicy()).put)).toMatchObject({ keep: null, hold: null });
    expect(taskWrite(aRecord({ open: fired() }), aPolicy()).put).not.toHaveProperty('p');
  });
});

describe('what is over is not stored', () => {
  const late = { reason: 'kept', since: day(1), late: true } as const;
  const early = { reason: 'kept', since: day(1) } as const;
  const vetoes = { count: 1, lastAt: day(1) };
  const next = { at: day(5), why: 'look' } as const;
  const undo = (state: 'asked' | 'enabled' | 'told') => ({ episode: 1, by: 'ana', at: day(1), state });
  const reverted = { at: day(1), disabledAt: T0 };

  it.each<[string, Partial<TaskRecord>, Partial<TaskRecord>]>([
    ['the hold of a task that is well', { ...ALIVE, hold: early }, { hold: null }],
    ['the hold of a task that is off', { ...task({ enabled: false }), hold: early }, { hold: null }],
    ['but that of one that fails', { hold: early }, { hold: early }],
    ['but that of one with an open episode', { ...ALIVE, open: fired(), hold: early }, { hold: early }],
    [
      'but that of a deadline of its own',
      { ...ALIVE, ...task({ deadline: day(30) }), hold: late },
      { hold: late },
    ],
    ['that of a deadline that is gone', { ...ALIVE, hold: late }, { hold: null }],
    [
      'that of a task which is well, whatever deadline it has',
      { ...ALIVE, ...task({ deadline: day(30) }), hold: early },
      { hold: null },
    ],
    ['vetoes, once it is well', { ...ALIVE, vetoes }, { vetoes: null }],
    ['but vetoes of one that fails', { vetoes }, { vetoes }],
    ['when to evaluate a task that is well', { ...ALIVE, next }, { next: null }],
    ['but when to evaluate one that fails', { next }, { next }],
    ['but when to evaluate one with an open episode', { ...ALIVE, open: fired(), next }, { next }],
    ['but when to notify of an undoing', { ...ALIVE, next, undo: undo('enabled') }, { next }],
    [
      'when to evaluate one of whose undoing they were notified',
      { ...ALIVE, next, undo: undo('told') },
      { next: null },
    ],
    [
      'when to evaluate one whose undoing is asked for',
      { ...ALIVE, next, undo: undo('asked') },
      { next: null },
    ],
    ['our disabling of a task that is on', { disabledByUs: OFF }, { disabledByUs: null }],
    [
      'but that of one that is off',
      { ...task({ enabled: false }), disabledByUs: OFF },
      { disabledByUs: OFF },
    ],
    ['but a reversal, while the task is on', task({ reverted }), task({ reverted })],
    ['a reversal of one that is off again', task({ reverted, enabled: false }), task({ enabled: false })],
    ['a reversal of one that is deleted', task({ reverted, deletedAt: day(2) }), task({ deletedAt: day(2) })],
  ])('%s', (_what, before, after) => {
    expect(storedOf(aRecord(before))).toMatchObject(after);
    if (after.task) expect(storedOf(aRecord(before)).task).toEqual(after.task);
  });

  it('no spell is evaluated while an episode is open: the last evaluation said when', () => {
    const spell = evidence({ statuses: ['PRIMARY'], spells: { PRIMARY: day(1) } });
    const policy = aPolicy({ minHealthy: 5 * HOUR });
    expect(storedOf(aRecord({ ...spell, open: fired() }), policy).next).toBeNull();
    expect(storedOf(aRecord({ ...spell, next }), policy).next).toEqual(next);
  });

  const enabling = { by: 'ana', reason: '', at: day(22), nextAt: day(23) };
  it('when a listed control plane is asked to enable a task stays until it is on, whatever an evaluation says', () => {
    const disabledByUs = { ...OFF, enabling };
    const off = { ...task({ enabled: false }), disabledByUs };
    expect(storedOf(aRecord({ ...off, open: graced(), next })).next).toEqual({ at: day(23), why: 'look' });
    expect(storedOf(aRecord({ disabledByUs, open: graced(), next })).next).toEqual(next);
    expect(storedOf(aRecord({ ...ALIVE, disabledByUs })).next).toBeNull();
  });

  it('nobody is reminded of a disabling that somebody asked to be undone, or of one that is past', () => {
    const policy = aPolicy({ stillOff: 30 * 24 * HOUR });
    const off = task({ enabled: false });
    const nextOf = (more: Partial<TaskRecord>) => storedOf(aRecord({ ...off, ...more }), policy).next;
    expect(nextOf({ disabledByUs: OFF })).toEqual({ at: day(81), why: 'look' });
    expect(nextOf({ disabledByUs: { ...OFF, undoneAt: day(22) } })).toBeNull();
    expect(nextOf({})).toBeNull();
    expect(nextOf({ disabledByUs: OFF, ...task({ enabled: false, deletedAt: day(30) }) })).toBeNull();
    expect(nextOf({ disabledByUs: OFF, ...task({}) })).toBeNull();
  });
});

describe('the row of a task', () => {
  const full: TaskRecord = {
    task: aTask({ enabled: false }),
    evidence: evidenceOf(day(2)),
    keep: { kind: 'keep', until: day(10), by: 'ana', at: T0 },
    episodes: 3,
    open: graced(),
    hold: { reason: 'paused', since: day(1) },
    vetoes: { count: 2, lastAt: day(1) },
    asked: {
      at: day(21),
      episode: 3,
      asker: { by: 'run', run: '2026-01-22T00:00:00Z', disableAt: day(21) },
      since: T0,
    },
    disabledByUs: OFF,
    undo: { episode: 2, by: 'olga', at: day(1), state: 'asked' },
    next: { at: day(15), why: 'look' },
    listed: { revision: 'r1', kept: 'k' },
    stopping: { moves: 1, seen: day(40), told: {}, lookAt: null },
    rev: 7,
  };

  it('says all that the record says, a revision later', () => {
    expect(storedOf(full)).toEqual({ ...full, rev: 8 });
    expect(taskWrite(full, aPolicy()).put).toMatchObject({ pk: `T#${ID}`, sk: 'T', v: 1, b: 8, rev: 8 });
  });

  it('leaves out what is not there, so that most rows stay small', () => {
    const { put } = taskWrite({ ...newTaskRecord(aTask()), ...ALIVE }, aPolicy());
    expect(Object.keys(put).sort()).toEqual(['b', 'episodes', 'evidence', 'pk', 'rev', 'sk', 'task', 'v']);
    expect(taskFromRow(put)).toEqual({ ...newTaskRecord(aTask()), ...ALIVE, rev: 1 });
  });

  it('is stored over the revision that was read, or where none was', () => {
    expect(taskWrite(full, aPolicy()).if).toEqual([{ equals: ['rev', 7] }]);
    expect(taskWrite(newTaskRecord(aTask()), aPolicy()).if).toEqual([{ absent: true }]);
  });

  it('of a task that is new says that nothing is known of it', () => {
    expect(newTaskRecord(aTask())).toMatchObject({
      evidence: { statuses: [], lastSeen: {}, stale: [], restarts: { total: 0, atLoss: 0 } },
      episodes: 0,
      open: null,
      rev: 0,
    });
  });
});

describe('tasks are read', () => {
  async function filled() {
    const table = new MemoryTable();
    for (const id of ['acmeCo/a', 'acmeCo/b']) {
      const record = { ...aRecord(task({ id })), rev: 0 };
      await table.transact([taskWrite(record, aPolicy())], id);
    }
    return table;
  }

  it('one by its id', async () => {
    const table = await filled();
    expect((await loadTask(table, 'acmeCo/b'))?.task.id).toBe('acmeCo/b');
    expect(await loadTask(table, 'acmeCo/c')).toBeUndefined();
  });

  it('many by their ids, each once, without those that nobody knows', async () => {
    const found = await loadTasks(await filled(), ['acmeCo/b', 'acmeCo/c', 'acmeCo/a', 'acmeCo/b']);
    expect([...found].map(([id, record]) => [id, record.task.id]).sort()).toEqual([
      ['acmeCo/a', 'acmeCo/a'],
      ['acmeCo/b', 'acmeCo/b'],
    ]);
  });
});

describe('a task that somebody changed', () => {
  const NOW = day(16);
  const atOnce = { at: NOW, why: 'look' } as const;

  it('is evaluated at once where an episode or a hold is there', () => {
    expect(scheduled(aRecord({ open: fired() }), NOW).next).toEqual(atOnce);
    expect(scheduled(aRecord({ next: { at: day(20), why: 'disable' } }), NOW).next).toEqual(atOnce);
  });

  it('is found by itself where neither is', () => {
    const record = aRecord();
    expect(scheduled(record, NOW)).toEqual(record);
  });

  it('has its announced deadlines evaluated, too', () => {
    const stopping = { moves: 1, seen: day(40), told: {}, lookAt: day(39) };
    const expected = { ...stopping, lookAt: NOW };
    expect(scheduled(aRecord({ stopping }), NOW)).toEqual(aRecord({ stopping: expected }));
    expect(scheduled(aRecord({ stopping, open: fired() }), NOW)).toEqual(
      aRecord({ stopping: expected, open: fired(), next: atOnce }),
    );
  });
});
