import type { Command } from 'commander';
import { parseInstant } from '../../functions/abandonment/time.ts';
import { type Undone, undoDisabling, undoRun } from '../../functions/disabling/undo.ts';
import { addCommand, type Cli, onStage, type Session } from '../command.ts';
import { UsageError } from '../errors.ts';
import { safe } from '../terminal.ts';

interface Options {
  task?: string;
  run?: string;
  reason: string;
}

/** Adds `undo`. */
export function registerUndo(program: Command, cli: Cli): void {
  addCommand(program, {
    usage: 'undo',
    description: 'enable again what Taskwarden disabled: a task, or all of one scan; clocks start again',
    examples: ['undo --task acmeCo/prod/orders --reason "still needed"', 'undo --run 2026-02-05T00:00:00Z'],
  })
    .option('--task <id>', 'the task')
    .option('--run <instant>', 'the scan whose disablings are undone, by its instant')
    .option('--reason <text>', 'why, for the audit', 'undone by an operator')
    .action(
      onStage<[], Options>(cli, async (stage, options) => {
        for (const { task, undone } of await undoAll(stage, options)) {
          const said =
            undone.outcome === 'refused' ? `is left as it is: ${undone.reason}` : SAID[undone.outcome];
          stage.out.one({ task, ...undone }, () => [`${safe(task)} ${said}`]);
        }
      }),
    );
}

const SAID = { enabled: 'is enabled again', requested: 'is asked for at its owning system' } as const;

async function undoAll(
  { system, operator, interrupts }: Pick<Session, 'system' | 'operator' | 'interrupts'>,
  { task, run, reason }: Options,
): Promise<{ task: string; undone: Undone }[]> {
  if ((task === undefined) === (run === undefined)) throw new UsageError('undo: give either --task or --run');
  const act = { by: await operator(), reason };
  if (task !== undefined) {
    const undone = await undoDisabling(system, { task, ...act, isOperator: true });
    if (undone.outcome === 'refused') throw new UsageError(`task ${JSON.stringify(task)}: ${undone.reason}`);
    return [{ task, undone }];
  }
  const instant = parseInstant(run ?? '');
  if (instant === undefined) {
    throw new UsageError(`--run ${JSON.stringify(run)}: no instant; allowed is RFC 3339 with a zone`);
  }
  interrupts.whileDoing('some of it may be undone, and stays so; the same command goes on with the rest');
  const undone = await undoRun(system, { run: instant, ...act });
  if (undone.length === 0) throw new UsageError(`--run ${JSON.stringify(run)}: this scan disabled nothing`);
  return undone;
}
