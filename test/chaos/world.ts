import { setTimeout as wait } from 'node:timers/promises';
import { InvokeCommand } from '@aws-sdk/client-lambda';
import { SetQueueAttributesCommand } from '@aws-sdk/client-sqs';
import { DAY, formatInstant, type Instant, MINUTE } from '../../functions/abandonment/time.ts';
import { loadNdjson } from '../../functions/catalog/bulk-load.ts';
import { QUEUE_NAMES, type QueueName } from '../../functions/platform/queues.ts';
import { listOops } from '../../functions/store/oops.ts';
import { policyWrite } from '../../functions/store/policies.ts';
import { type FleetNews, putOnBus } from '../../local/owning-system.ts';
import { levelOf } from '../../local/queue-levels.ts';
import type { LocalStage } from '../../local/stage.ts';
import { type ConnectCluster, UNDER_CONNECT } from './connect-cluster.ts';
import type { Mails } from './mails.ts';
import { Operators, OwningSystem } from './owning-system.ts';
import type { ServiceProxy } from './proxy.ts';
import { type SeededTask, type Seen, type Verdict, verify } from './verifier.ts';

/** A message that a dying worker had is seen again after so long. */
const HIDDEN_SECONDS = 8;

/** Scans begin a listing each time: it is no work that is waited for. */
const BUT_LISTING = QUEUE_NAMES.filter((queue) => queue !== 'listing');

/** One round of the service: a tick, and a moment for the workers, where there is something to do. */
const ROUND_MS = 1_000;

/** Where all tasks run: one that went unheard of between two faults would be a fault of its own. */
const PLANE = 'chaos-1';

/** Ingest has so long to hear of the fleet, where it can. */
const HEARD_WITHIN_MS = 5_000;

/** An observation names so many tasks at most; of a larger fleet only these are told of. */
const NAMED_AT_ONCE = 1_000;

/** Nothing is held back but by what the faults do. */
const POLICY = {
  mode: 'disable',
  warnAfter: '1d',
  disableAfter: '1d',
  reminders: [],
  // Two scans may be so far apart twice over before the clocks of tasks stand still.
  scanEvery: '12h',
  rampPerDay: 1_000_000,
  blastRadius: { perRun: 1_000_000, perDay: 1_000_000, share: 1, shareFloor: 1_000_000 },
};

/** A stage on an emulator, the fleet that is seeded for a fault, and all that the world around them received. */
export class ChaosWorld {
  readonly stage: LocalStage;
  readonly proxy: ServiceProxy;
  readonly owningSystem: OwningSystem;
  readonly operators: Operators;
  /** Whose connectors are tasks, too; undefined where no fault needs it. */
  readonly connect: ConnectCluster | undefined;
  readonly #mails: Mails;
  #fleet: SeededTask[] = [];
  #began = { mails: 0, requests: 0, at: 0 };
  /** How often what the owning system says reaches the bus. */
  sayTimes = 1;

  private constructor(
    stage: LocalStage,
    proxy: ServiceProxy,
    mails: Mails,
    others: { owningSystem: OwningSystem; operators: Operators; connect: ConnectCluster | undefined },
  ) {
    this.stage = stage;
    this.proxy = proxy;
    this.#mails = mails;
    this.owningSystem = others.owningSystem;
    this.operators = others.operators;
    this.connect = others.connect;
  }

  /** Prepares a stage that was deployed: its policy, its clock, and who listens. `mails` hears of each that SES takes. */
  static async begin(
    stage: LocalStage,
    proxy: ServiceProxy,
    mails: Mails,
    connect?: ConnectCluster,
  ): Promise<ChaosWorld> {
    await stage.clock.set(Date.now());
    const writes = [policyWrite('', POLICY), policyWrite(`${WARNED_ONLY}/`, { mode: 'notify' })];
    const stored = await stage.system.table.transact(writes, stage.system.random.id(stage.clock.now()));
    if (stored.outcome !== 'applied') throw new Error(`the policy could not be stored: ${stored.outcome}`);
    for (const queue of QUEUE_NAMES) {
      const Attributes = { VisibilityTimeout: String(HIDDEN_SECONDS) };
      const QueueUrl = stage.deployment.queues[queue].url;
      await stage.aws.sqs.send(new SetQueueAttributesCommand({ QueueUrl, Attributes }));
    }
    const [owningSystem, operators] = [await OwningSystem.connect(stage), await Operators.connect(stage)];
    return new ChaosWorld(stage, proxy, mails, { owningSystem, operators, connect });
  }

