import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { z } from 'zod';
import { crossChecks } from './config-checks.ts';
import { type ConfigFile, configSchema, type QueueConfig } from './config-schema.ts';

export type { OwnerPageDomain, QueueConfig } from './config-schema.ts';

/** All that a deployment of one stage is told. Durations are seconds. */
export interface Config extends ConfigFile {
  /** `local`, `dev`, or the name of a production-like stage. */
  stage: string;
  schedulerMaxAge: number;
  replyTo: string;
  /** Where the emulator is that stage `local` is deployed to. */
  emulatorEndpoint: string;
}

/** A configuration that cannot be deployed; its message is one line: key, value, what is allowed. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

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
}

/**
 * Reads and checks `config/<stage>.json` under `root`.
 * @throws ConfigError with one line where a key is unknown, missing, or has a value that is not allowed
 */
export function loadConfig(context: ContextOverrides, root: string): Config {
  const stage = stageName(context.stage);
  const file = `config/${stage}.json`;
  const overrides = Object.entries({ scanEvery: context.scanEvery, schedule: context.schedule });
  const given = Object.fromEntries(overrides.filter(([, value]) => value !== undefined));
  return parseConfig(stage, { ...readConfig(join(root, file), file), ...given }, file);
}

/** Checks a document as the configuration of a stage; `file` names it in messages. */
export function parseConfig(stage: string, document: unknown, file = `config/${stage}.json`): Config {
  const parsed = configSchema.safeParse(document);
  if (!parsed.success) throw new ConfigError(describe(file, document, parsed.error));
  const config: Config = {
    ...parsed.data,
    stage,
    replyTo: parsed.data.replyTo ?? parsed.data.sender,
    emulatorEndpoint: process.env.AWS_ENDPOINT_URL ?? 'http://localhost:4566',
    schedulerMaxAge: parsed.data.schedulerMaxAge ?? Math.max(60, Math.floor((parsed.data.scanEvery * 2) / 3)),
  };
  for (const problem of crossChecks(config)) {
    throw new ConfigError(
      line(file, problem.key, valueAt(document, problem.key.split('.')), problem.allowed),
    );
  }
  return config;
}

function stageName(stage: unknown): string {
  if (typeof stage === 'string' && /^[a-z][a-z0-9-]{0,19}$/.test(stage)) return stage;
  throw new ConfigError(
    line('--context', 'stage', stage, 'a name like dev: lower-case letters, digits and dashes, at most 20'),
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
    return line(file, unknown.join('.'), valueAt(document, unknown), 'no such key');
  }
  return line(file, path.join('.') || '(root)', valueAt(document, path), issue.message);
}

function valueAt(document: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (value, key) => (typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined),
    document,
  );
}

function line(file: string, key: string, value: unknown, allowed: string): string {
  const shown = value === undefined ? 'not given' : JSON.stringify(value);
  return `${file}: ${key} is ${shown}, allowed: ${allowed}`;
}
