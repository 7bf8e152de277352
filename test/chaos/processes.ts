import { readdirSync, readFileSync } from 'node:fs';
import type { Deployment } from '../../functions/platform/names.ts';
import type { ChaosWorld } from './world.ts';

/** Why processes of functions cannot be found on this machine; undefined where they can. */
export function missingProcesses(): string | undefined {
  return process.platform === 'linux' ? undefined : 'processes are found by /proc';
}

/** Ends all processes of a function at once (SIGKILL); gives how many there were. */
export function endProcesses(world: ChaosWorld, service: keyof Deployment['functions']): number {
  const name = world.stage.deployment.functions[service].split(':').at(-2) ?? '';
  // Another emulator on this machine may have a function of the same name: the proxy is ours alone.
  const marks = [`AWS_LAMBDA_FUNCTION_NAME=${name}`, `AWS_ENDPOINT_URL_DYNAMODB=${world.proxy.url}`];
  const pids = readdirSync('/proc').filter((pid) => /^\d+$/.test(pid) && hasAll(pid, marks));
  for (const pid of pids) process.kill(Number(pid), 'SIGKILL');
  return pids.length;
}

/** Whether a process has these in its environment, where the system shows it. */
function hasAll(pid: string, marks: readonly string[]): boolean {
  try {
    const variables = readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0');
    return marks.every((mark) => variables.includes(mark));
  } catch {
    // It is another user's, or it is over.
    return false;
  }
}
