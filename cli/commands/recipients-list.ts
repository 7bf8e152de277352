import { type Command, Option } from 'commander';
import { listRecipients } from '../../functions/operators/recipients.ts';
import type { RecipientRecord } from '../../functions/store/rows.ts';
import { addCommand, type Cli, onStage } from '../command.ts';
import type { Columns } from '../output.ts';
import { instantText, readable } from '../readable.ts';

/** Adds `recipients list`. */
export function registerRecipientsList(recipients: Command, cli: Cli): void {
  addCommand(recipients, {
    usage: 'list',
    description:
      'everybody who was ever mailed or chose something; with --suppressed, only those whom no mail reaches',
    examples: ['recipients list --suppressed', 'recipients list --json'],
  })
    .option('--suppressed', 'only suppressed addresses')
    // What the option was called before.
    .addOption(new Option('--dead', 'the same as --suppressed').hideHelp())
    .action(
      onStage<[], { suppressed?: boolean; dead?: boolean }>(cli, async ({ system, out }, options) => {
        const found = await listRecipients(system.table, (options.suppressed ?? options.dead) === true);
        out.list(found.map(lineOf), COLUMNS, 'there are no such recipients');
      }),
    );
}

function lineOf({ key, address, dead, declined, lastMailAt }: RecipientRecord) {
  const state = stateText(dead);
  return { address, key, state, dead: readable(dead), declined, lastMailAt: instantText(lastMailAt) };
}

/** Whether an address is suppressed: why, and since when. */
export function stateText(dead: RecipientRecord['dead']): string {
  if (dead === null) return 'not suppressed';
  const ends = dead.until === undefined ? '' : ` until ${instantText(dead.until)}`;
  return `suppressed: ${dead.reason}, ${instantText(dead.at)}${ends}`;
}

const COLUMNS: Columns<ReturnType<typeof lineOf>> = [
  ['ADDRESS', ({ address }) => address],
  ['STATE', ({ state }) => state],
  ['REMINDERS', ({ declined }) => (declined ? 'declined' : 'yes')],
  ['LAST MAIL', ({ lastMailAt }) => lastMailAt ?? '-'],
];
