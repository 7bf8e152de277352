import { type ChildProcess, spawn } from 'node:child_process';
import { openSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import { type EmulatorName, emulatorAt, isHealthy, TITLES } from './emulator-kind.ts';
import type { EmulatorProgram, Installed } from './emulator-program.ts';
import { logFile, makeTemporary, noteRun, removeLeftovers, removeRun } from './emulator-runs.ts';
import { toolsPath } from './local-aws.ts';
import { localstack } from './localstack/localstack.ts';
import type { RawMail } from './mail-sink.ts';
import { keptMails, type Mailbox, type ReadMails } from './mailbox.ts';
import { ministack } from './ministack.ts';
import { choosePort } from './ports.ts';
import { LocalProblem, type Say } from './progress.ts';

/** An AWS emulator that answers. */
export interface Emulator {
  name: EmulatorName;
  /** What `AWS_ENDPOINT_URL` is to be. */
  endpoint: string;
  /** Where it writes what it does; undefined where it was started elsewhere. */
  log: string | undefined;
  readMails: ReadMails;
  /** Tells of each mail as it goes out, where the emulator was started here. */
  onMail(listener: (mail: RawMail) => void): void;
  /** Stops it and removes what it left, where it was started here. */
  stop(): Promise<void>;
  /** The same at once, for a process that is about to end. */
  kill(): void;
}

const PROGRAMS: Record<EmulatorName, EmulatorProgram> = { ministack, localstack };

/** Where the command line looks for the stage `local` unless told otherwise. */
export const USUAL_ENDPOINT = `http://localhost:${ministack.usualPort}`;

/**
 * Starts an emulator, on its usual port or a free one (`TASKWARDEN_PORT` names another). Where `AWS_ENDPOINT_URL` is
 * set, the emulator that answers there (`docker compose up` gives LocalStack) is used and left running.
 * @param wanted which to start; MiniStack unless told
 * @throws LocalProblem where it cannot be had
 */
export async function startEmulator(tell: Say, wanted?: EmulatorName): Promise<Emulator> {
  const given = process.env.AWS_ENDPOINT_URL;
  if (given !== undefined && given !== '') return running(given, tell, wanted);
  const name = wanted ?? 'ministack';
  const program = PROGRAMS[name];
  await removeLeftovers(tell);
  const installed = await program.install(tell);
  const port = await choosePort(process.env.TASKWARDEN_PORT, program.usualPort);
  const emulator = await launch(name, installed, port);
  tell(`${TITLES[name]} answers on ${emulator.endpoint}`);
  return emulator;
}

async function running(endpoint: string, tell: Say, wanted: EmulatorName | undefined): Promise<Emulator> {
  if (wanted !== undefined) {
    const either = 'unset AWS_ENDPOINT_URL to have one started, or leave --emulator out';
    throw new LocalProblem(`AWS_ENDPOINT_URL names an emulator that runs already (${endpoint}): ${either}`);
  }
  if (!(await isHealthy(endpoint))) {
    const advice = 'start it (docker compose up --wait), or unset AWS_ENDPOINT_URL to have MiniStack started';
    throw new LocalProblem(`AWS_ENDPOINT_URL is ${endpoint}, and no emulator answers there: ${advice}`);
  }
  const name = await emulatorAt(endpoint);
  tell(`Using the ${TITLES[name]} at ${endpoint} (from AWS_ENDPOINT_URL)`);
  const nothing = () => {};
  const readMails = keptMails(endpoint);
  return { name, endpoint, log: undefined, readMails, onMail: nothing, stop: async () => {}, kill: nothing };
}

async function launch(name: EmulatorName, installed: Installed, port: number): Promise<Emulator> {
  const { mark, startWithinMs, stopWithinMs, openMailbox } = PROGRAMS[name];
  const endpoint = `http://localhost:${port}`;
  const temporary = await makeTemporary();
  const mailbox = await openMailbox(endpoint);
  const child = spawnEmulator(installed, { port, temporary, mailbox });
  await noteRun(port, { pid: child.pid ?? 0, owner: process.pid, temporary, mark });
  const emulator: Emulator = {
    name,
    endpoint,
    log: logFile(port),
    readMails: mailbox.readMails,
    onMail: mailbox.onMail,
    stop: async () => {
      mailbox.close();
      await stop(child, stopWithinMs);
      await removeRun(port, temporary);
    },
    kill: () => signal(child, 'SIGKILL'),
  };
  await untilHealthy(emulator, child, startWithinMs).catch(async (error: unknown) => {
    await emulator.stop();
    throw error;
  });
  return emulator;
}

function spawnEmulator(
  { command, args, variables }: Installed,
  { port, temporary, mailbox }: { port: number; temporary: string; mailbox: Mailbox },
): ChildProcess {
  const log = openSync(logFile(port), 'w');
  const { HOME = temporary, LANG = 'C.UTF-8' } = process.env;
  return spawn(command, args, {
    cwd: temporary,
    // A group of its own: Ctrl-C is for us, and its functions' processes end with it.
    detached: true,
    stdio: ['ignore', log, log],
    env: {
      HOME,
      LANG,
      PATH: toolsPath(),
      TMPDIR: temporary,
      ...variables({ port, temporary }),
      ...mailbox.variables,
    },
  });
}

async function untilHealthy(
  { endpoint, log }: Emulator,
  child: ChildProcess,
  withinMs: number,
): Promise<void> {
  let failure: string | undefined;
  child.once('error', (error) => {
    failure = error.message;
  });
  for (const giveUpAt = performance.now() + withinMs; performance.now() < giveUpAt; ) {
    if (await isHealthy(endpoint)) return;
    if (failure !== undefined || child.exitCode !== null) {
      throw new LocalProblem(`the emulator did not start: ${failure ?? `exit ${child.exitCode}`} (${log})`);
    }
    await setTimeout(50);
  }
  throw new LocalProblem(`the emulator did not answer within ${withinMs / 1_000} s (${log})`);
}

async function stop(child: ChildProcess, withinMs: number): Promise<void> {
  const over = new Promise((resolve) => child.once('exit', resolve));
  if (child.exitCode === null && child.signalCode === null && child.pid !== undefined) {
    child.kill('SIGTERM');
    await Promise.race([over, setTimeout(withinMs, undefined, { ref: false })]);
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
