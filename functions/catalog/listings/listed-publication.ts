import { BOUNDS } from '../../abandonment/bounds.ts';
import type { Duration, Instant } from '../../abandonment/time.ts';
import { MINUTE } from '../../abandonment/time.ts';
import { EVENT_VERSION } from '../../platform/event-version.ts';
import type { TaskRecord } from '../../store/tasks.ts';
import type { TaskPublished } from '../events.ts';
import type { SoundTask } from './sift-task.ts';

/** What a listing says of a task beside its shards. */
export interface ListedNews {
  /** What it comes to as a publication; absent where only its revision was not known. */
  publication?: TaskPublished;
  /** Whether part of it is to be taken in later: our own disabling or enabling may be what made it so. */
  unsettled: boolean;
}

/** A control plane may show for so long what was before we disabled or enabled. */
export const ANSWERED_WITHIN: Duration = 2 * MINUTE;

/**
 * What a task that is listed has become since (docs/rules.md#listings): a new one is a creation, a changed revision a
 * publication by a user, anything else that changed one by a system. Undefined where it is as it was known.
 *
 * @param at when the page was asked for
 */
export function listedNews(
  current: TaskRecord | undefined,
  listed: SoundTask,
  at: Instant,
): ListedNews | undefined {
  if (!current || current.task.deletedAt !== undefined)
    return { publication: publicationOf(current, listed, { by: 'creation', at }), unsettled: false };
  const isByUser = isPublishedByUser(current, listed);
  // What a person published is theirs, also where they did so just after us.
  const unsettled = !isByUser && listed.enabled !== current.task.enabled && isOurDoing(current, listed, at);
  const task = unsettled ? { ...listed, enabled: current.task.enabled } : listed;
  const by = isByUser ? 'user' : 'system';
  if (isByUser || differs(current, task))
    return { publication: publicationOf(current, task, { by, at }), unsettled };
  return unsettled || current.listed?.revision !== listed.revision ? { unsettled } : undefined;
}

/** A revision that was seen before, and is another one; or a task that was made anew under the same id: clocks differ. */
function isPublishedByUser({ task, listed: seen }: TaskRecord, { revision, createdAt }: SoundTask): boolean {
  if (seen && seen.revision !== revision) return true;
  if (!seen || createdAt === undefined) return false;
  return createdAt - Math.max(task.createdAt, task.firstSeenAt) > BOUNDS.ahead.most;
}

function differs({ task }: TaskRecord, listed: SoundTask): boolean {
  return (
    task.enabled !== listed.enabled ||
    task.kind !== listed.kind ||
    task.dataPlane !== listed.dataPlane ||
    sorted(task.owners) !== sorted(listed.owners)
  );
}

const sorted = (owners: readonly string[]): string => [...new Set(owners)].sort().join();

/**
 * Whether that it is on or off may be our own doing, or the page older than it: while a request to disable it is not answered,
 * whatever was decided since, and for a while after it was disabled or enabled for us.
 */
function isOurDoing(
  { task, open, asked, disabledByUs }: TaskRecord,
  listed: SoundTask,
  at: Instant,
): boolean {
  if (!listed.enabled && open && asked?.episode === open.number) return true;
  const requested = [disabledByUs?.at, disabledByUs?.undoneAt, task.enabledAt];
  return requested.some((instant) => instant !== undefined && at < instant + ANSWERED_WITHIN);
}

function publicationOf(
  current: TaskRecord | undefined,
  listed: SoundTask,
  { by, at }: { by: TaskPublished['by']; at: Instant },
): TaskPublished {
  const { id, kind, owners, dataPlane, enabled } = listed;
  const before = current?.task.deletedAt === undefined ? current?.task : undefined;
  return {
    version: EVENT_VERSION,
    task: {
      id,
      kind,
      dekaf: before?.dekaf ?? false,
      owners,
      dataPlane,
      enabled,
      createdAt: listed.createdAt ?? before?.createdAt ?? at,
      version: (current?.task.version ?? 0) + 1,
    },
    publishedAt: at,
    by,
  };
}
