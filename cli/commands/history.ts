import type { Command } from 'commander';
import { MOMENTS, type Moment, momentsOf } from '../../functions/operators/overview/moments.ts';
import { isKnown, loadHistory } from '../../functions/operators/overview/stored-history.ts';
import type { Tone } from '../colour.ts';
import { addCommand, type Cli, countArgument, noSuchTask, onStage, type Session } from '../command.ts';
import type { Columns } from '../output.ts';
import { type Since, sinceArgument, sinceInstant } from '../since.ts';

interface Options {
  since?: Since;
  limit?: number;
}

const MEANING = `
Rows: ${MOMENTS.join(', ')}. What is over is kept for 400 days, also of tasks that are gone: alerts, mails and what people
did. Of what the task itself says (published, enabled) only the newest is kept.`;

/** Adds `history`. */
export function registerHistory(program: Command, cli: Cli): void {
  addCommand(program, {
    usage: 'history <task>',
    description:
      'all that happened to one task in one line of time: failed, fired, notified, kept, held, disabled, undone, by whom',
    examples: [
      'history acmeCo/prod/orders',
      'history acmeCo/prod/orders --since 30d --json',
      'history acmeCo/prod/orders --limit 20',
    ],
  })
    .option('--since <when>', 'only what is newer: an instant, or how long ago, such as 30d', sinceArgument)
    .option('--limit <count>', 'at most so many of the newest rows', countArgument)
    .addHelpText('after', MEANING)
    .action(onStage<[string], Options>(cli, showHistory));
}

async function showHistory(session: Session, { since, limit }: Options, id: string): Promise<void> {
  const { system, out, stderr } = session;
  const history = await loadHistory(system.table, id);
  if (!isKnown(history)) throw await noSuchTask(session, id);
  const from = sinceInstant(since, system.clock.now());
  const all = momentsOf(history).filter(({ at }) => Date.parse(at) >= from);
  const shown = limit === undefined ? all : all.slice(-limit);
  const isWhole = shown.length === all.length;
  const total = isWhole ? undefined : `the newest ${shown.length} of ${all.length}; --limit shows more`;
  out.list(shown, COLUMNS, 'nothing is kept of that time', total);
  if (out.json && total !== undefined) stderr.write(`note: ${total}\n`);
}

const TONES: Partial<Record<Moment['what'], Tone>> = {
  failed: 'warn',
  fired: 'warn',
  held: 'warn',
  disabled: 'bad',
  enabled: 'good',
};

const COLUMNS: Columns<Moment> = [
  ['AT', ({ at }) => at],
  ['WHAT', ({ what }) => what, ({ what }) => TONES[what]],
  ['ALERT', ({ episode }) => (episode === null ? '-' : `#${episode}`)],
  ['BY', ({ by }) => by ?? '-'],
  ['SAYS', ({ says }) => says],
];
