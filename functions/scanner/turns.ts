import { DAY, type Duration, HOUR, type Instant, MINUTE, SECOND } from '../abandonment/time.ts';
import { type GeneratorRecord, WOKEN } from '../store/generators.ts';
import { BANDS, type Generator, type Turn } from './generator.ts';

/** A generator with what is known of it. */
export interface Standing {
  generator: Pick<Generator, 'name' | 'band' | 'everySeconds' | 'mostSeconds'>;
  record: GeneratorRecord;
  /** As they are now. */
  settings: string;
  version: string;
}

/** So often a pick takes the one that is longest overdue, whatever its band. */
const FAIR = 5;

/** A generator that fails is asked again after a minute, then after twice as long each time, up to this. */
const LONGEST_BACK_OFF: Duration = HOUR;

/** How long an empty generator is left alone at most, in times of `everySeconds`, and in all. */
const LONGEST_EMPTY = { times: 16, wait: DAY };

/** Empty turns are counted so far: as often doubled, any wait is at its ceiling. */
const MOST_EMPTY = 30;

/** Why a generator is asked, or is not. */
export type Why =
  | 'paused'
  | 'under way'
  | 'failing'
  | 'waits'
  | 'woken'
  | 'settings changed'
  | 'new version'
  | 'due';

/** Whether a generator is due, when it is otherwise, and why (docs/architecture.md#generators). */
export function dueAt(standing: Standing, now: Instant): { at: Instant | null; why: Why } {
  const { record, settings, version } = standing;
  if (record.paused) return { at: null, why: 'paused' };
  if (record.leaseUntil !== null && record.leaseUntil > now)
    return { at: record.leaseUntil, why: 'under way' };
  if (record.notBefore === WOKEN) return { at: now, why: 'woken' };
  const isNew = record.failures > 0 && record.version !== version;
  if (isNew) return { at: now, why: 'new version' };
  if (record.settings !== settings) return { at: now, why: 'settings changed' };
  if (record.notBefore <= now) return { at: record.notBefore, why: 'due' };
  return { at: record.notBefore, why: record.failures > 0 ? 'failing' : 'waits' };
}

/** Whether it may be asked now. */
export function isDue(standing: Standing, now: Instant): boolean {
  const { at } = dueAt(standing, now);
  return at !== null && at <= now;
}

/**
 * The one to be asked next: by band, then by the instant from which it is due, then by name. Every fifth pick takes the one
 * that is longest overdue, whatever its band, so that none that is always full keeps others waiting for ever. Which pick it is
 * follows from the rows: so many turns began before.
 */
export function pick(due: readonly Standing[], turns: number): Standing | undefined {
  const isFair = turns % FAIR === FAIR - 1;
  const bandOf = ({ generator }: Standing) => (isFair ? 0 : BANDS.indexOf(generator.band));
  const [first] = [...due].sort(
    (a, b) => bandOf(a) - bandOf(b) || since(a) - since(b) || (a.record.name < b.record.name ? -1 : 1),
  );
  return first;
}

/** Since when it waits for its turn: one that was woken since its newest turn at the earliest. */
function since({ record }: Standing): Instant {
  return record.notBefore === WOKEN ? (record.askedAt ?? WOKEN) : record.notBefore;
}

/** A turn begins: nobody else asks for one before the lease is over. */
export function begun(standing: Standing, now: Instant, lease: Duration): GeneratorRecord {
  const { record, settings, version } = standing;
  const isChanged = record.settings !== settings;
  return {
    ...record,
    leaseUntil: now + lease,
    isHung: false,
    // Whoever wakes it from here on is seen when the turn ends.
    notBefore: now,
    empty: isChanged ? 0 : record.empty,
    turns: record.turns + 1,
    askedAt: now,
    settings,
    version,
  };
}

/** A turn ended well: a full page is followed by the next at once; one that was empty lets it wait twice as long. */
export function ended({ generator }: Standing, record: GeneratorRecord, turn: Turn, now: Instant) {
  const isFull = turn.cursor !== null;
  const empty = turn.worked === 0 && !isFull ? Math.min(record.empty + 1, MOST_EMPTY) : 0;
  const wait = isFull ? 0 : waitOf(generator, empty);
  return {
    ...over(record),
    cursor: turn.cursor,
    notBefore: isWoken(record) ? WOKEN : now + wait,
    empty,
    failures: 0,
    failure: null,
  };
}

/** How long a generator is left alone that came to its end, after so many empty turns. */
function waitOf({ everySeconds, mostSeconds }: Standing['generator'], empty: number): Duration {
  const every = everySeconds * SECOND;
  const most = mostSeconds === undefined ? mostOf(every) : mostSeconds * SECOND;
  return Math.max(every, Math.min(every * 2 ** empty, most));
}

const mostOf = (every: Duration) => Math.min(every * LONGEST_EMPTY.times, LONGEST_EMPTY.wait);

/** A turn failed: it is asked again from where it was, later and later, and never left out. */
export function failed(
  record: GeneratorRecord,
  failure: NonNullable<GeneratorRecord['failure']>,
): GeneratorRecord {
  const failures = record.failures + 1;
  const wait = Math.min(LONGEST_BACK_OFF, MINUTE * 2 ** (failures - 1));
  return { ...over(record), notBefore: failure.at + wait, failures, failure };
}

/** A turn gave no answer in time. It may go on by itself, so its lease stays. */
export function hung(
  record: GeneratorRecord,
  failure: NonNullable<GeneratorRecord['failure']>,
): GeneratorRecord {
  return { ...failed(record, failure), leaseUntil: record.leaseUntil, isHung: true };
}

/** Whether the newest turn began and was never heard of again: its process died. */
export function hasDied({ leaseUntil, isHung }: GeneratorRecord, now: Instant): boolean {
  return leaseUntil !== null && leaseUntil <= now && !isHung;
}

function over(record: GeneratorRecord): GeneratorRecord {
  return { ...record, leaseUntil: null, isHung: false };
}

function isWoken({ notBefore }: GeneratorRecord): boolean {
  return notBefore === WOKEN;
}
