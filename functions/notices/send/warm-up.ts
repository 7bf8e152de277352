import type { Instant } from '../../abandonment/time.ts';
import type { System } from '../../platform/system.ts';
import { commit } from '../../store/commit.ts';
import { loadWarmUpLimit, type RateLimitRecord, warmUpLimitWrite } from '../../store/rate-limits.ts';
import { placesLeft, withAdmitted } from './warm-up-places.ts';

/** By what the warm-up limit admits: whose oldest alert fired first, then `notPrimarySince`, task, address. */
export interface Rank {
  firedAt: Instant;
  since: Instant;
  task: string;
  address: string;
}

/** Which of two is admitted first: negative for the first, positive for the second. */
export function compareRanks(a: Rank, b: Rank): number {
  const byTask = a.task < b.task ? -1 : a.task > b.task ? 1 : 0;
  const byAddress = a.address < b.address ? -1 : a.address > b.address ? 1 : 0;
  return a.firedAt - b.firedAt || a.since - b.since || byTask || byAddress;
}

/**
 * The warm-up limit of one scan: at most `rampPerDay` recipients are newly warned in 24 h; the others wait for a later
 * scan. It keeps only as many as have a place, in the order in which they are admitted.
 */
export class WarmUp<One extends { rank: Rank }> {
  readonly #rampPerDay: number;
  readonly #now: Instant;
  readonly #left: number;
  readonly #chosen: One[] = [];

  /** @param record who was admitted before, as it is stored */
  constructor(record: RateLimitRecord, rampPerDay: number, now: Instant) {
    this.#rampPerDay = rampPerDay;
    this.#now = now;
    this.#left = placesLeft(record, rampPerDay, now);
  }

  /** Takes one in; answers the one who has no place for that, who may be the same. */
  offer(candidate: One): One | undefined {
    const chosen = this.#chosen;
    const worse = chosen.findIndex((other) => compareRanks(candidate.rank, other.rank) < 0);
    chosen.splice(worse < 0 ? chosen.length : worse, 0, candidate);
    return chosen.length > this.#left ? chosen.pop() : undefined;
  }

  /**
   * Notes who is admitted before they are queued, so that a crash can only make the day's share smaller.
   *
   * @returns those who are, the first first: fewer than were taken in where the notifier gave places away meanwhile
   * @throws TableBusy as `commit` does
   */
  async admit(system: System): Promise<One[]> {
    if (this.#chosen.length === 0) return [];
    return commit(system, 'the warm-up limit', async () => {
      const record = await loadWarmUpLimit(system.table);
      const admitted = this.#chosen.slice(0, placesLeft(record, this.#rampPerDay, this.#now));
      if (admitted.length === 0) return { value: [] };
      return {
        writes: [warmUpLimitWrite(withAdmitted(record, admitted.length, this.#now))],
        value: admitted,
      };
    });
  }
}
