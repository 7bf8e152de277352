import { METRIC } from '../../platform/names.ts';
import type { QueueName } from '../../platform/queues.ts';
import { queuesInUse } from '../../platform/queues-in-use.ts';
import { keys } from '../../store/keys.ts';
import { canaryOf } from '../../work/canary.ts';
import { count, scanEveryOf } from '../evaluate-task.ts';
import { DONE } from '../generator.ts';
import type { Run } from '../run.ts';
import type { Step } from '../step.ts';
import { sweep } from '../sweep.ts';

/** A canary that waited for so many scans shows nothing any more. */
const LIFE_IN_SCANS = 4;

/**
 * Sends a canary through each queue per scan, and misses those of the scan before that were not worked by now
 * (docs/rules.md#canary): a queue without a worker is noticed also while nobody has work for it.
 */
export const canaryStep: Step = {
  name: 'canary',
  async run(run) {
    if (run.system.config.canaries !== true) return DONE;
    const queues = queuesInUse(run.system.config);
    return sweep(run, {
      name: 'canary',
      partitions: [{ items: queues, work: (queue) => watch(run, queue) }],
      atOnce: queues.length,
    });
  },
};

async function watch(run: Run, queue: QueueName): Promise<void> {
  const { telemetry, table, queues } = run.system;
  if (run.before !== undefined) {
    const row = await table.get(keys.canary(queue));
    if (row === undefined || Number(row.at) < run.before) {
      telemetry.metric(METRIC.canaryMissed, 1, 'Count', { queue, run: run.id });
      telemetry.log('warn', 'canary missed', { queue, worked: row?.at ?? null });
      count(run, 'canariesMissed');
    }
  }
  const life = LIFE_IN_SCANS * scanEveryOf(run.system, run.view);
  await queues.send(queue, [{ body: JSON.stringify(canaryOf(run.id, run.at ?? run.now, run.now + life)) }]);
}
