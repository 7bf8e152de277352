import { type Instant, MINUTE } from '../../functions/abandonment/time.ts';
import {
  type DeadLetters,
  LETTER_QUEUES,
  type LetterQueue,
  type LookedAt,
  type MoveState,
  type ReceivedLetter,
} from '../../functions/operators/dead-letters.ts';
import { QUEUE_NAMES, type QueueName } from '../../functions/platform/queues.ts';

/** So long a letter is hidden from others once it was received. */
const HIDDEN = 10 * MINUTE;
/** SQS gives so many in one call. */
const AT_ONCE = 10;

interface Kept {
  letter: ReceivedLetter;
  visibleAt: Instant;
}

/** A letter as a test puts it. */
export type PutLetter = Pick<ReceivedLetter, 'queue' | 'id' | 'body'> & Partial<ReceivedLetter>;

/**
 * Dead-letter queues as SQS has them: a letter that was received is hidden for ten minutes, whoever received it and whatever
 * became of them.
 */
export class SimDeadLetters implements DeadLetters {
  readonly queues: readonly LetterQueue[] = LETTER_QUEUES;
  /** Makes each call that reads or changes something: a test may let a process die before or after what it does. */
  around: <Value>(act: () => Value) => Promise<Value> = async (act) => act();
  /** Letters that their queue does not take. */
  readonly refused = new Set<string>();
  /** Whether it has move tasks, as SQS has and some emulators have not. */
  canMove = false;
  /** How often a queue was moved as a whole. */
  moves = 0;
  readonly #kept = new Map<string, Kept>();
  readonly #moved = new Map<QueueName, number>();
  readonly #now: () => Instant;
  readonly #deliver: (queue: QueueName, letter: ReceivedLetter) => void;

  constructor(now: () => Instant, deliver: (queue: QueueName, letter: ReceivedLetter) => void) {
    this.#now = now;
    this.#deliver = deliver;
  }

  put({ queue, id, body, ...more }: PutLetter): void {
    const at = this.#now() - 1;
    const base = {
      handle: `h-${id}`,
      reason: null,
      sentAt: at,
      arrivedAt: at,
      messageId: id,
      receives: null,
    };
    this.#kept.set(id, { letter: { ...base, ...more, queue, id, body }, visibleAt: 0 });
  }

  /** The ids of all that a queue holds, hidden ones too. */
  idsOf(queue: LetterQueue): string[] {
    return this.#of(queue).map(({ letter }) => letter.id);
  }

  #of(queue: LetterQueue): Kept[] {
    return [...this.#kept.values()].filter(({ letter }) => letter.queue === queue);
  }

  async look(isMeant: (text: string) => boolean, removes: boolean): Promise<LookedAt[]> {
    return QUEUE_NAMES.map((queue) => {
      const all = this.#of(queue);
      const meant = all.filter(({ letter }) => isMeant(letter.body)).map(({ letter }) => letter.id);
      if (removes) for (const id of meant) this.#kept.delete(id);
      return { queue, looked: all.length, naming: meant, removed: removes ? meant.length : 0, unseen: 0 };
    });
  }

  count(queue: LetterQueue): Promise<number> {
    return this.around(() => this.#of(queue).length);
  }

  async *receive(queue: LetterQueue): AsyncGenerator<readonly ReceivedLetter[]> {
    const ids = this.idsOf(queue);
    for (let next = 0; next < ids.length; ) {
      const batch = await this.around(() => {
        const letters: ReceivedLetter[] = [];
        for (; next < ids.length && letters.length < AT_ONCE; next += 1) {
          const kept = this.#kept.get(ids[next] ?? '');
          if (!kept || kept.visibleAt > this.#now()) continue;
          kept.visibleAt = this.#now() + HIDDEN;
          letters.push(kept.letter);
        }
        return letters;
      });
      if (batch.length > 0) yield batch;
    }
  }

  send(queue: QueueName, letters: readonly ReceivedLetter[]): Promise<ReadonlySet<string>> {
    return this.around(() => {
      const unsent = letters.filter(({ id }) => this.refused.has(id)).map(({ id }) => id);
      for (const letter of letters) if (!this.refused.has(letter.id)) this.#deliver(queue, letter);
      return new Set(unsent);
    });
  }

  remove(_: LetterQueue, letters: readonly ReceivedLetter[]): Promise<void> {
    return this.around(() => {
      for (const { id } of letters) this.#kept.delete(id);
    });
  }

  release(_: LetterQueue, letters: readonly ReceivedLetter[]): Promise<void> {
    return this.around(() => {
      for (const { id } of letters) {
        const kept = this.#kept.get(id);
        if (kept) kept.visibleAt = 0;
      }
    });
  }

  async startMove(queue: QueueName): Promise<boolean> {
    if (!this.canMove) return false;
    this.moves += 1;
    return this.around(() => {
      const all = this.#of(queue);
      for (const { letter } of all) {
        this.#deliver(queue, letter);
        this.#kept.delete(letter.id);
      }
      this.#moved.set(queue, all.length);
      return true;
    });
  }

  async moveState(queue: QueueName): Promise<MoveState> {
    return { isRunning: false, moved: this.#moved.get(queue) ?? 0 };
  }

  async stopMove(): Promise<void> {}
}
