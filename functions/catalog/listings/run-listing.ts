import { BOUNDS } from '../../abandonment/bounds.ts';
import type { Instant } from '../../abandonment/time.ts';
import { MINUTE, SECOND } from '../../abandonment/time.ts';
import { ControlPlaneUnavailable, type ListingPage } from '../../platform/control-plane.port.ts';
import type { ListedSettings } from '../../platform/control-plane-settings.ts';
import type { System } from '../../platform/system.ts';
import { type ListedPage, loadListedAnew, loadListedPages } from '../../store/listed-pages.ts';
import { listingEndWrite, loadListing } from '../../store/listings.ts';
import { loadPolicies } from '../../store/policies.ts';
import type { Delivery } from '../../work/consumer.ts';
import { listingMessageFor } from '../../work/messages.ts';
import { endListing } from './end-listing.ts';
import type { ListingRun } from './listing-run.ts';
import { brokenOff, isUnderWay, type Listing, pageWorked, putOff } from './progress.ts';
import { store } from './store-listing.ts';
import type { Taking } from './take-tasks.ts';
import { isRefreshDue, type PageResult, unchangedPage, workPage } from './work-page.ts';

/** Pages of one message at most: a listing of millions is many short runs. */
const MOST_PAGES = 20;

/** What is left to do when a page is listed: to take it in, to store it, and to send the next message. */
const MARGIN = 10 * SECOND;

/** What a run came to: why it ended. */
export type RunEnd = 'over' | 'paused' | 'put-off' | 'goes-on' | 'whole' | 'held' | 'failed';

/**
 * Goes on with a listing from where its row says that it is: works the next pages, stores where the next one begins, and
 * sends the message that goes on from there. Where it is interrupted, the pages since it was stored last are worked again,
 * which changes nothing.
 *
 * @param listing the number of the listing that is meant; another one is none of this run's business
 */
export async function runListing(
  system: System,
  settings: ListedSettings,
  listing: number,
  { endsBy }: Pick<Delivery, 'endsBy'>,
): Promise<RunEnd> {
  const record = await loadListing(system.table, settings.name);
  if (!record || !isUnderWay(record) || record.current.number !== listing) return 'over';
  if (record.paused) return 'paused';
  const now = system.clock.now();
  if (record.current.notBefore > now) return 'put-off';
  const run = await begin(system, settings, (endsBy ?? now + MINUTE) - settings.timeout - MARGIN);
  try {
    return await goOn(run, record);
  } catch (error) {
    if (!(error instanceof ControlPlaneUnavailable)) throw error;
    return unavailable(run, listing, error);
  }
}

async function begin(system: System, settings: ListedSettings, until: Instant): Promise<ListingRun> {
  if (!system.openControlPlane) throw new Error(`control plane ${settings.name} cannot be asked from here`);
  const book = await loadPolicies(system.table);
  const controlPlane = system.openControlPlane(settings);
  const anew = await loadListedAnew(system.table, settings.name);
  return { system, settings, controlPlane, anew, until, taking: { system, book, planes: new Set() } };
}

async function goOn(run: ListingRun, from: Listing): Promise<RunEnd> {
  const worked = from.current.step === 'pages' ? await workPages(run, from) : from;
  if (!worked) return 'over';
  if (worked.current.step === 'ending' && run.system.clock.now() < run.until) {
    const ended = await endListing(run, worked);
    if (ended !== 'goes-on') return ended;
  }
  await sendNext(run, worked.current.number);
  return 'goes-on';
}

/** Sent once all that it hints at is stored. */
async function sendNext({ system, settings }: ListingRun, listing: number, delaySeconds = 0): Promise<void> {
  const from = { now: system.clock.now(), id: `${settings.name}#${listing}` };
  await system.queues.send('listing', [listingMessageFor(from, settings.name, listing, delaySeconds)]);
}

