import type { Duration, Instant } from '../../functions/abandonment/time.ts';
import type { ProbeResult } from '../../functions/breaker/worker-control.port.ts';
import type { QueueName } from '../../functions/platform/ports.ts';
import type { System } from '../../functions/platform/system.ts';
import type { TrialAnswer } from '../../functions/work/trial.ts';
import type { Service } from '../engine/service.port.ts';
import type { Answer, Delivery } from '../engine/sim-queues.ts';
import type { FaultMode, FaultTarget } from '../scenario/scenario-types.ts';
import type { FleetFacts } from '../verify/fleet-facts.ts';
import { type Faults, failsAbout, WORKERS } from './faults.ts';
import { type Fate, MortalProcess, mortalSystem, ProcessDied, type ProcessName } from './mortal.ts';

/** A worker's process dies by a `crash` at this call: when its start is recorded, and before it acted. */
const CRASH_AT_CALL = 3;

/** What stands between the faults of a scenario and a process beside them. */
export interface Chaos {
  /** Where a process that starts now is to die or fail. */
  fateOf?(process: MortalProcess): Fate | undefined;
  /** How far the clock of a process that starts now is ahead. */
  skewOf?(process: MortalProcess): Duration;
  /** How late the tick of an instant comes. */
  lateBy?(at: Instant): Duration;
}

/** Who hears how processes fare. */
interface AttemptListener {
  /** A receive of a worker ended. */
  ended(attempt: EndedAttempt): void;
  /** A process ended: it died, or its work failed. */
  failed(process: MortalProcess): void;
  /** A record of a mail that SES took in this attempt is lost: the process died, or what it wrote failed. */
  endedBadly(process: MortalProcess): void;
  metric(process: MortalProcess, name: string, value: number): void;
}

/** How one receive of a message ended. */
export interface EndedAttempt {
  queue: QueueName;
  body: string;
  died: boolean;
  /** Whether it counts as a failed attempt, and how many records of one it left. */
  failed: boolean;
  records: number;
  /** What was answered; null where it died. */
  outcome: string | null;
  reason: string | null;
  /** The broker's count, and the wait that was asked for. */
  receiveCount: number;
  delaySeconds: number | null;
}

/** What it works with. */
export interface AttemptsGiven {
  system: System;
  service: Service;
  faults: Faults;
  facts: FleetFacts;
  chaos: Chaos;
  processOf: (name: string, system: System) => System;
  listener: AttemptListener;
}

/** Runs scanner and workers as processes that can die, and counts the attempts that fail. */
export class Attempts {
  /** Failed attempts of whatever cause, each once; without receives for which no worker was free. */
  failed = 0;
  readonly #given: AttemptsGiven;
  readonly #faultsFate: Fate;

