import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { ROOT } from './bundle-options.ts';

/** One line of the peer's script; what each key means is said in its README. */
export interface PeerLine {
  owners: number;
  ownersReached: number;
  lost: number;
  tasksNeverNamed: number;
  duplicates: number;
  seconds: number;
  sendSeconds: number;
}

const SCRIPT = 'run_c7n_mailer.py';

/** The folder of the peer where none is named: beside the repository; undefined where it is not there. */
export function peerBesideRepository(): string | undefined {
  const folder = join(ROOT, '..', 'shared', 'peer');
  return existsSync(folder) ? folder : undefined;
}

/** Runs the peer once on its own stub; throws where it cannot. */
export async function runPeer(
  folder: string,
  given: { tasks: number; owners: number; sesLatencyMs: number; fault: string },
): Promise<PeerLine> {
  const options = Object.entries({
    '--tasks': given.tasks,
    '--owners': given.owners,
    '--ses-latency-ms': given.sesLatencyMs,
    '--fault': given.fault,
  }).flatMap(([name, value]) => [name, String(value)]);
  const child = spawn('python3', [join(folder, SCRIPT), ...options], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(child, 'close');
  const printed = await text(child.stdout);
  const [code] = await ended;
  if (code !== 0) throw new Error(`${SCRIPT} ended with code ${code}`);
  return JSON.parse(printed) as PeerLine;
}

/** Makes what the peer needs and warms its files; answers why it cannot run, undefined where it can. */
export async function peerObstacle(folder: string): Promise<string | undefined> {
  try {
    await runPeer(folder, { tasks: 10, owners: 10, sesLatencyMs: 0, fault: 'none' });
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
