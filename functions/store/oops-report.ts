import { DAY, type Duration, HOUR, type Instant } from '../abandonment/time.ts';

/** Why somebody is to hear of a kind of failure now, though it may be known (docs/rules.md#failure-classes). */
export type ReportReason = 'new' | 'came-back' | 'new-version' | 'after-a-quiet-week' | 'more-often';

/** What is kept of a kind of failure so that it is reported when it says something new. */
export interface OopsRate {
  /** The versions of the code with which it was reported, the newest last. */
  versions: readonly string[];
  /** The hour of its newest failure, and how many there were in it. */
  hour: Instant;
  inHour: number;
  /** How many in an hour are nothing new: the most of an earlier hour, or what was reported; halved each day. */
  usual: number;
}

/** What was known of it before. */
export interface KnownKind {
  lastSeenAt: Instant;
  lastVersion: string;
  resolvedAt: Instant | null;
  /** Absent in rows of before. */
  rate?: OopsRate;
}

const QUIET: Duration = 7 * DAY;
/** Fewer in an hour are never a rise, and no fewer than so many times what is usual. */
const LEAST_IN_HOUR = 10;
const RISE = 4;
/** A failure is met in few versions at once; the oldest are forgotten. */
const MOST_VERSIONS = 20;

/** Whether one more failure of a kind is to be reported, and what is kept of its rate. */
export function judgeOops(
  before: KnownKind | undefined,
  { at, version }: { at: Instant; version: string },
): { report: ReportReason | null; rate: OopsRate } {
  const counted = countedIn(before?.rate, at);
  const seen = before?.rate?.versions ?? (before ? [before.lastVersion] : []);
  const report = reasonOf(before, seen, counted, { at, version });
  const versions = seen.includes(version) ? seen : [...seen, version].slice(-MOST_VERSIONS);
  const usual = report === null ? counted.usual : Math.max(counted.usual, counted.inHour);
  return { report, rate: { ...counted, versions, usual } };
}

type Counted = Omit<OopsRate, 'versions'>;

function countedIn(rate: OopsRate | undefined, at: Instant): Counted {
  const hour = Math.floor(at / HOUR) * HOUR;
  if (!rate) return { hour, inHour: 1, usual: 0 };
  // One that comes late counts where others are counted now.
  if (hour <= rate.hour) return { hour: rate.hour, inHour: rate.inHour + 1, usual: rate.usual };
  const usual = Math.max(rate.usual, rate.inHour) * 0.5 ** ((hour - rate.hour) / DAY);
  return { hour, inHour: 1, usual };
}

function reasonOf(
  before: KnownKind | undefined,
  versions: readonly string[],
  { inHour, usual }: Counted,
  { at, version }: { at: Instant; version: string },
): ReportReason | null {
  if (!before) return 'new';
  if (before.resolvedAt !== null) return 'came-back';
  if (at - before.lastSeenAt >= QUIET) return 'after-a-quiet-week';
  if (!versions.includes(version)) return 'new-version';
  return inHour >= Math.max(LEAST_IN_HOUR, RISE * usual) ? 'more-often' : null;
}
