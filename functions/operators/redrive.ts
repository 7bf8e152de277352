import { type Instant, SECOND } from '../abandonment/time.ts';
import type { System } from '../platform/system.ts';
import { auditWrite } from '../store/audit.ts';
import { commit } from '../store/commit.ts';
import { loadRedriven, type RedrivenRecord, redrivenWrite } from '../store/redriven.ts';
import { type DeadLetters, holdsTicks, type LetterQueue, type ReceivedLetter } from './dead-letters.ts';
import { isOneHint } from './letter-facts.ts';
import { type Letter, letterOf } from './letters.ts';

/** So often an item may be sent back in its life: what fails after that is not mended by another attempt. */
export const MOST_REDRIVES = 3;

/** So many batches are on their way at once. */
const LANES = 4;

/** What became of the letters that were looked at. */
export interface LetterCounts {
  looked: number;
  /** Of those, what the selectors mean. */
  selected: number;
  /** Sent to their queues, and deleted here. */
  redriven: number;
  /** Deleted here alone: an earlier run had sent them, or this one sent a letter of the same work. */
  alreadySent: number;
  discarded: number;
  /** Left: sent back as often as it may be. */
  atLimit: number;
  /** Left: a tick, which is only ever discarded. */
  ticks: number;
  /** Left: came here while this run was under way. */
  cameBack: number;
  /** Left, for its queue did not take it: the next run sends it. */
  failed: number;
  /** Letters that somebody else holds. */
  unseen: number;
}

/** What is to be done with which dead letters. */
export interface OnLetters {
  letters: DeadLetters;
  queues: readonly LetterQueue[];
  /** Whether a letter is meant. */
  selects(letter: Letter): boolean | Promise<boolean>;
  act: 'redrive' | 'discard';
  /** At most so many in a second. */
  perSecond: number;
  by: string;
  /** Which letters were meant, in words: for the audit. */
  meant: string;
  why: string;
  /** Called after each batch. */
  onProgress?(counts: Readonly<LetterCounts>): void;
}

/** Before any is looked at. */
export const NO_LETTERS: Readonly<LetterCounts> = {
  looked: 0,
  selected: 0,
  redriven: 0,
  alreadySent: 0,
  discarded: 0,
  atLimit: 0,
  ticks: 0,
  cameBack: 0,
  failed: 0,
  unseen: 0,
};

/**
 * Sends dead letters back, or discards them. Each is counted on the row of its work, sent, noted as sent and deleted, in this order:
 * where this dies half way nothing is lost, the next run counts none twice, and sends again only what was between two of these.
 */
export async function actOnLetters(system: System, on: OnLetters): Promise<LetterCounts> {
  await audit(system, on, 'begun', {});
  const run = new LetterRun(system, on);
  for (const queue of on.queues) await run.work(queue);
  await audit(system, on, 'ended', { ...run.counts });
  return run.counts;
}

/** Notes who did what with which letters: as it begins, so that one that dies is seen, and as it ends. */
export function audit(
  system: System,
  { act, by, meant, why, queues }: Omit<OnLetters, 'letters' | 'selects' | 'perSecond'>,
  state: 'begun' | 'ended',
  counts: Record<string, unknown>,
): Promise<void> {
  const at = system.clock.now();
  const named = `${state === 'begun' ? 'begin to ' : ''}${act} dead letters`;
  const entry = { subject: 'operators' as const, at, act: named, by, reason: why, mails: [] };
  const write = auditWrite({ ...entry, evidence: { meant, queues, ...counts } });
  return commit(system, named, async () => ({ writes: [write], value: undefined }));
}

/** What may become of a letter that is to be sent back. */
type Admission = 'send' | 'sent-before' | 'same-work' | 'at-limit';

/**
 * Counts a letter on the row of its work, once however often it is asked for.
 *
 * @param since an item that was sent back since then is on its way: another letter of it is the same hint
 */
export function admit(system: System, { received, facts }: Letter, since: Instant): Promise<Admission> {
  const { queue, id } = received;
  return commit<Admission>(system, `the dead letter ${id}`, async () => {
    const record = await loadRedriven(system.table, queue, facts.item);
    const stored = record.letters.find((letter) => letter.id === id);
    if (stored) return { value: stored.sent ? 'sent-before' : 'send' };
    const isOnItsWay = record.letters.some(({ at }) => at >= since);
    if (isOnItsWay && isOneHint(queue)) return { value: 'same-work' };
    if (record.letters.length >= MOST_REDRIVES) return { value: 'at-limit' };
    const now = system.clock.now();
    const letters = [...record.letters, { id, at: now, sent: false }];
    return { writes: [redrivenWrite({ ...record, letters }, now)], value: 'send' };
  });
}

