/** Runs random scenarios one after the other for a time, for `simulate.ts`; answers what they came to. */
import { deployedService } from '../simulation/deployed-service.ts';
import { simulate } from '../simulation/simulate.ts';
import { randomScenario } from './random-scenario.ts';

/** Which seeds to run, for how long. */
export interface SimulateOrder {
  firstSeed: number;
  step: number;
  seconds: number;
  scanEvery: string;
}

/** What the runs came to. */
export interface SimulateDone {
  schedules: number;
  seconds: number;
  cpuSeconds: number;
  /** Runs in which at least one task was warned about and disabled. */
  whole: number;
  scans: number;
  mails: number;
  disabled: number;
  promisesChecked: number;
  broken: { seed: number; what: string }[];
}

const WARM_UP = 10;

export async function runSchedules(order: SimulateOrder): Promise<SimulateDone> {
  const { firstSeed, step, seconds, scanEvery } = order;
  for (let seed = 1; seed <= WARM_UP; seed += 1) {
    await simulate(randomScenario(seed, scanEvery), deployedService);
  }
  const totals = { schedules: 0, whole: 0, scans: 0, mails: 0, disabled: 0, promisesChecked: 0 };
  const broken: SimulateDone['broken'] = [];
  const [started, cpu] = [performance.now(), process.cpuUsage()];
  const spent = () => (performance.now() - started) / 1000;
  for (let seed = firstSeed; spent() < seconds; seed += step) {
    const result = await simulate(randomScenario(seed, scanEvery), deployedService);
    if (!result.ok) throw new Error(`seed ${seed}: ${result.problem}`);
    const { summary } = result;
    totals.schedules += 1;
    totals.whole += summary.mails > 0 && summary.disabled > 0 ? 1 : 0;
    totals.scans += summary.scans;
    totals.mails += summary.mails;
    totals.disabled += summary.disabled;
    totals.promisesChecked += summary.promisesChecked;
    for (const what of result.broken) broken.push({ seed, what });
  }
  const { user, system } = process.cpuUsage(cpu);
  return { ...totals, seconds: spent(), cpuSeconds: (user + system) / 1_000_000, broken };
}

process.on('message', async (order: SimulateOrder) => {
  const done = await runSchedules(order);
  process.send?.(done, () => process.disconnect());
});
