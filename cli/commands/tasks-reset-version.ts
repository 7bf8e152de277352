import type { Command } from 'commander';
import { resetVersion } from '../../functions/operators/versions.ts';
import { loadTask } from '../../functions/store/tasks.ts';
import { addCommand, type Cli, noSuchTask, onStage } from '../command.ts';
import { UsageError } from '../errors.ts';
import { safe } from '../terminal.ts';

const WHY = `
For a task whose known version is higher than any that its owning system will say, by mistake or by malice: what it
publishes is then skipped as older. The next publication is taken whatever its version; have the owning system send it,
or move the refused ones back from the dead-letter queue. Until then the task cannot be disabled.`;

/** Adds `tasks reset-version`. */
export function registerTasksResetVersion(tasks: Command, cli: Cli): void {
  addCommand(tasks, {
    usage: 'reset-version <id>',
    description: "forget a task's version, so that the next one of its owning system is taken",
    examples: ['tasks reset-version acmeCo/prod/orders', 'tasks reset-version acmeCo/prod/orders --yes'],
  })
    .option('--yes', 'do it; without it, the command only says what would be forgotten')
    .addHelpText('after', WHY)
    .action(
      onStage<[string], { yes?: boolean }>(cli, async (session, { yes }, id) => {
        const record = await loadTask(session.system.table, id);
        if (!record) throw await noSuchTask(session, id);
        if (!yes) {
          const what = `version ${record.task.version} of ${JSON.stringify(id)} would be forgotten`;
          throw new UsageError(`${what}, and the next one taken whatever it is; say so with --yes`);
        }
        const reset = await resetVersion(session.system, id, await session.operator());
        if (!reset) throw await noSuchTask(session, id);
        session.out.one({ task: id, was: reset.was }, () => [
          `version ${reset.was} of ${safe(id)} is forgotten; next: its owning system publishes it again`,
        ]);
      }),
    );
}
