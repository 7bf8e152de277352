import { describe, expect, it } from 'vitest';
import { CapacityMeter } from '../../bench/capacity.ts';
import { CountingTable } from '../../bench/counting-table.ts';
import type { System } from '../../functions/platform/system.ts';
import type { MemoryTable } from '../../functions/store/table/memory-table.ts';
import { eventOf, ownerStage } from '../unit/owner-page/owner-stage.ts';

/**
 * Attack: a tenant names tasks by ids of 16 parts, no two with a prefix in common but the tenant's, so that each of
 * them costs a lookup of people per prefix. The figure is how many queries and gets a request, or a scan with its two
 * mails, makes for people alone. Before: 2,706 of each for 60 tasks, and 45 more for each further one.
 */
const TASKS = 60;
const PARTS = 16;
/** For all of one view: two lists of what an earlier version stored, the tenant, and what holds for all tenants. */
const OF_A_VIEW = 4;
/** For the list of all subscriptions. */
const OF_REPORTS = 3;

const deepId = (place: number) =>
  ['evil', ...Array.from({ length: PARTS - 1 }, (_, part) => `p${place}-${part}`)].join('/');

async function attacked(tasks: number) {
  const stage = await ownerStage(Array.from({ length: tasks }, (_, place) => deepId(place)));
  await stage.taskwarden(['subscriptions', 'add', 'evil/', 'team@acme.test']);
  return stage;
}

/** What was read of people since; `peek` is not counted. */
function counted(system: System, table: MemoryTable) {
  const meter = new CapacityMeter();
  const people = { reads: 0 };
  const isOfPeople = (pk: string) => /^(PEOPLE|SUB|ADMIN)(#|$)|^(SUBSCRIPTIONS|ADMINS)$/.test(pk);
  const counting = new CountingTable(table, meter, (key) => table.get(key));
  const query = counting.query.bind(counting);
  const batchGet = counting.batchGet.bind(counting);
  counting.query = (request) => {
    if (isOfPeople(request.pk)) people.reads += 1;
    return query(request);
  };
  counting.batchGet = (keys, options) => {
    people.reads += keys.filter(({ pk }) => isOfPeople(pk)).length;
    return batchGet(keys, options);
  };
  system.table = counting;
  return { meter, people };
}

describe('ids of 16 parts', () => {
  it('cost one page of a mail 8 reads of people (before: 2,706)', async () => {
    const stage = await attacked(TASKS);
    await stage.scanOn(14);
    const link = stage.linkTo('team@acme.test', 'preferences').replace('/preferences', '');
    const { people, meter } = counted(stage.system, stage.table);
    const answer = await stage.answer(eventOf('GET', link));
    expect(answer.statusCode).toBe(200);
    expect(answer.body?.split(deepId(7))).not.toHaveLength(1);
    // Who has a say, and who else is told.
    expect(people.reads).toBe(2 * OF_A_VIEW);
    // The mail, its recipient, the settings, and each task with its alert.
    expect(meter.total('read')).toBeLessThan(5 * TASKS);
  });

  it('cost a scan that fires them, and the mails about it, 15 reads of people at most (before: 2,706)', async () => {
    const stage = await attacked(TASKS);
    const { people } = counted(stage.system, stage.table);
    const report = await stage.scanOn(14);
    expect(report).toMatchObject({ outcome: 'completed', figures: { fired: TASKS } });
    expect(stage.mails.map(({ to }) => to).sort()).toEqual(['ana@acme.test', 'team@acme.test']);
    // The scan, and each of the two mails, has a view of its own; and once a week it is asked who subscribed to reports.
    expect(people.reads).toBeLessThanOrEqual(3 * OF_A_VIEW + OF_REPORTS);
  });

  it('cost no more where they are twice as many', async () => {
    const reads = [];
    for (const tasks of [10, 20]) {
      const stage = await attacked(tasks);
      const { people } = counted(stage.system, stage.table);
      await stage.scanOn(14);
      reads.push(people.reads);
    }
    expect(reads[1]).toBe(reads[0]);
  });
});
