import { isWindowed, type Notice, tenantOf } from '../abandonment/task.ts';
import { type Duration, HOUR, type Instant, SECOND } from '../abandonment/time.ts';
import { isAdmitted, placesLeft, withAdmitted } from '../notices/send/ramp.ts';
import { awakeFrom, dayOpensAt, windowOpensAt, withdrawalOpensAt } from '../notices/send/windows.ts';
import type { QueueName } from '../platform/ports.ts';
import { BUCKETS, index } from '../store/keys.ts';
import { loadRamp, type PaceRecord, rampWrite } from '../store/pace.ts';
import { loadRecipients, newRecipient, type RecipientRecord, recipientWrite } from '../store/recipients.ts';
import { eachRow } from '../store/rows.ts';
import { TableBusy } from '../store/table-busy.ts';
import { notifyMessageFor } from '../work/messages.ts';
import { faultOf } from './faults.ts';
import { DONE, type Generator } from './generator.ts';
import { isTellingGivenUp } from './given-up.ts';
import { untilSpent } from './ladder.ts';
import { count, eachOf, scanEveryOf } from './look.ts';
import { isOff, KEPT_WHILE_OFF } from './off-queues.ts';
import type { Run } from './run.ts';

/** The longest delay that SQS gives a message (900 s). */
const LONGEST_DELAY_SECONDS = 900;

/** A message that was queued and not worked for so long is taken for lost. */
const LOST_AFTER: Duration = 3 * HOUR;

/** When the notices of one recipient may go. */
interface Times {
  /** From when the earliest may that a digest window holds back, one that none does, and one of a withdrawal. */
  windowedAt: Instant;
  freeAt: Instant;
  withdrawnAt: Instant;
  /** When the first window of a rung closes. */
  closesAt?: Instant;
}

/** A recipient with notices that wait for a mail. */
interface Waiting {
  key: string;
  group: string;
  all: Times;
  /** Without the warnings that the ramp counts; null where there are no others. */
  others: Times | null;
  /** Of these warnings the one whose alert fired first; null where there are none. */
  first: Rank | null;
  /** From when the newest of its notices may go. */
  newestAt: Instant;
  /** It is a topic, which repeats what people were told: queued after them. */
  informs: boolean;
}

/** By what the ramp admits: whose oldest alert fired first, then `notPrimarySince`, task, address. */
interface Rank {
  firedAt: Instant;
  since: Instant;
  task: string;
  address: string;
}

/** What the index shows of a notice. */
interface Place {
  notBefore: Instant;
  notice: Notice;
  by?: Instant;
  order?: Omit<Rank, 'task'>;
  /** It is for a topic, which the ramp does not count. */
  informs?: true;
}

/** Puts each recipient with something to be told on the queue once: one message, one mail (promise 6). */
export const digestsGenerator: Generator = {
  name: 'digests',
  band: 60,
  afterDecisions: true,
  async run(run, budget, cursor) {
    if (run.view.pauses.notify) return DONE;
    const ramp = new Ramp(await loadRamp(run.system.table), run);
    const topics: Ready[] = [];
    let bucket = cursor === null ? 0 : Number(cursor);
    for (; bucket < BUCKETS && !budget.spent(); bucket += 1) {
      const waiting = untilSpent(recipientsIn(run, bucket), budget);
      await eachOf(
        chunks(waiting, CHUNK),
        1,
        (chunk) => dispatch(run, chunk, ramp, topics),
        faultOf(run, 'digests'),
      );
      if (budget.spent()) break;
    }
    const last = [...(await ramp.admit()), ...topics];
    for (let from = 0; from < last.length; from += CHUNK) await queue(run, last.slice(from, from + CHUNK));
    return bucket < BUCKETS ? { cursor: String(bucket) } : DONE;
  },
};

/** Recipients read, and messages sent, at once. */
const CHUNK = 50;

/** The recipients of one bucket's pending notices; the index sorts them by recipient. */
async function* recipientsIn(run: Run, bucket: number): AsyncGenerator<Waiting> {
  let waiting: Waiting | undefined;
  for await (const row of eachRow(run.system.table, { index: 'g1', pk: index.pendingNotices(bucket) })) {
    const { key, task } = placeOf(row.g1sk as string);
    const place = row.p as Place;
    if (run.view.pauses.evaluate && isWindowed(place.notice)) continue;
    if (waiting && waiting.key !== key) {
      yield waiting;
      waiting = undefined;
    }
    waiting = withPlace(waiting ?? firstOf(key, task), place, task);
  }
  if (waiting) yield waiting;
}

const NEVER: Times = {
  windowedAt: Number.POSITIVE_INFINITY,
  freeAt: Number.POSITIVE_INFINITY,
  withdrawnAt: Number.POSITIVE_INFINITY,
};

