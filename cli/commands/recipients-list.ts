import { type Command, Option } from 'commander';
import { listRecipients } from '../../functions/operators/recipients.ts';
import type { AddressedRecipient, Suppression } from '../../functions/store/recipients.ts';
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
        const dead = (options.suppressed ?? options.dead) === true;
        const found = await listRecipients(system.table, { dead });
        out.list(found.map(lineOf), COLUMNS, 'there are no such recipients');
      }),
    );
}

function lineOf({ key, address, dead, declined, lastMailAt }: AddressedRecipient) {
  const state = stateText(dead);
  return { address, key, state, dead: readable(dead), declined, lastMailAt: instantText(lastMailAt) };
}

/** Whether an address is suppressed: why, and since when. */
export function stateText(dead: Suppression | null): string {
  if (dead === null) return 'not suppressed';
  const ends = dead.reason === 'soft-bounce' ? ` until ${instantText(dead.until)}` : '';
  return `suppressed: ${dead.reason}, ${instantText(dead.at)}${ends}`;
}

const COLUMNS: Columns<ReturnType<typeof lineOf>> = [
  ['ADDRESS', ({ address }) => address],
  ['STATE', ({ state }) => state],
  ['REMINDERS', ({ declined }) => (declined ? 'declined' : 'yes')],
  ['LAST MAIL', ({ lastMailAt }) => lastMailAt ?? '-'],
];
