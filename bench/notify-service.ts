import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { openSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { SQSClient } from '@aws-sdk/client-sqs';
import { type Duration, formatInstant, type Instant } from '../functions/abandonment/time.ts';
import { mailEventsConsumer } from '../functions/notices/feedback/mail-events-consumer.ts';
import { AwsQueues } from '../functions/platform/aws-queues.ts';
import { runScan } from '../functions/scanner/scan.ts';
import { eachRowOf, inBuckets } from '../functions/store/buckets.ts';
import { loadDigest } from '../functions/store/digests.ts';
import { index } from '../functions/store/keys.ts';
import { MemoryTable } from '../functions/store/table/memory-table.ts';
import type { Query, Table } from '../functions/store/table/table.port.ts';
import { processMessage } from '../functions/work/pipeline.ts';
import { benchSystem } from './bench-system.ts';
import { DEPLOYED, ROOT, temporaryFolder } from './bundle-options.ts';
import { distant } from './distant-table.ts';
import { notifierEnvironment, QUEUE, queueUrls } from './notify-deployment.ts';
import { abandonedFleet } from './notify-fleet.ts';
import type { WorkDone, WorkOrder } from './notify-process.ts';
import type { PeerStub, StubMail } from './peer-stub.ts';
import { hearPlanes } from './scan-runs.ts';
import { serveTable } from './table-over-ipc.ts';

/** What the service runs on. */
export interface ServiceOptions {
  stub: PeerStub;
  /** The bundled worker. */
  program: string;
  /** How long each call of a worker to the table takes, as with DynamoDB at the other end of a network. */
  tableLatencyMs: number;
}

/** As Lambda starts Node in a function of 512 MiB (5 % and 90 % of it), as ours have. */
const HEAP_OF_512_MIB = ['--max-semi-space-size=26', '--max-old-space-size=460'];

/** Bundles the program of the worker as functions are bundled; answers its path. */
export async function bundleNotifyProcess(): Promise<string> {
  const { build } = await import('esbuild');
  const outfile = join(temporaryFolder(), 'notify-process.mjs');
  await build({ ...DEPLOYED, entryPoints: [join(ROOT, 'bench', 'notify-process.ts')], outfile });
  return outfile;
}

/** The scanner, the table and the workers of a deployment whose queue and SES are the peer's stub. */
export class NotifyService {
  readonly #options: ServiceOptions;
  readonly #table = new MemoryTable({ pageRows: 1_000 });
  readonly #served: Table;
  readonly #queues: AwsQueues;
  /** Where workers log. */
  readonly #log = openSync(join(temporaryFolder(), 'log'), 'a');
  #aheadMs: Duration = 0;
  /** Numbers the systems that this process acts with. */
  #acts = 0;
  #heard = 0;

  constructor(options: ServiceOptions) {
    const { endpoint } = options.stub;
    this.#options = options;
    this.#served = distant(this.#table, options.tableLatencyMs);
    const credentials = { accessKeyId: 'x', secretAccessKey: 'x' };
    const client = new SQSClient({ endpoint, region: 'us-east-1', credentials });
    this.#queues = new AwsQueues(client, queueUrls(endpoint));
  }

  /** How far its clock is ahead of the machine's. */
  get aheadMs(): Duration {
    return this.#aheadMs;
  }

  /** Stores the fleet, fires all of it, and queues its owners. */
  async prepare(tasks: number, owners: number): Promise<void> {
    for (const write of abandonedFleet(tasks, owners, this.#now())) {
      await this.#table.transact([write], 'load');
    }
    await this.#scan();
  }

  /**
   * Starts as many workers as a deployment has at once, each in a process of its own, and waits until all have
   * ended. `endAt`: they are ended when SES has accepted so many mails.
   */
  async work(endAt?: number): Promise<WorkDone[]> {
    const workers = Array.from({ length: QUEUE.maxConcurrency }, () => this.#startWorker());
    let running = workers.length;
    const all = Promise.all(
      workers.map(async ({ ended }) => {
        const done = await ended;
        running -= 1;
        return done;
      }),
    );
    if (endAt !== undefined) {
      while (running > 0 && (await this.#options.stub.mailCount()) < endAt) await wait(2);
      for (const { child } of workers) child.kill('SIGKILL');
    }
    return (await all).filter((work) => work !== undefined);
  }

  /** Lets time pass: what is hidden in the queue is delivered again, and a scan runs. */
  async pass(length: Duration): Promise<void> {
    this.#aheadMs += length;
    await this.#options.stub.redeliver();
    await this.#scan();
  }

  /** Of these mails, which SES accepted, how many are not recorded so: what may be told twice. */
  async unrecorded(mails: StubMail[]): Promise<number> {
    const digests = await Promise.all(mails.map((mail) => loadDigest(this.#table, digestOf(mail))));
    return digests.filter((digest) => digest === undefined || digest.state === 'sending').length;
  }

  /** Takes in SES's word on those of all its mails of which it was not heard yet. */
  async hearOf(mails: StubMail[]): Promise<void> {
    const system = this.#system(this.#now());
    for (const mail of mails.slice(this.#heard)) {
      const body = JSON.stringify(deliveryOf(mail));
      const delivery = { body, messageId: mail.sesMessageId, receiveCount: 1, maxReceives: 10 };
      await processMessage(system, mailEventsConsumer, delivery);
    }
    this.#heard = mails.length;
  }

  /** Whether nobody waits for a mail and none is under way. */
  async isDone(): Promise<boolean> {
    const queries = inBuckets((bucket): Query[] => [
      { index: 'g1', pk: index.pendingNotices(bucket) },
      { index: 'g1', pk: index.openDigests(bucket) },
    ]);
    const first = await eachRowOf(this.#table, queries.flat()).next();
    return first.done === true;
  }

  async #scan(): Promise<void> {
    const now = this.#now();
    await hearPlanes({ table: this.#table }, now);
    const tick = { scheduledAt: now, remainingMs: () => 900_000 };
    const { outcome } = await runScan(this.#system(now), tick);
    if (outcome !== 'completed') throw new Error(`a scan was ${outcome}`);
  }

  #system(now: Instant) {
    this.#acts += 1;
    return benchSystem({ table: this.#table, now, queues: this.#queues, seed: this.#acts });
  }

  #now(): Instant {
    return Date.now() + this.#aheadMs;
  }

  #startWorker(): { child: ChildProcess; ended: Promise<WorkDone | undefined> } {
    const { program, stub } = this.#options;
    const child = fork(program, {
      serialization: 'advanced',
      execArgv: HEAP_OF_512_MIB,
      stdio: ['ignore', this.#log, this.#log, 'ipc'],
      env: notifierEnvironment(stub.endpoint),
    });
    serveTable(child, this.#served);
    let done: WorkDone | undefined;
    child.on('message', (message: { done?: WorkDone }) => {
      done ??= message.done;
    });
    const { batchSize, timeoutSeconds } = QUEUE;
    const queueUrl = queueUrls(stub.endpoint).notify;
    const timeoutMs = timeoutSeconds * 1_000;
    const order: WorkOrder = { queueUrl, batchSize, timeoutMs, aheadMs: this.#aheadMs };
    child.send({ order });
    const ended = once(child, 'exit').then(([code, signal]) => {
      if (code !== 0 && signal !== 'SIGKILL') throw new Error(`a worker ended with ${code ?? signal}`);
      return done;
    });
    return { child, ended };
  }
}

function digestOf({ messageId }: StubMail): string {
  return messageId.slice(1).split('@', 1)[0] ?? '';
}

/** SES's event of a delivered mail, as a configuration set publishes it. */
function deliveryOf(mail: StubMail): Record<string, unknown> {
  const timestamp = formatInstant(mail.at);
  const tags = { digest: [digestOf(mail)] };
  return {
    eventType: 'Delivery',
    mail: { messageId: mail.sesMessageId, timestamp, destination: mail.to, tags },
    delivery: { recipients: mail.to, timestamp },
  };
}
