import { Command, InvalidArgumentError } from 'commander';
import { type Instant, parseInstant } from '../functions/abandonment/time.ts';
import type { System } from '../functions/platform/system.ts';
import { UsageError } from './errors.ts';
import { Output } from './output.ts';
import { asNamed } from './pasted-names.ts';
import { DEFAULT_STAGE, type OpenedStage, type OpenStage, STAGE_NAME } from './stage.ts';
import type { Sink } from './terminal.ts';

/** What the program stands on. */
export interface Cli {
  open: OpenStage;
  stdin: AsyncIterable<Uint8Array | string>;
  stdout: Sink;
  stderr: Sink;
  env: Readonly<Record<string, string | undefined>>;
  /** Whom the audit names. */
  operator: string;
  /** Has `act` done where somebody ends the program from the keyboard, in the place of ending it; gives how to take that back. */
  onInterrupt?(act: () => void): () => void;
}

/** One command's run on a stage. */
export interface Session extends Pick<Cli, 'stdin' | 'stderr' | 'operator' | 'onInterrupt'> {
  stage: OpenedStage;
  system: System;
  out: Output;
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
    .option('--stage <name>', 'the deployed stage (default: TASKWARDEN_STAGE, else local)')
    .option('--json', 'JSON on standard output; lists as one object a line')
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
  act: (session: Session, options: Options, ...given: Arguments) => Promise<void>,
): (...given: unknown[]) => Promise<void> {
  return async (...given) => {
    const command = given.at(-1);
    if (!(command instanceof Command)) throw new Error('commander gave no command');
    const options = optionsOf<CommonOptions & Options>(command);
    const stage = await cli.open(stageNameOf(options, cli.env));
    const { stdin, stderr, operator } = cli;
    const out = new Output(cli.stdout, options.json === true);
    const { onInterrupt } = cli;
    const session = {
      stage,
      system: stage.system,
      out,
      stdin,
      stderr,
      operator,
      ...(onInterrupt && { onInterrupt }),
    };
    await act(session, options, ...(argumentsOf(command) as Arguments));
  };
}

/** Makes the action of a command that asks no stage; `json`: whether its result is to be JSON. */
export function withoutStage<Arguments extends unknown[]>(
  act: (json: boolean, ...given: Arguments) => Promise<void>,
): (...given: unknown[]) => Promise<void> {
  return async (...given) => {
    const command = given.at(-1);
    if (!(command instanceof Command)) throw new Error('commander gave no command');
    const { json } = optionsOf<CommonOptions>(command);
    await act(json === true, ...(argumentsOf(command) as Arguments));
  };
}

function optionsOf<Options extends object>(command: Command): Options {
  const given = Object.entries(command.optsWithGlobals<Options>());
  return Object.fromEntries(given.map(([name, value]) => [name, asNamed(name, value)])) as Options;
}

function argumentsOf(command: Command): unknown[] {
  const names = command.registeredArguments.map((argument) => argument.name());
  return command.processedArgs.map((value, at) => asNamed(names[at] ?? '', value));
}

function stageNameOf(options: CommonOptions, env: Cli['env']): string {
  const [from, name] =
    options.stage === undefined ? ['TASKWARDEN_STAGE', env.TASKWARDEN_STAGE] : ['--stage', options.stage];
  if (name === undefined || name === '') return DEFAULT_STAGE;
  if (STAGE_NAME.test(name)) return name;
  throw new UsageError(
    `${from} ${JSON.stringify(name)} is no stage; allowed: a name of lower-case letters, digits, dashes`,
  );
}

/** Reads an instant given as an option. */
export function instantArgument(text: string): Instant {
  const instant = parseInstant(text);
  if (instant !== undefined) return instant;
  throw new InvalidArgumentError('Allowed: RFC 3339 with a zone such as "2026-01-01T00:00:00Z".');
}

/** The error where no task has an id. */
export function noSuchTask(session: Session, id: string): UsageError {
  return new UsageError(`no task ${JSON.stringify(id)} is known in stage ${session.stage.name}`);
}
