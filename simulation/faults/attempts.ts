import type { Duration, Instant } from '../../functions/abandonment/time.ts';
import type { ProbeResult } from '../../functions/breaker/worker-control.port.ts';
import type { QueueName } from '../../functions/platform/ports.ts';
import type { System } from '../../functions/platform/system.ts';
import type { TrialAnswer } from '../../functions/work/trial.ts';
import type { Service } from '../engine/service.port.ts';
import type { Answer, Delivery } from '../engine/sim-queues.ts';
import type { FaultMode, FaultTarget } from '../scenario/scenario-types.ts';
import type { FleetFacts } from '../verify/fleet-facts.ts';
import {
  CrashingProcess,
  type FaultInjector,
  ProcessDied,
  type ProcessName,
  systemOf,
} from './crashing-process.ts';
import { type FaultPlan, failsAbout, WORKERS } from './fault-plan.ts';

/** A worker's process dies by a `crash` at this call: when its start is recorded, and before it does its work. */
const CRASH_AT_CALL = 3;

/** What stands between the faults of a scenario and a process beside them. */
export interface ProcessFaults {
  /** Where a process that starts now is to die or fail. */
  injectorOf?(process: CrashingProcess): FaultInjector | undefined;
  /** How far the clock of a process that starts now is ahead. */
  skewOf?(process: CrashingProcess): Duration;
  /** How late the tick of an instant comes. */
  lateBy?(at: Instant): Duration;
  /** When one of them last struck. */
  readonly struckAt?: Instant;
}

/** Who hears how processes fare. */
interface AttemptListener {
  /** A receive of a worker ended. */
  ended(attempt: EndedAttempt): void;
  /** A process ended: it died, or its work failed. */
  failed(process: CrashingProcess): void;
  /** A record of a mail that SES took in this attempt is lost: the process died, or what it wrote failed. */
  endedBadly(process: CrashingProcess): void;
  metric(process: CrashingProcess, name: string, value: number): void;
  /** A run of the scanner came to its end, with all that follows a scan. */
  scanned(process: CrashingProcess): void;
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
export interface AttemptsParts {
  system: System;
  service: Service;
  plan: FaultPlan;
  facts: FleetFacts;
  processFaults: ProcessFaults;
  processOf: (name: string, system: System) => System;
  listener: AttemptListener;
}

/** Runs scanner and workers as processes that can die, and counts the attempts that fail. */
export class Attempts {
  /** Failed attempts of whatever cause, each once; without receives for which no worker was free. */
  failed = 0;
  readonly #parts: AttemptsParts;
  readonly #planned: FaultInjector;

  constructor(parts: AttemptsParts) {
    this.#parts = parts;
    const { plan, facts, system } = parts;
    this.#planned = plan.injector(
      () => system.clock.now(),
      (task) => facts.tasks.get(task)?.owners ?? [],
    );
  }

