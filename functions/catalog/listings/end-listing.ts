import type { Instant } from '../../abandonment/time.ts';
import { formatInstant } from '../../abandonment/time.ts';
import { amount, oneOr } from '../../platform/amounts.ts';
import { EVENT_VERSION } from '../../platform/event-version.ts';
import { keys } from '../../store/keys.ts';
import { eachOldRow, missingWrites } from '../../store/listed-pages.ts';
import {
  type HeldListing,
  type ListingOutcome,
  type ListingRecord,
  listingEndWrite,
} from '../../store/listings.ts';
import { operatorAlert } from '../../store/operator-alerts.ts';
import type { Write } from '../../store/table/table.port.ts';
import { TableBusy } from '../../store/table-busy.ts';
import { loadTasks, type TaskRecord } from '../../store/tasks.ts';
import { writeUnlessRefused } from '../../store/write-unless-refused.ts';
import { deleteTask } from '../task-events.ts';
import { ANSWERED_WITHIN } from './listed-publication.ts';
import type { ListingRun } from './listing-run.ts';
import { hearPlanes } from './living-planes.ts';
import { type MissedFrom, type Missing, missingIn } from './missing.ts';
import { endOf, type Listing, over } from './progress.ts';
import { store } from './store-listing.ts';

/** A listing that misses more than this share of the tasks, and more than so many, is held. */
const SHARE = 0.2;
const FLOOR = 10;

/** So few missing tasks are asked for one by one: a page may have moved while it was listed. */
const MOST_ASKED = 50;

const AT_ONCE = 10;

/** What is concluded from a whole listing. */
interface Verdict {
  /** Missing tasks that are gone. */
  gone: MissedFrom[];
  /** Missing tasks of which nothing is concluded. */
  kept: MissedFrom[];
  held: HeldListing | null;
}

/**
 * Ends a listing that came to its last page: only such a one may say that a task is gone. Where it shrank, nothing is
 * concluded until an operator says so or a later one is whole again (docs/rules.md#listings).
 *
 * @returns `goes-on` where there was no time to end it; `over` where somebody else moved it
 */
export async function endListing(
  run: ListingRun,
  record: Listing,
): Promise<'whole' | 'held' | 'over' | 'goes-on'> {
  const missing = await missingIn(run.system.table, record);
  const verdict = judge(record, missing, run.system.clock.now());
  const doubtful = await stillThere(run, missing, verdict);
  if (!(await removeGone(run, record, { missing, verdict, doubtful }))) return 'goes-on';
  await keepMissing(run, record, missing, verdict);
  const gone = verdict.gone.reduce((sum, from) => sum + missing.count[from], 0) - doubtful.length;
  return finish(run, record, { verdict, gone, doubtful });
}

function judge(record: Listing, { count }: Missing, now: Instant): Verdict {
  const { held, current, whole } = record;
  const isOpen = held !== null && held.approved === undefined;
  const lost = count.page + (isOpen ? count.held : 0);
  const before = isOpen ? held.before : (whole?.tasks ?? 0);
  const approved: MissedFrom[] = held && !isOpen ? ['held'] : [];
  if (lost <= FLOOR || lost <= SHARE * before) return { gone: ['held', 'page'], kept: [], held: null };
  return {
    gone: approved,
    kept: isOpen ? ['held', 'page'] : ['page'],
    held: { number: current.number, since: isOpen ? held.since : now, missing: lost, before },
  };
}

/**
 * Of a few tasks that would be gone, those that the control plane has when asked for by name; and those for which there
 * was no time to ask.
 */
async function stillThere(
  { controlPlane, system, until }: ListingRun,
  missing: Missing,
  { gone }: Verdict,
): Promise<string[]> {
  const sum = gone.reduce((all, from) => all + missing.count[from], 0);
  if (sum > MOST_ASKED) return [];
  const there: string[] = [];
  for (const from of gone)
    for await (const ids of missing.each(from))
      for (const id of ids) if (system.clock.now() >= until || (await controlPlane.get(id))) there.push(id);
  return there;
}

