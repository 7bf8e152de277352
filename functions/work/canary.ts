import * as z from 'zod/mini';
import type { Instant } from '../abandonment/time.ts';
import type { QueueName } from '../platform/ports.ts';
import type { Writing } from '../store/commit.ts';
import { keys } from '../store/keys.ts';
import { ROW_VERSION } from '../store/rows.ts';
import { TableBusy } from '../store/table-busy.ts';
import type { Outcome } from './consumer.ts';
import { MESSAGE_VERSION } from './messages.ts';

/** A message that asks for nothing but a sign that its queue is worked. */
const canarySchema = z.object({
  v: z.literal(MESSAGE_VERSION),
  kind: z.literal('canary'),
  /** The scan that sent it. */
  key: z.string(),
  /** The instant of that scan. */
  at: z.number(),
  notAfter: z.number(),
  correlationId: z.string(),
});

export type Canary = z.infer<typeof canarySchema>;

/** The canary of a scan. `notAfter`: from then on it shows nothing any more. */
export function canaryOf(run: string, at: Instant, notAfter: Instant): Canary {
  return { v: MESSAGE_VERSION, kind: 'canary', key: run, at, notAfter, correlationId: run };
}

/** The canary in a message's body; undefined where it is something else. */
export function canaryIn(body: unknown): Canary | undefined {
  // Each message comes by here: what is none is not worth a schema's list of problems.
  if ((body as { kind?: unknown } | null | undefined)?.kind !== 'canary') return undefined;
  const parsed = z.safeParse(canarySchema, body);
  return parsed.success ? parsed.data : undefined;
}

/** Leaves the sign of life; a later canary's sign stands for those before it. Throws where the table fails. */
export async function workCanary(
  { table, random, clock }: Writing,
  queue: QueueName,
  canary: Canary,
): Promise<Outcome> {
  const now = clock.now();
  if (now > canary.notAfter) return { outcome: 'skipped', reason: 'expired' };
  const row = { ...keys.canary(queue), v: ROW_VERSION, at: canary.at, workedAt: now };
  const write = { put: row, if: [{ absentOr: { atMost: ['at', canary.at] as [string, number] } }] };
  const result = await table.transact([write], random.id(now));
  if (result.outcome === 'busy') throw new TableBusy(`the table is busy: ${result.reason}`);
  return { outcome: 'done', reason: 'canary' };
}
