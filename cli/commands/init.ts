import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Command } from 'commander';
import { amount } from '../../functions/platform/amounts.ts';
import { isListed } from '../../functions/platform/control-plane-settings.ts';
import { argument } from '../../functions/platform/shell-word.ts';
import { type Config, ConfigError, parseConfig } from '../../lib/config.ts';
import type { Cli } from '../command.ts';
import { UsageError } from '../errors.ts';
import { askAll, flagOf, Lines } from '../init/asker.ts';
import { type Tried, tryControlPlane } from '../init/first-page.ts';
import { type Answers, QUESTIONS } from '../init/questions.ts';
import { documentOf } from '../init/stage-document.ts';
import { Output } from '../output.ts';
import { STAGE_NAME } from '../stage.ts';
import { safe } from '../terminal.ts';

type Options = Answers & {
  stage?: string;
  credentialEnv?: string;
  folder: string;
  input: boolean;
  check: boolean;
  force?: boolean;
  json?: boolean;
};

const HELP = `
Asks on standard error for what no option answers; an empty line takes what stands in brackets. The control plane is
asked for its check and the first page of its tasks before anything is written. Nothing is changed there, and nothing is
deployed.

Examples:
  $ taskwarden init --stage prod
  $ taskwarden init --stage prod --sender warden@example.com --control-plane kafka-connect --url https://connect.example.com:8083 --no-input
  $ taskwarden init --stage prod --sender warden@example.com --control-plane ecs --clusters main,jobs --no-input`;

/** Adds `init`: writes the configuration of a stage. It needs none. */
export function registerInit(program: Command, cli: Cli): void {
  const command = program
    .command('init')
    .description(
      'write the configuration of a new stage, by asking or from options, and try its control plane',
    )
    .option('--stage <name>', 'the stage to be deployed (default: prod)')
    .option(
      '--credential-env <name>',
      'the variable that holds what the secret will hold, to try the control plane',
    )
    .option('--folder <path>', 'where configurations are', 'config')
    .option('--no-input', 'ask nobody: take options and defaults')
    .option('--no-check', 'do not ask the control plane')
    .option('--force', 'write over a configuration that is there')
    .option('--json', 'JSON on standard output')
    .option('--debug', 'show the stack of a fault')
    .addHelpText('after', HELP);
  for (const question of QUESTIONS) command.option(`${flagOf(question)} <text>`, question.text);
  command.action((options: Options) => init(options, cli));
}

async function init(options: Options, cli: Cli): Promise<void> {
  cli.interrupts?.whileDoing('no configuration was written');
  const stage = stageOf(options);
  const file = join(options.folder, `${stage}.json`);
  const asked = options.input ? { lines: new Lines(cli.stdin), prompt: cli.stderr } : undefined;
  try {
    const answers = await askAll(options, stage, asked);
    const document = documentOf(answers);
    const config = checked(stage, document, file);
    const tried = options.check ? await tryIt(config, options, cli) : undefined;
    if (tried?.outcome === 'unavailable' && !(await isKept(tried.why, asked)))
      throw new UsageError(
        `the control plane cannot be asked: ${tried.why}; --no-check writes it all the same`,
      );
    write(file, document, options.force === true);
    const out = new Output(cli.stdout, options.json === true);
    out.one({ file, config: document, tried: tried ?? null }, () => [
      ...(tried ? triedLines(tried) : []),
      `${file} is written`,
      ...nextLines(stage, config),
    ]);
  } finally {
    await asked?.lines.close();
  }
}

function stageOf({ stage = 'prod' }: Options): string {
  if (STAGE_NAME.test(stage)) return stage;
  const allowed = 'a name of lower-case letters, digits, dashes';
  throw new UsageError(`--stage ${JSON.stringify(stage)} is no stage; allowed: ${allowed}`);
}

/** What no single answer shows: how they go together. */
function checked(stage: string, document: unknown, file: string): Config {
  try {
    return parseConfig(stage, document, file);
  } catch (error) {
    throw error instanceof ConfigError ? new UsageError(error.message) : error;
  }
}

async function tryIt({ controlPlanes }: Config, options: Options, cli: Cli): Promise<Tried | undefined> {
  const [settings] = controlPlanes;
  if (!settings || !isListed(settings)) return undefined;
  const { credentialEnv } = options;
  const credential = credentialEnv === undefined ? undefined : cli.env[credentialEnv];
  if (credentialEnv !== undefined && !credential)
    throw new UsageError(`the environment variable ${JSON.stringify(credentialEnv)} is not set`);
  return tryControlPlane(settings, credential);
}

/** Whether a control plane that did not answer is written all the same: it may be reached only from its own network. */
async function isKept(
  why: string,
  asked: { lines: Lines; prompt: Cli['stderr'] } | undefined,
): Promise<boolean> {
  if (!asked) return false;
  asked.prompt.write(safe(`It cannot be asked from here: ${why}. Write it all the same? (yes, no) [no]: `));
  return /^y(es)?$/i.test((await asked.lines.next()) ?? '');
}

function write(file: string, document: unknown, isForced: boolean): void {
  mkdirSync(dirname(file), { recursive: true });
  try {
    writeFileSync(file, `${JSON.stringify(document, null, 2)}\n`, { flag: isForced ? 'w' : 'wx' });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    throw new UsageError(`${file} is there already; --force writes over it`);
  }
}

function triedLines(tried: Tried): string[] {
  if (tried.outcome === 'unavailable') return [safe(`not reached: ${tried.why}`)];
  const { tasks, failing, withoutOwner, refused, hasMore } = tried;
  const more = hasMore ? ' on the first page, and more behind it' : '';
  return [
    `it answers: ${amount(tasks, 'task')}${more}; ${failing} without PRIMARY now, ${withoutOwner} without an owner`,
    ...refused.slice(0, 5).map(({ task, reason }) => safe(`  refused ${task}: ${reason}`)),
    ...(refused.length > 5 ? [`  and ${refused.length - 5} more refused`] : []),
  ];
}

/** What to do next, to be copied. */
function nextLines(stage: string, { controlPlanes, sender }: Config): string[] {
  const [settings] = controlPlanes;
  const cli = 'npm run -s taskwarden --';
  const lines = ['', 'Next:'];
  if (
    settings &&
    'credentials' in settings &&
    settings.credentials &&
    'secret' in settings.credentials.from
  ) {
    const holds = settings.credentials.scheme === 'basic' ? 'user:password' : 'TOKEN';
    const { secret } = settings.credentials.from;
    lines.push(`  aws secretsmanager create-secret --name ${argument(secret)} --secret-string '${holds}'`);
  }
  lines.push(
    `  npm run bootstrap -- --context stage=${stage}   # once per account and region`,
    `  npm run synth -- --context stage=${stage}       # checks all of it, changes nothing`,
    `  npm run deploy -- --context stage=${stage}      # then confirm the subscription mail of the alarms`,
  );
  if (settings && isListed(settings)) {
    lines.push(`  ${cli} control-planes show ${settings.name} --stage ${stage}   # its first listing`);
    lines.push(
      `  ${cli} policy set ${argument(settings.prefix)} minHealthy=2h --stage ${stage}   # restarts are no recovery`,
    );
  } else {
    lines.push('  # let your control plane put its events on the bus: docs/events/README.md');
  }
  lines.push(`  ${cli} doctor --stage ${stage}   # can it warn owners as ${safe(sender)}?`);
  return lines;
}
