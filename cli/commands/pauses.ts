import { Argument, type Command } from 'commander';
import { formatInstant } from '../../functions/abandonment/time.ts';
import { type Pausable, pause, resume } from '../../functions/operators/pauses.ts';
import { addCommand, type Cli, onStage } from '../command.ts';

const PARTS: readonly Pausable[] = ['evaluate', 'notify', 'disable'];

/** Adds `pause` and `resume`. */
export function registerPauses(program: Command, cli: Cli): void {
  addCommand(program, {
    usage: 'pause',
    description: 'stop evaluating (all clocks stand still), notifying, or disabling',
    examples: ['pause disable', 'pause evaluate --stage prod'],
  })
    .addArgument(new Argument('<what>', 'what is to stop').choices(PARTS))
    .action(
      onStage<[Pausable]>(cli, async ({ system, out, operator }, _, what) => {
        const since = formatInstant((await pause(system, what, operator)).since);
        out.one({ paused: what, since }, () => [`${what} is paused since ${since}`]);
      }),
    );
  addCommand(program, {
    usage: 'resume',
    description: 'go on with what was paused',
    examples: ['resume disable', 'resume evaluate --stage prod'],
  })
    .addArgument(new Argument('<what>', 'what is to go on').choices(PARTS))
    .action(
      onStage<[Pausable]>(cli, async ({ system, out, operator }, _, what) => {
        const { wasPaused } = await resume(system, what, operator);
        out.one({ resumed: what, wasPaused }, () => [`${what} ${wasPaused ? 'goes on' : 'was not paused'}`]);
      }),
    );
}
