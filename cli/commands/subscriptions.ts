import type { Command } from 'commander';
import { ALERT_TYPES } from '../../functions/abandonment/task.ts';
import { addSubscription, listSubscriptions, removeSubscription } from '../../functions/operators/people.ts';
import { addCommand, type Cli, onStage } from '../command.ts';
import { tellAdded, tellRemoved } from '../people.ts';

/** What a subscriber hears of unless told otherwise. */
const USUAL_TYPES = ['task_abandoned', 'task_auto_disabled'];

/** Adds `subscriptions add`, `list` and `remove`. */
export function registerSubscriptions(subscriptions: Command, cli: Cli): void {
  addCommand(subscriptions, {
    usage: 'add <prefix> <email>',
    description: 'let somebody hear of the alerts of a prefix, or of one task by its id',
    examples: [
      'subscriptions add acmeCo/ team@acme.test',
      'subscriptions add acmeCo/prod/orders ana@acme.test --alert-types task_auto_disabled',
    ],
  })
    .option('--alert-types <types...>', `any of ${ALERT_TYPES.join(', ')}`, USUAL_TYPES)
    .action(
      onStage<[string, string], { alertTypes: string[] }>(
        cli,
        async (session, { alertTypes }, prefix, email) => {
          const added = await addSubscription(
            session.system,
            { prefix, email, alertTypes },
            session.operator,
          );
          tellAdded(session, 'subscription', added);
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
    usage: 'remove <prefix> <email>',
    description: 'end a subscription',
    examples: ['subscriptions remove acmeCo/ team@acme.test'],
  }).action(
    onStage<[string, string]>(cli, async (session, _, prefix, email) => {
      const removed = await removeSubscription(session.system, prefix, email, session.operator);
      tellRemoved(session, 'subscription', { prefix, email }, removed);
    }),
  );
}

const COLUMNS = [
  ['PREFIX', ({ prefix }: { prefix: string }) => prefix],
  ['EMAIL', ({ email }: { email: string }) => email],
  ['ALERT TYPES', ({ alertTypes }: { alertTypes: string[] }) => alertTypes.join(', ')],
] as const;