/** False where there was no time for all of them. */
async function removeGone(
  { system, taking, until }: ListingRun,
  { current }: Listing,
  { missing, verdict, doubtful }: { missing: Missing; verdict: Verdict; doubtful: readonly string[] },
): Promise<boolean> {
  const context = { system, book: taking.book };
  const spared = new Set(doubtful);
  const remove = async (record: TaskRecord): Promise<void> => {
    const { id } = record.task;
    const removed = await deleteTask(context, { version: EVENT_VERSION, task: id, at: current.movedAt });
    if (removed.settled === 'busy') throw new TableBusy(`task ${id} could not be deleted`);
  };
  for (const from of verdict.gone)
    for await (const ids of missing.each(from)) {
      const wanted = ids.filter((id) => !spared.has(id));
      for (let start = 0; start < wanted.length; start += AT_ONCE) {
        const records = await loadTasks(system.table, wanted.slice(start, start + AT_ONCE));
        const there = [...records.values()].filter(({ task }) => task.deletedAt === undefined);
        await Promise.all(there.map(remove));
        // Only now: each run removes some.
        if (there.length > 0 && system.clock.now() >= until) return false;
      }
    }
  return true;
}

/** Names what is held, before the listing's row says so. */
async function keepMissing(
  { system }: ListingRun,
  { name, current }: Listing,
  missing: Missing,
  { kept }: Verdict,
): Promise<void> {
  let part = 0;
  for (const from of kept)
    for await (const ids of missing.each(from)) {
      const writes = missingWrites(name, { listing: current.number, part }, ids);
      part += writes.length;
      for (const write of writes) await writeUnlessRefused(system, [write], `what ${name} misses`);
    }
}

async function finish(
  run: ListingRun,
  record: Listing,
  { verdict, gone, doubtful }: { verdict: Verdict; gone: number; doubtful: string[] },
): Promise<'whole' | 'held' | 'over'> {
  const { system, taking } = run;
  const now = system.clock.now();
  const outcome = verdict.held ? 'held' : 'whole';
  const counted: Listing = {
    ...record,
    current: { ...record.current, counts: { ...record.current.counts, gone } },
  };
  const ended = { ...wholeAs(counted, verdict, now), doubtful };
  const end = endOf(counted, outcome satisfies ListingOutcome, null, now);
  const writes = [listingEndWrite(record.name, end), ...alertWrites(record, verdict, now)];
  if (!(await store(system, ended, writes))) return 'over';
  const own = run.settings.dataPlane;
  if (outcome === 'whole')
    await hearPlanes(system, { planes: ended.planes, own, at: now, book: taking.book });
  await tidy(run, ended);
  return outcome;
}

function wholeAs(record: Listing, { held }: Verdict, now: Instant): ListingRecord {
  const { number, startedAt, counts, planes } = record.current;
  return {
    ...over(record),
    whole: { number, startedAt, endedAt: now, pages: counts.pages, tasks: counts.tasks },
    // One that shrank may be wrong in all that it says.
    heardAt: held ? record.heardAt : now,
    planes,
    failures: 0,
    notBefore: 0,
    held,
  };
}

/** Operators are notified once that a listing is held; that ends with the hold. */
function alertWrites({ name, held: before }: Listing, { held }: Verdict, now: Instant): Write[] {
  const isOpen = before !== null && before.approved === undefined;
  if (!held) return before ? [{ delete: keys.operatorAlert('listing-shrank', name) }] : [];
  if (isOpen) return [];
  const detail = `${held.missing} of ${amount(held.before, 'task')} of ${name} ${oneOr(held.missing, 'is', 'are')} missing in its listing of ${formatInstant(now)}: nothing is concluded from it, and nothing of it is disabled, until an operator says whether they are gone, or they are listed again`;
  return [operatorAlert('listing-shrank', name, detail, now)];
}

/** What nobody reads any more goes; where that is interrupted, the next listing does it. */
async function tidy({ system }: ListingRun, { name, whole, held }: ListingRecord): Promise<void> {
  if (!whole) return;
  const kept = {
    whole: whole.number,
    pages: whole.pages,
    held: held?.number ?? null,
    // What was not settled when its page was asked for is compared once more.
    changedSince: whole.startedAt - ANSWERED_WITHIN,
  };
  for await (const writes of eachOldRow(system.table, name, kept))
    await writeUnlessRefused(system, writes, `old pages of ${name}`);
}
