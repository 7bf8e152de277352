import { type Duration, type Instant, SECOND } from '../../abandonment/time.ts';
import { type Rank, WarmUp } from '../../notices/send/warm-up.ts';
import { isAdmitted } from '../../notices/send/warm-up-places.ts';
import type { OutgoingMessage } from '../../platform/ports.ts';
import { inBuckets } from '../../store/buckets.ts';
import { loadWarmUpLimit } from '../../store/rate-limits.ts';
import {
  loadRecipients,
  newRecipient,
  type RecipientRecord,
  recipientWrite,
} from '../../store/recipients.ts';
import { notifyMessageFor } from '../../work/messages.ts';
import { count } from '../evaluate-task.ts';
import { DONE } from '../generator.ts';
import { isNotifyingGivenUp } from '../given-up.ts';
import type { Run } from '../run.ts';
import type { Step } from '../step.ts';
import { type Part, sweep } from '../sweep.ts';
import { isDelayed, lostAfter, readyAt } from './mail-times.ts';
import { recipientsIn, type WaitingRecipient } from './waiting-recipients.ts';

/** The longest delay that SQS gives a message (900 s). */
const LONGEST_DELAY_SECONDS = 900;

/** Recipients read, and messages sent, at once. */
const CHUNK = 50;

/** One who may be mailed at an instant. */
interface Ready {
  recipient: WaitingRecipient;
  record: RecipientRecord;
  at: Instant;
  /** They take a place of the warm-up limit. */
  admitted: boolean;
}

/** One who takes a place of the warm-up limit where there is one. */
type Candidate = Ready & { rank: Rank };

/** Those who are queued last: whom the warm-up limit admits, then the topics, which repeat what people hear. */
interface Last {
  warmUp: WarmUp<Candidate>;
  topics: Ready[];
}

/** Puts each recipient with something to hear on the queue once: one message, one mail (promise 6). */
export const digestsStep: Step = {
  name: 'digests',
  afterDecisions: true,
  async run(run, budget, cursor) {
    if (run.view.pauses.notify) return DONE;
    const { rampPerDay } = run.view.policies.global;
    const warmUp = new WarmUp<Candidate>(await loadWarmUpLimit(run.system.table), rampPerDay, run.now);
    const last: Last = { warmUp, topics: [] };
    const partitions = inBuckets((bucket) => recipientsOf(run, bucket, last));
    const turn = await sweep(run, { name: 'digests', partitions, atOnce: 1, cursor, budget });
    await queueLast(run, last);
    return turn;
  },
};

function recipientsOf(run: Run, bucket: number, last: Last): Part<WaitingRecipient[]> {
  const items = chunks(recipientsIn(run, bucket), CHUNK);
  return { items, work: (chunk) => queueChunk(run, chunk, last) };
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

/** Queues those who may be mailed, but for those who are queued last. */
async function queueChunk(run: Run, waiting: WaitingRecipient[], last: Last): Promise<void> {
  const records = await loadRecipients(
    run.system.table,
    waiting.map(({ key }) => key),
  );
  const ready: Ready[] = [];
  for (const recipient of waiting) {
    if (await isNotifyingGivenUp(run, recipient.key, recipient.newestAt)) continue;
    const record = records.get(recipient.key) ?? newRecipient(recipient.key, null);
    ready.push(...(await readyNow(run, recipient, record, last)));
  }
  await queue(run, ready);
}

/** Who may be mailed now that one is looked at: they, nobody, or another who gives their place up. */
async function readyNow(
  run: Run,
  recipient: WaitingRecipient,
  record: RecipientRecord,
  last: Last,
): Promise<Ready[]> {
  const lost = await lostAfter(run, record);
  const at = readyAt(run, record, recipient.all, lost);
  if (at === undefined) return [];
  const ready = { recipient, record, at, admitted: false };
  const { first: rank } = recipient;
  // Admitted now and no more when the mail goes: new again by then.
  const isNew = !isAdmitted(record, at);
  // Whom `digestEvery` delays takes no place yet: the notifier gives them one then, where one is left.
  if (rank !== null && isNew && !isDelayed(run, record, recipient.all))
    return withoutPlace(run, last.warmUp.offer({ ...ready, admitted: true, rank }), lost);
  if (!recipient.informs) return [ready];
  last.topics.push(ready);
  return [];
}

/** One for whom the warm-up limit has no place goes for their other notices alone. */
function withoutPlace(run: Run, turnedAway: Ready | undefined, lost: Duration): Ready[] {
  if (!turnedAway?.recipient.others) return [];
  const at = readyAt(run, turnedAway.record, turnedAway.recipient.others, lost);
  return at === undefined ? [] : [{ ...turnedAway, at, admitted: false }];
}

async function queueLast(run: Run, { warmUp, topics }: Last): Promise<void> {
  const last = [...(await warmUp.admit(run.system)), ...topics];
  for (let from = 0; from < last.length; from += CHUNK) await queue(run, last.slice(from, from + CHUNK));
}

async function queue(run: Run, ready: readonly Ready[]): Promise<void> {
  const marked = (await Promise.all(ready.map((candidate) => markQueued(run, candidate)))).flat();
  if (marked.length === 0) return;
  try {
    await run.system.queues.send(
      'notify',
      marked.map((queued) => messageFor(run, queued)),
    );
  } catch (error) {
    await Promise.all(marked.map(({ record }) => unmarkQueued(run, record)));
    throw error;
  }
  count(run, 'recipientsQueued', marked.length);
}

function messageFor(run: Run, { recipient, at }: Ready): OutgoingMessage {
  const delaySeconds = Math.min(LONGEST_DELAY_SECONDS, Math.max(0, Math.ceil((at - run.now) / SECOND)));
  return notifyMessageFor(run, recipient.key, recipient.group, delaySeconds);
}

/** With their record as it is stored then; nobody where another was first. */
async function markQueued(run: Run, ready: Ready): Promise<Ready[]> {
  const { record, at, admitted } = ready;
  const queued = { ...record, queuedFor: at, admittedAt: admitted ? run.now : record.admittedAt };
  const result = await run.system.table.transact([recipientWrite(queued)], run.system.random.id(run.now));
  return result.outcome === 'applied' ? [{ ...ready, record: { ...queued, rev: record.rev + 1 } }] : [];
}

/** Not sent, or not known to be: the next scan sends it again, for a message is only a hint. */
async function unmarkQueued(run: Run, queued: RecipientRecord): Promise<void> {
  // Refused where the notifier was at it already; busy, the mark is taken for lost after some hours.
  await run.system.table.transact(
    [recipientWrite({ ...queued, queuedFor: null })],
    run.system.random.id(run.now),
  );
}
