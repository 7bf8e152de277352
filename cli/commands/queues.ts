import { Argument, type Command } from 'commander';
import { formatInstant } from '../../functions/abandonment/time.ts';
import { listQueues, pauseQueue, type QueueStanding, resumeQueue } from '../../functions/operators/queues.ts';
import { QUEUE_NAMES, type QueueName, UNREPEATED_QUEUES } from '../../functions/platform/queues.ts';
import { addCommand, type Cli, onStage } from '../command.ts';
import type { Columns } from '../output.ts';

/** Adds `queues list`, `queues pause` and `queues resume`. */
export function registerQueues(queues: Command, cli: Cli): void {
  addCommand(queues, {
    usage: 'list',
    description: 'whether each queue is worked, and who paused it',
    examples: ['queues list', 'queues list --stage prod --json'],
  }).action(
    onStage<[]>(cli, async ({ system, out, stage }) => {
      const standings = await listQueues(system, stage.workers);
      if (out.json) out.list(standings.map(jsonOf), [], '');
      else out.list(standings, COLUMNS, 'no queues');
    }),
  );
  addCommand(queues, {
    usage: 'pause',
    description: `stop a queue until you resume it; its messages wait (4 days at most; ${UNREPEATED_QUEUES.join(' and ')} 14)`,
    examples: ['queues pause notify'],
  })
    .addArgument(queueArgument())
    .action(
      onStage<[QueueName]>(cli, async ({ system, out, stage, operator }, _, queue) => {
        await pauseQueue(system, stage.workers, queue, await operator());
        out.one({ paused: queue }, () => [
          `${queue} is paused; \`taskwarden queues resume ${queue}\` lets it go on`,
        ]);
      }),
    );
  addCommand(queues, {
    usage: 'resume',
    description: 'let a queue go on that you paused',
    examples: ['queues resume notify'],
  })
    .addArgument(queueArgument())
    .action(
      onStage<[QueueName]>(cli, async ({ system, out, stage, operator }, _, queue) => {
        const { wasPaused, worked } = await resumeQueue(system, stage.workers, queue, await operator());
        const goesOn = worked
          ? `${queue} goes on`
          : `the breaker keeps ${queue} off until its worker works a message of it`;
        out.one({ resumed: queue, wasPaused, worked }, () => [goesOn]);
      }),
    );
}

function queueArgument(): Argument {
  return new Argument('<queue>', 'the queue').choices(QUEUE_NAMES);
}

const COLUMNS: Columns<QueueStanding> = [
  ['QUEUE', ({ queue }) => queue],
  ['WORKED', ({ worked }) => (worked ? 'yes' : 'no'), ({ worked }) => (worked ? undefined : 'bad')],
  ['PAUSED', ({ paused }) => (paused ? `by ${paused.by} since ${formatInstant(paused.at)}` : '-')],
  ['BREAKER', breakerText],
];

function breakerText({ breaker, open }: QueueStanding): string {
  if (!open) return breaker;
  const probe = open.probeAt === null ? '' : `, next probe ${formatInstant(open.probeAt)}`;
  return `${breaker} since ${formatInstant(open.since)} by version ${open.version}${probe}`;
}

function jsonOf({ queue, worked, paused, breaker, open }: QueueStanding): Record<string, unknown> {
  return {
    queue,
    worked,
    paused: paused && { by: paused.by, at: formatInstant(paused.at) },
    breaker,
    open: open && {
      since: formatInstant(open.since),
      version: open.version,
      probeAt: open.probeAt === null ? null : formatInstant(open.probeAt),
    },
  };
}
