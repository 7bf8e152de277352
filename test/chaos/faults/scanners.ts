import { setTimeout as wait } from 'node:timers/promises';
import { MINUTE, SECOND } from '../../../functions/abandonment/time.ts';
import type { Fault } from '../fault.ts';
import { endProcesses, missingProcesses } from '../processes.ts';
import { type Call, isTableWrite } from '../proxy.ts';
import type { ChaosWorld } from '../world.ts';

/** A run of the scanner takes itself at most so long to be claimed. */
const CLAIMED_WITHIN_MS = 30_000;

/** Whether a call claims the run of a tick, or ends it. */
function isClaimOf(tick: number, call: Call): boolean {
  const { body } = call;
  if (!isTableWrite(call)) return false;
  return body.includes('"SCANS"') && body.includes(`"claimed":{"N":"${tick}"}`);
}

/** After so many writes that follow their claims runs die: what the first began, the others find half done. */
const DEATHS = [0, 1, 2, 1];

function isWrite(call: Call): boolean {
  return isTableWrite(call) || call.operation.startsWith('SendMessage');
}

/** Waits until something is so. */
async function until(what: string, isSo: () => boolean): Promise<void> {
  for (const giveUpAt = performance.now() + CLAIMED_WITHIN_MS; !isSo(); await wait(10))
    if (performance.now() > giveUpAt) throw new Error(`${what}: not within ${CLAIMED_WITHIN_MS / 1_000} s`);
}

/**
 * A run that is slower than its lease, and one that takes its place meanwhile: each write of the first waits until the second
 * has its claim. Gives whether both ran at once.
 */
async function overtake(world: ChaosWorld): Promise<boolean> {
  const { clock } = world.stage;
  await world.wait(MINUTE);
  const ticks = { slow: clock.now(), meanwhile: clock.now() + 2 * MINUTE };
  const claimed = { slow: false, meanwhile: false };
  world.proxy.disturbance = async (call, forward) => {
    const isSecond = isClaimOf(ticks.meanwhile, call);
    if (claimed.slow && !isSecond && isWrite(call)) await until('the second run', () => claimed.meanwhile);
    const answer = await forward();
    if (isSecond) claimed.meanwhile = true;
    if (isClaimOf(ticks.slow, call)) claimed.slow = true;
    return answer;
  };
  let isOver = false;
  const slow = world.scan().finally(() => {
    isOver = true;
  });
  await until('the claim of a run', () => claimed.slow);
  await clock.set(ticks.meanwhile);
  const meanwhile = world.scan();
  await until('the claim of another run', () => claimed.meanwhile);
  const met = !isOver;
  await Promise.all([slow, meanwhile]);
  world.proxy.disturbance = undefined;
  return met;
}

/** Three that begin at the same tick; gives how many went through. */
async function race(world: ChaosWorld): Promise<number> {
  await world.wait(MINUTE);
  const ends = await Promise.all([world.scan(), world.scan(), world.scan()]);
  return ends.filter((end) => end === 'completed').length;
}

async function twoScanners(world: ChaosWorld): Promise<{ note: string }> {
  const times = 3;
  let met = 0;
  const through: number[] = [];
  for (let time = 0; time < times; time += 1) {
    met += (await overtake(world)) ? 1 : 0;
    through.push(await race(world));
    await world.round(MINUTE);
  }
  if (met === 0) throw new Error('no two runs of the scanner met');
  if (through.some((count) => count !== 1)) throw new Error(`of three at one tick ${through} went through`);
  return {
    note: `${met} of ${times} pairs ran at once; of three at one tick one went through, ${times} times`,
  };
}

/** Lets a run die at its nth write after its claim, once that is stored and before anybody hears so; gives whether it died. */
async function dieAt(world: ChaosWorld, write: number): Promise<boolean> {
  const tick = world.stage.clock.now();
  let left: number | undefined;
  let died = false;
  world.proxy.disturbance = async (call, forward) => {
    const answer = await forward();
    if (left === undefined && isClaimOf(tick, call)) left = write;
    else if (left !== undefined && isWrite(call) && !isClaimOf(tick, call)) left -= 1;
    if (left !== 0 || died) return answer;
    died = endProcesses(world, 'scanner') > 0;
    return died ? 'cut' : answer;
  };
  // How the emulator says that a process ended is its own affair.
  await world.scan().catch(() => undefined);
  world.proxy.disturbance = undefined;
  return died;
}

/** Runs die in their middle, one after the other: the lease of each keeps others away, and the next takes over and dies, too. */
async function scannerEnded(world: ChaosWorld): Promise<{ note: string }> {
  const { clock } = world.stage;
  let deaths = 0;
  for (const write of DEATHS) {
    await world.wait(2 * MINUTE);
    if (!(await dieAt(world, write))) continue;
    deaths += 1;
    await clock.set(clock.now() + SECOND);
    const within = await world.scan();
    if (within !== 'skipped') throw new Error(`within the lease of another a run ${within}`);
  }
  if (deaths === 0) throw new Error('no run of the scanner died');
  await clock.set(clock.now() + 2 * MINUTE);
  const after = await world.scan();
  if (after !== 'completed') throw new Error(`after the lease of another a run ${after}`);
  return { note: `${deaths} runs died, and each was taken over` };
}

/** Faults of the scanner: more than one of it, and one that dies. */
export const SCANNER_FAULTS: readonly Fault[] = [
  {
    name: 'two-scanners',
    what: 'a scanner is slower than its lease while another runs, and three begin at one tick; three times',
    before: 'disabling',
    inject: twoScanners,
  },
  {
    name: 'scanner-ended',
    what: "the scanner's process is ended (SIGKILL) in the middle of its run, four times",
    before: 'warning',
    missing: missingProcesses,
    inject: scannerEnded,
  },
];
