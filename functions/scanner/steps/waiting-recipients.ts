import { isEvaluated, isWindowed, type Notice, tenantOf } from '../../abandonment/task.ts';
import type { Instant } from '../../abandonment/time.ts';
import { compareRanks, type Rank } from '../../notices/send/warm-up.ts';
import { index } from '../../store/keys.ts';
import { type NoticePlace, noticePlaceIn } from '../../store/notices.ts';
import { eachRow } from '../../store/rows.ts';
import type { Run } from '../run.ts';

/** When the notices of one recipient may go. */
export interface Times {
  /** From when the earliest may that a digest window holds back, one that none does, and one of a withdrawal. */
  windowedAt: Instant;
  freeAt: Instant;
  withdrawnAt: Instant;
  /** When the first window of a reminder step closes. */
  closesAt?: Instant;
}

/** A recipient with notices that wait for a mail. */
export interface WaitingRecipient {
  key: string;
  group: string;
  all: Times;
  /** Without the warnings that the warm-up limit counts; null where there are no others. */
  others: Times | null;
  /** Of these warnings the one whose alert fired first; null where there are none. */
  first: Rank | null;
  /** From when the newest of their notices may go. */
  newestAt: Instant;
  /** It is a topic, which repeats what people hear: queued after them. */
  informs: boolean;
}

/** The recipients of one bucket's pending notices; the index sorts them by recipient. */
export async function* recipientsIn(run: Run, bucket: number): AsyncGenerator<WaitingRecipient> {
  let waiting: WaitingRecipient | undefined;
  for await (const row of eachRow(run.system.table, { index: 'g1', pk: index.pendingNotices(bucket) })) {
    const { key, task } = placeOf(row.g1sk as string);
    const place = noticePlaceIn(row);
    if (run.view.pauses.evaluate && isEvaluated(place.notice)) continue;
    if (waiting && waiting.key !== key) {
      yield waiting;
      waiting = undefined;
    }
    waiting = withPlace(waiting ?? firstOf(key, task), place, task);
  }
  if (waiting) yield waiting;
}

/** The recipient and the task of a place in the index, `key#task#episode`: an id may have a `#` too. */
function placeOf(sk: string): { key: string; task: string } {
  const first = sk.indexOf('#');
  return { key: sk.slice(0, first), task: sk.slice(first + 1, sk.lastIndexOf('#')) };
}

const NEVER: Times = {
  windowedAt: Number.POSITIVE_INFINITY,
  freeAt: Number.POSITIVE_INFINITY,
  withdrawnAt: Number.POSITIVE_INFINITY,
};

function firstOf(key: string, task: string): WaitingRecipient {
  return { key, group: tenantOf(task), all: NEVER, others: null, first: null, newestAt: 0, informs: false };
}

function withPlace(before: WaitingRecipient, place: NoticePlace, task: string): WaitingRecipient {
  const newestAt = Math.max(before.newestAt, place.notBefore);
  const waiting = { ...before, newestAt, all: withTimes(before.all, place) };
  return place.notice !== 'warning' || place.informs
    ? withOther(waiting, place)
    : withWarning(waiting, place, task);
}

function withOther(waiting: WaitingRecipient, place: NoticePlace): WaitingRecipient {
  const others = withTimes(waiting.others ?? NEVER, place);
  return { ...waiting, others, informs: place.informs ?? waiting.informs };
}

function withWarning(waiting: WaitingRecipient, place: NoticePlace, task: string): WaitingRecipient {
  // A row of an older version does not say when its alert fired: its own instant is near.
  const { notBefore: asked } = place;
  const rank = { firedAt: asked, since: asked, address: '', ...place.order, task };
  const { first } = waiting;
  return { ...waiting, first: first && compareRanks(first, rank) <= 0 ? first : rank };
}

function withTimes(times: Times, place: NoticePlace): Times {
  const closing = [times.closesAt, place.by].filter((instant) => instant !== undefined);
  const kind = kindOf(place.notice);
  return {
    ...times,
    [kind]: Math.min(times[kind], place.notBefore),
    ...(closing.length > 0 ? { closesAt: Math.min(...closing) } : {}),
  };
}

function kindOf(notice: Notice): 'windowedAt' | 'freeAt' | 'withdrawnAt' {
  if (isWindowed(notice)) return 'windowedAt';
  return notice === 'withdrawn' ? 'withdrawnAt' : 'freeAt';
}
