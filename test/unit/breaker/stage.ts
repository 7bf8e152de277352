import { MINUTE } from '../../../functions/abandonment/time.ts';
import { runBreaker } from '../../../functions/breaker/run.ts';
import type {
  ProbeResult,
  TakenMessage,
  WorkerControl,
} from '../../../functions/breaker/worker-control.port.ts';
import type { OperatorAlert, QueueName } from '../../../functions/platform/ports.ts';
import { buildSystem } from '../../../functions/platform/system.ts';
import { MemoryTable, type MemoryTableOptions } from '../../../functions/store/table/memory-table.ts';
import { recordOops } from '../../../functions/work/oops.ts';
import type { TrialAnswer } from '../../../functions/work/trial.ts';

export const START = Date.parse('2026-03-01T12:00:00Z');

export const PASSED: ProbeResult = { outcome: 'passed', worked: 0 };

export interface FakeMessage extends TakenMessage {
  delay?: number;
}

/** A worker as it is seen from outside; a test sets how it fares. */
class FakeWorker implements WorkerControl<FakeMessage> {
  deployed = '7';
  isOff = false;
  waits = false;
  answer: ProbeResult = PASSED;
  /** What waits to be tried, the oldest first, and how the worker answers each; `passed` by default. */
  messages: FakeMessage[] = [];
  answers: Record<string, TrialAnswer> = {};
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
    return this.waits || this.messages.length > 0;
  }
  async take(): Promise<FakeMessage | undefined> {
    const at = this.messages.findIndex(({ delay }) => delay === undefined);
    return at < 0 ? undefined : this.messages.splice(at, 1)[0];
  }
  async hand(_queue: QueueName, { messageId }: FakeMessage): Promise<TrialAnswer> {
    this.#try(`try ${messageId}`);
    return this.answers[messageId] ?? { verdict: 'passed', reason: 'worked' };
  }
  async remove(_queue: QueueName, { messageId }: FakeMessage): Promise<void> {
    this.#try(`remove ${messageId}`);
  }
  async copy(_queue: QueueName, message: FakeMessage, delay: number): Promise<void> {
    this.#try(`copy ${message.messageId}`);
    this.messages.push({ ...message, trials: message.trials + 1, delay });
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
export function breakerStage(queue: QueueName = 'disable', options: MemoryTableOptions = {}) {
  const table = new MemoryTable(options);
  let now = START;
  let ids = 0;
  const alerts: OperatorAlert[] = [];
  const metrics: { name: string; properties: Record<string, unknown> }[] = [];
  const logged: { level: string; message: string; properties: Record<string, unknown> }[] = [];
  const system = buildSystem('a test', {
    clock: { now: () => now },
    random: { next: () => 0, id: () => String(++ids).padStart(6, '0') },
    table,
    queues: { send: async () => undefined },
    operators: { notify: async (alert) => void alerts.push(alert) },
    telemetry: {
      log: (level, message, properties = {}) => void logged.push({ level, message, properties }),
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
  });
  const control = new FakeWorker();
  return {
    system,
    table,
    control,
    alerts,
    metrics,
    logged,
    /** Moves the clock by minutes. */
    pass: (minutes: number) => {
      now += minutes * MINUTE;
    },
    look: () => runBreaker(system, { control }, now, [queue]),
    count: (name: string) => metrics.filter((metric) => metric.name === name).length,
    /** What was logged under a message, with its level. */
    logs: (about: string) =>
      logged
        .filter(({ message }) => message === about)
        .map(({ level, properties }) => ({ level, ...properties })),
  };
}

export type Stage = ReturnType<typeof breakerStage>;

/** So many items fail at their first attempt. */
export async function fail(
  { system }: Pick<Stage, 'system'>,
  times: number,
  error: unknown = new Error('broken'),
  version?: string,
): Promise<void> {
  for (let item = 1; item <= times; item += 1) {
    const oops = { worker: 'disable', item: `t${item}`, attempt: 1, cause: 'fault' as const, error };
    await recordOops(system, version === undefined ? oops : { ...oops, version });
  }
}
