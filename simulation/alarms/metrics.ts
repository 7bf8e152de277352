import type { WatchedMetric } from './template-alarms.ts';

interface Sample {
  sum: number;
  most: number;
  count: number;
}

/** What was said of metrics, minute by minute. */
export class Metrics {
  readonly #samples = new Map<string, Map<number, Sample>>();

  /** Says a value in a minute; several in one add up as CloudWatch does. */
  put(key: string, minute: number, value = 1): void {
    const samples = this.#samples.get(key) ?? new Map<number, Sample>();
    this.#samples.set(key, samples);
    const at = Math.floor(minute);
    const { sum, most, count } = samples.get(at) ?? { sum: 0, most: Number.NEGATIVE_INFINITY, count: 0 };
    samples.set(at, { sum: sum + value, most: Math.max(most, value), count: count + 1 });
  }

  /** Takes back what was said of a metric from a minute on, or from it until another. */
  silence(key: string, from: number, to = Number.POSITIVE_INFINITY): void {
    const samples = this.#samples.get(key);
    for (const minute of [...(samples?.keys() ?? [])])
      if (minute >= from && minute < to) samples?.delete(minute);
  }

  /** All metrics that anything was said of. */
  keys(): string[] {
    return [...this.#samples.keys()];
  }

  /** The statistic of a period; null where nothing was said in it. */
  point({ key, statistic }: WatchedMetric, from: number, to: number): number | null {
    const samples = this.#samples.get(key);
    if (!samples) return null;
    let all: Sample | undefined;
    for (let minute = Math.ceil(from); minute < to; minute += 1) {
      const sample = samples.get(minute);
      if (sample)
        all = all
          ? {
              sum: all.sum + sample.sum,
              most: Math.max(all.most, sample.most),
              count: all.count + sample.count,
            }
          : sample;
    }
    if (!all) return null;
    if (statistic === 'Sum') return all.sum;
    return statistic === 'Maximum' ? all.most : all.sum / all.count;
  }
}
