import type { Command } from 'commander';
import { SUBSCRIPTION_TYPES } from '../../functions/abandonment/task.ts';
import { addSubscription, listSubscriptions, removeSubscription } from '../../functions/operators/people.ts';
import { type NamedSubscriber, targetOf } from '../../functions/store/people.ts';
import { addCommand, type Cli, onStage } from '../command.ts';
import { UsageError } from '../errors.ts';
import { showAdded, showRemoved } from '../people.ts';

/** What a subscriber hears of unless they say otherwise. */
const USUAL_TYPES = ['task_abandoned', 'task_auto_disabled'];

const TOPIC_OPTION = 'an SNS topic instead of a mail address, for information; one of channels.topics';

/** Adds `subscriptions add`, `list` and `remove`. */
export function registerSubscriptions(subscriptions: Command, cli: Cli): void {
  addCommand(subscriptions, {
    usage: 'add <prefix> [email]',
    description:
      'let somebody, or an SNS topic, hear of the alerts of a prefix ("": of all), or of one task by its id',
    examples: [
      'subscriptions add acmeCo/ team@acme.test',
      'subscriptions add "" platform@acme.test',
      'subscriptions add acmeCo/prod/orders ana@acme.test --alert-types task_auto_disabled',
      'subscriptions add acmeCo/ --topic arn:aws:sns:eu-west-1:123456789012:task-news',
    ],
  })
    .option('--topic <arn>', TOPIC_OPTION)
    .option(
      '--alert-types <types...>',
      `any of ${SUBSCRIPTION_TYPES.join(', ')}; added to those there are`,
      USUAL_TYPES,
    )
    .action(
      onStage<[string, string?], { alertTypes: string[]; topic?: string }>(
        cli,
        async (session, { alertTypes, topic }, prefix, email) => {
          const subscription = { prefix, alertTypes, ...subscriberOf(email, topic) };
          await showAdded(
            session,
            'subscription',
            await addSubscription(session.system, subscription, await session.operator()),
          );
        },
      ),
    );
  addCommand(subscriptions, {
    usage: 'list',
    description: 'all subscriptions',
    examples: ['subscriptions list --prefix acmeCo/', 'subscriptions list --json'],
  })
    .option('--prefix <prefix>', 'only those of prefixes that begin so')
    .action(
      onStage<[], { prefix?: string }>(cli, async ({ system, out }, { prefix }) => {
        out.list(await listSubscriptions(system.table, prefix), COLUMNS, 'there are no subscriptions');
      }),
    );
  addCommand(subscriptions, {
    usage: 'remove <prefix> [email]',
    description: 'end a subscription',
    examples: [
      'subscriptions remove acmeCo/ team@acme.test',
      'subscriptions remove acmeCo/ --topic arn:aws:sns:eu-west-1:123456789012:task-news',
    ],
  })
    .option('--topic <arn>', TOPIC_OPTION)
    .action(
      onStage<[string, string?], { topic?: string }>(cli, async (session, { topic }, prefix, email) => {
        const subscriber = subscriberOf(email, topic);
        const removed = await removeSubscription(
          session.system,
          prefix,
          subscriber,
          await session.operator(),
        );
        showRemoved(session, 'subscription', { prefix, ...subscriber }, removed);
      }),
    );
}

function subscriberOf(email: string | undefined, topic: string | undefined): NamedSubscriber {
  if (topic === undefined && email !== undefined) return { email };
  if (topic !== undefined && email === undefined) return { topic };
  throw new UsageError('name either a mail address, or a topic with --topic ARN');
}

const COLUMNS = [
  ['PREFIX', ({ prefix }: { prefix: string }) => prefix],
  ['EMAIL OR TOPIC', targetOf],
  ['ALERT TYPES', ({ alertTypes }: { alertTypes: string[] }) => alertTypes.join(', ')],
] as const;
