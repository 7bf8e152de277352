import { type Duration, type Instant, MINUTE } from '../abandonment/time.ts';
import { amount } from '../platform/amounts.ts';
import { cut } from '../platform/queue-text.ts';
import { recordable } from '../platform/recorded-text.ts';
import { argument } from '../platform/shell-word.ts';
import type { System } from '../platform/system.ts';
import { commit } from '../store/commit.ts';
import { operatorAlert } from '../store/operator-alerts.ts';
import {
  type ItemResult,
  loadOperatorWork,
  loadWorkPart,
  MOST_WHY,
  type OperatorWorkRecord,
  openOperatorWork,
  operatorWorkWrite,
  type WorkItem,
  type WorkPartRecord,
  workPartWrite,
} from '../store/operator-work.ts';
import type { Write } from '../store/table/table.port.ts';
import { classOf } from '../work/failure-class.ts';
import { recordOops } from '../work/oops.ts';
import type { ItemAnswer, WorkKind } from './kind.ts';
import { kindOf } from './kinds.ts';
import {
  afterPage,
  isLeft,
  MOST_DEATHS,
  MOST_ROUNDS,
  type Tried,
  withClaim,
  withResults,
} from './progress.ts';

/** Whoever works a page and is not heard of for so long is taken for dead. */
const LEASE: Duration = 5 * MINUTE;

/** So many items are worked at once: more of them would meet at the counters of their data plane. */
const AT_ONCE = 4;

/** Who asks for a page of work. */
export interface Asking {
  /** Whether no further item is to be begun. */
  isSpent(): boolean;
  /** Only this bulk command. @default the first that is due */
  only?: string;
}

/** What a turn came to. */
export interface WorkedPage {
  record: OperatorWorkRecord;
  /** Items that were tried. */
  tried: number;
}

/**
 * Works one part of the first bulk command that is due: its items one by one, each decided on fresh state, and what they came to in
 * one transaction at the end. Where this dies half way the same items are worked again once its lease ran out: then each is claimed
 * before it is begun, so that one that lets whoever works it die is found, and given up.
 *
 * @returns undefined where no command is due, or others work them
 */
export async function workPage(system: System, asking: Asking): Promise<WorkedPage | undefined> {
  const ids = asking.only === undefined ? await openOperatorWork(system.table) : [asking.only];
  for (const id of ids) {
    const holder = system.random.id(system.clock.now());
    const taken = await take(system, id, holder);
    const kind = taken && kindOf(taken.kind);
    if (taken && kind) return workTaken(system, taken, { kind, holder, asking });
  }
  return undefined;
}

function isDue({ state, notBefore, lease, kind }: OperatorWorkRecord, now: Instant): boolean {
  if (state !== 'open' || now < notBefore || !kindOf(kind)) return false;
  return lease === null || lease.until <= now;
}

/** Takes a command for one page; undefined where it is not due, or somebody works it. */
function take(system: System, id: string, holder: string): Promise<OperatorWorkRecord | undefined> {
  return commit<OperatorWorkRecord | undefined>(system, `bulk command ${id}`, async () => {
    const record = await loadOperatorWork(system.table, id);
    const now = system.clock.now();
    if (!record || !isDue(record, now)) return { value: undefined };
    const lease = { holder, until: now + LEASE };
    const startedAt = record.startedAt ?? now;
    // Whoever had a lease that is over gave no word of its end.
    const taken = { ...record, lease, startedAt, ...(record.lease && { hasDied: true as const }) };
    return { writes: [operatorWorkWrite(taken)], value: taken };
  });
}

interface Turn {
  kind: WorkKind;
  holder: string;
  asking: Asking;
}

async function workTaken(
  system: System,
  taken: OperatorWorkRecord,
  { kind, holder, asking }: Turn,
): Promise<WorkedPage> {
  const part = await nextPart(system, taken, asking);
  const left = [...part.items.entries()].filter(([, item]) => isLeft(item, taken.attempt));
  const workAll = taken.hasDied ? workClaimed : workItems;
  const tried = await workAll(system, taken, { kind, part: part.part, left, isSpent: asking.isSpent });
  const page = { part: part.part, tried, wasAllTried: tried.size === left.length, holder };
  const record = await storePage(system, taken, page);
  const { id, kind: name, counts } = record;
  system.telemetry.log('info', 'operator work', { work: id, kind: name, tried: tried.size, ...counts });
  return { record, tried: tried.size };
}

/** The first part from the cursor on with something left, or the last one. */
async function nextPart(
  { table }: System,
  { id, next, parts, attempt }: OperatorWorkRecord,
  { isSpent }: Asking,
): Promise<WorkPartRecord> {
  let part = await loadWorkPart(table, id, next);
  while (part.part < parts - 1 && !isSpent() && !part.items.some((item) => isLeft(item, attempt)))
    part = await loadWorkPart(table, id, part.part + 1);
  return part;
}

