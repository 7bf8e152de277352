import type { Command } from 'commander';
import {
  type Forgotten,
  forgetRecipient,
  isKnown,
  type Known,
  knownOf,
} from '../../functions/operators/forget.ts';
import { addCommand, type Cli, onStage } from '../command.ts';
import { UsageError } from '../errors.ts';
import { addressOf } from '../recipient-argument.ts';
import { columns, safe } from '../terminal.ts';

const WHAT = `
Erased: what he chose, his notices, subscriptions and offices, and his address in mails, episodes, alerts and the audit,
whose rows stay. A hash of the address stays, with the mark that nothing may be mailed to it: where an owning system
still names him as an owner he is not mailed again, and counts as one who cannot be reached. Where he alone was warned,
the grace is taken back. Texts that people wrote, backups of the table (35 days) and logs are not searched. What was cut
off is finished by running it again.`;

/** Adds `recipients forget`. */
export function registerRecipientsForget(recipients: Command, cli: Cli): void {
  addCommand(recipients, {
    usage: 'forget <address>',
    description: 'erase a person; the audit keeps its counts',
    examples: ['recipients forget ana@acme.test', 'recipients forget ana@acme.test --yes'],
  })
    .option('--yes', 'do it; without it only what would be erased is told')
    .addHelpText('after', WHAT)
    .action(
      onStage<[string], { yes?: boolean }>(
        cli,
        async ({ system, stage, operator, out }, { yes }, argument) => {
          const address = addressOf(argument);
          const known = await knownOf(system, address);
          const shown = JSON.stringify(address);
          if (known.recipient === undefined && !isKnown(known))
            throw new UsageError(`nothing is known of ${shown} in stage ${stage.name}`);
          if (!yes)
            throw new UsageError(
              `forgetting ${shown} (${sizeOf(known)}) cannot be undone; say so with --yes`,
            );
          const erased = await forgetRecipient(system, address, operator);
          out.one({ address, erased, stillOwner: known.owned }, () => linesOf(address, erased, known.owned));
        },
      ),
    );
}

function sizeOf({ mails, notices, tasks, subscriptions, admin }: Known): string {
  const offices = subscriptions.length + admin.length;
  return `${mails.length} mails, ${notices} notices, ${tasks.length} tasks, ${offices} subscriptions and offices`;
}

function linesOf(address: string, erased: Forgotten, owned: readonly string[]): string[] {
  const lines = [
    `${safe(address)} is forgotten; rows that named him:`,
    ...columns(
      Object.entries(erased).map(([what, count]) => [what, String(count)]),
      '  ',
    ),
  ];
  if (owned.length === 0) return lines;
  const still = `still an owner of ${owned.length} tasks by the word of their owning systems: have him removed there`;
  return [...lines, still, ...owned.map((task) => `  ${safe(task)}`)];
}
