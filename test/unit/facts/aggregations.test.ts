import { describe, expect, it } from 'vitest';
import { HOUR } from '../../../functions/abandonment/time.ts';
import { episodesAggregation } from '../../../functions/facts/aggregations/episodes.ts';
import { mailsAggregation } from '../../../functions/facts/aggregations/mails.ts';
import { offAggregation } from '../../../functions/facts/aggregations/off.ts';
import { tasksAggregation } from '../../../functions/facts/aggregations/tasks.ts';
import { type DigestItem, digestWrite, newDigest } from '../../../functions/store/digests.ts';
import { type Cells, factWrite } from '../../../functions/store/facts.ts';
import { keys } from '../../../functions/store/keys.ts';
import { type Milestone, milestoneWrite } from '../../../functions/store/milestones.ts';
import { MemoryTable } from '../../../functions/store/table/memory-table.ts';
import type { Write } from '../../../functions/store/table/table.port.ts';

const DAY = '2026-01-15';
const NOON = Date.parse(`${DAY}T12:00:00Z`);
const CELL = { plane: 'eu-1', mode: 'disable', cause: 'failed' } as const;

type Occurrence = Milestone extends infer One
  ? One extends Milestone
    ? Omit<One, 'at' | 'task' | 'episode' | 'cell'>
    : never
  : never;

async function tableWith(...writes: Write[]): Promise<MemoryTable> {
  const table = new MemoryTable();
  for (const write of writes) expect((await table.transact([write], 'test')).outcome).toBe('applied');
  return table;
}

const milestone = (
  occurrence: Occurrence,
  more: Partial<Pick<Milestone, 'at' | 'task' | 'cell'>> = {},
): Write =>
  milestoneWrite({ at: NOON, task: 'acmeCo/a', episode: 1, cell: CELL, ...occurrence, ...more } as Milestone);

const plain = (rows: ReadonlyMap<string, Cells>) =>
  Object.fromEntries([...rows].map(([row, cells]) => [row, Object.fromEntries(cells)]));

describe('episodes', () => {
  const rowsOf = async (...writes: Write[]) =>
    plain(await episodesAggregation.rowsOf({ table: await tableWith(...writes), planes: [] }, DAY));

  it.each<[string, Occurrence, Record<string, number>]>([
    ['found abandoned', { kind: 'fired', isOverdue: false }, { abandoned: 1 }],
    ['found past its deadline', { kind: 'fired', isOverdue: true }, { overdue: 1 }],
    ['warned of', { kind: 'warned' }, { warned: 1 }],
    ['kept', { kind: 'ended', reason: 'kept', wasWarned: true, restarts: 2 }, { kept: 1, restarts: 2 }],
    ['snoozed', { kind: 'ended', reason: 'snoozed', wasWarned: true, restarts: 0 }, { kept: 1, restarts: 0 }],
    [
      'recovered before anybody was warned',
      { kind: 'ended', reason: 'recovered', wasWarned: false, restarts: 1 },
      { recovered: 1, restarts: 1 },
    ],
    [
      'recovered after a warning',
      { kind: 'ended', reason: 'recovered', wasWarned: true, restarts: 1 },
      { recovered: 1, recoveredAfterWarning: 1, restarts: 1 },
    ],
    [
      'published',
      { kind: 'ended', reason: 'user-published', wasWarned: true, restarts: 0 },
      { published: 1, restarts: 0 },
    ],
    [
      'deleted',
      { kind: 'ended', reason: 'deleted', wasWarned: true, restarts: 0 },
      { endedOtherwise: 1, restarts: 0 },
    ],
    [
      'disabled',
      { kind: 'disabled', byOwner: false, wasWarned: true, restarts: 9, perDay: 3 },
      { disabled: 1, restarts: 9 },
    ],
    ['undone', { kind: 'left', why: 'undone', perDay: 3 }, { undone: 1 }],
  ])('counts what was %s', async (_, occurrence, figures) => {
    expect(await rowsOf(milestone(occurrence))).toEqual({ 'acmeCo/eu-1': { 'disable failed': figures } });
  });

  it('takes a publication or a deletion of what is off for no undoing', async () => {
    expect(await rowsOf(milestone({ kind: 'left', why: 'published', perDay: 3 }))).toEqual({});
  });

  it('counts each tenant and data plane apart, and each mode and cause in it', async () => {
    const fired = { kind: 'fired', isOverdue: false } as const;
    const rows = await rowsOf(
      milestone(fired),
      milestone(fired, { task: 'acmeCo/b' }),
      milestone(fired, { task: 'acmeCo/c', cell: { ...CELL, mode: 'notify' } }),
      milestone(fired, { task: 'acmeCo/d', cell: { ...CELL, plane: 'us-1' } }),
      milestone(fired, { task: 'beta/a', cell: { ...CELL, cause: 'failed-schema' } }),
    );
    expect(rows).toEqual({
      'acmeCo/eu-1': { 'disable failed': { abandoned: 2 }, 'notify failed': { abandoned: 1 } },
      'acmeCo/us-1': { 'disable failed': { abandoned: 1 } },
      'beta/eu-1': { 'disable failed-schema': { abandoned: 1 } },
    });
  });

  it('counts what happened from the midnight of its day to the next', async () => {
    const fired = { kind: 'fired', isOverdue: false } as const;
    const rows = await rowsOf(
      milestone(fired, { task: 'acmeCo/before', at: NOON - 12 * HOUR - 1 }),
      milestone(fired, { task: 'acmeCo/first', at: NOON - 12 * HOUR }),
      milestone(fired, { task: 'acmeCo/last', at: NOON + 12 * HOUR - 1 }),
      milestone(fired, { task: 'acmeCo/after', at: NOON + 12 * HOUR }),
    );
    expect(rows).toEqual({ 'acmeCo/eu-1': { 'disable failed': { abandoned: 2 } } });
  });
});