  constructor(given: AttemptsGiven) {
    this.#given = given;
    const { faults, facts, system } = given;
    this.#faultsFate = faults.fate(
      () => system.clock.now(),
      (task) => facts.tasks.get(task)?.owners ?? [],
    );
  }

  /** A process that starts now, and what it stands on. `also`: what else is to befall its calls. */
  start(name: ProcessName, also?: Fate): { process: MortalProcess; system: System } {
    const { system, faults, chaos, processOf, listener } = this.#given;
    const process = new MortalProcess(name, system.clock.now());
    process.skew = chaos.skewOf?.(process) ?? 0;
    const fates = [also, chaos.fateOf?.(process), faults.areAny ? this.#faultsFate : undefined];
    const fate = firstOf(fates.filter((one) => one !== undefined));
    const stands = processOf(name, mortalSystem(system, process, fate, listener));
    return { process, system: stands };
  }

  /** One receive of one message. Throws `ProcessDied` where the process did. */
  async work(delivery: Delivery): Promise<Answer> {
    const { service, listener } = this.#given;
    const mode = this.#strikeOf(delivery);
    const { process, system } = this.start(delivery.queue, this.#fateBy(mode, delivery.queue));
    const [ended] = await Promise.all([
      endOf(process, () => service.work(system, delivery)),
      mode === 'duplicate' ? this.#workAgain(delivery) : undefined,
    ]);
    this.#count(process, ended);
    listener.ended(endedAttempt(delivery, process, ended));
    if ('thrown' in ended) {
      listener.endedBadly(process);
      throw ended.thrown;
    }
    if (hasFailed(ended.answer)) listener.endedBadly(process);
    return ended.answer;
  }

  /** One tick. Throws what ended it before its time. */
  async scan(scheduledAt: Instant, also?: Fate): Promise<number> {
    const { process, system } = this.start('scanner', also);
    const ended = await endOf(process, () => this.#given.service.scan(system, scheduledAt));
    this.#count(process, ended);
    if ('thrown' in ended) throw ended.thrown;
    return process.calls;
  }

  /**
   * A probe of a queue's worker, under the same faults as its work. While its queue is paused it stands for an attempt;
   * while it runs it uses none of a fault's attempts up, and only finds a worker that dies before it begins.
   */
  async probe(queue: QueueName, isPaused: boolean): Promise<ProbeResult> {
    const mode = this.#strikeOfProbe(queue, isPaused);
    if (mode === 'throttle') return { outcome: 'busy' };
    const { process, system } = this.start(queue, this.#fateBy(mode, queue));
    const ended = await endOf(process, () => this.#given.service.probe(system, queue));
    if ('thrown' in ended) return { outcome: 'failed', reason: String(ended.thrown) };
    return { outcome: 'passed', worked: ended.answer };
  }

  /** A probe does no work: it does not die where the worker dies in its work. */
  #strikeOfProbe(queue: QueueName, isPaused: boolean): 'down' | 'throttle' | undefined {
    const { faults, system } = this.#given;
    if (!faults.areAny) return undefined;
    const now = system.clock.now();
    const target = WORKERS[queue];
    const has = (one: FaultTarget, mode: FaultMode) =>
      isPaused ? faults.strike(one, now, [mode]) !== undefined : faults.holds(one, now, mode);
    if (target && has(target, 'down')) return 'down';
    return has('queue', 'throttle') || (target && has(target, 'throttle')) ? 'throttle' : undefined;
  }

  /** One message that the breaker hands to a worker, and how it fared, as the worker answers it. */
  async tryOut(delivery: Delivery): Promise<TrialAnswer> {
    try {
      return this.#given.service.verdict(delivery.queue, await this.work(delivery));
    } catch (error) {
      if (error instanceof ProcessDied) return { verdict: 'failed', reason: String(error) };
      throw error;
    }
  }

  /** Runs what is neither scanner nor worker; its death is forgiven, for it is run again soon. */
  async beside(name: ProcessName, act: (system: System) => Promise<void>): Promise<void> {
    const { process, system } = this.start(name);
    const ended = await endOf(process, () => act(system));
    if ('thrown' in ended && !(ended.thrown instanceof ProcessDied)) throw ended.thrown;
  }

  async #workAgain(delivery: Delivery): Promise<void> {
    const { process, system } = this.start(delivery.queue);
    this.#count(process, await endOf(process, () => this.#given.service.work(system, delivery)));
  }

  #strikeOf({ queue }: Delivery): FaultMode | undefined {
    const target = WORKERS[queue];
    const { faults, system } = this.#given;
    if (target === undefined || !faults.areAny) return undefined;
    return faults.strike(target, system.clock.now(), ['crash', 'down', 'duplicate', 'reject'], {
      concerns: () => true,
    });
  }

  #fateBy(mode: FaultMode | undefined, queue: QueueName): Fate | undefined {
    switch (mode) {
      case 'down':
        return () => ({ dies: 'before' });
      case 'crash':
        return (_call, process) => (process.calls >= CRASH_AT_CALL ? { dies: 'before' } : undefined);
      case 'reject':
        return this.failsFor(WORKERS[queue] as FaultTarget);
      default:
        return undefined;
    }
  }

  /** What a `reject` fault of a target does to calls about its recipient. */
  failsFor(target: FaultTarget): Fate | undefined {
    const { faults, facts, system } = this.#given;
    const recipient = faults.rejectedBy(target, system.clock.now());
    if (recipient === undefined) return undefined;
    const tasks = [...facts.tasks.values()].filter(({ owners }) => owners.includes(recipient));
    return failsAbout(recipient, new Set(target === 'notifier' ? [] : tasks.map(({ id }) => id)));
  }

  #count(process: MortalProcess, ended: End<unknown>): void {
    const lost = 'thrown' in ended || (process.failures === 0 && hasFailed(ended.answer));
    const failures = 'thrown' in ended ? Math.max(1, process.failures) : process.failures + (lost ? 1 : 0);
    if (failures === 0) return;
    this.failed += failures;
    this.#given.listener.failed(process);
  }
}

type End<Result> = { answer: Result } | { thrown: unknown };

async function endOf<Result>(process: MortalProcess, act: () => Promise<Result>): Promise<End<Result>> {
  try {
    const answer = await act();
    return process.isDead ? { thrown: new ProcessDied(`${process.name} died`) } : { answer };
  } catch (thrown) {
    return { thrown: process.wasStruck ? new ProcessDied(`${process.name} died`) : thrown };
  }
}

function endedAttempt(
  { queue, body, receiveCount }: Delivery,
  process: MortalProcess,
  ended: End<Answer>,
): EndedAttempt {
  const known = { queue, body, receiveCount, records: process.failures };
  if ('thrown' in ended) {
    return { ...known, died: true, failed: true, outcome: null, reason: null, delaySeconds: null };
  }
  const { answer } = ended;
  return {
    ...known,
    died: false,
    failed: hasFailed(answer),
    outcome: answer.outcome,
    reason: answer.reason ?? null,
    delaySeconds: answer.outcome === 'retry' ? (answer.delaySeconds ?? null) : null,
  };
}

function hasFailed(answer: unknown): boolean {
  const { outcome, failed } = (answer ?? {}) as { outcome?: string; failed?: boolean };
  return outcome === 'dead-letter' || (outcome === 'retry' && failed !== false);
}

function firstOf(fates: Fate[]): Fate | undefined {
  if (fates.length < 2) return fates[0];
  return (call, process) => {
    for (const fate of fates) {
      const strike = fate(call, process);
      if (strike) return strike;
    }
    return undefined;
  };
}