  /** A process that starts now, and what it stands on. `also`: what else injects faults into its calls. */
  start(name: ProcessName, also?: FaultInjector): { process: CrashingProcess; system: System } {
    const { system, plan, processFaults, processOf, listener } = this.#parts;
    const process = new CrashingProcess(name, system.clock.now());
    process.skew = processFaults.skewOf?.(process) ?? 0;
    const injectors = [also, processFaults.injectorOf?.(process), plan.areAny ? this.#planned : undefined];
    const injector = firstOf(injectors.filter((injector) => injector !== undefined));
    const stands = processOf(name, systemOf(system, process, injector, listener));
    return { process, system: stands };
  }

  /** One receive of one message. Throws `ProcessDied` where the process did. */
  async work(delivery: Delivery): Promise<Answer> {
    const { service, listener } = this.#parts;
    const mode = this.#modeOf(delivery);
    const { process, system } = this.start(delivery.queue, this.#injectorFor(mode, delivery.queue));
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

  /** One tick. Answers how many calls its scan made, without those of generators; throws what ended it before its time. */
  async scan(scheduledAt: Instant, also?: FaultInjector): Promise<number> {
    const { process, system } = this.start('scanner', also);
    const ended = await endOf(process, () => this.#parts.service.scan(system, scheduledAt));
    this.#count(process, ended);
    if ('thrown' in ended) throw ended.thrown;
    this.#parts.listener.scanned(process);
    return process.callsOfScan ?? process.calls;
  }

  /**
   * A probe of a queue's worker, under the same faults as its work. While its queue is paused it stands for an attempt;
   * while it runs it uses none of a fault's attempts up, and only finds a worker that dies before it begins.
   */
  async probe(queue: QueueName, isPaused: boolean): Promise<ProbeResult> {
    const mode = this.#modeOfProbe(queue, isPaused);
    if (mode === 'throttle') return { outcome: 'busy' };
    const { process, system } = this.start(queue, this.#injectorFor(mode, queue));
    const ended = await endOf(process, () => this.#parts.service.probe(system, queue));
    if ('thrown' in ended) return { outcome: 'failed', reason: String(ended.thrown) };
    return { outcome: 'passed', worked: ended.answer };
  }

  /** A probe does no work: it does not die where the worker dies in its work. */
  #modeOfProbe(queue: QueueName, isPaused: boolean): 'down' | 'throttle' | undefined {
    const { plan, system } = this.#parts;
    if (!plan.areAny) return undefined;
    const now = system.clock.now();
    const target = WORKERS[queue];
    const has = (of: FaultTarget, mode: FaultMode) =>
      isPaused ? plan.inject(of, now, [mode]) !== undefined : plan.holds(of, now, mode);
    if (target && has(target, 'down')) return 'down';
    return has('queue', 'throttle') || (target && has(target, 'throttle')) ? 'throttle' : undefined;
  }

  /** One message that the breaker hands to a worker, and how it fared, as the worker answers it. */
  async tryOut(delivery: Delivery): Promise<TrialAnswer> {
    try {
      return this.#parts.service.verdict(delivery.queue, await this.work(delivery));
    } catch (error) {
      if (error instanceof ProcessDied) return { verdict: 'failed', reason: String(error) };
      throw error;
    }
  }

  /** Runs what is neither scanner nor worker; that it dies is forgiven, for it is run again soon. */
  async beside(name: ProcessName, act: (system: System) => Promise<void>): Promise<void> {
    const { process, system } = this.start(name);
    const ended = await endOf(process, () => act(system));
    if ('thrown' in ended && !(ended.thrown instanceof ProcessDied)) throw ended.thrown;
  }

  async #workAgain(delivery: Delivery): Promise<void> {
    const { process, system } = this.start(delivery.queue);
    this.#count(process, await endOf(process, () => this.#parts.service.work(system, delivery)));
  }

  #modeOf({ queue }: Delivery): FaultMode | undefined {
    const target = WORKERS[queue];
    const { plan, system } = this.#parts;
    if (target === undefined || !plan.areAny) return undefined;
    return plan.inject(target, system.clock.now(), ['crash', 'down', 'duplicate', 'reject'], {
      concerns: () => true,
    });
  }

  #injectorFor(mode: FaultMode | undefined, queue: QueueName): FaultInjector | undefined {
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
  failsFor(target: FaultTarget): FaultInjector | undefined {
    const { plan, facts, system } = this.#parts;
    const recipient = plan.rejectedBy(target, system.clock.now());
    if (recipient === undefined) return undefined;
    const tasks = [...facts.tasks.values()].filter(({ owners }) => owners.includes(recipient));
    return failsAbout(recipient, new Set(target === 'notifier' ? [] : tasks.map(({ id }) => id)));
  }

  #count(process: CrashingProcess, ended: End<unknown>): void {
    const lost = 'thrown' in ended || (process.failures === 0 && hasFailed(ended.answer));
    const failures = 'thrown' in ended ? Math.max(1, process.failures) : process.failures + (lost ? 1 : 0);
    if (failures === 0) return;
    this.failed += failures;
    this.#parts.listener.failed(process);
  }
}

type End<Result> = { answer: Result } | { thrown: unknown };

async function endOf<Result>(process: CrashingProcess, act: () => Promise<Result>): Promise<End<Result>> {
  try {
    const answer = await act();
    return process.hasDied ? { thrown: new ProcessDied(`${process.name} died`) } : { answer };
  } catch (thrown) {
    return { thrown: process.hadFault ? new ProcessDied(`${process.name} died`) : thrown };
  }
}

function endedAttempt(
  { queue, body, receiveCount }: Delivery,
  process: CrashingProcess,
  ended: End<Answer>,
): EndedAttempt {
  const observed = { queue, body, receiveCount, records: process.failures };
  if ('thrown' in ended) {
    return { ...observed, died: true, failed: true, outcome: null, reason: null, delaySeconds: null };
  }
  const { answer } = ended;
  return {
    ...observed,
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

function firstOf(injectors: FaultInjector[]): FaultInjector | undefined {
  if (injectors.length < 2) return injectors[0];
  return (call, process) => {
    for (const injector of injectors) {
      const fault = injector(call, process);
      if (fault) return fault;
    }
    return undefined;
  };
}
