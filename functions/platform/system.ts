import type { Duration } from '../abandonment/time.ts';
import type { Brand } from './brand.ts';
import type { ListedControlPlane } from './control-plane.port.ts';
import type { ControlPlaneSettings, ListedSettings } from './control-plane-settings.ts';
import type {
  Clock,
  EventPublisher,
  Links,
  Mailer,
  OperatorChannel,
  Queues,
  Random,
  Telemetry,
  Topics,
  WebhookPorts,
} from './ports.ts';
import type { Retention } from './retention.ts';
import type { Table } from './table.port.ts';

/** What a deployed function is told by its environment, parsed once. */
export interface RuntimeConfig {
  /** `local`, `dev`, or the name of a production-like stage. */
  stage: string;
  /** The function version (alias) that runs, for attempts and OOPS records. */
  functionVersion: string;
  /** The owner of what runs and how to reach them, as mails say it. */
  contact: string;
  /** How mails look. @default Taskwarden's own */
  brand?: Brand;
  /** `fed`: the owning system disables tasks when asked and confirms; `own`: the catalog is the truth. */
  controlPlane: 'fed' | 'own';
  /** Further control planes, each under a prefix of its own. @default none */
  controlPlanes?: ControlPlaneSettings[];
  /** How long `disabled` notices are gathered for one mail. */
  gatherDisabled: Duration;
  /** How long a requested disabling may stay unconfirmed before it is asked again and operators are notified. */
  confirmWithin: Duration;
  /** The period of the schedule; absent: the policy's `scanEvery`. */
  scanEvery?: Duration;
  /** How long a mail's claim stands before its sender is taken for dead; above the SES client's time-out. */
  sendLease: Duration;
  /** Domains that owners' addresses must belong to; null: any. */
  allowedDomains: string[] | null;
  /** ARNs of the topics that a subscription may name; only who writes subscriptions is told. */
  topics?: string[];
  /** Hosts that webhooks may be called at whatever their address and scheme; only who adds webhooks is told. */
  webhookHosts?: string[];
  /** Whether canaries are sent, and feed and feedback watched, at the price of a few writes per scan. @default false */
  canaries?: boolean;
  /** How long what ended is kept. @default as docs/retention.md says */
  retention?: Retention;
}

/** Everything outside the rules, as ports. Use-cases take it first. */
export interface System {
  clock: Clock;
  random: Random;
  table: Table;
  queues: Queues;
  mailer: Mailer;
  /** Only the notifier publishes to topics. */
  topics?: Topics;
  events: EventPublisher;
  operators: OperatorChannel;
  telemetry: Telemetry;
  config: RuntimeConfig;
  /** What mails link to the owner's page with; absent: they have no links. */
  links?: Links;
  /** Only the sender of webhooks calls them. */
  webhooks?: WebhookPorts;
  /** Opens a control plane that is listed; only functions that may reach it have it. */
  openControlPlane?: (settings: ListedSettings) => ListedControlPlane;
}

/** What a System cannot be without. */
type Needed = 'clock' | 'random' | 'table' | 'queues' | 'config';

/** The ports that whoever builds a System has. */
export type GivenPorts = Pick<System, Needed> & Partial<Omit<System, Needed>>;

/** Logs and metrics that nobody reads. */
const SILENT: Telemetry = { log: () => {}, metric: () => {} };

/**
 * The one way to build a System: of functions, the command line, tests, benches and the simulation. To use a port that
 * was not given is a fault that names it; logs and metrics go nowhere then.
 *
 * @param who whose system it is, for the fault: `the function ingest`
 */
export function buildSystem(who: string, ports: GivenPorts): System {
  const missing = (port: string) => () => Promise.reject(new Error(`${who} has no ${port}`));
  return {
    mailer: { send: missing('mailer') },
    events: { publish: missing('bus') },
    operators: { notify: missing('operators’ channel') },
    ...ports,
    telemetry: ports.telemetry ? harmless(ports.telemetry) : SILENT,
  };
}

/** Logs and metrics that harm nothing they report on: what the sink throws is lost with what it did not take. */
function harmless(sink: Telemetry): Telemetry {
  const quietly = (report: () => void) => {
    try {
      report();
    } catch {
      // There is nowhere left to say so.
    }
  };
  return {
    log: (...entry) => quietly(() => sink.log(...entry)),
    metric: (...entry) => quietly(() => sink.metric(...entry)),
    ...(sink.metrics && { metrics: (...entry) => quietly(() => sink.metrics?.(...entry)) }),
  };
}