function noteSent(system: System, { received, facts }: Letter): Promise<void> {
  return commit<void>(system, `the dead letter ${received.id}`, async () => {
    const record = await loadRedriven(system.table, received.queue, facts.item);
    return { writes: [redrivenWrite(withSent(record, received.id), system.clock.now())], value: undefined };
  });
}

function withSent(record: RedrivenRecord, id: string): RedrivenRecord {
  return {
    ...record,
    letters: record.letters.map((letter) => (letter.id === id ? { ...letter, sent: true } : letter)),
  };
}

/** One run over some queues. */
class LetterRun {
  readonly counts: LetterCounts = { ...NO_LETTERS };
  readonly #system: System;
  readonly #on: OnLetters;
  readonly #startedAt: Instant;
  #handled = 0;

  constructor(system: System, on: OnLetters) {
    this.#system = system;
    this.#on = on;
    this.#startedAt = system.clock.now();
  }

  async work(queue: LetterQueue): Promise<void> {
    const { letters } = this.#on;
    const held = await letters.count(queue);
    const lookedBefore = this.counts.looked;
    const staying: ReceivedLetter[] = [];
    const batches = letters.receive(queue)[Symbol.asyncIterator]();
    const lane = async () => {
      for (let next = await batches.next(); !next.done; next = await batches.next()) {
        staying.push(...(await this.#batch(queue, next.value)));
        this.#on.onProgress?.(this.counts);
        await this.#keepRate();
      }
    };
    try {
      await Promise.all(Array.from({ length: LANES }, lane));
    } finally {
      await letters.release(queue, staying);
    }
    this.counts.unseen += Math.max(0, held - (this.counts.looked - lookedBefore));
  }

  /** Gives those that stay. */
  async #batch(queue: LetterQueue, received: readonly ReceivedLetter[]): Promise<ReceivedLetter[]> {
    const { counts } = this;
    counts.looked += received.length;
    const meant: Letter[] = [];
    for (const message of received) {
      const letter = letterOf(message);
      if (await this.#on.selects(letter)) meant.push(letter);
    }
    counts.selected += meant.length;
    const gone = this.#on.act === 'redrive' ? await this.#redrive(queue, meant) : this.#discard(meant);
    this.#handled += gone.length;
    await this.#on.letters.remove(
      queue,
      gone.map((letter) => letter.received),
    );
    const ids = new Set(gone.map((letter) => letter.received.id));
    return received.filter(({ id }) => !ids.has(id));
  }

  #discard(meant: readonly Letter[]): readonly Letter[] {
    this.counts.discarded += meant.length;
    return meant;
  }

  /** Gives those that may be deleted: their work is on its way. */
  async #redrive(queue: LetterQueue, meant: readonly Letter[]): Promise<Letter[]> {
    const { counts } = this;
    if (holdsTicks(queue)) {
      counts.ticks += meant.length;
      return [];
    }
    const old = meant.filter(({ received }) => received.arrivedAt < this.#startedAt);
    counts.cameBack += meant.length - old.length;
    const admitted = await this.#admitted(old);
    const sending = admitted.send.map(({ received }) => received);
    const unsent = sending.length === 0 ? new Set<string>() : await this.#on.letters.send(queue, sending);
    const sent = admitted.send.filter(({ received }) => !unsent.has(received.id));
    await Promise.all(sent.map((letter) => noteSent(this.#system, letter)));
    counts.failed += unsent.size;
    counts.redriven += sent.length;
    return [...sent, ...admitted.gone];
  }

  /** One after the other where two are of the same work. */
  async #admitted(letters: readonly Letter[]): Promise<{ send: Letter[]; gone: Letter[] }> {
    const admissions = await Promise.all(
      letters.map((letter) => admit(this.#system, letter, this.#startedAt)),
    );
    const of = (...wanted: Admission[]) =>
      letters.filter((_, place) => wanted.includes(admissions[place] ?? 'at-limit'));
    const gone = of('sent-before', 'same-work');
    this.counts.alreadySent += gone.length;
    this.counts.atLimit += of('at-limit').length;
    return { send: of('send'), gone };
  }

  /** Waits where it is ahead of its rate. */
  async #keepRate(): Promise<void> {
    const { clock } = this.#system;
    const due = this.#startedAt + (this.#handled / this.#on.perSecond) * SECOND;
    const ahead = due - clock.now();
    if (ahead > 0) await clock.pause?.(ahead);
  }
}
