import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
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
  /** Ends both, and removes what they left. */
  stop(): Promise<void>;
}

/** Something that runs Java, and its log. */
interface Running {
  child: ChildProcess;
  log: string;
}

/**
 * Starts a broker and a worker (standalone) on free ports, in a folder of their own, and waits until Connect answers.
 * The jars must be there (`fetchKafkaConnect`).
 * @throws LocalProblem with the end of a log where one of them does not start
 */
export async function startKafkaConnect(): Promise<KafkaConnect> {
  mkdirSync(LOGS, { recursive: true });
  const folder = mkdtempSync(join(tmpdir(), 'taskwarden-kafka-'));
  const ports = { broker: await freePort(), controller: await freePort(), rest: await freePort() };
  const started = [startBroker(folder, ports), startWorker(folder, ports)];
  const kill = () => {
    for (const { child } of started) child.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  };
  process.once('exit', kill);
  const stop = async () => {
    process.off('exit', kill);
    await Promise.all(started.map(({ child }) => end(child)));
    kill();
  };
  const url = `http://127.0.0.1:${ports.rest}`;
  try {
    await untilReady(url, started);
  } catch (error) {
    await stop();
    throw error;
  }
  return { url, folder, stop };
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
  });
  format(file);
  return java('broker', ['kafka.Kafka', file]);
}

function format(file: string): void {
  const id = randomBytes(16).toString('base64url');
  const args = [...OPTIONS, '-cp', CLASS_PATH, 'kafka.tools.StorageTool', 'format', '-t', id, '-c', file];
  const { status, stdout, stderr } = spawnSync('java', args, { encoding: 'utf8' });
  if (status !== 0) throw new LocalProblem(`the storage of Kafka could not be made:\n${stdout}${stderr}`);
}

function startWorker(folder: string, { broker, rest }: Ports): Running {
  const file = writeProperties(folder, 'worker', {
    'bootstrap.servers': `127.0.0.1:${broker}`,
    'key.converter': 'org.apache.kafka.connect.json.JsonConverter',
    'value.converter': 'org.apache.kafka.connect.json.JsonConverter',
    'offset.storage.file.filename': join(folder, 'offsets'),
    'offset.flush.interval.ms': '1000',
    listeners: `http://127.0.0.1:${rest}`,
    'plugin.path': '',
    'plugin.discovery': 'service_load',
  });
  return java('worker', ['org.apache.kafka.connect.cli.ConnectStandalone', file]);
}

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

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const over = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  await Promise.race([over, wait(STOP_WITHIN_MS, undefined, { ref: false })]);
}
