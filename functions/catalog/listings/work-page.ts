import type { PolicyBook } from '../../abandonment/policy-book.ts';
import type { Instant } from '../../abandonment/time.ts';
import type { ListedTask, ListingPage } from '../../platform/control-plane.port.ts';
import type { ListedSettings } from '../../platform/control-plane-settings.ts';
import {
  type ListedEntry,
  type ListedPage,
  listedPageKeys,
  listedPageWrites,
  loadListedEntries,
  movesWrites,
} from '../../store/listed-pages.ts';
import type { RefusedTask } from '../../store/listings.ts';
import type { Write } from '../../store/table/table.port.ts';
import { hashOf, shortOf, textOf } from './listed-text.ts';
import type { WorkedPage } from './progress.ts';
import { type SoundTask, siftTask } from './sift-task.ts';
import { type Taken, type Taking, takeTasks } from './take-tasks.ts';

/** A part of `evidenceMaxAge`: evidence of tasks that may fail is kept no older than twice that. */
const REFRESHED_EVERY = 3 / 8;

/** The page that is worked, and what is known of it. */
export interface PageAt {
  settings: Pick<ListedSettings, 'name' | 'prefix'>;
  /** Its listing's number, its place, and where it began. */
  number: number;
  page: number;
  cursor: string | null;
  /** The page at this place as the newest whole listing found it; undefined where it had none. */
  base: ListedPage | undefined;
  /** Forms of it that nobody reads: they go when it is written. */
  old: readonly ListedPage[];
  /** Tasks that are compared with what is known of them, though the page says what it said. */
  anew: ReadonlyMap<string, Instant>;
  /** Whether one of them would be taken for the newest once this listing is whole. */
  isAmbiguous: boolean;
}

/** What a page came to, and what is to be written with it; nothing where it is as it was. */
export interface PageResult {
  worked: WorkedPage;
  writes: Write[];
}

/** Whether evidence of a page's tasks is to be taken in although nothing changed. */
export function isRefreshDue(base: ListedPage, book: PolicyBook, now: Instant): boolean {
  if (base.watched === 0) return false;
  if (base.refreshedAt < (book.restoredAt ?? Number.NEGATIVE_INFINITY)) return true;
  return now - base.refreshedAt >= book.global.evidenceMaxAge * REFRESHED_EVERY;
}

/** What the control plane says has not changed at all. */
export function unchangedPage(base: ListedPage): PageResult {
  const { next, tasks, refused, planes } = base;
  return {
    worked: { next, counts: { tasks, refused, added: 0, changed: 0 }, refused: [], planes },
    writes: [],
  };
}

/**
 * Works a page: what it says of tasks is compared with what the newest whole listing found at its place, and what is
 * different is taken into the catalog. A page that says the same costs no read beyond its own small row, and no write.
 */
export async function workPage(
  taking: Taking,
  place: PageAt,
  page: ListingPage & { tag?: string },
): Promise<PageResult> {
  const { base } = place;
  const hash = hashOf(page);
  // A cursor may be another one each time; only what the control plane itself knows by a tag is gone on from by ours.
  const isSame = base?.hash === hash && (page.tag === undefined || base.next === page.cursor);
  const refresh = base === undefined || isRefreshDue(base, taking.book, taking.at);
  const isAnew = place.anew.size > 0 && page.tasks.some(({ id }) => place.anew.has(id));
  if (base && isSame && !refresh && !isAnew && !place.isAmbiguous) return sameAs(base, page);
  const before = base ? await loadListedEntries(taking.system.table, place.settings.name, base) : [];
  const found = await takePage(taking, place, { page, before, refresh });
  return {
    worked: workedOf(page, found),
    writes: writesOf(taking, place, { page, hash, before, refresh, ...found }),
  };
}

function sameAs(base: ListedPage, { refused, cursor }: ListingPage): PageResult {
  const same = unchangedPage(base);
  return { ...same, worked: { ...same.worked, refused, next: cursor } };
}

interface Compared {
  page: ListingPage & { tag?: string };
  /** The page's tasks as the newest whole listing found them. */
  before: readonly ListedEntry[];
  refresh: boolean;
}

/** What a page that is not as it was came to. */
interface Found {
  entries: ListedEntry[];
  /** Tasks that are new on the page, and were known. */
  came: string[];
  watched: number;
  /** Whether all of it was taken in; else the next listing looks at it again. */
  isAllTaken: boolean;
  added: number;
  changed: number;
  refused: RefusedTask[];
  planes: string[];
}

