import type { Command } from 'commander';
import type { Instant } from '../../functions/abandonment/time.ts';
import { type Explanation, explain } from '../../functions/operators/overview/explanation.ts';
import type { State } from '../../functions/operators/overview/verdict.ts';
import { leafText } from '../../functions/operators/policy-text.ts';
import type { Paint, Tone } from '../colour.ts';
import { addCommand, type Cli, instantArgument, onStage } from '../command.ts';
import { knownHistory } from '../history.ts';
import { valueText } from '../policy-text.ts';
import { spanText } from '../readable.ts';
import { columns, safe } from '../terminal.ts';

const MEANING = `
First why it was disabled, or was not, and the command that changes that. Of a disabled task: what was decided on that day, on what
evidence, by which thresholds and where each came from, the mails, and what people did since. With --at an instant that is past: what
the history has of it, beside what would be decided of it by what is known today. Everything in one line of time: history.`;

/** Adds `explain`. */
export function registerExplain(program: Command, cli: Cli): void {
  addCommand(program, {
    usage: 'explain',
    description:
      'why a task was disabled or was not, all that it rests on, and what happens next; changes nothing',
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
    .addHelpText('after', MEANING)
    .action(
      onStage<[string], { at?: Instant }>(cli, async (session, { at }, id) => {
        const { table, clock } = session.system;
        const history = await knownHistory(session, id);
        const now = clock.now();
        const explanation = await explain(table, history, at ?? now, now);
        session.out.one(explanation, () => explanationLines(explanation, session.out.paint));
      }),
    );
}

const TONES: Partial<Record<State, Tone>> = {
  healthy: 'good',
  'disabled-by-us': 'bad',
  'disabled-by-owner': 'bad',
  due: 'bad',
  disabling: 'bad',
  warned: 'warn',
  reminded: 'warn',
  held: 'warn',
  reverted: 'warn',
  parked: 'warn',
};

/** An explanation for people. */
function explanationLines(explanation: Explanation, paint: Paint): string[] {
  return [
    ...verdictLines(explanation, paint),
    ...(explanation.disabling === null ? [] : disablingLines(explanation)),
    ...(explanation.acts.length === 0
      ? []
      : section(
          'Since then',
          explanation.acts.map(({ at, says, by }) => [at, says, `by ${by}`]),
        )),
    ...decisionLines(explanation),
  ];
}

function verdictLines(
  { task, verdict, past, decision, at, ...explanation }: Explanation,
  paint: Paint,
): string[] {
  const { state, says, command } = verdict;
  const first = past === null ? safe(says) : `${safe(past.says)} (${at}, by its history)`;
  return [
    `${safe(task)}: ${past === null ? paint(TONES[state], state) : past.state}`,
    `  ${first}`,
    ...(past === null ? [] : [`  By what is known today: ${safe(says)}`]),
    ...(command === null ? [] : [`  To change that: ${safe(command)}`]),
    `  ${explanation.enabled ? 'enabled' : 'disabled'} ${explanation.kind} on ${safe(explanation.dataPlane)}; decision: ${decision.answer} (${decision.reason}) at ${at}`,
  ];
}

/** What was decided on the day on which it was disabled. */
function disablingLines({ disabling: decision }: Explanation): string[] {
  if (decision === null) return [];
  const { evidence, counted } = decision;
  const rows: [string, string | null][] = [
    ['disabled', `${decision.confirmedAt ?? decision.at} by ${decision.by}: ${decision.reason}`],
    ['asked for', decision.requestedAt],
    ['announced date', decision.announcedFor],
    ['scan', decision.run],
    ['statuses then', evidence.statuses === null ? null : evidence.statuses.join(', ') || 'no shards'],
    ['observed', evidence.observedAt],
    ['failed of', evidence.cause],
    ['restarts', evidence.restarts === null ? null : String(evidence.restarts)],
    ['without PRIMARY since', counted.notPrimarySince],
    ['counted', counted.countedMs === null ? null : spanText(counted.countedMs)],
    ['threshold reached', counted.abandonedAt],
    ['its own deadline', decision.deadline],
  ];
  return [
    ...section(
      `Disabled on that day (alert #${decision.episode ?? '?'})`,
      rows.flatMap(([name, value]) => (value === null ? [] : [[name, value]])),
    ),
    ...section('Thresholds on that day', leafRows(decision.thresholds)),
    ...section('Mails about it', mailRows(decision.mails)),
  ];
}

const leafRows = (leaves: Explanation['thresholds']): string[][] =>
  leaves.map(({ leaf, value, from }) => [leafText(leaf), valueText(value), `from ${from}`]);

const mailRows = (mails: Explanation['mails']): string[][] =>
  mails.map(({ sentAt, to, notice, state, disableAt }) => [
    sentAt ?? 'not sent',
    to,
    notice,
    state,
    disableAt === null ? 'no date' : `names ${disableAt}`,
  ]);

/** The decision by what is known now, and what it rests on. */
function decisionLines(explanation: Explanation): string[] {
  return [
    ...section('Evidence', evidenceRows(explanation)),
    ...(explanation.deadline === null ? [] : section('Deadline', deadlineRows(explanation))),
    ...section('Counted time', countedRows(explanation)),
    ...section('Thresholds', leafRows(explanation.thresholds)),
    ...section('Holds', holdRows(explanation)),
    ...section('Episode', episodeRows(explanation)),
    ...section('Owners', ownerRows(explanation)),
    ...section(
      'Recipients',
      explanation.recipients.map(({ address, as, warning, acceptedAt, declined }) => [
        address,
        as,
        `warning: ${warning}${acceptedAt === null ? '' : ` ${acceptedAt}`}`,
        declined ? 'declined reminders' : '',
      ]),
    ),
    ...section('Mails so far', mailRows(explanation.mails)),
    ...section(
      'Next',
      explanation.next.map(({ at, what }) => [at ?? '-', what]),
    ),
  ];
}

function holdRows({ holds }: Explanation): string[][] {
  return holds.map(({ reason, since, until, says, command }) => [
    reason,
    since === null ? '' : `since ${since}`,
    until === null ? '' : `until ${until}`,
    command === null ? says : `${says}; \`${command}\` ends it`,
  ]);
}

function section(title: string, rows: string[][]): string[] {
  return ['', title, ...(rows.length > 0 ? columns(rows, '  ') : ['  none'])];
}

function deadlineRows({ deadline: view }: Explanation): string[][] {
  if (view === null) return [];
  const { deadline, from, startedAt, endedAt, announced } = view;
  return [
    ['deadline', deadline ?? 'none', from === null ? '' : `from ${from}`],
    ...(startedAt === null ? [] : [['started', startedAt, endedAt === null ? 'runs' : `ended ${endedAt}`]]),
    ...announced.map((notice) => [
      notice.address,
      notice.deadline === null ? 'not announced' : `announced: ${notice.deadline}`,
      notice.declined ? 'declined reminders' : '',
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
