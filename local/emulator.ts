import { type ChildProcess, spawn } from 'node:child_process';
import { openSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { type EmulatorName, emulatorAt, isHealthy, TITLES } from './emulator-kind.ts';
import type { EmulatorProgram, Installed } from './emulator-program.ts';
import { logFile, makeTemporary, noteRun, removeLeftovers, removeRun } from './emulator-runs.ts';
import { endWithUs } from './end-with-us.ts';
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
  /**
   * Stops it as an operator would, and starts it again on the same port, where it was started here. What it knows
   * afterwards is what it keeps of its own (`keepState`).
   */
  restart(): Promise<void>;
  /** Stops it and removes what it left, where it was started here. */
  stop(): Promise<void>;
  /** The same at once, for a process that is about to end. */
  kill(): void;
}

/** What one run of an emulator is told beside what all are told. */
export interface RunOptions {
  /** Variables of its process, which its functions inherit; by where it will answer. */
  variables?: (endpoint: string) => Record<string, string>;
  /** Whether it keeps its state over a `restart`. @default not */
  keepState?: boolean;
}

/** How long an emulator that keeps its state may take to write it. */
const STATE_WRITTEN_WITHIN_MS = 30_000;

const PROGRAMS: Record<EmulatorName, EmulatorProgram> = { ministack, localstack };

/** Where the command line looks for the stage `local` unless told otherwise. */
export const USUAL_ENDPOINT = `http://localhost:${ministack.usualPort}`;

/**
 * Starts an emulator, on its usual port or a free one (`TASKWARDEN_PORT` names another). Where `AWS_ENDPOINT_URL` is
 * set, the emulator that answers there (`docker compose up` gives LocalStack) is used and left running.
 * @param wanted which to start; MiniStack unless told
 * @throws LocalProblem where it cannot be had
 */
export async function startEmulator(
  say: Say,
  wanted?: EmulatorName,
  options: RunOptions = {},
): Promise<Emulator> {
  const endpoint = process.env.AWS_ENDPOINT_URL;
  if (endpoint !== undefined && endpoint !== '') return running(endpoint, say, wanted);
  const name = wanted ?? 'ministack';
  const program = PROGRAMS[name];
  await removeLeftovers(say);
  const installed = await program.install(say);
  const port = await choosePort(process.env.TASKWARDEN_PORT, program.usualPort);
  const emulator = await launch(name, installed, port, options);
  say(`${TITLES[name]} answers on ${emulator.endpoint}`);
  return emulator;
}

async function running(endpoint: string, say: Say, wanted: EmulatorName | undefined): Promise<Emulator> {
  if (wanted !== undefined) {
    const either = 'unset AWS_ENDPOINT_URL to have one started, or leave --emulator out';
    throw new LocalProblem(`AWS_ENDPOINT_URL names an emulator that runs already (${endpoint}): ${either}`);
  }
  if (!(await isHealthy(endpoint))) {
    const advice = 'start it (docker compose up --wait), or unset AWS_ENDPOINT_URL to have MiniStack started';
    throw new LocalProblem(`AWS_ENDPOINT_URL is ${endpoint}, and no emulator answers there: ${advice}`);
  }
  const name = await emulatorAt(endpoint);
  say(`Using the ${TITLES[name]} at ${endpoint} (from AWS_ENDPOINT_URL)`);
  const nothing = () => {};
  const readMails = keptMails(endpoint);
  const restart = () =>
    Promise.reject(new LocalProblem(`who started the emulator at ${endpoint} starts it again`));
  const none = { onMail: nothing, stop: async () => {}, kill: nothing };
  return { name, endpoint, log: undefined, readMails, restart, ...none };
}

async function launch(
  name: EmulatorName,
  installed: Installed,
  port: number,
  options: RunOptions,
): Promise<Emulator> {
  const { mark, startWithinMs, stopWithinMs, openMailbox } = PROGRAMS[name];
  const endpoint = `http://localhost:${port}`;
  const temporary = await makeTemporary();
  const mailbox = await openMailbox(endpoint);
  const place = { port, temporary, mailbox, variables: ownVariables(endpoint, temporary, options) };
  const log = logFile(port);
  const begin = async (flags: 'w' | 'a') => {
    const child = spawnEmulator(installed, place, openSync(log, flags));
    endWithUs(child, { isGroup: true });
    await noteRun(port, { pid: child.pid ?? 0, owner: process.pid, temporary, mark });
    return child;
  };
  let child = await begin('w');
  const emulator: Emulator = {
    name,
    endpoint,
    log,
    readMails: mailbox.readMails,
    onMail: mailbox.onMail,
    restart: async () => {
      await stop(child, STATE_WRITTEN_WITHIN_MS);
      child = await begin('a');
      await untilHealthy(emulator, child, startWithinMs);
    },
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

/** MiniStack writes its state as it ends, where it is told to keep it; it goes with the temporary folder. */
function ownVariables(
  endpoint: string,
  temporary: string,
  { variables, keepState = false }: RunOptions,
): Record<string, string> {
  const state = { PERSIST_STATE: '1', STATE_DIR: join(temporary, 'state') };
  return { ...variables?.(endpoint), ...(keepState ? state : {}) };
}

function spawnEmulator(
  { command, args, variables }: Installed,
  place: { port: number; temporary: string; mailbox: Mailbox; variables: Record<string, string> },
  log: number,
): ChildProcess {
  const { temporary, mailbox } = place;
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
      ...variables(place),
      ...mailbox.variables,
      ...place.variables,
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
