import type { Command } from 'commander';
import { type LookedAt, namesPerson } from '../../functions/operators/dead-letters.ts';
import {
  type Forgotten,
  forgetRecipient,
  isKnown,
  type Known,
  knownOf,
} from '../../functions/operators/forget.ts';
import { amount, oneOr } from '../../functions/platform/amounts.ts';
import { addCommand, type Cli, onStage, type Session } from '../command.ts';
import { UsageError } from '../errors.ts';
import { addressOf } from '../recipient-argument.ts';
import { columns, safe } from '../terminal.ts';

const WHAT = `
Erased: what they chose, their notices, subscriptions and admin rights, and their address in mails, episodes, alerts and
the audit, whose rows stay. A hash of the address stays, with the mark that nothing may be mailed to it: where an owning
system still names them as an owner, they are not mailed again, and count as unreachable. Where nobody else was warned,
the grace is taken back. Dead letters that name them are counted, and deleted with --purge-dead-letters: each is work that
was given up, and is then lost. Texts that people wrote, messages still being worked, the bus's archive (14 days),
backups of the table (35 days) and logs are not searched. What they did as an operator stays under their AWS identity. If the command is interrupted, run it again to finish.`;

/** Adds `recipients forget`. */
export function registerRecipientsForget(recipients: Command, cli: Cli): void {
  addCommand(recipients, {
    usage: 'forget <address>',
    description: 'erase a person; the audit keeps its counts',
    examples: ['recipients forget ana@acme.test', 'recipients forget ana@acme.test --yes'],
  })
    .option('--yes', 'do it; without it, the command only says what would be erased')
    .option('--purge-dead-letters', 'delete the dead letters that name them, too')
    .addHelpText('after', WHAT)
    .action(onStage<[string], Options>(cli, forget));
}

interface Options {
  yes?: boolean;
  purgeDeadLetters?: boolean;
}

async function forget(session: Session, options: Options, argument: string): Promise<void> {
  const { system, stage, operator, out } = session;
  const { yes = false, purgeDeadLetters = false } = options;
  const address = addressOf(argument);
  const traces = await knownOf(system, address);
  const isMeant = namesPerson(address);
  if (!yes)
    throw new UsageError(questionOf(session, address, traces, await stage.deadLetters.look(isMeant, false)));
  session.interrupts.whileDoing('some of it may be erased; run the same command again to finish');
  const isStored = traces.recipient !== undefined || isKnown(traces);
  const erased = isStored ? await forgetRecipient(system, address, await operator()) : undefined;
  // Afterwards, so that what was on its way into them meanwhile is found.
  const seen = await stage.deadLetters.look(isMeant, purgeDeadLetters);
  const deadLetters = seen.filter(({ naming, unseen }) => naming.length + unseen > 0);
  if (!erased && sumOf(deadLetters) === 0) throw new UsageError(nothingKnown(session, address));
  const { owned: stillOwner, ruleLines: stillInRules } = traces;
  out.one({ address, erased: erased ?? null, stillOwner, stillInRules, deadLetters }, () => [
    ...(erased ? linesOf(address, erased, stillOwner) : []),
    ...ruleLines(stillInRules),
    ...deadLetterLines(deadLetters, purgeDeadLetters),
  ]);
}

/** What is asked before anything is erased. */
function questionOf(session: Session, address: string, traces: Known, found: readonly LookedAt[]): string {
  const count = sumOf(found);
  if (traces.recipient === undefined && !isKnown(traces) && count === 0)
    return nothingKnown(session, address);
  const sizes = `${sizeOf(traces)}, ${amount(count, 'dead letter')}`;
  return `forgetting ${JSON.stringify(address)} (${sizes}) cannot be undone; say so with --yes`;
}

function nothingKnown({ stage }: Session, address: string): string {
  return `nothing is known of ${JSON.stringify(address)} in stage ${stage.name}`;
}

function sumOf(found: readonly LookedAt[]): number {
  return found.reduce((sum, { naming }) => sum + naming.length, 0);
}

/** What remains in dead-letter queues, or what was deleted there, and what could not be read. */
function deadLetterLines(found: readonly LookedAt[], purged: boolean): string[] {
  const lines: string[] = [];
  for (const { queue, naming, removed } of found) {
    if (removed > 0)
      lines.push(`deleted ${amount(removed, 'dead letter')} of ${queue}: ${naming.join(', ')}`);
    else if (naming.length > 0)
      lines.push(
        `${amount(naming.length, 'dead letter')} of ${queue} still ${oneOr(naming.length, 'names', 'name')} them`,
      );
  }
  if (!purged && sumOf(found) > 0) lines.push('run it again with --purge-dead-letters to delete these');
  for (const { queue, unseen } of found) {
    if (unseen === 0) continue;
    lines.push(
      `${amount(unseen, 'dead letter')} of ${queue} ${oneOr(unseen, 'was', 'were')} not read: run it again in ten minutes`,
    );
  }
  return lines;
}

function sizeOf({ mails, notices, tasks, subscriptions, admin }: Known): string {
  const rights = subscriptions.length + admin.length;
  return `${amount(mails.length, 'mail')}, ${amount(notices, 'notice')}, ${amount(tasks.length, 'task')}, ${amount(rights, 'subscription or admin right', 'subscriptions and admin rights')}`;
}

function ruleLines(lines: readonly number[]): string[] {
  if (lines.length === 0) return [];
  return [
    `the owner rules still name them (lines ${lines.join(', ')}): take them out of the file, and import it`,
  ];
}

function linesOf(address: string, erased: Forgotten, owned: readonly string[]): string[] {
  const lines = [
    `${safe(address)} is forgotten; rows that named them:`,
    ...columns(
      Object.entries(erased).map(([what, count]) => [what, String(count)]),
      '  ',
    ),
  ];
  if (owned.length === 0) return lines;
  const still = `still an owner of ${amount(owned.length, 'task')} by the word of ${oneOr(owned.length, 'its owning system', 'their owning systems')}: have them removed there`;
  return [...lines, still, ...owned.map((task) => `  ${safe(task)}`)];
}
