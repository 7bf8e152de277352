import type { Command } from 'commander';
import { resendKind } from '../../functions/operator-work/kinds/resend.ts';
import { type Resent, type ResentItem, resendMail } from '../../functions/operators/resend.ts';
import { amount } from '../../functions/platform/amounts.ts';
import { argument } from '../../functions/platform/shell-word.ts';
import { giveWork, WAIT } from '../bulk-work.ts';
import { addCommand, type Cli, onStage, type Session } from '../command.ts';
import { confirm } from '../confirm.ts';
import { UsageError } from '../errors.ts';
import { textOf } from '../lines.ts';
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
A suppressed address is refused: revive it first. More than one mail is a bulk command: see \`taskwarden work\`.`;

interface Options {
  yes?: boolean;
  wait?: boolean;
}

/** Adds `mail resend`. */
export function registerMailResend(mail: Command, cli: Cli): void {
  addCommand(mail, {
    usage: 'resend <ids...>',
    description:
      'notify the recipients of mails again of what still stands of them; `-` reads ids from standard input',
    examples: ['mail resend 01JH4ZQ8Y3V5C6D7E8F9G0H1J2', 'mail resend - --yes < ids'],
  })
    .option('--yes', 'do not ask, though there is more than one mail')
    .option('--wait', WAIT)
    .addHelpText('after', SEMANTICS)
    .action(
      onStage<[string[]], Options>(cli, async (session, options, ids) => {
        const { system, operator, out } = session;
        const [id = '', ...others] = await idsOf(session, ids);
        if (others.length > 0) return resendMany(session, [id, ...others], options);
        const resent = await resendMail(system, id, await operator());
        if (resent.outcome === 'unknown') throw noSuchMail(session, id);
        if (resent.outcome === 'dead') throw suppressedAddress(resent);
        const { address, items } = resent;
        out.one({ mail: id, to: address, items }, () => linesOf(address, items));
      }),
    );
}

/** Each id once, in the order in which they were given. */
async function idsOf({ stdin }: Session, written: readonly string[]): Promise<string[]> {
  const texts = written.includes('-') ? [...written, (await textOf('-', stdin)).text] : written;
  const ids = texts.flatMap((text) => text.split(/\s+/)).filter((id) => id !== '' && id !== '-');
  if (ids.length === 0) throw new UsageError('mail resend: no id was given');
  return [...new Set(ids)];
}

async function resendMany(session: Session, ids: readonly string[], { yes, wait }: Options): Promise<void> {
  await confirm(session, {
    act: `notify the recipients of ${amount(ids.length, 'mail')} again`,
    yes: yes === true,
  });
  await giveWork(session, {
    kind: resendKind,
    what: `${amount(ids.length, 'mail')} again`,
    items: ids.map((id) => ({ id })),
    reason: 'asked for by an operator',
    wait: wait === true,
    sentence: `the recipients of ${amount(ids.length, 'mail')} are to be notified again`,
  });
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
