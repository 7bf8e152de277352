import { DAY, type Duration, type Instant } from '../../functions/abandonment/time.ts';
import { sameAddress } from './fleet-facts.ts';

/** So long what came back is remembered, and so long its address is suppressed. */
const FORTNIGHT: Duration = 14 * DAY;

/**
 * Knows which addresses are suppressed for a time: SES reported of three different mails to them that they came back
 * for the time being, within 14 days and at least a day apart, and of none between that it was delivered.
 */
export class SoftSuppressions {
  readonly #bounces = new Map<string, { digest: string; at: Instant }[]>();
  readonly #suppressions = new Map<string, Instant[]>();
  readonly #revived = new Map<string, Instant>();

  /** SES reported that a mail came back for the time being. */
  bounced(address: string, digest: string, at: Instant): void {
    const to = sameAddress(address);
    const earlier = this.#bounces.get(to) ?? [];
    if (this.isSuppressed(to, at) || earlier.some((bounce) => bounce.digest === digest)) return;
    const all = [...earlier.filter((bounce) => bounce.at > at - FORTNIGHT), { digest, at }];
    const isLasting = all.length >= 3 && at - (all[0]?.at ?? at) >= DAY;
    this.#bounces.set(to, isLasting ? [] : all);
    if (isLasting) this.#suppressions.set(to, [...(this.#suppressions.get(to) ?? []), at]);
  }

  /** SES reported that a mail was delivered. */
  delivered(address: string): void {
    this.#bounces.delete(sameAddress(address));
  }

  /** An operator let it be mailed again. */
  revived(address: string, at: Instant): void {
    this.#revived.set(sameAddress(address), at);
  }

  isSuppressed(address: string, now: Instant): boolean {
    const to = sameAddress(address);
    const last = this.#suppressions.get(to)?.at(-1);
    return last !== undefined && now < last + FORTNIGHT && (this.#revived.get(to) ?? 0) < last;
  }

  /** How often any address was suppressed for a time. */
  get total(): number {
    let total = 0;
    for (const suppressions of this.#suppressions.values()) total += suppressions.length;
    return total;
  }

  /** How often an address was suppressed for a time. */
  countOf(address: string): number {
    return this.#suppressions.get(sameAddress(address))?.length ?? 0;
  }
}
