import * as z from 'zod/mini';
import { ENV } from '../platform/names.ts';
import { byQueue, type QueueName } from '../platform/queues.ts';
import type { WorkerPlace } from './aws-worker-control.ts';

const text = z.string().check(z.minLength(1));
const place = z.object({
  functionName: text,
  mapping: text,
  queueUrl: text,
  timeoutSeconds: z.exactOptional(z.number().check(z.positive())),
});
const schema = z.object(byQueue(() => place));

/**
 * Where the workers are, as the deployment tells it.
 *
 * @throws Error naming what is missing
 */
export function readWorkers(
  variables: Readonly<Record<string, string | undefined>> = process.env,
): Record<QueueName, WorkerPlace> {
  const names = variables[ENV.workers];
  if (names === undefined) throw new Error(`environment: ${ENV.workers} is missing`);
  const parsed = z.safeParse(schema, JSON.parse(names));
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw new Error(`environment: ${ENV.workers}.${issue?.path.join('.')}: ${issue?.message}`);
}
