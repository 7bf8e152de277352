import type { Command } from 'commander';
import { approveHeld, heldBySpike } from '../../functions/operators/brakes.ts';
import { addCommand, type Cli, onStage } from '../command.ts';
import { safe } from '../terminal.ts';

/** Adds `approve`. */
export function registerApprove(program: Command, cli: Cli): void {
  addCommand(program, {
    usage: 'approve',
    description:
      'approve exactly the tasks that the blast radius holds now; each is evaluated again, within the usual rate limit',
    examples: ['approve --list', 'approve'],
  })
    .summary('let go what the blast radius holds now')
    .option('--list', 'only show what is held')
    .action(
      onStage<[], { list?: boolean }>(cli, async ({ system, out, operator, interrupts }, { list }) => {
        if (!list)
          interrupts.whileDoing('some may be approved; `taskwarden approve --list` shows what is still held');
        const tasks: string[] = [];
        if (list) for await (const { task } of heldBySpike(system)) tasks.push(task.id);
        else tasks.push(...(await approveHeld(system, await operator())));
        tasks.sort();
        const said = list ? 'held' : 'approved';
        out.one({ [said]: tasks }, () => [
          `${tasks.length} ${said}`,
          ...tasks.map((task) => `  ${safe(task)}`),
        ]);
      }),
    );
}
