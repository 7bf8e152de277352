import { DAY, type Duration } from '../abandonment/time.ts';
import type { QueueName } from '../platform/ports.ts';
import { keys } from '../store/keys.ts';
import { allRows } from '../store/rows.ts';
import type { Run } from './run.ts';

/**
 * What is on a queue that is off is not lost: it is queued again only so late, before the queue drops it after four
 * days, or the queue would grow by a copy at each scan.
 */
export const KEPT_WHILE_OFF: Duration = 3 * DAY;

/** Whether a queue is off by its breaker or an operator; read once in a run, and only where it matters. */
export async function isOff(run: Run, queue: QueueName): Promise<boolean> {
  run.off ??= offQueues(run);
  return (await run.off).has(queue);
}

async function offQueues({ system }: Run): Promise<ReadonlySet<string>> {
  const rows = await allRows(system.table, { pk: keys.breaker('').pk, consistent: true });
  const off = rows.filter(({ sk, phase }) => sk.startsWith('PAUSE#') || phase === 'open');
  return new Set(off.map(({ sk }) => sk.slice(sk.indexOf('#') + 1)));
}
