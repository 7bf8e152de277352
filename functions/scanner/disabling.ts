import { QUEUED_AGAIN_AFTER } from '../abandonment/next-look.ts';
import { loadPace } from '../store/pace.ts';
import { loadTasks, type TaskRecord, taskWrite } from '../store/tasks.ts';
import { disableMessageFor } from './dispatch.ts';
import { type Due, gatherDue } from './due-tasks.ts';
import { DONE, type Generator } from './generator.ts';
import { giveUpDisabling } from './given-up.ts';
import { count, lookAt } from './look.ts';
import { reserve } from './rate-limit.ts';
import type { Run } from './run.ts';
import { findHeld } from './spikes.ts';
import { sweep } from './sweep.ts';

/**
 * Queues what is due to be turned off, the oldest first, within the rate limit; a spike is held until operators
 * approve it (promise 10).
 */
export const disablingGenerator: Generator = {
  name: 'disabling',
  band: 40,
  async run(run, budget) {
    const due = await gatherDue(run, budget);
    // Only who knows all of it can tell a spike: the next scan gathers it anew.
    if (!due) return { cursor: 'unread' };
    if (due.length === 0) return DONE;
    const pace = await loadPace(run.system.table);
    const held = await findHeld(run, due, pace);
    await workEach(run, held.newly, 16, (one) => brake(run, one.id));
    const free = due.filter((one) => !held.all.has(one) && !one.waits);
    await workEach(run, await reserve(run, free, pace), 1, (one) => start(run, one));
    return DONE;
  },
};

/** To its end, however little time is left: what is held or set aside is marked so. */
async function workEach(
  run: Run,
  items: readonly Due[],
  atOnce: number,
  work: (one: Due) => Promise<void>,
): Promise<void> {
  await sweep(run, { name: 'disabling', partitions: [{ items, work }], atOnce });
}

async function brake(run: Run, id: string): Promise<void> {
  const record = (await loadTasks(run.system.table, [id])).get(id);
  if (!record?.open || record.open.brake) return;
  const braked: TaskRecord = { ...record, open: { ...record.open, brake: { heldAt: run.now } } };
  const stored = await store(run, braked);
  if (stored) await lookAt(run, stored);
}

async function store(run: Run, record: TaskRecord): Promise<TaskRecord | undefined> {
  const write = taskWrite(record, run.view.policies.for(record.task.id));
  const result = await run.system.table.transact([write], run.system.random.id(run.now));
  if (result.outcome === 'applied') return { ...record, rev: record.rev + 1 };
  count(run, 'conflicts');
  return undefined;
}

async function start(run: Run, due: Due): Promise<void> {
  const record = (await loadTasks(run.system.table, [due.id])).get(due.id);
  if (!record?.open || record.open.disabling) return;
  const disabling = {
    state: 'queued' as const,
    run: run.id,
    disableAt: due.disableAt,
    queuedAt: run.now,
    attempts: 0,
  };
  const open = { ...record.open, disabling };
  const next = { at: run.now + QUEUED_AGAIN_AFTER, why: 'look' as const };
  const stored = await store(run, { ...record, open, next }).catch((error: unknown) =>
    giveUpDisabling(run, record, error),
  );
  if (!stored) return;
  count(run, 'queuedToDisable');
  await run.system.queues.send('disable', [disableMessageFor(run, stored)]);
}
