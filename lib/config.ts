import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { z } from 'zod';
import { crossChecks } from './config-checks.ts';
import type { Measured } from './config-problem.ts';
import { type Config, configSchema, type QueueConfig } from './config-schema.ts';
import { foreignEndpoint, type Place, placeOf } from './deployment-place.ts';

export type { Config, OwnerPageDomain, QueueConfig } from './config-schema.ts';

/** A configuration that cannot be deployed; its message is one line: key, value, what is allowed. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

/** The error of a value that is measured while the deployment is put together. */
export function measuredError({ file }: Pick<Config, 'file'>, { key, is, allowed }: Measured): ConfigError {
  return new ConfigError(line(file, key, is, allowed));
}

/**
 * The page is open to everybody: what calls it without end must not use up the concurrency that the workers of the
 * account live on.
 */
const PAGES_AT_ONCE = 10;

type Variables = Readonly<Record<string, string | undefined>>;

/** Stages whose state may be thrown away with the stack. */
export function isDisposable(stage: string): boolean {
  return stage === 'local' || stage === 'dev';
}

/**
 * SQS hides a message for six times the worker's time limit (and the batching window): Lambda's own advice.
 */
export function visibilitySeconds(queue: QueueConfig): number {
  return 6 * queue.timeoutSeconds + queue.batchWindowSeconds;
}

/** The scanner's time limit: it ends before the next tick, and within Lambda's 15 minutes. */
export function scannerTimeoutSeconds(config: Pick<Config, 'scanEvery'>): number {
  return Math.min(840, Math.max(60, Math.floor(config.scanEvery * 0.9)));
}

/** The claim of a mail outlives its sender's invocation and ends before SQS delivers the message again. */
export function sendLeaseSeconds(queue: QueueConfig): number {
  return 2 * queue.timeoutSeconds;
}

/** What `--context` may say: the stage, and what is worth another value for one deployment. */
export interface ContextOverrides {
  stage?: unknown;
  scanEvery?: unknown;
  schedule?: unknown;
  /** As JSON: those of the file give way to it. */
  controlPlanes?: unknown;
}

/**
 * Reads and checks `config/<stage>.json` under `root`, for the place that the environment names.
 * @throws ConfigError with one line where a key is unknown, missing, or has a value that is not allowed; also where stage
 * `local` would be deployed to AWS itself
 */
export function loadConfig(context: ContextOverrides, root: string, env: Variables = process.env): Config {
  const stage = stageName(context.stage);
  if (stage === 'local') requireEmulator(env);
  const file = `config/${stage}.json`;
  const { scanEvery, schedule, controlPlanes } = context;
  const overrides = Object.entries({ scanEvery, schedule, controlPlanes: readContext(controlPlanes) });
  const overridden = Object.fromEntries(overrides.filter(([, value]) => value !== undefined));
  return parseConfig(stage, { ...readConfig(join(root, file), file), ...overridden }, file, placeOf(env));
}

/** What the CDK CLI hands over as text, as the configuration would have it. */
function readContext(value: unknown): unknown {
  if (typeof value !== 'string') return value;
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}

/** Without an endpoint the deployment would go to whatever account the credentials belong to. */
function requireEmulator(env: Variables): void {
  const foreign = foreignEndpoint(env);
  if (foreign === undefined) return;
  const allowed =
    "an emulator's address on this machine or a private network, like http://localhost:4566 (`npm run local` sets it)";
  throw new ConfigError(`stage local: ${foreign.name} is ${foreign.is}, allowed: ${allowed}`);
}

/** Checks a document as the configuration of a stage at a place; `file` names it in messages. */
export function parseConfig(
  stage: string,
  document: unknown,
  file = `config/${stage}.json`,
  place: Place = {},
): Config {
  const { today, warnings } = withTodaysNames(document, file);
  const parsed = configSchema.safeParse(today);
  if (!parsed.success) throw new ConfigError(describe(file, today, parsed.error));
  const config: Config = {
    ...parsed.data,
    stage,
    file,
    warnings,
    replyTo: parsed.data.replyTo ?? parsed.data.sender,
    // An emulator has the machine to itself.
    reservedConcurrency: {
      'owner-page': stage === 'local' ? null : PAGES_AT_ONCE,
      ...parsed.data.reservedConcurrency,
    },
    emulatorEndpoint: process.env.AWS_ENDPOINT_URL ?? 'http://localhost:4566',
    schedulerMaxAge: parsed.data.schedulerMaxAge ?? Math.max(60, Math.floor((parsed.data.scanEvery * 2) / 3)),
  };
  for (const { key, is, allowed } of crossChecks(config, place)) {
    throw new ConfigError(line(file, key, is ?? shown(valueAt(today, key.split('.'))), allowed));
  }
  return config;
}

/** The document with `modeCeiling` where it gives that key by its older name `stageCeiling`. */
function withTodaysNames(document: unknown, file: string): { today: unknown; warnings: string[] } {
  if (typeof document !== 'object' || document === null || !('stageCeiling' in document)) {
    return { today: document, warnings: [] };
  }
  const { stageCeiling, ...rest } = document;
  const { modeCeiling = stageCeiling } = rest as { modeCeiling?: unknown };
  if (modeCeiling !== stageCeiling) {
    const allowed = `the same as modeCeiling (${shown(modeCeiling)}), which is the same key; or leave it out`;
    throw new ConfigError(line(file, 'stageCeiling', shown(stageCeiling), allowed));
  }
  const warning = `${file}: stageCeiling is the older name of modeCeiling; it is read, and should be renamed`;
  return { today: { ...rest, modeCeiling }, warnings: [warning] };
}

function stageName(stage: unknown): string {
  if (typeof stage === 'string' && /^[a-z][a-z0-9-]{0,19}$/.test(stage)) return stage;
  throw new ConfigError(
    line(
      '--context',
      'stage',
      shown(stage),
      'a name like dev: lower-case letters, digits and dashes, at most 20',
    ),
  );
}

function readConfig(path: string, file: string): Record<string, unknown> {
  let content: string;
  try {
    content = readFileSync(path, 'utf8');
  } catch {
    throw new ConfigError(
      `${file} cannot be read; copy config/dev.json to it, or name another --context stage`,
    );
  }
  try {
    const document: unknown = JSON.parse(content);
    if (typeof document === 'object' && document !== null && !Array.isArray(document)) {
      return document as Record<string, unknown>;
    }
  } catch (error) {
    throw new ConfigError(`${file} is not JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
  throw new ConfigError(`${file} holds no JSON object`);
}

function describe(file: string, document: unknown, error: z.ZodError): string {
  const issue = error.issues[0];
  if (!issue) return `${file} is not valid`;
  const path = issue.path.map(String);
  if (issue.code === 'unrecognized_keys') {
    const unknown = [...path, issue.keys[0] ?? ''];
    return line(file, unknown.join('.'), shown(valueAt(document, unknown)), 'no such key');
  }
  return line(file, path.join('.') || '(root)', shown(valueAt(document, path)), issue.message);
}

function valueAt(document: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (value, key) => (typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined),
    document,
  );
}

const LONGEST_SHOWN = 200;

function shown(value: unknown): string {
  if (value === undefined) return 'not given';
  const json = JSON.stringify(value);
  return json.length > LONGEST_SHOWN ? `${json.slice(0, LONGEST_SHOWN)}…` : json;
}

function line(file: string, key: string, is: string, allowed: string): string {
  return `${file}: ${key} is ${is}, allowed: ${allowed}`;
}
