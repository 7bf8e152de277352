import type { Command } from 'commander';
import { addAdmin, listAdmins, removeAdmin } from '../../functions/operators/people.ts';
import { addCommand, type Cli, onStage } from '../command.ts';
import { showAdded, showRemoved } from '../people.ts';

/** Adds `admins add`, `list` and `remove`. */
export function registerAdmins(admins: Command, cli: Cli): void {
  addCommand(admins, {
    usage: 'add <prefix> <email>',
    description:
      'name somebody to notify where no owner and no subscriber of a task can be reached; "" is every prefix',
    examples: ['admins add acmeCo/ boss@acme.test', 'admins add "" platform@acme.test'],
  }).action(
    onStage<[string, string]>(cli, async (session, _, prefix, email) => {
      await showAdded(
        session,
        'admin',
        await addAdmin(session.system, { prefix, email }, await session.operator()),
      );
    }),
  );
  addCommand(admins, {
    usage: 'list',
    description: 'all admins',
    examples: ['admins list', 'admins list --prefix acmeCo/ --json'],
  })
    .option('--prefix <prefix>', 'only those of prefixes that begin so')
    .action(
      onStage<[], { prefix?: string }>(cli, async ({ system, out }, { prefix }) => {
        out.list(await listAdmins(system.table, prefix), COLUMNS, 'there are no admins');
      }),
    );
  addCommand(admins, {
    usage: 'remove <prefix> <email>',
    description: 'remove an admin of a prefix',
    examples: ['admins remove acmeCo/ boss@acme.test'],
  }).action(
    onStage<[string, string]>(cli, async (session, _, prefix, email) => {
      const removed = await removeAdmin(session.system, prefix, email, await session.operator());
      showRemoved(session, 'admin', { prefix, email }, removed);
    }),
  );
}

const COLUMNS = [
  ['PREFIX', ({ prefix }: { prefix: string }) => prefix],
  ['EMAIL', ({ email }: { email: string }) => email],
] as const;