describe('what is off by us', () => {
  const disabled = { kind: 'disabled', byOwner: false, wasWarned: true, restarts: 84, perDay: 4 } as const;

  it('avoids restarts from the instant of the disabling to midnight', async () => {
    const at = NOON + 6 * HOUR;
    const table = await tableWith(milestone(disabled, { at }));
    // A quarter of a day at four a day.
    expect(plain(await offAggregation.rowsOf({ table, planes: [] }, DAY))).toEqual({
      'acmeCo/eu-1': { 'disable failed': { off: 1, perDay: 4, restartsAvoided: 1 } },
    });
  });

  it('goes on from the day before, and ends with what is on again', async () => {
    const cells = new Map([['disable failed', { off: 2, perDay: 6, restartsAvoided: 0.5 }]]);
    const table = await tableWith(
      factWrite('off', '2026-01-14', 'acmeCo/eu-1', cells),
      milestone({ kind: 'left', why: 'undone', perDay: 4 }),
    );
    // Both for half a day: 3; the one that is left for the other half: 1.
    expect(plain(await offAggregation.rowsOf({ table, planes: [] }, DAY))).toEqual({
      'acmeCo/eu-1': { 'disable failed': { off: 1, perDay: 2, restartsAvoided: 4 } },
    });
  });

  it('says nothing any more once nothing is off', async () => {
    const cells = new Map([['disable failed', { off: 0, perDay: 0, restartsAvoided: 0.5 }]]);
    const table = await tableWith(factWrite('off', '2026-01-14', 'acmeCo/eu-1', cells));
    expect(plain(await offAggregation.rowsOf({ table, planes: [] }, DAY))).toEqual({});
  });
});

describe('tasks', () => {
  it('are counted from the counters, jobs with them', async () => {
    const table = await tableWith(
      { add: keys.count('eu-1', 'acmeCo'), by: { eligible: 10, alive: 7, jobs: 2 } },
      { add: keys.count('us-1', 'acmeCo'), by: { eligible: 1, alive: 1 } },
      { add: keys.count('gone', 'acmeCo'), by: { eligible: 5, alive: 5 } },
    );
    expect(plain(await tasksAggregation.rowsOf({ table, planes: ['eu-1', 'us-1'] }, DAY))).toEqual({
      'acmeCo/eu-1': { all: { tasks: 12, failing: 3 } },
      'acmeCo/us-1': { all: { tasks: 1, failing: 0 } },
    });
  });
});

describe('mails', () => {
  it('are counted by each wording that stands in them', async () => {
    const item = (notice: DigestItem['notice']): DigestItem => ({
      task: 'acmeCo/a',
      episode: 1,
      notice,
      grace: 1,
      disableAt: null,
      since: 0,
      restarts: 0,
      asked: 0,
    });
    type Became = { state: 'delivered' } | { state: 'bounced'; dead: 'bounce' };
    const mail = (id: string, state: Became, ...items: DigestItem[]) =>
      digestWrite(
        {
          ...newDigest({ id, recipient: 'key', address: 'ana@acme.test', claimedAt: NOON, leaseUntil: NOON }),
          ...state,
          sentAt: NOON,
          messageId: id,
          items,
        },
        { doneAt: NOON },
      );
    const table = await tableWith(
      mail('one', { state: 'delivered' }, item('warning'), item('warning'), item('reminder')),
      mail('two', { state: 'bounced', dead: 'bounce' }, item('warning')),
    );
    expect(plain(await mailsAggregation.rowsOf({ table, planes: [] }, DAY))).toEqual({
      warning: { all: { mails: 2, notices: 3, failed: 1 } },
      reminder: { all: { mails: 1, notices: 1 } },
    });
  });
});
