import { type Command, InvalidArgumentError } from 'commander';
import { type Duration, SECOND } from '../../functions/abandonment/time.ts';
import { loadStatus } from '../../functions/operators/overview/status.ts';
import { addCommand, type Cli, onStage, type Session } from '../command.ts';
import { statusLines } from '../status-text.ts';

const MEANING = `
What is paused stands first. Due: tasks by the day (UTC) of their announced date. Held: as the last scan left it; "explain TASK" has
the numbers of each, and the command that ends it. It reads what is open and nothing of tasks that run, and asks Lambda for the
queues. --watch shows it again and again until Ctrl-C.`;

/** Without a number it is shown again so often; a shorter pause would read faster than scans change anything. */
const WATCHED_EVERY: Duration = 30 * SECOND;
const SHORTEST: Duration = 5 * SECOND;

interface Options {
  watch?: Duration | true;
}

/** Adds `status`. */
export function registerStatus(program: Command, cli: Cli): void {
  addCommand(program, {
    usage: 'status',
    description: 'how the stage fares, on one screen: scans, pauses, alerts, what is due and held, queues',
    examples: ['status --stage prod', 'status --watch 60', 'status --json'],
  })
    .option('--watch [seconds]', 'show it again every so many seconds (30), until Ctrl-C', secondsArgument)
    .addHelpText('after', MEANING)
    .action(
      onStage<[], Options>(cli, async (session, { watch }) => {
        if (watch === undefined) return show(session);
        await showAgain(session, cli, watch === true ? WATCHED_EVERY : watch);
      }),
    );
}

async function show({ stage, system, out }: Session): Promise<void> {
  const status = await loadStatus(system, stage.workers);
  out.one({ stage: stage.name, ...status }, () => statusLines(stage.name, status, out.paint, out.width));
}

/** Clears the screen of a terminal; elsewhere one stands below the other. */
const CLEAR = '\u001b[2J\u001b[H';

async function showAgain(session: Session, { stdout, pause }: Cli, every: Duration): Promise<void> {
  session.interrupts.whileDoing('nothing was changed');
  for (;;) {
    if (session.out.width !== undefined) stdout.write(CLEAR);
    await show(session);
    if (!pause) return;
    await pause(every);
  }
}

function secondsArgument(text: string): Duration {
  const every = /^\d{1,5}$/.test(text) ? Number(text) * SECOND : 0;
  if (every >= SHORTEST) return every;
  throw new InvalidArgumentError(`Allowed: a number of seconds from ${SHORTEST / SECOND}.`);
}