/** Works pages until the listing, or the time for it, is at its end; undefined where somebody else moved it. */
async function workPages(run: ListingRun, from: Listing): Promise<Listing | undefined> {
  const { system, settings } = run;
  const forms = await loadListedPages(system.table, settings.name, {
    from: from.current.page,
    count: MOST_PAGES,
  });
  let stored = from;
  let record = from;
  for (let pages = 0; pages < MOST_PAGES && record.current.step === 'pages'; pages += 1) {
    if (pages > 0 && system.clock.now() >= run.until) break;
    const result = await onePage(run, record, forms.get(record.current.page) ?? []);
    record = pageWorked(record, result.worked, system.clock.now());
    // What changed nothing is not worth a write: it is worked again where this run dies.
    if (result.writes.length === 0) continue;
    const next = await store(system, record, result.writes);
    if (!next) return undefined;
    stored = record = next;
  }
  return record === stored ? record : store(system, record, []);
}

async function onePage(run: ListingRun, record: Listing, forms: readonly ListedPage[]): Promise<PageResult> {
  const { system, settings, controlPlane, taking, anew } = run;
  const { number, page, cursor } = record.current;
  const base = baseOf(record, forms);
  const old = forms.filter((form) => form !== base && form.number !== number);
  const isAmbiguous = old.some((form) => form.number > (record.whole?.number ?? 0));
  const at = system.clock.now();
  const tag =
    base && !isAmbiguous && anew.size === 0 && isAskable(record, base, taking.book, at)
      ? base.tag
      : undefined;
  const listed = await controlPlane.list(cursor, tag);
  if (listed === 'notModified') {
    if (base && tag !== undefined) return unchangedPage(base);
    throw new ControlPlaneUnavailable(settings.name, 'says that a page has not changed, which nobody asked');
  }
  const problem = pageProblem(listed, cursor);
  if (problem !== undefined) throw new ControlPlaneUnavailable(settings.name, problem);
  return workPage(
    { ...taking, at },
    { settings, number, page, cursor, base, old, anew, isAmbiguous },
    listed,
  );
}

/** What no control plane can mean: nothing is taken from such a page. */
function pageProblem({ tasks, cursor: next }: ListingPage, cursor: string | null): string | undefined {
  const { most } = BOUNDS.listedTasks;
  if (tasks.length > most) return `${tasks.length} tasks on one page; allowed: ${most}`;
  if (next === null) return undefined;
  if (next === cursor) return 'the page after this one begins where it does';
  const bytes = Buffer.byteLength(next);
  return bytes > BOUNDS.cursor.most
    ? `a cursor of ${bytes} bytes; allowed: ${BOUNDS.cursor.most}`
    : undefined;
}

/** The page as the newest whole listing found it: the newest form that is not of a listing since. */
function baseOf({ whole, current }: Listing, forms: readonly ListedPage[]): ListedPage | undefined {
  if (!whole || current.page >= whole.pages) return undefined;
  return forms.find(({ number }) => number <= whole.number);
}

/** Whether an answer that a page has not changed would say all that is needed of it. */
function isAskable({ current }: Listing, base: ListedPage, book: Taking['book'], now: Instant): boolean {
  return base.cursor === current.cursor && !isRefreshDue(base, book, now);
}

/**
 * The control plane is away: nobody's work is at fault, and its listing is put off. That is stored before the message that
 * goes on is sent, and the message that found out is done with: a control plane that is away stops no queue.
 */
async function unavailable(
  run: ListingRun,
  listing: number,
  error: ControlPlaneUnavailable,
): Promise<RunEnd> {
  const { system } = run;
  const record = await loadListing(system.table, run.settings.name);
  if (!record || !isUnderWay(record) || record.current.number !== listing) return 'over';
  const now = system.clock.now();
  const why = error.message;
  const off = putOff(record, { why, retryAfterSeconds: error.retryAfterSeconds }, now, system.random.next());
  if (!off) {
    const broken = brokenOff(record, 'failed', why, now);
    return (await store(system, broken.record, [listingEndWrite(record.name, broken.end)]))
      ? 'failed'
      : 'over';
  }
  if (!(await store(system, off, []))) return 'over';
  const delaySeconds = Math.min(900, Math.ceil((off.current.notBefore - now) / SECOND));
  await sendNext(run, listing, delaySeconds);
  return 'put-off';
}
