import type { Instant } from '../../functions/abandonment/time.ts';
import type { Mailer } from '../../functions/platform/ports.ts';
import type { System } from '../../functions/platform/system.ts';

/** What the process of a function is called: its queue, `scanner`, or `breaker`. */
export type ProcessName = string;

/** The ports of a process through which it can reach the world, each call of which is a crash point. */
type PortName = 'table' | 'queues' | 'mailer' | 'events' | 'operators' | 'control planes';

/** One call of a port. */
export interface PortCall {
  port: PortName;
  method: string;
  /** What the port was asked. */
  asked: readonly unknown[];
}

/**
 * What a fault does to one call: the process dies before or after its effect; it throws before or after it; it takes
 * place twice; or something else is done and answered instead.
 */
export type InjectedFault =
  | { dies: 'before' | 'after' }
  | { throws: 'before' | 'after'; error: Error }
  | { twice: true }
  | { instead: (really: () => Promise<unknown>) => Promise<unknown>; isHarmless?: true };

/** Asked before each call of a process; no fault where it answers undefined. */
export type FaultInjector = (call: PortCall, process: CrashingProcess) => InjectedFault | undefined;

/** The end of a process by a fault of the scenario. No defect. */
export class ProcessDied extends Error {
  override readonly name = 'ProcessDied';
}

/** One run of a function: from its invocation until it answers or dies. */
export class CrashingProcess {
  readonly name: ProcessName;
  readonly startedAt: Instant;
  hasDied = false;
  /** Calls of ports so far. */
  calls = 0;
  /** Of a scanner: how many of them until its scan was completed. */
  callsOfScan: number | null = null;
  /** Records of failed attempts that it left, but for those of an earlier process. */
  failures = 0;
  /** Whether a fault of the scenario made one of its calls fail: what it then throws is no defect. */
  hadFault = false;
  /** The digest of the newest mail that it gave to SES. */
  mailed: string | null = null;
  /** How far its clock is ahead; negative: behind. */
  skew = 0;

  constructor(name: ProcessName, startedAt: Instant) {
    this.name = name;
    this.startedAt = startedAt;
  }

  /** Ends it. Always throws. */
  die(): never {
    this.hasDied = true;
    throw new ProcessDied(`${this.name} died at its call ${this.calls}`);
  }

  assertAlive(): void {
    if (this.hasDied) throw new ProcessDied(`${this.name} is dead`);
  }
}

/** Who hears what a running process reports. */
export interface ProcessListener {
  metric(process: CrashingProcess, name: string, value: number): void;
}

/**
 * What a process stands on: the system's ports, with what `injector` does to each call of them. Once it has died, every
 * call throws, nothing that it says counts, and it draws on chance no more.
 */
export function systemOf(
  system: System,
  process: CrashingProcess,
  injector: FaultInjector | undefined,
  listener: ProcessListener,
): System {
  const { clock, random, telemetry, openControlPlane: open } = system;
  // Nothing can happen to a process without faults: its calls are counted. Their answers come in the same turn as with faults,
  // so that what goes on at once keeps its order.
  const call: Call = injector
    ? (port, method, asked, act) => callWithFaults(process, injector, { port, method, asked }, act)
    : (_port, _method, _asked, act) => {
        process.calls += 1;
        return act().then(asItIs);
      };
  return {
    ...system,
    clock: process.skew === 0 ? clock : { now: () => clock.now() + process.skew },
    random: {
      next: () => (process.hasDied ? 0 : random.next()),
      id: (now) => (process.hasDied ? 'dead' : random.id(now)),
    },
    table: injectedPort(system.table, ['get', 'batchGet', 'query', 'transact', 'scan'], 'table', call),
    queues: injectedPort(system.queues, ['send'], 'queues', call),
    mailer: injectedPort(
      {
        send: (mail) => {
          process.mailed = mail.digest;
          return system.mailer.send(mail);
        },
      } satisfies Mailer,
      ['send'],
      'mailer',
      call,
    ),
    events: injectedPort(system.events, ['publish'], 'events', call),
    operators: injectedPort(system.operators, ['notify'], 'operators', call),
    ...(open && {
      openControlPlane: (settings) =>
        injectedPort(open(settings), CONTROL_PLANE_CALLS, 'control planes', call),
    }),
    telemetry: {
      log: (level, message, properties) => {
        if (!process.hasDied) telemetry.log(level, message, properties);
      },
      metric: (name, value, unit, properties) => {
        if (process.hasDied) return;
        if (name === 'AttemptFailed' && properties?.cause !== 'died') process.failures += value;
        if (name === 'ScanCompleted') process.callsOfScan ??= process.calls;
        listener.metric(process, name, value);
        telemetry.metric(name, value, unit, properties);
      },
    },
  };
}

const CONTROL_PLANE_CALLS = ['list', 'get', 'disable', 'enable', 'check'] as const;

type Call = (
  port: PortName,
  method: string,
  asked: readonly unknown[],
  act: () => Promise<unknown>,
) => Promise<unknown>;

function injectedPort<Port extends object, Method extends keyof Port & string>(
  port: Port,
  methods: readonly Method[],
  name: PortName,
  call: Call,
): Pick<Port, Method> {
  const injected: Partial<Pick<Port, Method>> = {};
  for (const method of methods) {
    const act = (port[method] as (...asked: unknown[]) => Promise<unknown>).bind(port);
    const through = (...asked: unknown[]) => call(name, method, asked, () => act(...asked));
    injected[method] = through as Port[Method];
  }
  return injected as Pick<Port, Method>;
}

async function callWithFaults(
  process: CrashingProcess,
  injector: FaultInjector,
  call: PortCall,
  act: () => Promise<unknown>,
): Promise<unknown> {
  process.assertAlive();
  process.calls += 1;
  const fault = injector(call, process);
  if (fault === undefined) return answered(process, await act());
  if (!('isHarmless' in fault)) process.hadFault = true;
  if ('dies' in fault) {
    if (fault.dies === 'after') await act();
    return process.die();
  }
  if ('throws' in fault) {
    if (fault.throws === 'after') await act();
    throw fault.error;
  }
  if ('instead' in fault) return answered(process, await fault.instead(act));
  await act();
  return answered(process, await act());
}

function asItIs(answer: unknown): unknown {
  return answer;
}

/** An answer that comes to a process that died meanwhile is lost. */
function answered(process: CrashingProcess, answer: unknown): unknown {
  process.assertAlive();
  return answer;
}
