import { Argument, type Command } from 'commander';
import { formatInstant } from '../../functions/abandonment/time.ts';
import { type Paused, pausedAt } from '../../functions/operators/overview/paused.ts';
import { type Pausable, pause, resume } from '../../functions/operators/pauses.ts';
import { loadPauses, PAUSABLE } from '../../functions/store/pauses.ts';
import { type Until, untilArgument, untilInstant } from '../act-options.ts';
import { addCommand, type Cli, onStage, type Session } from '../command.ts';
import { UsageError } from '../errors.ts';
import type { Columns } from '../output.ts';
import { instantText } from '../readable.ts';

interface Options {
  reason?: string;
  until?: Until;
}

/** So long a reason may be. */
const LONGEST_REASON = 500;

const WHAT = `
evaluate  nothing is decided: all clocks stand still, and the time of the pause never counts
notify    no mail is sent: dates whose warning could not go move later
disable   nothing is disabled: owners are still notified; an owner's own "disable now" goes on

Without <what> it shows what is paused. A pause with --until ends by itself then; what was paused already gets the new reason and
end.`;

/** Adds `pause` and `resume`. */
export function registerPauses(program: Command, cli: Cli): void {
  addCommand(program, {
    usage: 'pause',
    description: 'stop evaluating (all clocks stand still), notifying, or disabling; or show what is paused',
    examples: [
      'pause disable --reason "wrong owners in the CRM" --until 2d',
      'pause evaluate --until 2026-02-01T08:00:00Z --stage prod',
      'pause',
    ],
  })
    .summary('stop evaluating, notifying or disabling, or show what is paused')
    .addArgument(new Argument('[what]', 'what is to stop').choices(PAUSABLE))
    .option('--reason <text>', 'why, for whoever finds it paused and for the audit')
    .option(
      '--until <when>',
      'when it goes on by itself: an instant, or after how long, as 2h',
      untilArgument,
    )
    .addHelpText('after', WHAT)
    .action(
      onStage<[Pausable | undefined], Options>(cli, async (session, options, what) => {
        if (what !== undefined) await pauseIt(session, what, options);
        else if (options.reason ?? options.until)
          throw new UsageError(`pause: name what is to stop; allowed: ${PAUSABLE.join(', ')}`);
        else await showPaused(session);
      }),
    );
  addCommand(program, {
    usage: 'resume',
    description: 'go on with what was paused',
    examples: ['resume disable', 'resume evaluate --stage prod'],
  })
    .addArgument(new Argument('<what>', 'what is to go on').choices(PAUSABLE))
    .action(
      onStage<[Pausable]>(cli, async ({ system, out, operator }, _, what) => {
        const { wasPaused } = await resume(system, what, await operator());
        out.one({ resumed: what, wasPaused }, () => [`${what} ${wasPaused ? 'goes on' : 'was not paused'}`]);
      }),
    );
}

async function pauseIt(
  { system, out, operator }: Session,
  what: Pausable,
  { reason = '', until: wanted }: Options,
): Promise<void> {
  if (reason.length > LONGEST_REASON)
    throw new UsageError(`--reason has ${reason.length} characters; allowed: up to ${LONGEST_REASON}`);
  const now = system.clock.now();
  const until = untilInstant(wanted, now) ?? null;
  const by = await operator();
  const since = formatInstant((await pause(system, what, by, { reason, until })).since);
  const end = instantText(until);
  out.one({ paused: what, since, ...(end !== null && { until: end }), ...(reason && { reason }) }, () => [
    `${what} is paused since ${since}${end === null ? '' : ` until ${end}`}`,
  ]);
}

async function showPaused({ system, out }: Session): Promise<void> {
  const paused = pausedAt(await loadPauses(system.table), system.clock.now());
  out.list(paused, COLUMNS, 'nothing is paused');
}

const COLUMNS: Columns<Paused> = [
  ['PAUSED', ({ what }) => what, () => 'warn'],
  ['SINCE', ({ since }) => since],
  ['UNTIL', ({ until }) => until ?? 'resumed'],
  ['BY', ({ by }) => by ?? '-'],
  ['REASON', ({ reason }) => reason ?? '-'],
];
