import { METRIC } from '../platform/names.ts';
import type { Telemetry } from '../platform/ports.ts';

/** So many messages of a batch that were not simply worked are named; the counts are of all. */
const MOST_NAMED = 20;

const WORKED: ReadonlySet<string> = new Set([METRIC.messageDone, METRIC.messageSkipped]);

/** What became of the messages of one batch, told at its end: one line of log and one of metrics, however many. */
export class BatchReport {
  readonly #queue: string;
  readonly #counts = new Map<string, number>();
  readonly #reasons = new Map<string, number>();
  readonly #named: { messageId: string; ended: string; reason: string }[] = [];

  constructor(queue: string) {
    this.#queue = queue;
  }

  /** One message ended so; `metric`: the name of what is counted for it. */
  add(metric: string, messageId: string, reason: string): void {
    this.#counts.set(metric, (this.#counts.get(metric) ?? 0) + 1);
    this.#reasons.set(reason, (this.#reasons.get(reason) ?? 0) + 1);
    if (WORKED.has(metric) || this.#named.length >= MOST_NAMED) return;
    this.#named.push({ messageId, ended: metric, reason });
  }

  /** Tells it; nothing where nothing ended. */
  tell(telemetry: Telemetry): void {
    if (this.#counts.size === 0) return;
    const counts = Object.fromEntries(this.#counts);
    const about = { queue: this.#queue, reasons: Object.fromEntries(this.#reasons) };
    const named = this.#named.length === 0 ? {} : { messages: this.#named };
    telemetry.log('info', 'batch', { ...about, ...counts, ...named });
    if (telemetry.metrics) telemetry.metrics(counts, about);
    else for (const [name, count] of this.#counts) telemetry.metric(name, count, 'Count', about);
  }
}