async function takePage(taking: Taking, place: PageAt, compared: Compared): Promise<Found> {
  const { system, at } = taking;
  const { page, refresh } = compared;
  const was = new Map(compared.before);
  const now = new Map<string, string>();
  const refused = [...page.refused];
  const wanted: SoundTask[] = [];
  for (const listed of page.tasks) {
    const as = shortOf(textOf(listed));
    if (now.has(listed.id)) {
      refused.push({ task: String(listed.id), reason: 'it stands twice on one page' });
      continue;
    }
    const isWanted = place.anew.has(listed.id) || (refresh && mayFail(listed, taking.book));
    if (was.get(listed.id) === as && !isWanted) {
      now.set(listed.id, as);
      continue;
    }
    const sifted = siftTask(system.config, place.settings, listed, at);
    if (!sifted.ok) {
      refused.push({ task: String(listed.id), reason: sifted.reason });
      continue;
    }
    now.set(listed.id, as);
    wanted.push(sifted.task);
  }
  const { taken, records } = await takeTasks(taking, wanted);
  for (const [id, answer] of taken) note(id, answer, now, refused);
  const kept = stillRefused(was, now, refused, place.settings.prefix);
  return {
    entries: [...now, ...kept],
    came: [...records].flatMap(([id, { task }]) => (was.has(id) || task.deletedAt !== undefined ? [] : [id])),
    watched: page.tasks.filter((task) => now.has(task.id) && mayFail(task, taking.book)).length,
    added: countOf(taken, 'added'),
    changed: countOf(taken, 'changed'),
    isAllTaken: [...taken.values()].every((answer) => answer.taken !== 'again' && answer.taken !== 'refused'),
    refused,
    planes: [...new Set(page.tasks.filter(({ id }) => now.has(id)).map(({ dataPlane }) => dataPlane))].sort(),
  };
}

/** What is not taken in to the end is looked at again by the next listing; what is refused has no place on the page. */
function note(id: string, answer: Taken, now: Map<string, string>, refused: RefusedTask[]): void {
  if (answer.taken === 'again') now.set(id, '');
  if (answer.taken !== 'refused') return;
  now.delete(id);
  refused.push({ task: id, reason: answer.reason });
}

const REFUSED = 'refused';

/** A task that was taken before and is refused now is not gone. */
function stillRefused(
  was: ReadonlyMap<string, string>,
  now: ReadonlyMap<string, string>,
  refused: readonly RefusedTask[],
  prefix: string,
): ListedEntry[] {
  const names = refused.flatMap(({ task }) => [task, `${prefix}${task}`]);
  return [...new Set(names)].filter((id) => was.has(id) && !now.has(id)).map((id) => [id, REFUSED]);
}

function countOf(taken: ReadonlyMap<string, Taken>, what: Taken['taken']): number {
  let count = 0;
  for (const answer of taken.values()) if (answer.taken === what) count += 1;
  return count;
}

/** Whether the freshness of its evidence matters. */
function mayFail({ id, enabled, shards }: ListedTask, book: PolicyBook): boolean {
  if (!enabled) return false;
  const hasPrimary = shards.some(({ status }) => status === 'PRIMARY');
  return !hasPrimary || !book.for(id).aliveStatuses.includes('PRIMARY');
}

function workedOf({ cursor }: ListingPage, { entries, refused, planes, added, changed }: Found): WorkedPage {
  return {
    next: cursor,
    counts: { tasks: entries.length, added, changed, refused: refused.length },
    refused,
    planes,
  };
}

function writesOf(
  { at }: Taking,
  { settings, number, page: place, cursor, base, old }: PageAt,
  {
    page,
    hash,
    before,
    refresh,
    entries,
    came,
    watched,
    isAllTaken,
    refused,
    planes,
  }: Compared & Found & { hash: string },
): Write[] {
  const head = {
    page: place,
    number,
    hash: isAllTaken ? hash : '',
    cursor,
    next: page.cursor,
    ...(page.tag !== undefined && isAllTaken && { tag: page.tag }),
    tasks: entries.length,
    refused: refused.length,
    watched,
    refreshedAt: refresh || !base ? at : base.refreshedAt,
    planes,
  };
  const stay = new Set(entries.map(([id]) => id));
  const left = before.flatMap(([id]) => (stay.has(id) ? [] : [id]));
  return [
    ...listedPageWrites(settings.name, head, entries),
    ...movesWrites(settings.name, { listing: number, page: place }, { came, left }),
    ...old.flatMap((form) => listedPageKeys(settings.name, form)),
  ];
}
