import type { Command } from 'commander';
import { undoDisabling } from '../../functions/disabling/undo.ts';
import { addCommand, type Cli, onStage } from '../command.ts';
import { UsageError } from '../errors.ts';
import { safe } from '../terminal.ts';

/** Adds `undo`. */
export function registerUndo(program: Command, cli: Cli): void {
  addCommand(program, {
    usage: 'undo',
    description: 'turn a task on again that Taskwarden turned off; its clock starts anew',
    examples: ['undo --task acmeCo/prod/orders --reason "still needed"'],
  })
    .requiredOption('--task <id>', 'the task')
    .option('--reason <text>', 'why, for the audit', 'undone by an operator')
    .action(
      onStage<[], { task: string; reason: string }>(
        cli,
        async ({ system, out, operator }, { task, reason }) => {
          const undone = await undoDisabling(system, { task, by: operator, reason });
          if (undone.outcome === 'refused')
            throw new UsageError(`task ${JSON.stringify(task)}: ${undone.reason}`);
          const { outcome } = undone;
          const said = outcome === 'enabled' ? 'is enabled again' : 'is asked for at its owning system';
          out.one({ task, outcome }, () => [`${safe(task)} ${said}`]);
        },
      ),
    );
}
