import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TemplateResource } from '../synthesize.ts';

/** What a fleet does in a month, as far as it costs something. */
export interface Fleet {
  tasks: number;
  /** The share of tasks that fail, are warned about and disabled within the month. */
  failing: number;
  /** How often each task is observed in a day. */
  observationsPerDay: number;
  /** How many tasks one event speaks of. */
  tasksPerEvent: number;
}

/** A stage that nobody uses. */
export const IDLE: Fleet = { tasks: 0, failing: 0, observationsPerDay: 0, tasksPerEvent: 1 };

/** One part of a price, in dollars a month. */
export interface PricePart {
  part: string;
  /** How much of what. */
  of: string;
  dollars: number;
}

/** What a month of a stage costs. */
export interface Price {
  region: string;
  /** When the prices were written down. */
  recorded: string;
  parts: PricePart[];
  dollars: number;
  /** What stands beside the template: not in the sum. */
  beside: PricePart[];
}

type Prices = Record<string, number> & { region: string; recorded: string };
interface Invoked {
  readUnits: number;
  writeUnits: number;
  seconds: number;
  gib: number;
  logBytes: number;
}
/** What one thing takes, as measured or assumed (`lib/price/units.json` says which). */
export interface Units {
  scan: Invoked;
  look: Invoked;
  canary: Invoked;
  pollersOfAQueue: number;
  pollSeconds: number;
  idleCustomMetrics: number;
  idleMails: number;
  rowBytes: number;
  lifeOfATask: { readUnits: number; writeUnits: number; mails: number };
  observation: { readUnits: number; bytes: number; seconds: number };
  refreshOfAFailingTask: { writeUnits: number };
  mail: { seconds: number; gib: number; logBytes: number; sqsRequests: number };
  busyCustomMetrics: number;
}

function dataIn(file: string): unknown {
  return JSON.parse(readFileSync(join(import.meta.dirname, file), 'utf8'));
}

/** The prices of a region, with their date. */
export function recordedPrices(): Prices {
  return dataIn('prices.json') as Prices;
}

/** What one of each takes. */
export function recordedUnits(): Units {
  return dataIn('units.json') as Units;
}

const HOURS = 730;
const SECONDS = HOURS * 3_600;
const DAYS = HOURS / 24;
const GB = 1e9;
const GIB = 2 ** 30;

/**
 * The price of a month, from a synthesized template and what a fleet does: without free tiers, but for the dashboards that are free in
 * every account.
 */
export function priceOf(
  resources: Readonly<Record<string, TemplateResource>>,
  fleet: Fleet,
  scanEverySeconds: number,
  { prices = recordedPrices(), units = recordedUnits() }: { prices?: Prices; units?: Units } = {},
): Price {
  const pricing = new Pricing(Object.values(resources), fleet, scanEverySeconds, prices, units);
  const parts = pricing.parts().filter(({ dollars }) => dollars > 0);
  return {
    region: prices.region,
    recorded: prices.recorded,
    parts,
    dollars: parts.reduce((sum, { dollars }) => sum + dollars, 0),
    beside: pricing.beside().filter(({ dollars }) => dollars > 0),
  };
}

/** Figures that several parts rest on. */
interface Month {
  queues: number;
  scans: number;
  looks: number;
  canaries: number;
  lives: number;
  mails: number;
  observations: number;
  events: number;
}

class Pricing {
  readonly #resources: readonly TemplateResource[];
  readonly #fleet: Fleet;
  readonly #prices: Prices;
  readonly #units: Units;
  readonly #month: Month;

