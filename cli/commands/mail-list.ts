import { type Command, InvalidArgumentError, Option } from 'commander';
import { DIGEST_STATES } from '../../functions/notices/send/digest-states.ts';
import type { DigestRecord } from '../../functions/store/digests.ts';
import { eachMail } from '../../functions/store/mails.ts';
import { addCommand, type Cli, onStage, type Session } from '../command.ts';
import { MAIL_COLUMNS, mailLine, mailsOfTask } from '../mail-views.ts';
import { knownKey } from '../recipient-argument.ts';
import { type Since, sinceArgument, sinceInstant } from '../since.ts';

interface MailOptions {
  recipient?: string;
  task?: string;
  since?: Since;
  state?: string;
  limit: number;
}

/** Adds `mail list`. */
export function registerMailList(mail: Command, cli: Cli): void {
  addCommand(mail, {
    usage: 'list',
    description: 'mails, the newest first; they are kept for 400 days',
    examples: [
      'mail list --since 7d',
      'mail list --recipient ana@acme.test --state bounced',
      'mail list --task acmeCo/prod/orders --json',
    ],
  })
    .option('--recipient <address>', 'only those to this address')
    .option('--task <id>', 'only those that named this task and that SES took or may have taken')
    .option('--since <when>', 'only newer ones: an instant, or how long ago, such as 7d', sinceArgument)
    .addOption(new Option('--state <state>', 'only those in this state').choices(DIGEST_STATES))
    .option('--limit <count>', 'at most so many', limitArgument, 50)
    .action(
      onStage<[], MailOptions>(cli, async (session, options) => {
        const found = await findMails(session, options);
        session.out.list(found.map(mailLine), MAIL_COLUMNS, 'there are no such mails');
        if (found.length === options.limit)
          session.stderr.write(`note: the newest ${options.limit}; --limit shows more\n`);
      }),
    );
}

async function findMails({ system }: Session, options: MailOptions): Promise<DigestRecord[]> {
  const { task, state, limit } = options;
  const since = sinceInstant(options.since, system.clock.now());
  const recipient = options.recipient === undefined ? undefined : knownKey(options.recipient);
  const whose = recipient === undefined ? {} : { recipient };
  const mails =
    task === undefined ? eachMail(system.table, { since, ...whose }) : await mailsOfTask(system.table, task);
  const found: DigestRecord[] = [];
  for await (const digest of mails) {
    if (found.length === limit) break;
    const fits =
      digest.claimedAt >= since &&
      (recipient === undefined || digest.recipient === recipient) &&
      (state === undefined || digest.state === state);
    if (fits) found.push(digest);
  }
  return found;
}

function limitArgument(text: string): number {
  if (/^[1-9]\d{0,4}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('Allowed: a whole number from 1 to 99999.');
}
