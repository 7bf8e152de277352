import { formatInstant, type Instant } from '../functions/abandonment/time.ts';
import type { LetterHistory } from '../functions/operators/letter-history.ts';
import type { LetterState } from '../functions/operators/letter-state.ts';
import { type Letter, reasonText } from '../functions/operators/letters.ts';
import { type LetterCounts, MOST_REDRIVES } from '../functions/operators/redrive.ts';
import { amount, oneOr } from '../functions/platform/amounts.ts';
import { recordable } from '../functions/platform/recorded-text.ts';
import type { Columns } from './output.ts';
import { spanText } from './readable.ts';
import { safe } from './terminal.ts';

/** A letter with what would become of it now. */
export interface JudgedLetter extends Letter {
  state: LetterState;
  now: Instant;
}

/** `would be skipped: recovered`. */
function stateText({ would, reason }: LetterState): string {
  return `would ${would}: ${reason}`;
}

function subjectText({ facts }: Letter): string {
  return facts.tasks.join(', ') || facts.subject || '-';
}

export const LETTER_COLUMNS: Columns<JudgedLetter> = [
  ['ID', ({ received }) => received.id],
  ['QUEUE', ({ received }) => received.queue],
  ['KIND', ({ facts }) => facts.kind],
  ['ABOUT', subjectText],
  ['AGE', ({ received, now }) => spanText(Math.max(0, now - received.sentAt))],
  ['REASON', reasonText],
  ['NOW', ({ state }) => stateText(state)],
];

/** For other programs. */
export function letterLine(letter: JudgedLetter): Record<string, unknown> {
  const { received, facts, state } = letter;
  const { queue, id, sentAt, arrivedAt, messageId, receives } = received;
  const { kind, tasks, subject, item } = facts;
  return {
    id,
    queue,
    kind,
    tasks,
    subject,
    item,
    reason: reasonText(letter),
    sentAt: formatInstant(sentAt),
    arrivedAt: formatInstant(arrivedAt),
    messageId,
    receives,
    now: state,
  };
}

/** The longest body that is shown whole. */
const MOST_SHOWN = 4_000;

/** For other programs, with its history. */
export function letterDetail(letter: JudgedLetter, history: LetterHistory): Record<string, unknown> {
  const { failures, attempt, redriven, givenUp } = history;
  return {
    ...letterLine(letter),
    body: bodyText(letter),
    attempt: attempt && {
      number: attempt.number,
      startedAt: formatInstant(attempt.startedAt),
      endedAt: attempt.endedAt === null ? null : formatInstant(attempt.endedAt),
    },
    givenUp,
    failures: failures.map(({ at, attempt: number, fingerprint, version }) => ({
      at: formatInstant(at),
      attempt: number,
      fingerprint,
      version,
    })),
    redriven: redriven.map(({ at, sent }) => ({ at: formatInstant(at), sent })),
    redrivesLeft: MOST_REDRIVES - redriven.length,
  };
}

function bodyText({ received }: Letter): string {
  return recordable(received.body.slice(0, MOST_SHOWN));
}

/** For people. */
export function letterLines(letter: JudgedLetter, history: LetterHistory): string[] {
  const { received, facts, state } = letter;
  const { failures, attempt, givenUp, redriven } = history;
  return [
    `${safe(received.id)}  ${received.queue}  ${safe(facts.kind)}  ${safe(subjectText(letter))}`,
    `reason    ${safe(reasonText(letter))}`,
    `sent      ${formatInstant(received.sentAt)}${received.receives === null ? '' : `, received ${amount(received.receives, 'time')}`}`,
    `now       ${safe(stateText(state))}`,
    `redriven  ${redriven.length} of ${MOST_REDRIVES} times${redriven.map(({ at }) => `, ${formatInstant(at)}`).join('')}`,
    ...(givenUp === null ? [] : [`given up  ${safe(givenUp)}`]),
    ...(attempt === null ? [] : [`attempt   ${attempt.number}, begun ${formatInstant(attempt.startedAt)}`]),
    ...failures.map(
      ({ at, attempt: number, fingerprint, version }) =>
        `failed    ${formatInstant(at)}  attempt ${number}  version ${safe(version)}  \`taskwarden oops show ${fingerprint}\``,
    ),
    '',
    safe(bodyText(letter)),
  ];
}

const SAID: readonly (readonly [count: keyof LetterCounts, sayingOf: (count: number) => string])[] = [
  ['redriven', (count) => `${count} sent back to ${oneOr(count, 'its queue', 'their queues')}`],
  [
    'alreadySent',
    (count) => `${count} deleted, for ${oneOr(count, 'its', 'their')} work had been sent back before`,
  ],
  ['discarded', (count) => `${count} discarded`],
  [
    'atLimit',
    (count) =>
      `${count} left: sent back ${MOST_REDRIVES} times already; mend the cause or discard ${oneOr(count, 'it', 'them')}`,
  ],
  [
    'ticks',
    (count) =>
      `${count} left: ticks are never sent back, for later ones did their work; discard ${oneOr(count, 'it', 'them')}`,
  ],
  [
    'cameBack',
    (count) =>
      `${count} left: ${oneOr(count, 'it', 'they')} came back while this ran, so the cause is still there`,
  ],
  ['failed', (count) => `${count} left, for no queue took ${oneOr(count, 'it', 'them')}: run it again`],
  [
    'unseen',
    (count) =>
      `${count} not read, for somebody else reads ${oneOr(count, 'it', 'them')}: run it again in ten minutes`,
  ],
];

/** What became of them, one line for each kind of end. */
export function countLines(counts: Readonly<LetterCounts>): string[] {
  const lines = SAID.filter(([name]) => counts[name] > 0).map(([name, sayingOf]) => sayingOf(counts[name]));
  return lines.length > 0 ? lines : ['no dead letter is meant'];
}
