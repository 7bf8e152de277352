import type { Command } from 'commander';
import { triedOf } from '../../functions/notices/send/digest-facts.ts';
import { type DigestItem, type DigestRecord, loadDigest } from '../../functions/store/digests.ts';
import { addCommand, type Cli, onStage, type Session } from '../command.ts';
import { UsageError } from '../errors.ts';
import { mailLine } from '../mail-views.ts';
import { detailLines, instantText, readable } from '../readable.ts';

/** Adds `mail show`. */
export function registerMailShow(mail: Command, cli: Cli): void {
  addCommand(mail, {
    usage: 'show <id>',
    description:
      'one mail: what became of it, and the facts it was written from (its text itself is not kept)',
    examples: ['mail show 01JH4ZQ8Y3V5C6D7E8F9G0H1J2', 'mail show 01JH4ZQ8Y3V5C6D7E8F9G0H1J2 --json'],
  }).action(
    onStage<[string]>(cli, async (session, _, id) => {
      const digest = await loadDigest(session.system.table, id);
      if (!digest) throw noSuchMail(session, id);
      const shown = mailDetails(digest);
      session.out.one(shown, () => detailLines(shown));
    }),
  );
}

/** The error where no mail has an id. */
export function noSuchMail({ stage }: Session, id: string): UsageError {
  return new UsageError(
    `no mail ${JSON.stringify(id)} is known in stage ${stage.name}; "mail list" names those of the last 400 days`,
  );
}

/** All that is stored of a mail, for people and other programs. */
export function mailDetails(digest: DigestRecord): Record<string, unknown> {
  const { id, to, state, says } = mailLine(digest);
  const { claimedAt, sentAt, messageId, retryAt, dead, applied, items } = digest;
  const became = { claimedAt, sentAt, messageId, retryAt, dead: dead ?? null, applied };
  return { id, to, state, says, ...(readable({ ...became }) as object), items: items.map(itemDetails) };
}

/** Numbers that are null stay so; a lead or a grace is shown as a length of time. */
function itemDetails({ task, episode, notice, since, disableAt, lead, asked, ...item }: DigestItem) {
  const about = { task, episode, notice, since: instantText(since), ...triedOf(item) };
  const dates = { disableAt: instantText(disableAt), asked: instantText(asked) };
  return { ...about, ...dates, ...(readable(lead === undefined ? {} : { lead }) as object) };
}
