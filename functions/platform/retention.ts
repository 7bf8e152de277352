import { BOUNDS } from '../abandonment/bounds.ts';
import { DAY, type Duration, SECOND } from '../abandonment/time.ts';

/** How long what ended is kept, and within which limits a deployment may say so. */
interface Entry {
  readonly kept: Duration;
  readonly least: Duration;
  readonly most: Duration;
}

function days(kept: number, least: number, most: number): Entry {
  return { kept: kept * DAY, least: least * DAY, most: most * DAY };
}

/** What follows from another length of time, and is nobody's choice. */
function fixed(kept: Duration): Entry {
  return { kept, least: kept, most: kept };
}

/**
 * How long what ended is kept, by its kind, counted from its end (docs/retention.md, which says why each least is what it
 * is; a test holds that table to this one). Nothing else in the code says so.
 */
export const RETENTIONS = {
  /** Alerts that were resolved, who held mails of them, and what a run disabled. */
  alerts: days(400, 90, 3_650),
  audit: days(400, 90, 3_650),
  mails: days(400, 90, 3_650),
  /** Deleted tasks: what says that they are deleted outlives the oldest event that is taken in. */
  tasks: days(400, 400, 3_650),
  /** People whom nothing waits for, and who chose nothing. */
  recipients: days(400, 90, 3_650),
  runs: days(90, 7, 3_650),
  listings: days(90, 7, 3_650),
  /** What happened to episodes, day by day; and what was counted of it, which rests on it while it is counted anew. */
  milestones: days(400, 30, 3_650),
  facts: days(400, 30, 3_650),
  /** What webhooks were called with. */
  webhookHistory: days(30, 7, 400),
  /** Bulk commands; and their parts, which outlive them. */
  work: days(90, 7, 3_650),
  workParts: days(120, 37, 3_650),
  /** Kinds of failures; and each failed attempt. */
  oops: days(400, 30, 3_650),
  failures: days(30, 7, 400),
  /** Work that was given up and is wanted no more. */
  markers: fixed(30 * DAY),
  /** How often an item was sent back from its dead letters: a message of it lives for 18 days at most. */
  redrives: fixed(30 * DAY),
  /** An attempt without an end of its message: SQS keeps that for 4 days. */
  attempts: fixed(5 * DAY),
  probes: fixed(DAY),
  /** What was heard of a task that is not known. */
  waiting: fixed(7 * DAY),
  /** A notice of a deadline that is past. */
  deadlines: fixed(DAY),
  /** How many left an outage. */
  outages: fixed(BOUNDS.behind.most),
} as const satisfies Record<string, Entry>;

/** A kind of what ends. */
export type Kept = keyof typeof RETENTIONS;

/** How long each kind is kept. */
export type Retention = Readonly<Record<Kept, Duration>>;

/** All kinds, in the order of the table. */
export const KEPT = Object.keys(RETENTIONS) as readonly Kept[];

/** The kinds whose retention a deployment may choose. */
export const CHOSEN = KEPT.filter((kind) => RETENTIONS[kind].least < RETENTIONS[kind].most);

function byKind(lengthOf: (kind: Kept) => Duration): Retention {
  return Object.fromEntries(KEPT.map((kind) => [kind, lengthOf(kind)])) as Record<Kept, Duration>;
}

/** Where nothing else is said. */
export const DEFAULT_RETENTION: Retention = byKind((kind) => RETENTIONS[kind].kept);

/** A kind that must outlive another, for what is kept of the one rests on the other. */
export const OUTLIVES: readonly (readonly [longer: Kept, shorter: Kept])[] = [
  ['tasks', 'alerts'],
  ['tasks', 'audit'],
  ['recipients', 'mails'],
  ['workParts', 'work'],
  ['oops', 'failures'],
];

/** What a deployment says, as a function is told it: seconds by kind. */
export function writtenRetention(chosen: Readonly<Partial<Record<Kept, number | undefined>>>): string {
  return JSON.stringify(chosen);
}

/**
 * Reads what `writtenRetention` wrote; `{}`: nothing but the defaults.
 * @throws Error where a kind is not known, or kept shorter or longer than it may be
 */
export function readRetention(text: string): Retention {
  const chosen = JSON.parse(text) as Record<string, unknown>;
  for (const [kind, seconds] of Object.entries(chosen)) if (!isAllowed(kind, seconds)) throw refusal(kind);
  return byKind((kind) =>
    chosen[kind] === undefined ? RETENTIONS[kind].kept : Number(chosen[kind]) * SECOND,
  );
}

function isAllowed(kind: string, seconds: unknown): boolean {
  const entry = Object.hasOwn(RETENTIONS, kind) ? RETENTIONS[kind as Kept] : undefined;
  const kept = Number(seconds) * SECOND;
  return entry !== undefined && kept >= entry.least && kept <= entry.most;
}

const refusal = (kind: string) => new Error(`retention: ${kind} cannot be kept so long`);
