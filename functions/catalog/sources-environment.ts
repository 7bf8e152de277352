import * as z from 'zod/mini';
import { ENV } from '../platform/names.ts';
import type { SourceRecord } from '../store/sources.ts';

const text = z.string().check(z.minLength(1));
const schema = z.array(
  z.object({ name: text, account: z.optional(text), prefixes: z.array(text), dataPlanes: z.array(text) }),
);

/**
 * The sources of events that the deployment names, as its environment tells ingest. One without an account is of the
 * deployment's own.
 *
 * @throws Error naming what is missing or not allowed
 */
export function readSources(
  variables: Readonly<Record<string, string | undefined>> = process.env,
): SourceRecord[] {
  const text = variables[ENV.sources];
  if (text === undefined) throw new Error(`environment: ${ENV.sources} is missing`);
  const own = variables[ENV.account];
  if (!own) throw new Error(`environment: ${ENV.account} is missing`);
  const parsed = z.safeParse(schema, JSON.parse(text));
  if (parsed.success) return parsed.data.map((source) => ({ ...source, account: source.account ?? own }));
  const issue = parsed.error.issues[0];
  throw new Error(`environment: ${ENV.sources}.${issue?.path.join('.')}: ${issue?.message}`);
}
