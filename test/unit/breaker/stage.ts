import { MINUTE } from '../../../functions/abandonment/time.ts';
import { runBreaker } from '../../../functions/breaker/run.ts';
import type { ProbeResult, WorkerControl } from '../../../functions/breaker/worker-control.port.ts';
import type { QueueName } from '../../../functions/platform/ports.ts';
import type { System } from '../../../functions/platform/system.ts';
import { MemoryTable } from '../../../functions/store/memory-table.ts';

export const START = Date.parse('2026-03-01T12:00:00Z');

/** A worker as it is seen from outside; a test sets how it fares. */
export class FakeWorker implements WorkerControl {
  deployed = '7';
  isOff = false;
  waits = false;
  answer: ProbeResult = 'passed';
  readonly done: string[] = [];
  failsTo: string | undefined;

  async pause(): Promise<void> {
    this.#try('pause');
    this.isOff = true;
  }
  async resume(): Promise<void> {
    this.#try('resume');
    this.isOff = false;
  }
  async isPaused(): Promise<boolean> {
    return this.isOff;
  }
  async version(): Promise<string> {
    if (this.failsTo === 'version') throw new Error('no version');
    return this.deployed;
  }
  async isWaiting(): Promise<boolean> {
    return this.waits;
  }
  async probe(): Promise<ProbeResult> {
    this.#try('probe');
    return this.answer;
  }

  #try(what: string): void {
    if (this.failsTo === what) throw new Error(`could not ${what}`);
    this.done.push(what);
  }
}

/** A system on a table in memory whose clock a test moves, with what operators, logs and metrics were told. */
export function stage(queue: QueueName = 'disable') {
  const table = new MemoryTable();
  let now = START;
  let ids = 0;
  const told: { code: string; subject: string; detail: string }[] = [];
  const metrics: { name: string; properties: Record<string, unknown> }[] = [];
  const logged: { message: string; properties: Record<string, unknown> }[] = [];
  const system: System = {
    clock: { now: () => now },
    random: { next: () => 0, id: () => String(++ids).padStart(6, '0') },
    table,
    queues: { send: async () => undefined },
    mailer: { send: async () => ({ outcome: 'accepted', messageId: 'm' }) },
    events: { publish: async () => undefined },
    operators: { tell: async (alert) => void told.push(alert) },
    telemetry: {
      log: (_level, message, properties = {}) => void logged.push({ message, properties }),
      metric: (name, _value, _unit, properties = {}) => void metrics.push({ name, properties }),
    },
    config: {
      stage: 'test',
      functionVersion: '7',
      contact: 'us',
      controlPlane: 'own',
      gatherDisabled: 0,
      confirmWithin: 30 * MINUTE,
      sendLease: MINUTE,
      allowedDomains: null,
    },
  } as System;
  const control = new FakeWorker();
  return {
    system,
    table,
    control,
    told,
    metrics,
    logged,
    /** Moves the clock by minutes. */
    pass: (minutes: number) => {
      now += minutes * MINUTE;
    },
    look: () => runBreaker(system, { control }, now, [queue]),
    count: (name: string) => metrics.filter((metric) => metric.name === name).length,
  };
}
