import type { Duration } from '../abandonment/time.ts';
import type { ListedControlPlane } from '../platform/control-plane.port.ts';
import type { ListedSettings, SecretPlace } from '../platform/control-plane-settings.ts';
import type { Clock, Fetch, Random, Secrets } from '../platform/ports.ts';
import { TokenBucket } from '../platform/token-bucket.ts';
import type { Table } from '../store/table/table.port.ts';
import { authorizationOf, readSecret } from './authorization.ts';
import { ecsClients } from './ecs/ecs-clients.ts';
import { EcsControlPlane } from './ecs/ecs-control-plane.ts';
import { GuardedControlPlane } from './guarded-control-plane.ts';
import { guardedFetch } from './guarded-fetch.ts';
import { HttpControlPlane } from './http/http-control-plane.ts';
import { KafkaConnectControlPlane } from './kafka-connect/kafka-connect-control-plane.ts';

/** What a control plane is opened with. */
export interface OpenerPorts {
  secrets: Secrets;
  fetch: Fetch;
  /** The stage's time. */
  clock: Clock;
  /** What rate, pauses and time-outs go by; real where the stage may be told the time. @default the stage's */
  pacing?: Clock;
  random: Random;
  /** Where all functions see that a control plane fails; absent: it is asked all the same (one that is only tried out). */
  table?: Table;
  /** How many processes may ask at once: each keeps to its part of the rate. @default 1 */
  callers?: number;
}

/** What an adapter is made with; each takes what it needs of it. */
export interface AdapterPorts {
  /** Keeps to the rate and the time-out, and tries again what only reads. */
  fetch: Fetch;
  /** The value of the `Authorization` header; undefined where there are no credentials. */
  credentials(): Promise<string | undefined>;
  /** The text of a further secret. */
  secret(place: SecretPlace): Promise<string>;
  /** Waits for its turn, where calls do not go through `fetch`. */
  turn(): Promise<void>;
  clock: Clock;
  /** Waits where the control plane acts after it answered. */
  pause(duration: Duration): Promise<void>;
}

type Adapter = (settings: ListedSettings, ports: AdapterPorts) => ListedControlPlane;

/** The adapter of each type of control plane. */
const adapterOf: Adapter = (settings, ports) => {
  switch (settings.type) {
    case 'http':
      return new HttpControlPlane({ settings, ...ports });
    case 'ecs':
      return new EcsControlPlane({ settings, clients: ecsClients(settings, ports.turn), ...ports });
    case 'kafka-connect':
      return new KafkaConnectControlPlane({ settings, ...ports });
  }
};

/**
 * Opens control planes that are listed: each is opened once, and its calls are guarded (rate, time-out, repetitions, and
 * being left alone while it fails).
 */
export function controlPlaneOpener(
  ports: OpenerPorts,
  adapter: Adapter = adapterOf,
): (settings: ListedSettings) => ListedControlPlane {
  const opened = new Map<string, ListedControlPlane>();
  return (settings) => {
    const controlPlane = opened.get(settings.name);
    if (controlPlane) return controlPlane;
    const made = open(settings, ports, adapter);
    opened.set(settings.name, made);
    return made;
  };
}

function open(settings: ListedSettings, ports: OpenerPorts, adapter: Adapter): ListedControlPlane {
  const { secrets, clock, pacing = clock, random, table, callers = 1 } = ports;
  const { name, timeout } = settings;
  const rate = rateOf(settings, pacing, callers);
  const made = adapter(settings, {
    fetch: guardedFetch({ controlPlane: name, fetch: ports.fetch, clock: pacing, random, timeout, rate }),
    credentials: authorizationOf(name, 'credentials' in settings ? settings.credentials : undefined, secrets),
    secret: (place) => readSecret(name, place, secrets),
    turn: async () => void (await rate.take()),
    clock,
    pause: async (duration) => pacing.pause?.(duration),
  });
  return table ? new GuardedControlPlane(name, made, { table, clock, random }) : made;
}

/** This process's part of the rate. */
function rateOf({ callsPerSecond }: ListedSettings, clock: Clock, callers: number): TokenBucket {
  return new TokenBucket({
    perSecond: callsPerSecond / callers,
    clock,
    sleep: async (milliseconds) => clock.pause?.(milliseconds),
  });
}
