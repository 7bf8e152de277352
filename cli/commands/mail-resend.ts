import type { Command } from 'commander';
import { type Resent, type ResentItem, resendMail } from '../../functions/operators/resend.ts';
import { argument } from '../../functions/platform/shell-word.ts';
import { addCommand, type Cli, onStage } from '../command.ts';
import { UsageError } from '../errors.ts';
import { instantText } from '../readable.ts';
import { columns, safe } from '../terminal.ts';
import { noSuchMail } from './mail-show.ts';

const SEMANTICS = `
The mail itself is never sent a second time. What still stands of it goes with the recipient's next mail, with the
next scan and at most one mail per digestEvery, and is decided again just before:
  warning, reminder   while the episode is open: sent as the warning, with the date that stands
                      (where less than the shortest reminder's lead is left, the date moves later)
  disabled            while the task is still off
  withdrawn           while no newer date was announced
  recovered, enabled  never
A suppressed address is refused: revive it first.`;

/** Adds `mail resend`. */
export function registerMailResend(mail: Command, cli: Cli): void {
  addCommand(mail, {
    usage: 'resend <id>',
    description: 'notify the recipient of a mail again of what still stands of it',
    examples: ['mail resend 01JH4ZQ8Y3V5C6D7E8F9G0H1J2'],
  })
    .addHelpText('after', SEMANTICS)
    .action(
      onStage<[string]>(cli, async (session, _, id) => {
        const { system, operator, out } = session;
        const resent = await resendMail(system, id, await operator());
        if (resent.outcome === 'unknown') throw noSuchMail(session, id);
        if (resent.outcome === 'dead') throw suppressedAddress(resent);
        const { address, items } = resent;
        out.one({ mail: id, to: address, items }, () => linesOf(address, items));
      }),
    );
}

function suppressedAddress({ address, dead }: Extract<Resent, { outcome: 'dead' }>): UsageError {
  const why = `${JSON.stringify(address)} is suppressed (${dead.reason}, ${instantText(dead.at)})`;
  return new UsageError(`${why}; revive it first: "recipients revive ${argument(address)}"`);
}

function linesOf(address: string, items: readonly ResentItem[]): string[] {
  const again = items.filter(({ notice }) => notice !== null).length;
  const rows = items.map(({ task, episode, notice, reason }) => [
    task,
    `#${episode}`,
    notice ?? 'left',
    reason,
  ]);
  return [`${again} of ${items.length} go to ${safe(address)} again`, ...columns(rows, '  ')];
}