interface Page {
  kind: WorkKind;
  part: number;
  left: [place: number, item: WorkItem][];
  isSpent(): boolean;
}

/** Works items a few at a time; one that fails stops no other (promise 15). */
async function workItems(system: System, taken: OperatorWorkRecord, page: Page): Promise<Tried> {
  const tried = new Map<number, ItemResult | null>();
  const waiting = [...page.left];
  const worker = async () => {
    while (!page.isSpent()) {
      const next = waiting.shift();
      if (!next) return;
      const [place, item] = next;
      const answer = await answerOf(system, page.kind, item, taken);
      tried.set(place, resultOf(answer, taken));
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return tried;
}

/** Works items one by one, each claimed first: whoever dies in one leaves its claim, which counts. */
async function workClaimed(system: System, taken: OperatorWorkRecord, page: Page): Promise<Tried> {
  const tried = new Map<number, ItemResult | null>();
  let before: number | undefined;
  for (const [place, item] of page.left) {
    if (page.isSpent()) break;
    const isBegun = await claim(system, { id: taken.id, part: page.part, place, before });
    const answer = isBegun
      ? await answerOf(system, page.kind, item, taken)
      : await deadly(system, item, taken);
    tried.set(place, resultOf(answer, taken));
    before = place;
  }
  return tried;
}

interface Claim {
  id: string;
  part: number;
  place: number;
  /** The one that was claimed before it, and came to its end. */
  before: number | undefined;
}

/** False where too many died in the item already. */
function claim(system: System, { id, part, ...claimed }: Claim): Promise<boolean> {
  return commit<boolean>(system, `bulk command ${id}`, async () => {
    const after = withClaim(await loadWorkPart(system.table, id, part), claimed);
    if (!after) return { value: false };
    return { writes: [workPartWrite(id, after, system.clock.now())], value: true };
  });
}

async function deadly(system: System, item: WorkItem, taken: OperatorWorkRecord): Promise<ItemAnswer> {
  const why = `the worker died in it ${MOST_DEATHS} times`;
  const failed = { item: `${taken.id} ${item.id}`, attempt: MOST_DEATHS, cause: 'died' as const };
  await recordOops(system, { worker: 'scanner/operator-work', ...failed, error: new Error(why) });
  return { outcome: 'failed', why };
}

async function answerOf(
  system: System,
  kind: WorkKind,
  item: WorkItem,
  taken: OperatorWorkRecord,
): Promise<ItemAnswer> {
  try {
    return await kind.work(system, item, taken);
  } catch (error) {
    const attempt = taken.round + 1;
    const failed = { item: `${taken.id} ${item.id}`, attempt, cause: 'fault' as const, error };
    await recordOops(system, { worker: 'scanner/operator-work', ...failed });
    const outcome = classOf(error, attempt) === 'permanent' ? 'failed' : 'later';
    return { outcome, why: error instanceof Error ? error.message : String(error) };
  }
}

/** Null where it is to be tried again. */
function resultOf(answer: ItemAnswer, { round, attempt }: OperatorWorkRecord): ItemResult | null {
  const { outcome, why } = answer;
  if (outcome === 'later' && round + 1 < MOST_ROUNDS) return null;
  const text = why === undefined ? {} : { why: cut(recordable(why), MOST_WHY) };
  return { outcome: outcome === 'later' ? 'failed' : outcome, ...text, attempt };
}

interface TriedPage {
  part: number;
  tried: Tried;
  wasAllTried: boolean;
  holder: string;
}

function storePage(
  system: System,
  { id, attempt }: OperatorWorkRecord,
  { part: place, ...page }: TriedPage,
): Promise<OperatorWorkRecord> {
  return commit(system, `bulk command ${id}`, async () => {
    const [record, before] = await Promise.all([
      loadOperatorWork(system.table, id),
      loadWorkPart(system.table, id, place),
    ]);
    if (!record) throw new Error(`bulk command ${id} is gone`);
    const now = system.clock.now();
    const after = withResults(before, page.tried, attempt);
    const next = afterPage(record, { ...page, before, after, now });
    const isChanged = after.items.some((item, at) => item !== before.items[at]);
    const writes = [
      ...(isChanged ? [workPartWrite(id, after, now)] : []),
      operatorWorkWrite(next),
      ...(record.state === 'open' ? failureAlert(next, now) : []),
    ];
    return { writes, value: { ...next, rev: next.rev + 1 } };
  });
}

/** Operators hear of a command that came to its end and left something undone: whoever gave it did not have to wait. */
function failureAlert({ id, state, what, by, items, counts }: OperatorWorkRecord, now: Instant): Write[] {
  if (state !== 'done' || counts.failed === 0) return [];
  const detail = `${what} (${by}): ${counts.failed} of ${amount(items, 'item')} failed; \`taskwarden work show ${argument(id)}\` says why`;
  return [operatorAlert('bulk-command-failed', id, detail, now)];
}
