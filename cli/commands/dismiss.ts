import type { Command } from 'commander';
import { dismissDeletion, dismissOutage, dismissReversal } from '../../functions/operators/approvals.ts';
import type { System } from '../../functions/platform/system.ts';
import { loadDataPlane } from '../../functions/store/data-planes.ts';
import { loadTask } from '../../functions/store/tasks.ts';
import { addCommand, type Cli, onStage } from '../command.ts';
import { UsageError } from '../errors.ts';
import { safe } from '../terminal.ts';

/** Adds `dismiss`. */
export function registerDismiss(program: Command, cli: Cli): void {
  addCommand(program, {
    usage: 'dismiss <data-plane-or-task>',
    description:
      'end the correlated outage of a data plane (the clocks of what still fails run on from now), the parking of its tasks where it was deleted, or the hold of a task that a system enabled again after we disabled it',
    examples: ['dismiss aws-eu-1', 'dismiss acmeCo/prod/orders'],
  })
    .summary('end an outage, a parking, or the hold of a reversal')
    .action(
      onStage<[string], object>(cli, async ({ system, out, operator }, _options, name) => {
        if ((await dismissOutage(system, name, await operator())).dismissed) {
          out.one({ dataPlane: name, dismissed: true }, () => [`the outage of ${safe(name)} is dismissed`]);
          return;
        }
        if ((await dismissDeletion(system, name, await operator())).dismissed) {
          const text = `${safe(name)} parks its tasks no longer; their clocks run on from now`;
          out.one({ dataPlane: name, dismissed: true }, () => [text]);
          return;
        }
        if ((await dismissReversal(system, name, await operator())).dismissed) {
          const text = `${safe(name)} is no longer held because a system enabled it again; it is evaluated with the next scan`;
          out.one({ task: name, dismissed: true }, () => [text]);
          return;
        }
        throw new UsageError(await whyNot(system, name));
      }),
    );
}

async function whyNot({ table }: System, name: string): Promise<string> {
  const quoted = JSON.stringify(name);
  if (await loadTask(table, name)) return `task ${quoted}: no system reversed its disabling, or that is over`;
  if (await loadDataPlane(table, name))
    return `data plane ${quoted} has no open correlated outage, and was not deleted`;
  return `neither a data plane nor a task is known as ${quoted}; \`taskwarden holds list\` shows what is held`;
}
