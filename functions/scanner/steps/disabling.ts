import { isDisabling, withDisabling } from '../../episodes/disabling.ts';
import { isOpen } from '../../episodes/open-task.ts';
import { heldSince, withSpikeHold } from '../../episodes/spike.ts';
import { storeTask } from '../../store/change-task.ts';
import { loadRateLimit } from '../../store/rate-limits.ts';
import { loadTasks, type TaskRecord } from '../../store/tasks.ts';
import { disableMessageFor } from '../../work/messages.ts';
import { count, evaluateTask } from '../evaluate-task.ts';
import { DONE } from '../generator.ts';
import { giveUpDisabling } from '../given-up.ts';
import type { Run } from '../run.ts';
import type { Step } from '../step.ts';
import { sweep } from '../sweep.ts';
import { type Due, gatherDue } from './due-tasks.ts';
import { reserve } from './rate-limit.ts';
import { findHeld } from './spikes.ts';

/**
 * Queues what is due to be disabled, the oldest first, within the rate limit; a spike is held until operators
 * approve it (promise 10).
 */
export const disablingStep: Step = {
  name: 'disabling',
  async run(run, budget) {
    const due = await gatherDue(run, budget);
    // Only who knows all of it can tell a spike: the next scan gathers it anew.
    if (!due) return { cursor: 'unread' };
    if (due.length === 0) return DONE;
    const rateLimit = await loadRateLimit(run.system.table);
    const held = await findHeld(run, due, rateLimit);
    await workEach(run, held.newly, 16, (task) => holdAsSpike(run, task.id));
    const free = due.filter((task) => !held.all.has(task) && !task.waits);
    await workEach(run, await reserve(run, free, rateLimit), 1, (task) => start(run, task));
    return DONE;
  },
};

/** To its end, however little time is left: what is held or set aside is marked so. */
async function workEach(
  run: Run,
  items: readonly Due[],
  atOnce: number,
  work: (task: Due) => Promise<void>,
): Promise<void> {
  await sweep(run, { name: 'disabling', partitions: [{ items, work }], atOnce });
}

async function holdAsSpike(run: Run, id: string): Promise<void> {
  const record = (await loadTasks(run.system.table, [id])).get(id);
  if (!record || !isOpen(record) || heldSince(record) !== undefined) return;
  const held = await store(run, withSpikeHold(record, run.now));
  if (held) await evaluateTask(run, held);
}

/** Where the task changed meanwhile what was decided of it is void: the next scan decides anew. */
async function store<Of extends TaskRecord>(run: Run, record: Of): Promise<Of | undefined> {
  const stored = await storeTask(run.system, record, run.view.policies.for(record.task.id));
  if (!stored) count(run, 'conflicts');
  return stored;
}

async function start(run: Run, { id, disableAt }: Due): Promise<void> {
  const record = (await loadTasks(run.system.table, [id])).get(id);
  if (!record || !isOpen(record) || isDisabling(record)) return;
  const queued = withDisabling(record, { by: 'run', run: run.id, disableAt }, run.now);
  const stored = await store(run, queued).catch((error: unknown) => giveUpDisabling(run, record, error));
  if (!stored) return;
  count(run, 'queuedToDisable');
  await run.system.queues.send('disable', [disableMessageFor(run, stored)]);
}
