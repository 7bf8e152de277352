import { Command, InvalidArgumentError } from 'commander';
import { type Duration, type Instant, parseInstant } from '../functions/abandonment/time.ts';
import { nearIds } from '../functions/operators/overview/near-ids.ts';
import type { System } from '../functions/platform/system.ts';
import { paintFor } from './colour.ts';
import { UsageError } from './errors.ts';
import { Interrupts } from './interrupts.ts';
import { type Operator, operatorOf } from './operator.ts';
import { Output } from './output.ts';
import { asNamed } from './pasted-names.ts';
import { type Setting, settingsOf } from './settings.ts';
import type { OpenedStage, OpenStage, Place } from './stage.ts';
import type { Sink } from './terminal.ts';

/** What the program stands on. */
export interface Cli {
  open: OpenStage;
  stdin: AsyncIterable<Uint8Array | string>;
  stdout: Sink;
  stderr: Sink;
  env: Readonly<Record<string, string | undefined>>;
  /** Where the nearest configuration file may be; absent: none is read. */
  folder?: string;
  /** Whether `--no-color` was given. */
  isPlain?: boolean;
  /** Waits, for what is shown again and again; absent: it is shown once. */
  pause?: (duration: Duration) => Promise<void>;
  /** What a command says that is stopped; absent: nobody asks. */
  interrupts?: Interrupts;
}

/** One command's run on a stage. */
export interface Session extends Pick<Cli, 'stdin' | 'stderr'> {
  stage: OpenedStage;
  system: System;
  out: Output;
  /** Whom the audit names; asked by what writes. */
  operator: Operator;
  interrupts: Interrupts;
}

interface CommonOptions {
  stage?: string;
  json?: boolean;
}

/** What a command is called and what it says of itself. */
export interface Wording {
  /** Its name and arguments as commander reads them: `show <id>`. */
  usage: string;
  description: string;
  /** Lines of examples, without the name of the program. */
  examples: readonly string[];
}

/** Adds the options that every command has. */
export function withCommonOptions(command: Command): Command {
  return command
    .option('--stage <name>', 'the deployed stage (default: TASKWARDEN_STAGE, a configuration file, local)')
    .option('--json', 'JSON on standard output; lists as one object a line')
    .option('--no-color', 'no colours (as NO_COLOR)')
    .option('--debug', 'show the stack of a fault');
}

/** Adds a command with the common options and its examples. */
export function addCommand(parent: Command, { usage, description, examples }: Wording): Command {
  const lines = examples.map((example) => `\n  $ taskwarden ${example}`).join('');
  const command = parent.command(usage).description(description).addHelpText('after', `\nExamples:${lines}`);
  return withCommonOptions(command);
}

/** Adds a command that only holds others. */
export function addGroup(program: Command, name: string, description: string): Command {
  return program.command(name).description(description);
}

/**
 * Makes the action of a command: opens the stage that its options name, and gives it with the arguments. Names in both are
 * as they were before they were copied.
 */
export function onStage<Arguments extends unknown[], Options = object>(
  cli: Cli,
  act: (session: Session, options: Options, ...values: Arguments) => Promise<void>,
): (...values: unknown[]) => Promise<void> {
  return async (...values) => {
    const command = values.at(-1);
    if (!(command instanceof Command)) throw new Error('commander gave no command');
    const options = optionsOf<CommonOptions & Options>(command);
    const settings = settingsOf(options, cli.env, cli.folder);
    const stage = await cli.open(settings.stage.value ?? '', placeIn(settings));
    const { stdin, stderr, interrupts = new Interrupts() } = cli;
    const out = outputOf(cli, options.json === true);
    const operator = operatorOf(stage, cli.env);
    const session = { stage, system: stage.system, out, stdin, stderr, operator, interrupts };
    await act(session, options, ...(argumentsOf(command) as Arguments));
  };
}

/** Where a command's results go. */
export function outputOf(cli: Cli, json: boolean): Output {
  return new Output(cli.stdout, json, paintFor(cli.stdout, cli.env, cli.isPlain));
}

/** What files say of region and profile; the SDK reads the environment by itself. */
function placeIn({ region, profile }: Record<'region' | 'profile', Setting>): Place {
  const isOfFile = ({ from }: Setting) => from.includes('/') || from.includes('\\');
  return {
    ...(region.value !== null && isOfFile(region) && { region: region.value }),
    ...(profile.value !== null && isOfFile(profile) && { profile: profile.value }),
  };
}

/** Makes the action of a command that asks no stage; `json`: whether its result is to be JSON. */
export function withoutStage<Arguments extends unknown[]>(
  act: (json: boolean, ...values: Arguments) => Promise<void>,
): (...values: unknown[]) => Promise<void> {
  return async (...values) => {
    const command = values.at(-1);
    if (!(command instanceof Command)) throw new Error('commander gave no command');
    const { json } = optionsOf<CommonOptions>(command);
    await act(json === true, ...(argumentsOf(command) as Arguments));
  };
}

function optionsOf<Options extends object>(command: Command): Options {
  const values = Object.entries(command.optsWithGlobals<Options>());
  return Object.fromEntries(values.map(([name, value]) => [name, asNamed(name, value)])) as Options;
}

function argumentsOf(command: Command): unknown[] {
  const names = command.registeredArguments.map((argument) => argument.name());
  return command.processedArgs.map((value, at) => asNamed(names[at] ?? '', value));
}

/** Reads an instant given as an option. */
export function instantArgument(text: string): Instant {
  const instant = parseInstant(text);
  if (instant !== undefined) return instant;
  throw new InvalidArgumentError('Allowed: RFC 3339 with a zone such as "2026-01-01T00:00:00Z".');
}

/** Reads a number of things given as an option. */
export function countArgument(text: string): number {
  if (/^[1-9]\d{0,5}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('Allowed: a whole number from 1.');
}

/** The error where no task has an id, with those that may be meant. */
export async function noSuchTask({ stage, system }: Session, id: string): Promise<UsageError> {
  const near = (await nearIds(system.table, id)).map((task) => JSON.stringify(task));
  const meant = near.length === 0 ? '' : ` (did you mean ${near.join(' or ')}?)`;
  return new UsageError(
    `no task ${JSON.stringify(id)} is known in stage ${stage.name}${meant}; \`taskwarden tasks list --state all\` names those there are`,
  );
}
