import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { endWithUs } from '../end-with-us.ts';
import { LOCAL_FOLDER } from '../local-aws.ts';
import { freePort } from '../ports.ts';
import { LocalProblem } from '../progress.ts';
import { CLASS_PATH } from './jars.ts';

const READY_WITHIN_MS = 120_000;
const STOP_WITHIN_MS = 5_000;
/** It lives for minutes on a few cores: what it takes to start counts, not what it could do in a day. */
const OPTIONS = ['-Xmx512m', '-XX:TieredStopAtLevel=1', '-XX:+UseSerialGC'];
const LOGS = join(LOCAL_FOLDER, 'kafka-connect');

/** A real Kafka with one broker, and a worker of Connect beside it. */
export interface KafkaConnect {
  /** Where Connect's REST interface answers. */
  url: string;
  /** A folder for files that connectors read and write; it goes when all is stopped. */
  folder: string;
  /** Ends the worker alone: politely, or at once as a machine that is lost. The broker stays. */
  stopWorker(signal: 'SIGTERM' | 'SIGKILL'): Promise<void>;
  /** Starts the worker again at the same address, and waits until it answers. */
  startWorker(): Promise<void>;
  /** Ends both, and removes what they left. That happens by itself where this process ends in any way. */
  stop(): Promise<void>;
}

/**
 * How the worker runs. `standalone` starts sooner, and forgets its connectors as it stops; `distributed` keeps them in
 * topics of the broker, as a cluster does.
 */
export type WorkerMode = 'standalone' | 'distributed';

/** Something that runs Java, and its log. */
interface Running {
  child: ChildProcess;
  log: string;
}

/**
 * Starts a broker and a worker on free ports, in a folder of their own, and waits until Connect answers.
 * The jars must be there (`fetchKafkaConnect`).
 * @throws LocalProblem with the end of a log where one of them does not start
 */
export async function startKafkaConnect(mode: WorkerMode = 'standalone'): Promise<KafkaConnect> {
  mkdirSync(LOGS, { recursive: true });
  const folder = mkdtempSync(join(tmpdir(), 'taskwarden-kafka-'));
  const ports = { broker: await freePort(), controller: await freePort(), rest: await freePort() };
  const url = `http://127.0.0.1:${ports.rest}`;
  const broker = startBroker(folder, ports);
  let worker = startWorker(folder, ports, mode);
  const kafka: KafkaConnect = {
    url,
    folder,
    stopWorker: (signal) => end(worker.child, signal),
    startWorker: async () => {
      worker = startWorker(folder, ports, mode);
      await untilReady(url, [broker, worker]);
    },
    stop: async () => {
      await Promise.all([broker, worker].map(({ child }) => end(child, 'SIGTERM')));
      rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
    },
  };
  try {
    await untilReady(url, [broker, worker]);
  } catch (error) {
    await kafka.stop();
    throw error;
  }
  return kafka;
}

interface Ports {
  broker: number;
  controller: number;
  rest: number;
}

function startBroker(folder: string, { broker, controller }: Ports): Running {
  const file = writeProperties(folder, 'broker', {
    'process.roles': 'broker,controller',
    'node.id': '1',
    'controller.quorum.voters': `1@127.0.0.1:${controller}`,
    listeners: `PLAINTEXT://127.0.0.1:${broker},CONTROLLER://127.0.0.1:${controller}`,
    'advertised.listeners': `PLAINTEXT://127.0.0.1:${broker}`,
    'controller.listener.names': 'CONTROLLER',
    'listener.security.protocol.map': 'CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT',
    'log.dirs': join(folder, 'data'),
    'offsets.topic.replication.factor': '1',
    'offsets.topic.num.partitions': '1',
    'transaction.state.log.replication.factor': '1',
    'transaction.state.log.min.isr': '1',
    'group.initial.rebalance.delay.ms': '0',
    'group.min.session.timeout.ms': '1000',
  });
  format(file);
  const running = java('broker', ['kafka.Kafka', file]);
  endWithUs(running.child, { folder });
  return running;
}

function format(file: string): void {
  const id = randomBytes(16).toString('base64url');
  const args = [...OPTIONS, '-cp', CLASS_PATH, 'kafka.tools.StorageTool', 'format', '-t', id, '-c', file];
  const { status, stdout, stderr } = spawnSync('java', args, { encoding: 'utf8' });
  if (status !== 0) throw new LocalProblem(`the storage of Kafka could not be made:\n${stdout}${stderr}`);
}

function startWorker(folder: string, { broker, rest }: Ports, mode: WorkerMode): Running {
  const file = writeProperties(folder, 'worker', {
    'bootstrap.servers': `127.0.0.1:${broker}`,
    'key.converter': 'org.apache.kafka.connect.json.JsonConverter',
    'value.converter': 'org.apache.kafka.connect.json.JsonConverter',
    'offset.flush.interval.ms': '1000',
    listeners: `http://127.0.0.1:${rest}`,
    'plugin.path': '',
    'plugin.discovery': 'service_load',
    ...(mode === 'standalone' ? { 'offset.storage.file.filename': join(folder, 'offsets') } : CLUSTER),
  });
  const main = mode === 'standalone' ? 'ConnectStandalone' : 'ConnectDistributed';
  const running = java('worker', [`org.apache.kafka.connect.cli.${main}`, file]);
  endWithUs(running.child);
  return running;
}

/** A cluster of one worker, whose death is noticed within seconds and waited for by nobody. */
const CLUSTER: Record<string, string> = {
  'group.id': 'connect',
  ...Object.fromEntries(
    ['config', 'offset', 'status'].flatMap((store) => [
      [`${store}.storage.topic`, `connect-${store}`],
      [`${store}.storage.replication.factor`, '1'],
    ]),
  ),
  'offset.storage.partitions': '1',
  'status.storage.partitions': '1',
  'session.timeout.ms': '3000',
  'heartbeat.interval.ms': '1000',
  'scheduled.rebalance.max.delay.ms': '0',
};

function writeProperties(folder: string, name: string, properties: Record<string, string>): string {
  const file = join(folder, `${name}.properties`);
  const lines = Object.entries(properties).map(([key, value]) => `${key}=${value}\n`);
  writeFileSync(file, lines.join(''));
  return file;
}

function java(name: string, args: readonly string[]): Running {
  const log = join(LOGS, `${name}.log`);
  const out = openSync(log, 'w');
  const child = spawn('java', [...OPTIONS, '-cp', CLASS_PATH, ...args], { stdio: ['ignore', out, out] });
  return { child, log };
}

/** Its root answers 404 for some seconds before it answers with the version. */
async function untilReady(url: string, started: readonly Running[]): Promise<void> {
  for (const giveUpAt = performance.now() + READY_WITHIN_MS; performance.now() < giveUpAt; ) {
    for (const { child, log } of started) {
      if (child.exitCode !== null) throw new LocalProblem(`Kafka did not start (${log}):\n${tailOf(log)}`);
    }
    const answer = await fetch(`${url}/connectors`).catch(() => undefined);
    if (answer?.ok) return;
    await wait(200);
  }
  throw new LocalProblem(`Connect did not answer at ${url} within ${READY_WITHIN_MS / 1_000} s (${LOGS})`);
}

function tailOf(log: string): string {
  return readFileSync(log, 'utf8').trimEnd().split('\n').slice(-10).join('\n');
}

async function end(child: ChildProcess, signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const over = new Promise((resolve) => child.once('exit', resolve));
  child.kill(signal);
  await Promise.race([over, wait(STOP_WITHIN_MS, undefined, { ref: false })]);
  child.kill('SIGKILL');
}
