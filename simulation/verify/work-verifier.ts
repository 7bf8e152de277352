import { DAY, HOUR, type Instant } from '../../functions/abandonment/time.ts';
import type { DeadLetter } from '../engine/sim-queues.ts';
import type { EndedAttempt } from '../faults/attempts.ts';
import type { Scenario } from '../scenario/scenario-types.ts';
import type { Verifier } from './verifier.ts';

const WORKER_QUEUES = new Map([
  ['notifier', 'notify'],
  ['disabler', 'disable'],
]);

/** What a worker or what it rests on can suffer without a message being given up, however long it lasts. */
const STOPS_WORK = {
  targets: new Set(['notifier', 'disabler', 'ses', 'control-plane']),
  modes: new Set(['down', 'crash', 'throttle']),
};

/** So long after the last fault nothing may wait any more: a breaker probes every half hour at the latest. */
const DRAINED_WITHIN = 24 * HOUR;

/** Checks that no work disappears, that broken code uses up none, and that alarms are raised (promises 12 to 14). */
export class WorkVerifier {
  readonly #verifier: Verifier;
  readonly #scenario: Scenario;
  /** Code and subject -> when operators were notified. */
  readonly #alertedAt = new Map<string, Instant[]>();
  readonly #now: () => Instant;

  constructor(verifier: Verifier, scenario: Scenario, now: () => Instant) {
    this.#now = now;
    this.#verifier = verifier;
    this.#scenario = scenario;
  }

  operatorAlerted(code: string, subject: string): void {
    const name = `${code} ${subject}`;
    if (code === 'breaker-open') this.#notAgainSoSoon(subject, this.#alertedAt.get(name)?.at(-1));
    this.#alertedAt.set(name, [...(this.#alertedAt.get(name) ?? []), this.#now()]);
  }

  /**
   * Promise 13: a breaker that opens again within a day of its closing is no news, and operators are notified weekly of
   * what lasts.
   */
  #notAgainSoSoon(queue: string, before: Instant | undefined): void {
    if (before === undefined || !this.#hasMemory()) return;
    const after = this.#now() - before;
    const isNews = after > DAY;
    this.#verifier.check(13, isNews, () => `told of the breaker of ${queue} again after ${after / HOUR} h`);
  }

  /** Whether nothing keeps the breaker from noting what it told. */
  #hasMemory(): boolean {
    const { soakFaults, events } = this.#scenario;
    const disturbing = new Set(['table', 'scanner']);
    return !soakFaults && !events.some((event) => event.type === 'fault' && disturbing.has(event.target));
  }

  /** Every failed attempt leaves a record of its own, and every message ends with a reason (promise 12). */
  ended(attempt: EndedAttempt): void {
    const { queue, died, failed, records, outcome, reason } = attempt;
    if (died) return;
    if (failed) {
      this.#verifier.check(12, records > 0, () => `a failed attempt of ${queue} (${reason}) left no record`);
      this.#waitsLonger(attempt);
    }
    const ends = outcome === 'skipped' || outcome === 'dead-letter';
    if (ends) this.#verifier.check(12, Boolean(reason), () => `a message of ${queue} ended without a reason`);
  }

  /** Attempts are those that the broker counted: each waits at least half of 20 s × 2^n, capped at 15 minutes. */
  #waitsLonger({ queue, receiveCount, delaySeconds }: EndedAttempt): void {
    if (delaySeconds === null || (queue !== 'notify' && queue !== 'disable')) return;
    const least = Math.min(900, 20 * 2 ** Math.min(receiveCount - 1, 16)) / 2;
    const waits = delaySeconds >= Math.floor(least);
    this.#verifier.check(12, waits, () => `attempt ${receiveCount} of ${queue} waits ${delaySeconds} s only`);
  }

  /** The scenario is over; `waiting`: messages that still are on a queue. */
  finish(end: { calmSince: Instant; waiting: number; letters: readonly DeadLetter[] }): void {
    if (this.#scenario.until - end.calmSince < DRAINED_WITHIN) return;
    this.#nothingUsedUp(end.letters);
    this.#alarmsRaised();
  }

  /** Promise 13: once the breaker is open, what waited for the fix of a broken worker is no dead letter. */
  #nothingUsedUp(letters: readonly DeadLetter[]): void {
    if (this.#onlyStopped()) {
      const lost = letters.filter(({ reason }) => reason === null).length;
      this.#verifier.check(13, lost === 0, () => `what stopped work used up ${lost} messages`);
    }
    for (const [target, queue] of WORKER_QUEUES) {
      const opened = this.#alertedAt.get(`breaker-open ${queue}`) ?? [];
      if (opened.length === 0 || !this.#onlyBroken(target)) continue;
      const waited = ({ sentAt, movedAt }: DeadLetter) =>
        opened.some((instant) => sentAt <= instant && movedAt > instant);
      const isLost = (letter: DeadLetter) =>
        letter.queue === queue && letter.reason === null && waited(letter);
      const lost = letters.filter(isLost).length;
      this.#verifier.check(13, lost === 0, () => `a broken ${target} used up ${lost} messages`);
    }
  }

  /** Whether all that goes wrong is what the breaker is for. */
  #onlyStopped(): boolean {
    const { soakFaults, events } = this.#scenario;
    const faults = events.filter((event) => event.type === 'fault');
    const stops = ({ target, mode }: (typeof faults)[number]) =>
      STOPS_WORK.targets.has(target) && STOPS_WORK.modes.has(mode);
    return !soakFaults && faults.length > 0 && faults.every(stops);
  }

  /** Whether nothing else could have used up its messages. */
  #onlyBroken(target: string): boolean {
    const faults = this.#scenario.events.filter((event) => event.type === 'fault');
    const spares = (fault: (typeof faults)[number]) =>
      fault.target === target ? fault.mode === 'down' : fault.target !== 'queue' && fault.target !== 'table';
    return faults.some((fault) => fault.target === target && fault.mode === 'down') && faults.every(spares);
  }

  /** Promise 14: a scanner that stays away for three scans is noticed, by an alarm that is not the scanner. */
  #alarmsRaised(): void {
    const { events, scanEvery } = this.#scenario;
    for (const event of events) {
      if (event.type !== 'fault' || event.target !== 'scanner' || event.mode !== 'down') continue;
      if ((event.for ?? 0) < 3 * scanEvery) continue;
      const isAlerted = this.#alertedAt.has('scanner-stopped ');
      this.#verifier.check(14, isAlerted, () => 'nobody was told that the scanner stopped');
    }
  }
}
