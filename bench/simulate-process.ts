/** Runs the soak's random schedules one after the other for a time, for `simulate.ts`; answers what they came to. */
import { soakRun } from '../simulation/soak/soak.ts';

/** Which seeds to run, for how long. */
export interface SimulateOrder {
  firstSeed: number;
  step: number;
  seconds: number;
}

/** What the runs came to. */
export interface SimulateDone {
  schedules: number;
  /** Of them, those that went through fire, warn and disable. */
  whole: number;
  seconds: number;
  cpuSeconds: number;
  mails: number;
  checks: number;
  broken: { seed: number; what: string }[];
}

const WARM_UP = 20;

async function runSchedules({ firstSeed, step, seconds }: SimulateOrder): Promise<SimulateDone> {
  for (let seed = 1; seed <= WARM_UP; seed += 1) await soakRun(seed);
  const totals = { schedules: 0, whole: 0, mails: 0, checks: 0 };
  const broken: SimulateDone['broken'] = [];
  const [started, cpu] = [performance.now(), process.cpuUsage()];
  const spent = () => (performance.now() - started) / 1000;
  for (let seed = firstSeed; spent() < seconds; seed += step) {
    const result = await soakRun(seed);
    totals.schedules += 1;
    totals.whole += result.isWhole ? 1 : 0;
    totals.mails += result.mails;
    totals.checks += result.checks.reduce((sum, [, times]) => sum + times, 0);
    for (const what of result.broken) broken.push({ seed, what });
  }
  const { user, system } = process.cpuUsage(cpu);
  return { ...totals, seconds: spent(), cpuSeconds: (user + system) / 1_000_000, broken };
}

process.on('message', async (order: SimulateOrder) => {
  const done = await runSchedules(order);
  process.send?.(done, () => process.disconnect());
});
