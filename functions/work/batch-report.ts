import { FAILS_AGAIN, METRIC } from '../platform/names.ts';
import type { Telemetry } from '../platform/ports.ts';

/** So many messages of a batch that were not simply worked are named; the counts are of all. */
const MOST_NAMED = 20;

/** The reason that a canary is done for. */
const CANARY = 'canary';

const WORKED: ReadonlySet<string> = new Set([METRIC.messageDone, METRIC.messageSkipped]);

/** What became of the messages of one batch, written at its end: one line of log and one of metrics, however many. */
export class BatchReport {
  readonly #queue: string;
  readonly #counts = new Map<string, number>();
  readonly #reasons = new Map<string, number>();
  /** Done messages that were canaries: each scan sends one, and a figure of them would be paid for and say nothing. */
  #canaries = 0;
  /** Of the failed message that was received most often. */
  #failedReceives = 0;
  readonly #named: { messageId: string; ended: string; reason: string }[] = [];

  constructor(queue: string) {
    this.#queue = queue;
  }

  /** One message ended so; `metric`: the name of what is counted for it. */
  add(metric: string, messageId: string, reason: string, receives = 0): void {
    if (metric === METRIC.messageRetried) this.#failedReceives = Math.max(this.#failedReceives, receives);
    if (reason === CANARY) this.#canaries += 1;
    this.#counts.set(metric, (this.#counts.get(metric) ?? 0) + 1);
    this.#reasons.set(reason, (this.#reasons.get(reason) ?? 0) + 1);
    if (WORKED.has(metric) || this.#named.length >= MOST_NAMED) return;
    this.#named.push({ messageId, ended: metric, reason });
  }

  /** Logs and measures it; nothing where nothing ended. */
  writeTo(telemetry: Telemetry): void {
    if (this.#counts.size === 0) return;
    const counts = Object.fromEntries(this.#counts);
    const about = { queue: this.#queue, reasons: Object.fromEntries(this.#reasons) };
    const named = this.#named.length === 0 ? {} : { messages: this.#named };
    telemetry.log('info', 'batch', { ...about, ...counts, ...named });
    const figures = this.#figures();
    if (figures.length === 0) return;
    if (telemetry.metrics) telemetry.metrics(Object.fromEntries(figures), about);
    else for (const [name, count] of figures) telemetry.metric(name, count, 'Count', about);
  }

  #figures(): [string, number][] {
    const counts = [...this.#counts].map(([name, count]): [string, number] =>
      name === METRIC.messageDone ? [name, count - this.#canaries] : [name, count],
    );
    const figures = counts.filter(([, count]) => count > 0);
    return this.#failedReceives < FAILS_AGAIN
      ? figures
      : [...figures, [METRIC.failedReceives, this.#failedReceives]];
  }
}
