import { execFileSync } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { LOCAL_FOLDER } from './local-aws.ts';
import type { Say } from './progress.ts';

/** Who runs in a folder, so that what a killed process left can be found. */
export interface RunFile {
  /** The emulator's process, which leads its group. */
  pid: number;
  /** The process that started it and is to stop it. */
  owner: number;
  /** Its temporary folder, with those of the functions. */
  temporary: string;
  /** What its command line has in it. */
  mark: string;
}

const RUN_FILE = /^emulator-(\d+)\.json$/;
const LEFT_FILE = /^(?:emulator|deploy)-(\d+)\.(?:log|cdk\.out)$/;

/**
 * Makes the temporary folder of an emulator. It lies outside the checkout, whose packages functions would find and
 * whose `type` would hold for their code.
 */
export function makeTemporary(): Promise<string> {
  return mkdtemp(join(tmpdir(), 'taskwarden-emulator-'));
}

/** Notes who runs on a port. */
export async function noteRun(port: number, run: RunFile): Promise<void> {
  await writeFile(runFile(port), JSON.stringify(run));
}

/** Removes what an emulator left but for its log, which explains failures. */
export async function removeRun(port: number, temporary: string): Promise<void> {
  await rm(temporary, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  await rm(runFile(port), { force: true });
}

/** Where the emulator on a port writes what it does, and what functions write. */
export function logFile(port: number): string {
  return join(LOCAL_FOLDER, `emulator-${port}.log`);
}

function runFile(port: number): string {
  return join(LOCAL_FOLDER, `emulator-${port}.json`);
}

/** Ends emulators whose starter is gone (killed, say), and removes what they and earlier ones left. */
export async function removeLeftovers(say: Say): Promise<void> {
  const names = await readdir(LOCAL_FOLDER).catch(() => []);
  const running = new Set<string>();
  for (const name of names) {
    const port = RUN_FILE.exec(name)?.[1];
    const run = port === undefined ? undefined : await readRun(join(LOCAL_FOLDER, name));
    if (port === undefined || !run) continue;
    if (isAlive(run.owner)) running.add(port);
    else await removeOrphan(Number(port), run, say);
  }
  for (const name of names) {
    const port = LEFT_FILE.exec(name)?.[1];
    if (port === undefined || running.has(port)) continue;
    await rm(join(LOCAL_FOLDER, name), { recursive: true, force: true });
  }
}

async function removeOrphan(port: number, run: RunFile, say: Say): Promise<void> {
  if (isEmulator(run)) {
    say('Stopping an emulator that an earlier run left behind');
    endGroup(run.pid);
    for (let waits = 0; isAlive(run.pid) && waits < 40; waits += 1) await setTimeout(50);
  }
  await removeRun(port, run.temporary);
}

async function readRun(file: string): Promise<RunFile | undefined> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as RunFile;
  } catch {
    return undefined;
  }
}

/** Whether a process of this id is there, be it another than the one that was meant. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** Process ids are used again: only what still is an emulator may be ended. */
function isEmulator({ pid, mark }: RunFile): boolean {
  if (pid <= 1 || !isAlive(pid)) return false;
  try {
    return execFileSync('ps', ['-o', 'args=', '-p', String(pid)], { encoding: 'utf8' }).includes(mark);
  } catch {
    return false;
  }
}

function endGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // It is over already.
  }
}
