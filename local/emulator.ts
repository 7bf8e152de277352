import { type ChildProcess, spawn } from 'node:child_process';
import { openSync } from 'node:fs';
import { createServer } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import { installEmulator } from './emulator-install.ts';
import { logFile, makeTemporary, noteRun, removeLeftovers, removeRun } from './emulator-runs.ts';
import { awsVariables, REGION, toolsPath } from './local-aws.ts';
import { MailSink, type RawMail } from './mail-sink.ts';
import { keptMails, type ReadMails, relayedMails } from './mailbox.ts';
import { LocalProblem, type Say } from './progress.ts';

/** An AWS emulator that answers. */
export interface Emulator {
  /** What `AWS_ENDPOINT_URL` is to be. */
  endpoint: string;
  readMails: ReadMails;
  /** Tells of each mail as it goes out, where the emulator was started here. */
  onMail(listener: (mail: RawMail) => void): void;
  /** Stops it and removes what it left, where it was started here. */
  stop(): Promise<void>;
  /** The same at once, for a process that is about to end. */
  kill(): void;
}

const USUAL_PORT = 4566;

/** Where the command line looks for the stage `local` unless told otherwise. */
export const USUAL_ENDPOINT = `http://localhost:${USUAL_PORT}`;
const START_WITHIN_MS = 20_000;
const STOP_WITHIN_MS = 5_000;

/** LocalStack and MiniStack both answer here. */
const HEALTH = '/_localstack/health';

/**
 * Starts MiniStack, on port 4566 or a free one (`TASKWARDEN_PORT` names another). Where `AWS_ENDPOINT_URL` is set,
 * the emulator that answers there (`docker compose up` gives LocalStack) is used and left running.
 * @throws LocalProblem where it cannot be had
 */
export async function startEmulator(tell: Say): Promise<Emulator> {
  const given = process.env.AWS_ENDPOINT_URL;
  if (given !== undefined && given !== '') return running(given, tell);
  await removeLeftovers(tell);
  const python = await installEmulator(tell);
  const port = await choosePort(process.env.TASKWARDEN_PORT);
  const temporary = await makeTemporary();
  const sink = await MailSink.open();
  const child = launch(python, { port, temporary, mailPort: sink.port });
  await noteRun(port, { pid: child.pid ?? 0, owner: process.pid, temporary });
  const endpoint = `http://localhost:${port}`;
  const emulator: Emulator = {
    endpoint,
    readMails: relayedMails(endpoint, sink),
    onMail: (listener) => sink.onMail(listener),
    stop: async () => {
      await stop(child);
      sink.close();
      await removeRun(port, temporary);
    },
    kill: () => signal(child, 'SIGKILL'),
  };
  await untilHealthy(endpoint, child, logFile(port)).catch(async (error: unknown) => {
    await emulator.stop();
    throw error;
  });
  tell(`MiniStack answers on ${endpoint}`);
  return emulator;
}

async function running(endpoint: string, tell: Say): Promise<Emulator> {
  if (!(await isHealthy(endpoint))) {
    const advice = 'start it (docker compose up --wait), or unset AWS_ENDPOINT_URL to have MiniStack started';
    throw new LocalProblem(`AWS_ENDPOINT_URL is ${endpoint}, and no emulator answers there: ${advice}`);
  }
  tell(`Using the emulator at ${endpoint} (from AWS_ENDPOINT_URL)`);
  const nothing = () => {};
  return { endpoint, readMails: keptMails(endpoint), onMail: nothing, stop: async () => {}, kill: nothing };
}

/** It gets no more of this shell than it needs: functions inherit all that it has. */
function launch(
  python: string,
  { port, temporary, mailPort }: { port: number; temporary: string; mailPort: number },
): ChildProcess {
  const log = openSync(logFile(port), 'w');
  const { HOME = temporary, LANG = 'C.UTF-8' } = process.env;
  return spawn(python, ['-m', 'ministack'], {
    cwd: temporary,
    // A group of its own: Ctrl-C is for us, and its functions' processes end with it.
    detached: true,
    stdio: ['ignore', log, log],
    env: {
      HOME,
      LANG,
      PATH: toolsPath(),
      TMPDIR: temporary,
      GATEWAY_PORT: String(port),
      BIND_HOST: '127.0.0.1',
      IOT_MTLS_ENABLED: '0',
      MINISTACK_REGION: REGION,
      SMTP_HOST: `127.0.0.1:${mailPort}`,
      ...awsVariables(`http://127.0.0.1:${port}`),
    },
  });
}

async function choosePort(wanted: string | undefined): Promise<number> {
  if (wanted === undefined || wanted === '') {
    return (await isFree(USUAL_PORT)) ? USUAL_PORT : freePort();
  }
  const port = Number(wanted);
  if (!Number.isInteger(port) || port < 1 || port > 65_535) {
    throw new LocalProblem(`TASKWARDEN_PORT is ${JSON.stringify(wanted)}, allowed: a port from 1 to 65535`);
  }
  if (!(await isFree(port))) throw new LocalProblem(`TASKWARDEN_PORT is ${port}, and that port is taken`);
  return port;
}

async function isFree(port: number): Promise<boolean> {
  return (await bind(port)) !== undefined;
}

async function freePort(): Promise<number> {
  const port = await bind(0);
  if (port === undefined) throw new LocalProblem('no port is free');
  return port;
}

function bind(port: number): Promise<number | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(undefined));
    server.listen(port, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' ? address?.port : undefined));
    });
  });
}

async function untilHealthy(endpoint: string, child: ChildProcess, log: string): Promise<void> {
  let failure: string | undefined;
  child.once('error', (error) => {
    failure = error.message;
  });
  for (const giveUpAt = performance.now() + START_WITHIN_MS; performance.now() < giveUpAt; ) {
    if (await isHealthy(endpoint)) return;
    if (failure !== undefined || child.exitCode !== null) {
      throw new LocalProblem(`the emulator did not start: ${failure ?? `exit ${child.exitCode}`} (${log})`);
    }
    await setTimeout(50);
  }
  throw new LocalProblem(`the emulator did not answer within ${START_WITHIN_MS / 1_000} s (${log})`);
}

async function isHealthy(endpoint: string): Promise<boolean> {
  try {
    const answer = await fetch(`${endpoint}${HEALTH}`, { signal: AbortSignal.timeout(2_000) });
    return answer.ok;
  } catch {
    return false;
  }
}

async function stop(child: ChildProcess): Promise<void> {
  const over = new Promise((resolve) => child.once('exit', resolve));
  if (child.exitCode === null && child.signalCode === null && child.pid !== undefined) {
    child.kill('SIGTERM');
    await Promise.race([over, setTimeout(STOP_WITHIN_MS, undefined, { ref: false })]);
  }
  signal(child, 'SIGKILL');
}

/** To the whole group: processes of functions outlive an emulator that is killed. */
function signal(child: ChildProcess, name: NodeJS.Signals): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, name);
  } catch {
    // It is over already.
  }
}
