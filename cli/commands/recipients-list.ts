import type { Command } from 'commander';
import { listRecipients } from '../../functions/operators/recipients.ts';
import type { RecipientRecord } from '../../functions/store/recipients.ts';
import { addCommand, type Cli, onStage } from '../command.ts';
import type { Columns } from '../output.ts';
import { instantText, readable } from '../readable.ts';

/** Adds `recipients list`. */
export function registerRecipientsList(recipients: Command, cli: Cli): void {
  addCommand(recipients, {
    usage: 'list',
    description: 'everybody who was ever mailed or chose something; with --dead, whom no mail reaches',
    examples: ['recipients list --dead', 'recipients list --json'],
  })
    .option('--dead', 'only dead addresses')
    .action(
      onStage<[], { dead?: boolean }>(cli, async ({ system, out }, { dead }) => {
        const found = await listRecipients(system.table, dead === true);
        out.list(found.map(lineOf), COLUMNS, 'there are no such recipients');
      }),
    );
}

function lineOf({ key, address, dead, declined, lastMailAt }: RecipientRecord) {
  const state = stateText(dead);
  return { address, key, state, dead: readable(dead), declined, lastMailAt: instantText(lastMailAt) };
}

/** Why and since when an address is dead. */
export function stateText(dead: RecipientRecord['dead']): string {
  if (dead === null) return 'alive';
  const ends = dead.until === undefined ? '' : ` until ${instantText(dead.until)}`;
  return `dead: ${dead.reason}, ${instantText(dead.at)}${ends}`;
}

const COLUMNS: Columns<ReturnType<typeof lineOf>> = [
  ['ADDRESS', ({ address }) => address],
  ['STATE', ({ state }) => state],
  ['REMINDERS', ({ declined }) => (declined ? 'declined' : 'yes')],
  ['LAST MAIL', ({ lastMailAt }) => lastMailAt ?? '-'],
];