  /** Seeds the fleet of a fault: what is known of its tasks before it begins. */
  async seed(fleet: readonly SeededTask[]): Promise<void> {
    const { stage } = this;
    const now = stage.clock.now();
    this.#fleet = [...fleet];
    this.#began = { mails: this.#mails.count, requests: this.owningSystem.requests.length, at: now };
    await this.operators.codes();
    await this.connect?.seed(fleet.filter(isConnector));
    const lines = fleet.filter(isNoConnector).map((task) => JSON.stringify(entryOf(task, now)));
    const { bad } = await loadNdjson(stage.system, async function* () {
      yield* lines;
    });
    if (bad[0]) throw new Error(`the fleet cannot be loaded: ${bad[0].problem}`);
  }

  /** What the verifier finds of what SES and the owning systems received since the fleet was seeded. */
  async verdict(upTo: 'warnings' | 'all' = 'all'): Promise<Verdict> {
    const seen = await this.seen();
    return verify(upTo === 'all' ? seen : { ...seen, fleet: seen.fleet.map(beforeItsDate) });
  }

  /** How many mails SES took since the fleet was seeded. */
  get mails(): number {
    return this.#mails.count - this.#began.mails;
  }

  /** What the verifier is given. */
  async seen(): Promise<Seen> {
    const mails = await this.#mails.from(this.#began.mails);
    const stopped = (await this.connect?.stopped()) ?? [];
    const requests = [...this.owningSystem.requests.slice(this.#began.requests), ...stopped];
    return { fleet: this.#fleet, mails, requests };
  }

  /** Lets the service run at a later instant: health checks, the scanner, the breaker, SES's reports, the owning system. */
  async round(later: number): Promise<void> {
    await this.wait(later);
    await this.scan();
    await this.lookOfBreaker();
    await this.untilIdle(ROUND_MS);
    await this.#mails.report(this.stage);
    await this.owningSystem.work(this.sayTimes);
  }

  /** Time goes by until the moment before a tick: health checks say how the fleet is. */
  async wait(later: number): Promise<void> {
    await this.stage.clock.set(this.stage.clock.now() + later);
    await this.observe();
    // Life signs of planes are heard before the scan that asks for them.
    await this.untilIdle(HEARD_WITHIN_MS, ['ingest']);
  }

  /** Goes on in small steps until all that is to happen has happened; throws where it does not. */
  async until(upTo: 'warnings' | 'all', withinMs: number): Promise<void> {
    for (const giveUpAt = performance.now() + withinMs; ; ) {
      const { lost } = await this.verdict(upTo);
      if (lost.length === 0) return;
      if (performance.now() > giveUpAt)
        throw new Error(`not within ${withinMs / 1_000} s: ${lost.slice(0, 5)}`);
      // Where nothing is under way, nothing's lease can end for the haste of our clock.
      await this.round((await this.isIdle(BUT_LISTING)) ? 20 * MINUTE : MINUTE);
    }
  }

  /** Goes on in small steps until all queues are worked off, those that the breaker paused as well. */
  async untilRested(withinMs: number): Promise<void> {
    for (const giveUpAt = performance.now() + withinMs; !(await this.isIdle()); ) {
      if (performance.now() > giveUpAt)
        throw new Error(`queues are not worked off within ${withinMs / 1_000} s`);
      await this.round(2 * MINUTE);
    }
  }

  /** Waits until nothing is worked or waits to be tried again; goes on where that takes too long. */
  async untilIdle(withinMs = 60_000, queues: readonly QueueName[] = QUEUE_NAMES): Promise<void> {
    for (const giveUpAt = performance.now() + withinMs; performance.now() < giveUpAt; await wait(100)) {
      if (await this.isIdle(queues)) return;
    }
  }

  /** Whether nothing is on these queues, nor in the hands of a worker. */
  async isIdle(queues: readonly QueueName[] = QUEUE_NAMES): Promise<boolean> {
    for (const queue of queues) {
      const { busy, delayed } = await levelOf(this.stage, this.stage.deployment.queues[queue].url);
      if (busy + delayed > 0) return false;
    }
    return true;
  }

  /** Has the scanner run, as its schedule would; gives how it ended. */
  async scan(): Promise<string> {
    const { aws, deployment } = this.stage;
    const answer = await aws.lambda.send(
      new InvokeCommand({ FunctionName: deployment.functions.scanner, Payload: '{}' }),
    );
    const payload = Buffer.from(answer.Payload ?? []).toString('utf8');
    return (
      answer.FunctionError ?? (JSON.parse(payload || 'null') as { outcome?: string } | null)?.outcome ?? ''
    );
  }

  /** Has the breaker look at all queues. */
  async lookOfBreaker(): Promise<void> {
    const { aws, deployment } = this.stage;
    await aws.lambda.send(new InvokeCommand({ FunctionName: deployment.functions.breaker, Payload: '{}' }));
  }

  /** Has health checks say how the fleet is. */
  async observe(): Promise<void> {
    const observedAt = formatInstant(this.stage.clock.now());
    // What is known of the others stands: their plane is heard of.
    const tasks = this.#fleet.filter(isNoConnector).slice(0, NAMED_AT_ONCE).map(observedTask);
    const detail = { version: 1, dataPlane: PLANE, observedAt, tasks };
    const news: FleetNews = { detailType: 'Shards Observed', detail };
    for (let time = 0; time < this.sayTimes; time += 1) await putOnBus(this.stage, [news]);
  }

  /** How operators were told since the fleet was seeded: kinds of OOPS, alerts, dead letters. */
  async told(): Promise<string[]> {
    const { stage } = this;
    const kinds = await listOops(stage.system.table, { resolved: true });
    const oops = kinds
      .filter(({ lastSeenAt }) => lastSeenAt >= this.#began.at)
      .map(({ worker, error }) => `OOPS ${worker} ${error}`);
    const alerts = (await this.operators.codes()).map((code) => `alert ${code}`);
    const letters: string[] = [];
    for (const queue of QUEUE_NAMES) {
      const { busy } = await levelOf(stage, stage.deployment.queues[queue].deadLetterUrl);
      if (busy > 0) letters.push(`${busy} in ${queue}-dead-letters`);
    }
    return [...new Set([...alerts, ...letters, ...oops])];
  }
}

/** Whose tasks are turned off by a system that is asked by events (`config/local.json`). */
export const ASKED_BY_EVENTS = 'pushed';

/** Under this tenant tasks are warned about and never disabled. */
const WARNED_ONLY = 'many';

function isConnector({ id }: SeededTask): boolean {
  return id.startsWith(UNDER_CONNECT);
}

function isNoConnector(task: SeededTask): boolean {
  return !isConnector(task);
}

function entryOf({ id, owners, expected }: SeededTask, now: Instant) {
  const runs = expected === 'left alone';
  return {
    id,
    kind: 'capture',
    enabled: true,
    createdAt: formatInstant(now - 200 * DAY),
    owners,
    dataPlane: PLANE,
    shards: [{ id: '0', status: runs ? 'PRIMARY' : 'FAILED' }],
    observedSince: formatInstant(now - 190 * DAY),
    version: 1,
    ...(runs ? {} : { lastPrimaryAt: formatInstant(now - 30 * DAY) }),
  };
}

function observedTask({ id, expected }: SeededTask) {
  return { task: id, shards: [{ id: '0', status: expected === 'left alone' ? 'PRIMARY' : 'FAILED' }] };
}

/** What is to have become of a task before its date. */
function beforeItsDate(task: SeededTask): SeededTask {
  return task.expected === 'off' ? { ...task, expected: 'warned' } : task;
}