function firstOf(key: string, task: string): Waiting {
  return { key, group: tenantOf(task), all: NEVER, others: null, first: null, newestAt: 0, informs: false };
}

function withPlace(before: Waiting, place: Place, task: string): Waiting {
  const waiting = { ...before, newestAt: Math.max(before.newestAt, place.notBefore) };
  const all = withTimes(waiting.all, place);
  if (place.notice !== 'warning' || place.informs)
    return {
      ...waiting,
      all,
      others: withTimes(waiting.others ?? NEVER, place),
      informs: place.informs ?? waiting.informs,
    };
  // A row of an older version does not say when its alert fired: its own instant is near.
  const { notBefore: asked } = place;
  const rank = { firedAt: asked, since: asked, address: '', ...place.order, task };
  const { first } = waiting;
  return { ...waiting, all, first: first && compareRanks(first, rank) <= 0 ? first : rank };
}

function withTimes(times: Times, place: Place): Times {
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

function compareRanks(a: Rank, b: Rank): number {
  const byTask = a.task < b.task ? -1 : a.task > b.task ? 1 : 0;
  const byAddress = a.address < b.address ? -1 : a.address > b.address ? 1 : 0;
  return a.firedAt - b.firedAt || a.since - b.since || byTask || byAddress;
}

/** The recipient and the task of a place in the index, `key#task#episode`: an id may have a `#` too. */
function placeOf(sk: string): { key: string; task: string } {
  const first = sk.indexOf('#');
  return { key: sk.slice(0, first), task: sk.slice(first + 1, sk.lastIndexOf('#')) };
}

async function* chunks<Item>(items: AsyncIterable<Item>, size: number): AsyncGenerator<Item[]> {
  let chunk: Item[] = [];
  for await (const item of items) {
    chunk.push(item);
    if (chunk.length === size) {
      yield chunk;
      chunk = [];
    }
  }
  if (chunk.length > 0) yield chunk;
}

/** One who may be mailed at an instant. */
interface Ready {
  one: Waiting;
  record: RecipientRecord;
  at: Instant;
  /** He takes a place of the ramp. */
  admitted: boolean;
}

/** Queues those who may be mailed, but for those whom the ramp chooses among, and for topics. */
async function dispatch(run: Run, waiting: Waiting[], ramp: Ramp, topics: Ready[]): Promise<void> {
  const records = await loadRecipients(
    run.system.table,
    waiting.map(({ key }) => key),
  );
  const ready: Ready[] = [];
  for (const one of waiting) {
    if (await isTellingGivenUp(run, one.key, one.newestAt)) continue;
    const record = records.get(one.key) ?? newRecipient(one.key, '');
    const lost = await lostAfter(run, record);
    const at = readyAt(run, record, one.all, lost);
    if (at === undefined) continue;
    // Admitted now and no more when the mail goes: new again by then.
    const needsPlace = one.first !== null && !isAdmitted(record, at);
    // Whom `digestEvery` delays takes no place yet: the notifier gives them one then, where one is left.
    if (needsPlace && !isDelayed(run, record, one.all))
      ready.push(...withoutPlace(run, ramp.offer({ one, record, at, admitted: true }), lost));
    else (one.informs ? topics : ready).push({ one, record, at, admitted: false });
  }
  await queue(run, ready);
}

/** One for whom the ramp has no place goes for his other notices alone. */
function withoutPlace(run: Run, turnedAway: Ready | undefined, lost: Duration): Ready[] {
  if (!turnedAway?.one.others) return [];
  const at = readyAt(run, turnedAway.record, turnedAway.one.others, lost);
  return at === undefined ? [] : [{ ...turnedAway, at, admitted: false }];
}

async function queue(run: Run, ready: readonly Ready[]): Promise<void> {
  const marked = await Promise.all(
    ready.map(async (one) => {
      const queued = await markQueued(run, one);
      return queued ? [{ ...one, queued }] : [];
    }),
  );
  const messages = marked.flat().map(({ one, at }) => {
    const delaySeconds = Math.min(LONGEST_DELAY_SECONDS, Math.max(0, Math.ceil((at - run.now) / SECOND)));
    return notifyMessageFor(run, one.key, one.group, delaySeconds);
  });
  if (messages.length === 0) return;
  try {
    await run.system.queues.send('notify' satisfies QueueName, messages);
  } catch (error) {
    await Promise.all(marked.flat().map(({ queued }) => unmarkQueued(run, queued)));
    throw error;
  }
  count(run, 'recipientsQueued', messages.length);
}

/** Not sent, or not known to be: the next scan sends it again, for a message is only a hint. */
async function unmarkQueued(run: Run, queued: RecipientRecord): Promise<void> {
  // Refused where the notifier was at it already; busy, the mark is taken for lost after some hours.
  await run.system.table.transact(
    [recipientWrite({ ...queued, queuedFor: null })],
    run.system.random.id(run.now),
  );
}

/** When a mail to the recipient may go; undefined where that is left to a later scan. */
function readyAt(run: Run, record: RecipientRecord, times: Times, lost: Duration): Instant | undefined {
  const earliest = Math.min(
    Math.max(windowFor(run, record, times), times.windowedAt),
    Math.max(withdrawalOpensAt(record), times.withdrawnAt),
    times.freeAt,
  );
  const at = awakeFrom(record, Math.max(run.now, earliest, dayOpensAt(record), record.retryAt ?? 0));
  const { queuedFor } = record;
  if (queuedFor !== null && queuedFor <= at && !isLost(run, queuedFor, lost)) return undefined;
  return at < run.now + scanEveryOf(run.system, run.view) ? at : undefined;
}

/** From when on a mail of warnings and reminders may go: at once where a rung's window would close before. */
function windowFor(run: Run, record: RecipientRecord, { closesAt }: Times): Instant {
  const window = windowOpensAt(record, run.view.policies.global.digestEvery);
  return closesAt !== undefined && closesAt <= window ? run.now : window;
}

/** Whether `digestEvery`, or what went within 24 h, is what delays their warnings. */
function isDelayed(run: Run, record: RecipientRecord, times: Times): boolean {
  return windowFor(run, record, times) > run.now || dayOpensAt(record) > run.now;
}

/** After which time without progress a recipient's message is taken for lost: later while the queue is off. */
async function lostAfter(run: Run, { queuedFor }: RecipientRecord): Promise<Duration> {
  const isOld = queuedFor !== null && run.now - queuedFor >= LOST_AFTER;
  return isOld && (await isOff(run, 'notify')) ? KEPT_WHILE_OFF : LOST_AFTER;
}

/** Also lost where a scan marked it and died: it may not have come to sending. */
function isLost(run: Run, queuedFor: Instant, lost: Duration): boolean {
  const doubtful = run.doubtfulSince !== undefined && queuedFor >= run.doubtfulSince;
  return doubtful || run.now - queuedFor >= lost;
}

/** The recipient as he is stored then; undefined where another was first. */
async function markQueued(run: Run, { record, at, admitted }: Ready): Promise<RecipientRecord | undefined> {
  const queued = { ...record, queuedFor: at, admittedAt: admitted ? run.now : record.admittedAt };
  const result = await run.system.table.transact([recipientWrite(queued)], run.system.random.id(run.now));
  return result.outcome === 'applied' ? { ...queued, rev: record.rev + 1 } : undefined;
}

const ATTEMPTS = 5;

/**
 * At most `rampPerDay` recipients are newly warned in 24 h; the others wait for a later scan. It keeps only as many as
 * have a place, in the order in which they are admitted.
 */
class Ramp {
  readonly #run: Run;
  readonly #left: number;
  readonly #chosen: Ready[] = [];

  constructor(record: PaceRecord, run: Run) {
    this.#run = run;
    this.#left = placesLeft(record, run.view.policies.global.rampPerDay, run.now);
  }

  /** Takes one in; answers the one who has no place for that, who may be the same. */
  offer(ready: Ready): Ready | undefined {
    const chosen = this.#chosen;
    const worse = chosen.findIndex((other) => compareRanks(rankOf(ready), rankOf(other)) < 0);
    chosen.splice(worse < 0 ? chosen.length : worse, 0, ready);
    return chosen.length > this.#left ? chosen.pop() : undefined;
  }

  /** Notes who is admitted before he is queued, so that a crash can only make the day's share smaller. */
  async admit(): Promise<Ready[]> {
    const { system, view, now } = this.#run;
    const { table, random } = system;
    for (let attempt = 0; attempt < ATTEMPTS && this.#chosen.length > 0; attempt += 1) {
      const record = await loadRamp(table);
      const left = placesLeft(record, view.policies.global.rampPerDay, now);
      const admitted = this.#chosen.slice(0, left);
      if (admitted.length === 0) return [];
      const result = await table.transact(
        [rampWrite(withAdmitted(record, admitted.length, now))],
        random.id(now),
      );
      if (result.outcome === 'applied') return admitted;
    }
    if (this.#chosen.length === 0) return [];
    throw new TableBusy('the ramp could not be stored: another run changes it');
  }
}

function rankOf({ one }: Ready): Rank {
  return one.first ?? { firedAt: 0, since: 0, task: '', address: '' };
}
