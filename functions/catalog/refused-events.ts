import { BOUNDS } from '../abandonment/bounds.ts';
import { DAY, type Duration, type Instant, MINUTE } from '../abandonment/time.ts';
import { cutToBytes } from '../platform/queue-text.ts';
import { recordable } from '../platform/recorded-text.ts';
import type { System } from '../platform/system.ts';
import { commit } from '../store/commit.ts';
import {
  loadRefusedEvents,
  type RefusedEventsRecord,
  type RefusedKind,
  refusedEventsWrite,
} from '../store/refused-events.ts';
import type { BusEvent } from './events.ts';
import type { Refusal, RefusalReason } from './refusals.ts';

/** So long after the last one a kind of refusal is shown. */
const KEPT: Duration = 7 * DAY;

/** In bytes of UTF-8. */
const LONGEST = { source: 128, detailType: 64, key: 64, detail: 256 } as const;

/** Where the same key is always wrong. */
const KEY_OF: Record<RefusalReason, string> = {
  'unknown-source': 'source',
  'account-not-covered': 'account',
  'unknown-event': 'detail-type',
  malformed: 'detail',
  'task-not-covered': 'task',
  'data-plane-not-covered': 'dataPlane',
  'owner-domain': 'task.owners',
  'from-the-future': 'at',
  'too-old': 'at',
  'version-jump': 'taskVersion',
  'too-large': 'task',
  'too-many-data-planes': 'dataPlane',
};

/** Who says these is not who they call themselves, or nobody that is known. */
const OF_STRANGERS: readonly RefusalReason[] = ['unknown-source', 'account-not-covered'];

/** What a process has not written yet, and when it wrote last. */
interface Unwritten {
  noted: Noted;
  writtenAt: Instant[];
}

type Noted = Omit<RefusedEventsRecord, 'rev'>;

const NOTHING: Noted = { kinds: [], more: null };

const processes = new WeakMap<System['config'], Unwritten>();

/** Notes what was refused of an event, in this process alone; `storeRefused` writes it. */
export function noteRefused(
  { clock, config }: Pick<System, 'clock' | 'config'>,
  event: Pick<BusEvent, 'source' | 'detailType'>,
  refusals: readonly Refusal[],
): void {
  const now = clock.now();
  const { noted, writtenAt } = processes.get(config) ?? { noted: NOTHING, writtenAt: [] };
  const kinds = refusals.map((refusal) => kindOf(event, refusal, now));
  processes.set(config, { noted: withRefused(noted, { kinds, more: null }, now), writtenAt });
}

/**
 * Writes what this process noted, at most `refusedWrites` times a minute; the rest goes with a later event, so that counts
 * may be short by what a process that ends had not written. Never fails: what cannot be written is no fault of the event.
 */
export async function storeRefused(system: System): Promise<void> {
  const unwritten = processes.get(system.config);
  if (!unwritten || unwritten.noted === NOTHING) return;
  const now = system.clock.now();
  const lately = unwritten.writtenAt.filter((at) => at > now - MINUTE);
  if (lately.length >= BOUNDS.refusedWrites.most) return;
  const { noted } = unwritten;
  processes.set(system.config, { noted: NOTHING, writtenAt: [...lately, now] });
  try {
    await commit(system, 'refused events', async () => {
      const stored = await loadRefusedEvents(system.table);
      return { writes: [refusedEventsWrite({ ...stored, ...withRefused(stored, noted, now) })], value: true };
    });
  } catch (error) {
    system.telemetry.log('warn', 'refused events not noted', { error: recordable(String(error)) });
  }
}

function kindOf(
  { source, detailType }: Pick<BusEvent, 'source' | 'detailType'>,
  { reason, detail, key = KEY_OF[reason] }: Refusal,
  now: Instant,
): RefusedKind {
  return {
    source: cutToBytes(recordable(source), LONGEST.source),
    isRegistered: !OF_STRANGERS.includes(reason),
    detailType: cutToBytes(recordable(detailType), LONGEST.detailType),
    reason,
    key: cutToBytes(key, LONGEST.key),
    detail: cutToBytes(recordable(detail), LONGEST.detail),
    count: 1,
    firstAt: now,
    lastAt: now,
  };
}

/**
 * What was noted, with more of it: each kind once with its count; the first kinds keep their room, until a week passed
 * without another of them.
 */
export function withRefused(noted: Noted, added: Noted, now: Instant): Noted {
  const kinds = noted.kinds.filter(({ lastAt }) => lastAt > now - KEPT);
  let more = noted.more && noted.more.lastAt > now - KEPT ? noted.more : null;
  const add = ({ count, lastAt }: { count: number; lastAt: Instant }) => {
    more = { count: (more?.count ?? 0) + count, lastAt: Math.max(more?.lastAt ?? 0, lastAt) };
  };
  for (const kind of added.kinds) {
    const place = kinds.findIndex((other) => isSame(other, kind));
    const same = kinds[place];
    if (same) kinds[place] = { ...same, count: same.count + kind.count, lastAt: kind.lastAt };
    else if (hasRoom(kinds, kind)) kinds.push(kind);
    else add(kind);
  }
  if (added.more) add(added.more);
  return { kinds, more };
}

function isSame(kind: RefusedKind, other: RefusedKind): boolean {
  const names = ['source', 'isRegistered', 'detailType', 'reason', 'key'] as const;
  return names.every((name) => kind[name] === other[name]);
}

function hasRoom(kinds: readonly RefusedKind[], { source, isRegistered }: RefusedKind): boolean {
  const strangers = kinds.filter((kind) => !kind.isRegistered).length;
  if (!isRegistered) return strangers < BOUNDS.refusedKindsOfStrangers.most;
  const own = kinds.filter((kind) => kind.isRegistered && kind.source === source).length;
  const registered = kinds.length - strangers;
  const room = BOUNDS.refusedKinds.most - BOUNDS.refusedKindsOfStrangers.most;
  return own < BOUNDS.refusedKindsOfSource.most && registered < room;
}
