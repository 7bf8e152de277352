import { type Command, InvalidArgumentError, Option } from 'commander';
import { type Duration, formatDuration, parseDuration } from '../functions/abandonment/time.ts';
import { LETTER_QUEUES, type LetterQueue } from '../functions/operators/dead-letters.ts';
import type { Selectors } from '../functions/operators/letters.ts';
import { UsageError } from './errors.ts';

/** The selectors as options; commander calls what `--id` gives `id`. */
export interface SelectorOptions extends Selectors {
  all?: boolean;
}

/** Adds the options that say which dead letters are meant. */
export function withSelectors(command: Command): Command {
  return command
    .addOption(new Option('--queue <name>', 'of one queue').choices(LETTER_QUEUES))
    .option('--kind <kind>', 'of one kind, as `dlq list` shows it: "disable", "Task Published", "bounced"')
    .option('--reason <text>', 'whose reason has these words')
    .option('--age <duration>', 'first sent at least so long ago, such as 2h', durationArgument)
    .option('--task <id>', 'that name a task')
    .option('--id <id>', 'one, by its id');
}

function durationArgument(text: string): Duration {
  const duration = parseDuration(text);
  if (duration !== undefined) return duration;
  throw new InvalidArgumentError('Allowed: how long, such as "30m", "2h" or "7d".');
}

const NAMES = ['queue', 'kind', 'reason', 'age', 'task', 'id'] as const;

/** What is meant; `--all` alone means all. */
export function selectorsOf(options: SelectorOptions): Selectors {
  const used = NAMES.filter((name) => options[name] !== undefined).map((name) => [name, options[name]]);
  return Object.fromEntries(used) as Selectors;
}

/**
 * The same for what changes something.
 * @throws UsageError where nothing is selected
 */
export function requiredSelectors(command: string, options: SelectorOptions): Selectors {
  const selectors = selectorsOf(options);
  if (Object.keys(selectors).length > 0 || options.all === true) return selectors;
  const allowed = NAMES.map((name) => `--${name}`).join(', ');
  throw new UsageError(`${command}: say which dead letters are meant by ${allowed}, or --all for every one`);
}

/** Whether a whole queue is meant, with no further selector. */
export function isWholeQueue(selectors: Selectors): boolean {
  return Object.keys(selectors).every((name) => name === 'queue');
}

/** The queues to look into. */
export function queuesIn({ queue }: Selectors, there: readonly LetterQueue[]): readonly LetterQueue[] {
  return queue === undefined ? there : [queue];
}

/** In words, for the audit. */
export function meantText(selectors: Selectors): string {
  const { age, ...rest } = selectors;
  const words = Object.entries(rest).map(([name, value]) => `${name} ${JSON.stringify(value)}`);
  const all = age === undefined ? words : [...words, `age ${formatDuration(age)}`];
  return all.length === 0 ? 'all' : all.join(', ');
}
