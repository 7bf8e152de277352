import type { Duration, Instant } from '../../functions/abandonment/time.ts';
import { SEVERITIES, type Severity, TESTED_ALARM } from '../../functions/platform/alarm-names.ts';
import type { AlarmBoard, Listener } from './alarm-board.port.ts';

/** What a test of one severity showed. */
export interface Proof {
  severity: Severity;
  topic: string;
  /** `alarm`: from CloudWatch to a subscriber; `topic`: from the topic alone; null: nothing arrived. */
  way: 'alarm' | 'topic' | null;
  /** How long it took. */
  took: Duration | null;
  subscribers: { confirmed: number; pending: number };
  /** What the test could not see, or saw wrong. */
  unseen: string[];
}

export interface ProofPorts {
  now(): Instant;
  /** What the messages of this test carry, and no other. */
  mark: string;
  by: string;
  /** How long an alarm may take. */
  within: Duration;
}

/** The topic alone is quick. */
const TOPIC_WITHIN: Duration = 20_000;

/**
 * Rings one alarm of each severity and waits for its message on a subscription of its own; where none comes, publishes to the
 * topic, to tell a topic that delivers nothing from an alarm that does not reach it. Leaves the alarms as they would be.
 */
export async function proveDelivery(board: AlarmBoard, ports: ProofPorts): Promise<Proof[]> {
  const listener = await board.listen();
  try {
    const proofs: Proof[] = [];
    for (const severity of SEVERITIES) proofs.push(await new Trial(board, listener, ports, severity).run());
    return proofs;
  } finally {
    await listener.stop();
  }
}

class Trial {
  readonly #board: AlarmBoard;
  readonly #listener: Listener;
  readonly #ports: ProofPorts;
  readonly #severity: Severity;
  readonly #unseen: string[] = [];

  constructor(board: AlarmBoard, listener: Listener, ports: ProofPorts, severity: Severity) {
    this.#board = board;
    this.#listener = listener;
    this.#ports = ports;
    this.#severity = severity;
  }

  async run(): Promise<Proof> {
    const byAlarm = await this.#byAlarm();
    const took = byAlarm ?? (await this.#byTopic());
    const subscribers = await this.#board.subscribers(this.#severity);
    if (subscribers.confirmed === 0) this.#unseen.push('nobody confirmed a subscription: no person hears');
    return {
      severity: this.#severity,
      topic: this.#board.topic(this.#severity),
      way: took === null ? null : byAlarm === null ? 'topic' : 'alarm',
      took,
      subscribers,
      unseen: this.#unseen,
    };
  }

  async #byAlarm(): Promise<Duration | null> {
    const mark = this.#mark('alarm');
    const reason = `A test of delivery by ${this.#ports.by}: nothing is wrong. ${mark}`;
    const began = this.#ports.now();
    try {
      // It tells of a change alone: one that rings already would say nothing.
      await this.#board.set(this.#severity, 'OK', reason);
      await this.#board.set(this.#severity, 'ALARM', reason);
    } catch (error) {
      this.#unseen.push(`the alarm could not be set off (${nameOf(error)})`);
      return null;
    }
    const took = await this.#heard(mark, began, this.#ports.within);
    await this.#board.set(this.#severity, 'OK', reason);
    if (took === null)
      this.#unseen.push(
        `no message of the alarm ${TESTED_ALARM[this.#severity]} came: see the policy of its topic and of its key`,
      );
    return took;
  }

  async #byTopic(): Promise<Duration | null> {
    const mark = this.#mark('topic');
    const began = this.#ports.now();
    try {
      await this.#board.publish(
        this.#severity,
        `A test of the topic by ${this.#ports.by}: nothing is wrong. ${mark}`,
      );
    } catch (error) {
      this.#unseen.push(`the topic takes no message of ours (${nameOf(error)})`);
      return null;
    }
    return this.#heard(mark, began, TOPIC_WITHIN);
  }

  async #heard(mark: string, began: Instant, within: Duration): Promise<Duration | null> {
    const topic = this.#board.topic(this.#severity);
    do {
      const messages = await this.#listener.next();
      if (messages.some((message) => message.topic === topic && message.text.includes(mark)))
        return this.#ports.now() - began;
    } while (this.#ports.now() - began < within);
    return null;
  }

  #mark(way: string): string {
    return `[${this.#ports.mark} ${this.#severity} ${way}]`;
  }
}

function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : String(error);
}
