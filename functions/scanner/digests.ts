import { isWindowed, type Notice, tenantOf } from '../abandonment/task.ts';
import { type Duration, HOUR, type Instant, SECOND } from '../abandonment/time.ts';
import { isAdmitted } from '../notices/ramp.ts';
import { awakeFrom, windowOpensAt } from '../notices/windows.ts';
import type { QueueName } from '../platform/ports.ts';
import { Contention } from '../store/contention.ts';
import { inLastDay } from '../store/fleet-view.ts';
import {
  eachRow,
  loadRamp,
  loadRecipients,
  newRecipient,
  rampWrite,
  recipientWrite,
} from '../store/records.ts';
import { BUCKETS, index, type PaceRecord, type RecipientRecord } from '../store/rows.ts';
import { notifyMessageFor } from './dispatch.ts';
import { faultOf } from './faults.ts';
import { DONE, type Generator } from './generator.ts';
import { untilSpent } from './ladder.ts';
import { count, eachOf, type Run, scanEveryOf } from './look.ts';
import { isOff, KEPT_WHILE_OFF } from './off-queues.ts';

/** The longest delay that SQS gives a message (900 s). */
const LONGEST_DELAY_SECONDS = 900;

/** A message that was queued and not worked for so long is taken for lost. */
const LOST_AFTER: Duration = 3 * HOUR;

/** A recipient with notices that wait for a mail. */
interface Waiting {
  key: string;
  group: string;
  warned: boolean;
  /** From when the earliest may go; from when one may that no digest window holds back. */
  notBefore: Instant;
  freeAt: Instant;
  /** When the first window of a rung closes. */
  closesAt?: Instant;
}

/** What the index shows of a notice. */
interface Place {
  notBefore: Instant;
  notice: Notice;
  by?: Instant;
  /** It is for a topic, which the ramp does not count. */
  informs?: true;
}

function isRamped(notice: Notice, informs: boolean): boolean {
  return notice === 'warning' && !informs;
}

/** Puts each recipient with something to be told on the queue once: one message, one mail (promise 6). */
export const digestsGenerator: Generator = {
  name: 'digests',
  band: 60,
  afterDecisions: true,
  async run(run, budget, cursor) {
    if (run.view.pauses.notify) return DONE;
    const ramp = new Ramp(await loadRamp(run.system.table), run);
    for (let bucket = cursor === null ? 0 : Number(cursor); bucket < BUCKETS; bucket += 1) {
      const waiting = untilSpent(recipientsIn(run, bucket), budget);
      await eachOf(chunks(waiting, 50), 1, (chunk) => dispatch(run, chunk, ramp), faultOf(run, 'digests'));
      if (budget.spent()) return { cursor: String(bucket) };
    }
    return DONE;
  },
};

/** The recipients of one bucket's pending notices; the index sorts them by recipient. */
async function* recipientsIn(run: Run, bucket: number): AsyncGenerator<Waiting> {
  let waiting: Waiting | undefined;
  for await (const row of eachRow(run.system.table, { index: 'g1', pk: index.pendingNotices(bucket) })) {
    const [key, task] = (row.g1sk as string).split('#') as [string, string];
    const { notBefore, notice, by, informs = false } = row.p as Place;
    if (run.view.pauses.evaluate && isWindowed(notice)) continue;
    if (waiting && waiting.key !== key) {
      yield waiting;
      waiting = undefined;
    }
    waiting ??= { key, group: tenantOf(task), warned: false, notBefore, freeAt: Infinity };
    waiting.notBefore = Math.min(waiting.notBefore, notBefore);
    if (!isWindowed(notice)) waiting.freeAt = Math.min(waiting.freeAt, notBefore);
    if (by !== undefined) waiting.closesAt = Math.min(waiting.closesAt ?? by, by);
    waiting.warned ||= isRamped(notice, informs);
  }
  if (waiting) yield waiting;
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

async function dispatch(run: Run, waiting: Waiting[], ramp: Ramp): Promise<void> {
  const records = await loadRecipients(
    run.system.table,
    waiting.map(({ key }) => key),
  );
  const admitted: { one: Waiting; record: RecipientRecord; at: Instant }[] = [];
  for (const one of waiting) {
    const record = records.get(one.key) ?? newRecipient(one.key, '');
    const at = readyAt(run, record, one, await lostAfter(run, record));
    if (at !== undefined && ramp.admits(record, one)) admitted.push({ one, record, at });
  }
  await ramp.store();
  const marked = await Promise.all(
    admitted.map(async ({ one, record, at }) => {
      const queued = await markQueued(run, record, one, at);
      return queued ? [{ one, queued, at }] : [];
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
  await run.system.table.transact(
    [recipientWrite({ ...queued, queuedFor: null })],
    run.system.random.id(run.now),
  );
}

/** When a mail to the recipient may go; undefined where that is left to a later scan. */
function readyAt(run: Run, record: RecipientRecord, waiting: Waiting, lost: Duration): Instant | undefined {
  const { digestEvery } = run.view.policies.global;
  const window = windowOpensAt(record, digestEvery);
  const windowed = waiting.closesAt !== undefined && waiting.closesAt <= window ? run.now : window;
  const earliest = Math.min(Math.max(windowed, waiting.notBefore), waiting.freeAt);
  const at = awakeFrom(record, Math.max(run.now, earliest, record.retryAt ?? 0));
  const { queuedFor } = record;
  if (queuedFor !== null && queuedFor <= at && !isLost(run, queuedFor, lost)) return undefined;
  return at < run.now + scanEveryOf(run.system, run.view) ? at : undefined;
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
async function markQueued(
  run: Run,
  record: RecipientRecord,
  waiting: Waiting,
  at: Instant,
): Promise<RecipientRecord | undefined> {
  const queued = { ...record, queuedFor: at, admittedAt: waiting.warned ? run.now : record.admittedAt };
  const result = await run.system.table.transact([recipientWrite(queued)], run.system.random.id(run.now));
  return result.outcome === 'applied' ? { ...queued, rev: record.rev + 1 } : undefined;
}

/** At most `rampPerDay` recipients are newly warned in 24 h; the others wait for a later scan. */
class Ramp {
  #record: PaceRecord;
  readonly #run: Run;
  #left: number;
  #admitted = 0;

  constructor(record: PaceRecord, run: Run) {
    this.#record = record;
    this.#run = run;
    const used = record.runs
      .filter(({ at }) => inLastDay(at, run.now))
      .reduce((sum, { count: size }) => sum + size, 0);
    this.#left = run.view.policies.global.rampPerDay - used;
  }

  admits(record: RecipientRecord, waiting: Waiting): boolean {
    if (!waiting.warned || isAdmitted(record, this.#run.now)) return true;
    if (this.#left <= 0) return false;
    this.#left -= 1;
    this.#admitted += 1;
    return true;
  }

  /** Notes who was admitted before he is queued, so that a crash can only make the day's share smaller. */
  async store(): Promise<void> {
    if (this.#admitted === 0) return;
    const recent = this.#record.runs.filter(({ at }) => inLastDay(at, this.#run.now));
    const record = { ...this.#record, runs: [...recent, { at: this.#run.now, count: this.#admitted }] };
    this.#admitted = 0;
    const { table, random } = this.#run.system;
    const result = await table.transact([rampWrite(record)], random.id(this.#run.now));
    if (result.outcome !== 'applied')
      throw new Contention('the ramp could not be stored: another run changes it');
    this.#record = { ...record, rev: record.rev + 1 };
  }
}
