import { z } from 'zod/mini';
import { isObject } from '../functions/abandonment/policy-values.ts';
import type { Deployment } from '../functions/platform/names.ts';
import { byQueue, byWorker } from '../functions/platform/queues.ts';
import { parseWith } from '../functions/platform/schema-problems.ts';
import { UsageError } from './errors.ts';

const text = z.string().check(z.minLength(1));
const queue = z.object({ url: text, deadLetterUrl: text, mapping: text });

const deploymentSchema = z.object({
  version: z.literal(1),
  stage: text,
  region: text,
  table: text,
  bus: text,
  operatorsTopic: text,
  // What was deployed before alarms had severities does not name them.
  alarmTopics: z._default(z.nullable(z.object({ page: text, ticket: text })), null),
  mailEventsTopic: text,
  configurationSet: text,
  sender: text,
  ses: z.object({ identity: text, mailsPerSecond: z.number() }),
  schedule: text,
  ticks: z.optional(z.record(z.string(), text)),
  canaries: z.boolean(),
  contact: text,
  controlPlane: z.enum(['fed', 'own']),
  controlPlanes: z._default(z.string(), '[]'),
  modeCeiling: z.enum(['detect', 'notify', 'disable']),
  allowedDomains: z.nullable(z.array(text)),
  topics: z._default(z.array(text), []),
  webhookHosts: z.optional(z.array(text)),
  scanEveryMs: z.optional(z.number()),
  linkBaseUrl: z.optional(text),
  retention: z._default(z.string(), '{}'),
  demoClock: z.boolean(),
  queues: z.object(byQueue(() => queue)),
  functions: z.object({ scanner: text, ...byWorker(() => text), breaker: text }),
});

/**
 * Reads what a deployment left about itself.
 * @throws UsageError where it is of another version of Taskwarden
 */
export function readDeployment(stage: string, json: string): Deployment {
  const parsed = parseWith(deploymentSchema, withTodaysNames(parseJson(json)));
  if (parsed.ok) return parsed.value;
  const why = parsed.problems[0] ?? 'it cannot be read';
  throw new UsageError(
    `stage '${stage}' was deployed by another version of Taskwarden (${why}); deploy it again`,
  );
}

/** What was deployed before says `stageCeiling` for `modeCeiling`. */
function withTodaysNames(left: unknown): unknown {
  if (!isObject(left) || !Object.hasOwn(left, 'stageCeiling')) return left;
  const { stageCeiling, ...rest } = left;
  return { modeCeiling: stageCeiling, ...rest };
}

function parseJson(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}
