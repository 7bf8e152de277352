import type { Command } from 'commander';
import type { Instant } from '../../functions/abandonment/time.ts';
import { loadTask } from '../../functions/store/tasks.ts';
import { addCommand, type Cli, instantArgument, noSuchTask, onStage } from '../command.ts';
import { type Explanation, explain } from '../explanation.ts';
import { leafText, valueText } from '../policy-text.ts';
import { spanText } from '../readable.ts';
import { columns, safe } from '../terminal.ts';

/** Adds `explain`. */
export function registerExplain(program: Command, cli: Cli): void {
  addCommand(program, {
    usage: 'explain',
    description: 'the decision about one task, all that it rests on, and what happens next; changes nothing',
    examples: [
      'explain acmeCo/prod/orders',
      'explain acmeCo/prod/orders --at 2026-03-01T00:00:00Z',
      'explain acmeCo/prod/orders --json',
    ],
  })
    .argument('<task>', 'the id of the task')
    .option(
      '--at <instant>',
      'decide for this instant; supposes that a later one finds the task as it is now',
      instantArgument,
    )
    .action(
      onStage<[string], { at?: Instant }>(cli, async (session, { at }, id) => {
        const { table, clock } = session.system;
        const record = await loadTask(table, id);
        if (!record) throw noSuchTask(session, id);
        const now = clock.now();
        const explanation = await explain(table, record, at ?? now, now);
        session.out.one(explanation, () => explanationLines(explanation));
      }),
    );
}

/** An explanation for people. */
function explanationLines(given: Explanation): string[] {
  const { decision } = given;
  return [
    `${safe(given.task)}: ${decision.answer} (${decision.reason}) at ${given.at}`,
    `  ${given.enabled ? 'enabled' : 'disabled'} ${given.kind} on ${safe(given.dataPlane)}`,
    ...section('Evidence', evidenceRows(given)),
    ...(given.deadline === null ? [] : section('Deadline', deadlineRows(given))),
    ...section('Counted time', countedRows(given)),
    ...section(
      'Thresholds',
      given.thresholds.map(({ leaf, value, from }) => [leafText(leaf), valueText(value), `from ${from}`]),
    ),
    ...section(
      'Holds',
      given.holds.map(({ reason, since, until }) => [
        reason,
        since === null ? '' : `since ${since}`,
        until === null ? '' : `until ${until}`,
      ]),
    ),
    ...section('Episode', episodeRows(given)),
    ...section('Owners', ownerRows(given)),
    ...section(
      'Recipients',
      given.recipients.map(({ address, as, warning, acceptedAt, declined }) => [
        address,
        as,
        `warning: ${warning}${acceptedAt === null ? '' : ` ${acceptedAt}`}`,
        declined ? 'declined reminders' : '',
      ]),
    ),
    ...section(
      'Mails so far',
      given.mails.map(({ sentAt, to, notice, state, disableAt }) => [
        sentAt ?? 'not sent',
        to,
        notice,
        state,
        disableAt === null ? 'no date' : `names ${disableAt}`,
      ]),
    ),
    ...section(
      'Next',
      given.next.map(({ at, what }) => [at ?? '-', what]),
    ),
  ];
}

function section(title: string, rows: string[][]): string[] {
  return ['', title, ...(rows.length > 0 ? columns(rows, '  ') : ['  none'])];
}

function deadlineRows({ deadline: given }: Explanation): string[][] {
  if (given === null) return [];
  const { deadline, from, startedAt, endedAt, announced } = given;
  return [
    ['deadline', deadline ?? 'none', from === null ? '' : `from ${from}`],
    ...(startedAt === null ? [] : [['started', startedAt, endedAt === null ? 'runs' : `ended ${endedAt}`]]),
    ...announced.map((one) => [
      one.address,
      one.deadline === null ? 'not announced' : `announced: ${one.deadline}`,
      one.declined ? 'declined reminders' : '',
    ]),
  ];
}

function evidenceRows({ evidence }: Explanation): string[][] {
  const rows: [string, string | null][] = [
    ['statuses', evidence.statuses.join(', ') || 'no shards'],
    ['failed of', evidence.cause ?? null],
    ['observed', evidence.observedAt ?? 'never'],
    ['last alive', evidence.lastAliveAt ?? 'never seen'],
    ['first seen', evidence.firstSeenAt],
    ['created', evidence.createdAt],
    ['enabled', evidence.enabledAt],
    ['published by a user', evidence.publishedByUserAt],
    ['restarts since', String(evidence.restartsSinceLoss)],
    [
      'spells that were too short',
      evidence.twitchesSinceLoss === 0 ? null : String(evidence.twitchesSinceLoss),
    ],
    ['recovers at', evidence.recoversAt],
  ];
  return rows.flatMap(([name, value]) => (value === null ? [] : [[name, value]]));
}

function countedRows({ counted, decision }: Explanation): string[][] {
  if (decision.answer === 'healthy' || decision.answer === 'ignore') return [];
  return [
    ['without PRIMARY since', counted.notPrimarySince ?? '-'],
    ['counted', `${spanText(counted.countedMs)} of ${spanText(counted.wallMs)}`],
    ['threshold reached', counted.abandonedAt ?? '-'],
    ...counted.unknown.map(({ why, from, to }) => [`unknown (${why})`, `${from} to ${to ?? 'now'}`]),
  ];
}

function ownerRows({ owners: { from, addresses, rule } }: Explanation): string[][] {
  if (from === 'none') return [['nobody', 'no owner is named by it, and no rule matches: admins stand in']];
  const where = rule ? `by rule, line ${rule.line}: ${rule.pattern}` : 'named by the task';
  return addresses.length > 0 ? addresses.map((address) => [address, where]) : [['nobody', where]];
}

const SINCE = { task_abandoned: 'failing since', task_overdue: 'past its deadline of' };

function episodeRows({ episode, decision }: Explanation): string[][] {
  if (episode === null) return [];
  return [
    ['number', String(episode.number)],
    ['fired', `${episode.firedAt} (${SINCE[episode.alert]} ${episode.since})`],
    ['grace', episode.grace === 0 ? 'nobody was warned' : `${episode.grace} (mode ${episode.graceStage})`],
    ['to be disabled', decision.disableAt ?? 'no date'],
  ];
}
