import { type Command, InvalidArgumentError } from 'commander';
import { type Duration, parseDuration, SECOND } from '../../functions/abandonment/time.ts';
import { amount } from '../../functions/platform/amounts.ts';
import { RealClock } from '../../functions/platform/real-clock.ts';
import type { Cli } from '../command.ts';
import { UsageError } from '../errors.ts';
import { examineServer } from '../http-check/examine-server.ts';
import type { Checked } from '../http-check/findings.ts';
import type { Target } from '../http-check/prober.ts';
import { Output } from '../output.ts';
import { safe } from '../terminal.ts';

interface Options {
  tokenEnv?: string;
  basicEnv?: string;
  secretEnv?: string;
  timeout: Duration;
  task?: string;
  allowChanges?: boolean;
  json?: boolean;
}

const HELP = `
It only reads. With --task and --allow-changes it also disables and enables that task, rightly and wrongly, and leaves it
enabled: take one that nobody misses. Credentials are read from environment variables, so that no list of processes
shows them.

Examples:
  $ taskwarden control-planes check https://tasks.example.com
  $ taskwarden control-planes check https://tasks.example.com --token-env TASKS_TOKEN
  $ taskwarden control-planes check https://tasks.example.com --secret-env TASKS_SECRET --task team/test --allow-changes

Exit codes: 0 nothing was found; 1 it does something otherwise than the contract, one line each; 2 something given was wrong.`;

/** Adds `control-planes check`: whether a server keeps to docs/control-plane.openapi.yaml. It needs no stage. */
export function registerControlPlanesCheck(parent: Command, cli: Cli): void {
  parent
    .command('check <url>')
    .description(
      'test whether the server of an HTTP control plane keeps to the contract, and name what is wrong',
    )
    .option('--token-env <name>', 'the variable with a bearer token')
    .option('--basic-env <name>', 'the variable with user:password')
    .option('--secret-env <name>', 'the variable with the secret that requests are signed with (whsec_...)')
    .option('--timeout <duration>', 'how long an answer may take', timeoutArgument, 10 * SECOND)
    .option('--task <id>', 'a task that may be disabled and enabled again')
    .option('--allow-changes', 'disable and enable that task')
    .option('--json', 'JSON on standard output')
    .option('--debug', 'show the stack of a fault')
    .addHelpText('after', HELP)
    .action((url: string, options: Options) => check(url, options, cli));
}

async function check(text: string, options: Options, cli: Cli): Promise<void> {
  const target = targetOf(text, options, cli.env);
  const { task, allowChanges = false } = options;
  if ((task !== undefined) !== allowChanges)
    throw new UsageError('--task and --allow-changes go together: only a task that is named is changed');
  cli.interrupts?.whileDoing(
    task === undefined
      ? 'nothing was changed'
      : `task ${JSON.stringify(task)} may be disabled there: look, and enable it`,
  );
  const checked = await examineServer(target, new RealClock(), task);
  const defects = checked.flatMap((answer) => (answer.result === 'fail' ? answer.defects : [])).length;
  const out = new Output(cli.stdout, options.json === true);
  out.one({ url: target.url, sound: defects === 0, checks: checked }, () => linesOf(checked, defects));
  if (defects > 0) throw new Error(`${target.url}: ${amount(defects, 'defect')}`);
}

function targetOf(text: string, options: Options, env: Cli['env']): Target {
  const { tokenEnv, basicEnv, secretEnv, timeout } = options;
  if (tokenEnv !== undefined && basicEnv !== undefined)
    throw new UsageError('--token-env and --basic-env: give one of them');
  const [token, basic, secret] = [tokenEnv, basicEnv, secretEnv].map((name) => variable(name, env));
  const encoded = basic && Buffer.from(basic).toString('base64');
  return {
    url: urlOf(text),
    timeout,
    authorization: token === undefined ? encoded && `Basic ${encoded}` : `Bearer ${token}`,
    secret,
  };
}

function variable(name: string | undefined, env: Cli['env']): string | undefined {
  if (name === undefined) return undefined;
  const value = env[name];
  if (value) return value;
  throw new UsageError(`the environment variable ${JSON.stringify(name)} is not set`);
}

function urlOf(text: string): string {
  const url = URL.parse(text);
  const isPlain = url !== null && !url.username && !url.password && !url.search && !url.hash;
  if (isPlain && /^https?:$/.test(url.protocol)) return url.href.replace(/\/+$/, '');
  throw new UsageError(
    'the URL must be one of http or https without user, query and fragment, like https://tasks.example.com',
  );
}

function timeoutArgument(text: string): Duration {
  const duration = parseDuration(text);
  if (duration !== undefined && duration >= SECOND && duration <= 30 * SECOND) return duration;
  throw new InvalidArgumentError('Allowed: a duration from 1s to 30s.');
}

function linesOf(checked: readonly Checked[], defects: number): string[] {
  const lines = checked.flatMap((answer) =>
    answer.result === 'fail'
      ? answer.defects.map(({ found, expected }) =>
          safe(`FAIL  ${answer.name}: ${found}; expected: ${expected}`),
        )
      : [safe(`${answer.result === 'ok' ? 'ok  ' : 'skip'}  ${answer.name}: ${answer.found}`)],
  );
  return defects === 0 ? [...lines, 'nothing was found that is otherwise than the contract'] : lines;
}
