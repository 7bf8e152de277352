import { describe, expect, it } from 'vitest';
import type { Stopping, Task } from '../../../functions/abandonment/task.ts';
import { deadlineHintIn, deadlineWrites } from '../../../functions/store/deadline-row.ts';
import { bucketOf } from '../../../functions/store/keys.ts';
import { MemoryTable } from '../../../functions/store/table/memory-table.ts';
import type { IndexName, Row } from '../../../functions/store/table/table.port.ts';
import { newTaskRecord, type TaskRecord } from '../../../functions/store/tasks.ts';
import { aTask, day } from '../abandonment/decide-builders.ts';

const ID = 'acmeCo/a';
const BUCKET = bucketOf(ID);
const DEADLINE = day(20);
const STARTED = day(1);
const job = { kind: 'job', startedAt: STARTED } as const;

const aRecord = (task: Partial<Task>, stopping: Stopping | null = null): TaskRecord => ({
  ...newTaskRecord(aTask(task)),
  stopping,
});
const lookedAt = (lookAt?: number | null): Stopping => ({
  moves: 1,
  seen: DEADLINE,
  told: {},
  ...(lookAt !== undefined && { lookAt }),
});

const WITH = aRecord({ deadline: DEADLINE });

/** Where a scan finds the task once it was stored so; the place with the sort key there. */
async function foundOf(...records: TaskRecord[]): Promise<Record<string, string | undefined>> {
  const table = new MemoryTable();
  let before: TaskRecord | undefined;
  for (const record of records) {
    const writes = deadlineWrites(before, record);
    if (writes.length > 0) await table.transact(writes, 'w');
    before = record;
  }
  const found: Record<string, string> = {};
  const places: [IndexName, string][] = [
    ['g1', `E#${BUCKET}`],
    ['g1', `L#${BUCKET}`],
    ['g2', `S#${BUCKET}`],
    ['g2', `O#${BUCKET}`],
    ['g3', 'S#acmeCo'],
  ];
  for (const [index, pk] of places)
    for (const row of (await table.query({ index, pk })).rows) found[pk] = String(row[`${index}sk`]);
  return found;
}

const AT = { deadline: '2026-01-21T00:00:00.000Z', started: '2026-01-02T00:00:00.000Z' };

describe('a task with a deadline is found', () => {
  it.each<[string, TaskRecord, Record<string, string>]>([
    ['by what its owning system said', WITH, { [`E#${BUCKET}`]: AT.deadline }],
    [
      'by its start, where it is a job that runs, and by its tenant',
      aRecord(job),
      { [`S#${BUCKET}`]: AT.started, 'S#acmeCo': AT.started },
    ],
    [
      'by both, of a job with a deadline',
      aRecord({ ...job, deadline: DEADLINE }),
      { [`E#${BUCKET}`]: AT.deadline, [`S#${BUCKET}`]: AT.started, 'S#acmeCo': AT.started },
    ],
    [
      'by its deadline alone where it is no job, though it was started',
      aRecord({ deadline: DEADLINE, startedAt: STARTED }),
      { [`E#${BUCKET}`]: AT.deadline },
    ],
    [
      'as one to evaluate again, and among what is open, once it was evaluated',
      aRecord({ ...job, deadline: DEADLINE }, lookedAt(day(20))),
      { [`L#${BUCKET}`]: AT.deadline, [`O#${BUCKET}`]: ID },
    ],
    [
      'among what is open alone, where only a change can matter',
      aRecord({ deadline: DEADLINE }, lookedAt(null)),
      { [`O#${BUCKET}`]: ID },
    ],
    [
      'by what was said, where it was announced and is to be found by itself',
      aRecord({ deadline: DEADLINE }, lookedAt()),
      { [`E#${BUCKET}`]: AT.deadline },
    ],
    ['nowhere without one', aRecord({}), {}],
    ['nowhere while it is off', aRecord({ deadline: DEADLINE, enabled: false }), {}],
    ['nowhere, a job that does not run', aRecord({ kind: 'job', deadline: DEADLINE }), {}],
  ])('%s', async (_, record, found) => {
    expect(await foundOf(record)).toEqual(found);
    // Whatever it was before.
    for (const before of [WITH, aRecord({}), aRecord(job, lookedAt(day(3)))])
      expect(await foundOf(before, record)).toEqual(found);
  });
});

it('nothing is written where nothing of it changes', () => {
  expect(deadlineWrites(undefined, aRecord({}))).toEqual([]);
  expect(deadlineWrites(WITH, aRecord({ deadline: DEADLINE, owners: [] }))).toEqual([]);
  expect(deadlineWrites(WITH, aRecord({}))).toEqual([{ delete: { pk: `T#${ID}`, sk: 'D' } }]);
});

it('its row shows what was said, and how it is spread', () => {
  const [write] = deadlineWrites(undefined, aRecord({ ...job, deadline: DEADLINE }));
  const { put } = write as { put: Row };
  expect(put).toMatchObject({ pk: `T#${ID}`, sk: 'D', v: 1, b: 8 });
  expect(deadlineHintIn(put)).toEqual({ deadline: DEADLINE, startedAt: STARTED });
});
