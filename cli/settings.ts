import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { z } from 'zod/mini';
import { shown } from '../functions/abandonment/policy-wording.ts';
import { parseWith } from '../functions/platform/schema-problems.ts';
import { UsageError } from './errors.ts';
import { DEFAULT_STAGE, STAGE_NAME } from './stage.ts';

type Variables = Readonly<Record<string, string | undefined>>;

/** The form of a configuration file of the command line (docs/formats.md#configuration-file-of-the-command-line). */
export const configFileSchema = z.strictObject({
  /** The deployed stage that commands ask. */
  stage: z.optional(z.string()),
  /** The region that it is in. */
  region: z.optional(z.string().check(z.minLength(1))),
  /** The profile of `~/.aws/config` whose credentials are taken. */
  profile: z.optional(z.string().check(z.minLength(1))),
});

type ConfigFile = z.output<typeof configFileSchema>;

/** What commands go by, beside their own options. */
export const SETTINGS = ['stage', 'region', 'profile'] as const;
type SettingName = (typeof SETTINGS)[number];

/** A value, and who said it: an option, a variable, a file, or `default`. */
export interface Setting {
  /** Null: what the AWS SDK finds by itself. */
  value: string | null;
  from: string;
}

/** The variable that says a setting. */
const VARIABLES: Record<SettingName, string> = {
  stage: 'TASKWARDEN_STAGE',
  region: 'AWS_REGION',
  profile: 'AWS_PROFILE',
};

/**
 * Where configuration files may be, the nearest first: of the folder, then of the user. `TASKWARDEN_CONFIG` names one in the place
 * of both.
 */
export function configFilesOf(env: Variables, folder: string): { path: string; isNeeded: boolean }[] {
  if (env.TASKWARDEN_CONFIG) return [{ path: resolve(folder, env.TASKWARDEN_CONFIG), isNeeded: true }];
  const ofUser = env.XDG_CONFIG_HOME || join(env.HOME || homedir(), '.config');
  const paths = [join(folder, 'taskwarden.json'), join(ofUser, 'taskwarden', 'config.json')];
  return paths.map((path) => ({ path, isNeeded: false }));
}

/**
 * What holds: an option before the environment, that before the files, those before the defaults.
 *
 * @param folder where the nearest file may be; undefined: no file is read
 * @throws UsageError where a file cannot be read or says what is not allowed, or where a stage's name is none
 */
export function settingsOf(
  options: { stage?: string | undefined },
  env: Variables,
  folder: string | undefined,
): Record<SettingName, Setting> {
  const files = folder === undefined ? [] : configFilesOf(env, folder).flatMap(readConfigFile);
  const found = (name: SettingName) => fromVariable(name, env) ?? fromFiles(name, files);
  const typed = options.stage === undefined ? undefined : { value: options.stage, from: '--stage' };
  const stage = typed ?? found('stage') ?? { value: DEFAULT_STAGE, from: 'default' };
  checkStage(stage);
  const unsaid: Setting = { value: null, from: 'default' };
  return { stage, region: found('region') ?? unsaid, profile: found('profile') ?? unsaid };
}

function fromVariable(name: SettingName, env: Variables): Setting | undefined {
  const value = env[VARIABLES[name]];
  if (value) return { value, from: VARIABLES[name] };
  // Keys in the environment are credentials already; a profile beside them would hide them.
  if (name === 'profile' && env.AWS_ACCESS_KEY_ID) return { value: null, from: 'AWS_ACCESS_KEY_ID' };
  return undefined;
}

function fromFiles(
  name: SettingName,
  files: readonly { path: string; says: ConfigFile }[],
): Setting | undefined {
  for (const { path, says } of files) {
    const value = says[name];
    if (value !== undefined) return { value, from: path };
  }
  return undefined;
}

function checkStage({ value, from }: Setting): void {
  if (value !== null && STAGE_NAME.test(value)) return;
  throw new UsageError(
    `${from} ${JSON.stringify(value)} is no stage; allowed: a name of lower-case letters, digits, dashes`,
  );
}

function readConfigFile({ path, isNeeded }: { path: string; isNeeded: boolean }): {
  path: string;
  says: ConfigFile;
}[] {
  const text = textOfFile(path, isNeeded);
  if (text === undefined) return [];
  const parsed = parseWith(configFileSchema, jsonOf(path, text), SETTINGS);
  if (!parsed.ok) throw new UsageError(...parsed.problems.map((problem) => `${path}: ${problem}`));
  const { stage } = parsed.value;
  if (stage !== undefined && !STAGE_NAME.test(stage))
    throw new UsageError(
      `${path}: stage is ${shown(stage)}; allowed: a name of lower-case letters, digits, dashes`,
    );
  return [{ path, says: parsed.value }];
}

function textOfFile(path: string, isNeeded: boolean): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    if (!isNeeded && ['ENOENT', 'ENOTDIR'].includes(code)) return undefined;
    const why = code === 'ENOENT' ? 'there is no such file' : `it cannot be read (${code})`;
    throw new UsageError(`${path}: ${why}${isNeeded ? '; TASKWARDEN_CONFIG names it' : ''}`);
  }
}

function jsonOf(path: string, text: string): unknown {
  try {
    return JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch {
    throw new UsageError(
      `${path}: is no JSON; allowed: {"stage": "prod", "region": "...", "profile": "..."}`,
    );
  }
}