  constructor(
    resources: readonly TemplateResource[],
    fleet: Fleet,
    scanEvery: number,
    prices: Prices,
    units: Units,
  ) {
    this.#resources = resources;
    this.#fleet = fleet;
    this.#prices = prices;
    this.#units = units;
    const queues = this.#ofType('AWS::Lambda::EventSourceMapping').length;
    const ticking = this.#ofType('AWS::Scheduler::Schedule').length;
    const scans = ticking > 0 ? SECONDS / scanEvery : 0;
    const lives = fleet.tasks * fleet.failing;
    const observations = fleet.tasks * fleet.observationsPerDay * DAYS;
    this.#month = {
      queues,
      scans,
      looks: ticking > 1 ? SECONDS / 60 : 0,
      canaries: scans * queues,
      lives,
      mails: units.idleMails + lives * units.lifeOfATask.mails,
      observations,
      events: observations / fleet.tasksPerEvent,
    };
  }

  parts(): PricePart[] {
    return [
      this.#alarms(),
      this.#customMetrics(),
      this.#dashboards(),
      this.#polls(),
      this.#messages(),
      this.#functions(),
      this.#logs(),
      this.#ticks(),
      this.#bus(),
      this.#table(),
      this.#stored(),
      this.#mails(),
      this.#keys(),
      this.#secrets(),
      this.#parameters(),
      this.#traces(),
    ];
  }

  /** A private network is made by somebody else; whatever calls AWS from it goes through a gateway or endpoints. */
  beside(): PricePart[] {
    const subnets = new Set(
      this.#ofType('AWS::Lambda::Function').flatMap(({ Properties }) => {
        const network = Properties?.VpcConfig as { SubnetIds?: unknown[] } | undefined;
        return network?.SubnetIds?.map((subnet) => JSON.stringify(subnet)) ?? [];
      }),
    );
    return [
      this.#part(
        'NAT gateways of the private network',
        subnets.size,
        'subnets, one each',
        this.#price('natGatewayHour') * HOURS,
      ),
    ];
  }

  #alarms(): PricePart {
    const metrics = this.#ofType('AWS::CloudWatch::Alarm').reduce((sum, { Properties }) => {
      const math = Properties?.Metrics as { MetricStat?: unknown }[] | undefined;
      return sum + (math ? math.filter(({ MetricStat }) => MetricStat !== undefined).length : 1);
    }, 0);
    const composite = this.#ofType('AWS::CloudWatch::CompositeAlarm').length;
    const part = this.#part('alarms', metrics, 'metrics in alarms', this.#price('alarmMetric'));
    return { ...part, dollars: part.dollars + composite * this.#price('compositeAlarm') };
  }

  #customMetrics(): PricePart {
    const { idleCustomMetrics, busyCustomMetrics } = this.#units;
    const metrics = this.#fleet.tasks > 0 ? idleCustomMetrics + busyCustomMetrics : idleCustomMetrics;
    return this.#part('custom metrics', metrics, 'metrics', this.#price('customMetric'));
  }

  #dashboards(): PricePart {
    const made = this.#ofType('AWS::CloudWatch::Dashboard').length;
    const paid = Math.max(0, made - this.#price('freeDashboards'));
    return this.#part('dashboards', paid, `paid of ${made}`, this.#price('dashboard'));
  }

  #polls(): PricePart {
    const { pollersOfAQueue, pollSeconds } = this.#units;
    const polls = (this.#month.queues * pollersOfAQueue * SECONDS) / pollSeconds;
    return this.#part('requests to empty queues', polls, 'requests to SQS', this.#price('sqsRequests'));
  }

  #messages(): PricePart {
    const { canaries, events, mails } = this.#month;
    // Sent, received and deleted; ten events are received at a time.
    const requests = 3 * canaries + 1.2 * events + mails * this.#units.mail.sqsRequests;
    return this.#part('messages', requests, 'requests to SQS', this.#price('sqsRequests'));
  }

  #functions(): PricePart {
    const { scans, looks, canaries, mails, observations, events } = this.#month;
    const { scan, look, canary, mail, observation } = this.#units;
    const ofBatches = events / 10;
    const invocations = scans + looks + canaries + mails + ofBatches;
    const gbSeconds =
      scans * scan.seconds * scan.gib +
      looks * look.seconds * look.gib +
      canaries * canary.seconds * canary.gib +
      mails * mail.seconds * mail.gib +
      (observations * observation.seconds + ofBatches * canary.seconds) * canary.gib;
    const dollars = invocations * this.#price('lambdaRequests') + gbSeconds * this.#price('lambdaGbSeconds');
    return {
      part: 'functions',
      of: `${figure(invocations)} invocations, ${figure(gbSeconds)} GB-seconds`,
      dollars,
    };
  }

  #logs(): PricePart {
    const { scans, looks, canaries, mails, events } = this.#month;
    const { scan, look, canary, mail } = this.#units;
    const bytes =
      scans * scan.logBytes +
      looks * look.logBytes +
      (canaries + events / 10) * canary.logBytes +
      mails * mail.logBytes;
    const gb = bytes / GB;
    const stored = gb * (this.#retentionDays() / DAYS) * 0.15;
    const dollars = gb * this.#price('logIngestedGb') + stored * this.#price('logStoredGb');
    return { part: 'logs', of: `${figure(gb, 2)} GB ingested`, dollars };
  }

  #ticks(): PricePart {
    const { scans, looks } = this.#month;
    return this.#part('ticks', scans + looks, 'of schedules', this.#price('schedulerInvocations'));
  }

  #bus(): PricePart {
    const { events } = this.#month;
    const bytes = events * this.#fleet.tasksPerEvent * this.#units.observation.bytes;
    const steps = Math.max(events, bytes / 65_536);
    const archived = ((bytes / GB) * 14) / DAYS;
    const dollars = steps * this.#price('busEvents') + archived * this.#price('archivedGb');
    return { part: 'events on the bus', of: `${figure(events)} events`, dollars };
  }

  #table(): PricePart {
    const { scans, looks, canaries, lives, observations } = this.#month;
    const { scan, look, canary, lifeOfATask, observation, refreshOfAFailingTask } = this.#units;
    const reads =
      scans * scan.readUnits +
      looks * look.readUnits +
      canaries * canary.readUnits +
      lives * lifeOfATask.readUnits +
      observations * observation.readUnits;
    // Evidence of a task that fails is stored twice a day at most.
    const refreshed = lives * DAYS * refreshOfAFailingTask.writeUnits;
    const writes =
      scans * scan.writeUnits +
      looks * look.writeUnits +
      canaries * canary.writeUnits +
      lives * lifeOfATask.writeUnits +
      refreshed;
    const dollars = reads * this.#price('readUnits') + writes * this.#price('writeUnits');
    return { part: 'table', of: `${figure(reads)} read and ${figure(writes)} write units`, dollars };
  }

  #stored(): PricePart {
    const gb = (this.#fleet.tasks * this.#units.rowBytes) / GIB;
    const price = this.#price('storedGb') + this.#price('backedUpGb');
    return this.#part('rows stored and backed up', gb, 'GiB', price, 2);
  }

  #mails(): PricePart {
    return this.#part('mails', this.#month.mails, 'of SES', this.#price('mails'));
  }

  #keys(): PricePart {
    return this.#part('KMS keys', this.#ofType('AWS::KMS::Key').length, 'keys', this.#price('kmsKey'));
  }

  #secrets(): PricePart {
    const read = this.#ofType('AWS::IAM::Policy').flatMap(({ Properties }) => {
      const document = Properties?.PolicyDocument as {
        Statement?: { Action?: unknown; Resource?: unknown }[];
      };
      return (document?.Statement ?? [])
        .filter(({ Action }) => [Action].flat().includes('secretsmanager:GetSecretValue'))
        .flatMap(({ Resource }) => [Resource].flat().map((resource) => JSON.stringify(resource)));
    });
    return this.#part('secrets that are read', new Set(read).size, 'secrets', this.#price('secret'));
  }

  #parameters(): PricePart {
    const parameters = this.#ofType('AWS::SSM::Parameter').length;
    return this.#part(
      'parameters above 4 KB',
      parameters,
      'of the advanced tier',
      this.#price('advancedParameter'),
    );
  }

  #traces(): PricePart {
    const isTraced = this.#ofType('AWS::Lambda::Function').some(
      ({ Properties }) => (Properties?.TracingConfig as { Mode?: string } | undefined)?.Mode === 'Active',
    );
    const { scans, looks, canaries, mails } = this.#month;
    // X-Ray samples one request a second and 5 % beyond: of an idle stage each.
    const traces = isTraced ? scans + looks + canaries + mails : 0;
    return this.#part('traces', traces, 'recorded', this.#price('tracesRecorded'));
  }

  #retentionDays(): number {
    const [group] = this.#ofType('AWS::Logs::LogGroup');
    return Number(group?.Properties?.RetentionInDays ?? DAYS);
  }

  #ofType(type: string): readonly TemplateResource[] {
    return this.#resources.filter(({ Type }) => Type === type);
  }

  #price(name: string): number {
    const price = this.#prices[name];
    if (price === undefined) throw new Error(`no price of ${name} was recorded`);
    return price;
  }

  #part(part: string, count: number, of: string, each: number, digits = 0): PricePart {
    return { part, of: `${figure(count, digits)} ${of}`, dollars: count * each };
  }
}

function figure(value: number, digits = 0): string {
  return value.toLocaleString('en', { maximumFractionDigits: digits });
}
