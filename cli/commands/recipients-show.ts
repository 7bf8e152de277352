import type { Command } from 'commander';
import { listAdmins, listSubscriptions } from '../../functions/operators/people.ts';
import { recipientKey } from '../../functions/platform/addresses.ts';
import { eachMail } from '../../functions/store/mails.ts';
import type { NoticeRecord } from '../../functions/store/notices.ts';
import { targetOf } from '../../functions/store/people.ts';
import { loadRecipientWithNotices, type RecipientRecord } from '../../functions/store/recipients.ts';
import type { Table } from '../../functions/store/table/table.port.ts';
import { loadTasks } from '../../functions/store/tasks.ts';
import { addCommand, type Cli, onStage } from '../command.ts';
import { UsageError } from '../errors.ts';
import { mailLine } from '../mail-views.ts';
import { detailLines, instantText, readable } from '../readable.ts';
import { targetNamed } from '../recipient-argument.ts';
import { stateText } from './recipients-list.ts';

/** As many of a recipient's mails are shown; `mail list` has the others. */
const NEWEST = 10;

/** Adds `recipients show`. */
export function registerRecipientsShow(recipients: Command, cli: Cli): void {
  addCommand(recipients, {
    usage: 'show <address>',
    description:
      'one recipient: whether suppressed, preferences, notices and tasks, subscriptions, the newest mails',
    examples: ['recipients show ana@acme.test', 'recipients show ana@acme.test --json'],
  }).action(
    onStage<[string]>(cli, async ({ system, stage, out }, _, argument) => {
      const address = targetNamed(argument);
      const shown = await recipientDetails(system.table, address);
      if (!shown) {
        const what = `nothing is known of ${JSON.stringify(address)} in stage ${stage.name}`;
        throw new UsageError(`${what}; "recipients list" names those who were ever mailed`);
      }
      out.one(shown, () => detailLines(shown));
    }),
  );
}

/** Undefined where nothing is stored of the address. */
async function recipientDetails(table: Table, address: string): Promise<Record<string, unknown> | undefined> {
  const key = recipientKey(address);
  const [{ recipient, notices }, subscriptions, admins] = await Promise.all([
    loadRecipientWithNotices(table, key),
    listSubscriptions(table),
    listAdmins(table),
  ]);
  const subscribed = subscriptions.filter((subscription) => targetOf(subscription) === address);
  const admin = admins.filter(({ email }) => email === address).map(({ prefix }) => prefix);
  if (!recipient && notices.length === 0 && subscribed.length === 0 && admin.length === 0) return undefined;
  const mails = [];
  for await (const digest of eachMail(table, { recipient: key })) {
    if (mails.push(mailLine(digest)) === NEWEST) break;
  }
  return {
    address,
    key,
    ...standingOf(recipient),
    notices: await noticesOf(table, notices, key),
    subscriptions: subscribed.map(({ prefix, alertTypes }) => ({ prefix, alertTypes })),
    admin,
    mails,
  };
}

function standingOf(recipient: RecipientRecord | undefined): Record<string, unknown> {
  if (!recipient) return { state: 'never mailed' };
  const { dead, declined, zone, language, quietHours, lastMailAt, lastWarnedAt, sending } = recipient;
  return {
    state: stateText(dead),
    dead: readable(dead),
    remindersDeclined: declined,
    zone: zone ?? null,
    language: language ?? null,
    quietHours: quietHours ? `${quietHours.from} to ${quietHours.to}` : null,
    lastMailAt: instantText(lastMailAt),
    lastWarnedAt: instantText(lastWarnedAt),
    sending,
  };
}

async function noticesOf(table: Table, notices: readonly NoticeRecord[], key: string) {
  const tasks = await loadTasks(
    table,
    notices.map(({ task }) => task),
  );
  return notices.map(({ task, episode, pending }) => {
    const record = tasks.get(task);
    return {
      task,
      episode,
      waiting: pending?.notice ?? null,
      since: instantText(pending?.since),
      owner: record?.task.owners.some((owner) => recipientKey(owner) === key) ?? false,
      warning: record?.open?.told[key]?.warning ?? null,
    };
  });
}
