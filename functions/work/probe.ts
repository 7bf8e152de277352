import type { System } from '../platform/system.ts';
import { keys } from '../store/keys.ts';
import { ROW_VERSION } from '../store/rows.ts';
import { endingOf } from '../store/table/expiry.ts';
import { TableBusy } from '../store/table-busy.ts';
import { canaryIn, canaryOf } from './canary.ts';
import type { Consumer } from './consumer.ts';
import { unreportedSuccesses } from './successes.ts';

/** Asks a worker in place of messages whether it could work them. */
export const PROBE_EVENT = { probe: true } as const;

/** What a worker answers to a probe that passed; any other answer, and any error, is a failure. */
export interface ProbeAnswer {
  probe: 'passed';
  functionVersion: string;
  /** Attempts of this process that went well lately and were told nowhere yet; older code does not say. */
  worked?: number;
}

/** Whether an event is a probe and no batch of messages. */
export function isProbe(event: unknown): boolean {
  return typeof event === 'object' && event !== null && 'probe' in event && event.probe === true;
}

/**
 * Exercises what the work of a queue rests on, and harms nothing: reads and writes the table, parses a canary and
 * what is no message, and what the consumer itself rests on. Throws what a message's attempt would throw.
 */
export async function probeWorker<Message>(
  system: System,
  consumer: Consumer<Message>,
): Promise<ProbeAnswer> {
  const now = system.clock.now();
  await system.table.get(keys.scans());
  const row = {
    ...keys.probe(consumer.queue),
    v: ROW_VERSION,
    at: now,
    ...endingOf('probes', now),
  };
  const result = await system.table.transact([{ put: row }], system.random.id(now));
  if (result.outcome === 'busy') throw new TableBusy(`the table is busy: ${result.reason}`);
  const canary = JSON.parse(JSON.stringify(canaryOf('probe', now, now)));
  if (canaryIn(canary) === undefined) throw new Error('a canary cannot be read');
  if (consumer.parse({}).ok) throw new Error('what is no message is taken for one');
  await consumer.probe?.(system);
  const worked = unreportedSuccesses(system, consumer.queue);
  return { probe: 'passed', functionVersion: system.config.functionVersion, worked };
}
