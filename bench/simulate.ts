import { fork } from 'node:child_process';
import { join } from 'node:path';
import { machine, print, printFigure, rounded } from './output.ts';
import type { SimulateDone, SimulateOrder } from './simulate-process.ts';

const PROGRAM = join(import.meta.dirname, 'simulate-process.ts');
const CORES = 2;
const GOAL = 1_000;
const FAULTS = 0;

/**
 * Row 9 of the budgets: how many random schedules the simulation runs in a minute on two cores, by two processes for
 * so many seconds.
 */
export async function benchSimulate(seconds: number, scanEvery: string): Promise<void> {
  const orders = Array.from({ length: CORES }, (_, core) => ({
    firstSeed: 1 + core,
    step: CORES,
    seconds,
    scanEvery,
  }));
  const runs = await Promise.all(orders.map(runIn));
  const sum = (figure: (run: SimulateDone) => number) => runs.reduce((total, run) => total + figure(run), 0);
  const schedules = sum((run) => run.schedules);
  const broken = runs.flatMap((run) => run.broken);
  for (const { seed, what } of broken.slice(0, 10)) print({ bench: 'simulate', seed, broken: what });
  const value = sum((run) => (run.schedules / run.seconds) * 60);
  const cpuMilliseconds = (1000 * sum((run) => run.cpuSeconds)) / schedules;
  printFigure({
    bench: 'simulate',
    figure: 'random schedules per minute on two cores',
    details: {
      on: 'memory table, simulated queues, SES and fleet',
      ...machine(),
      schedule: { tasks: 5, owners: 2, days: 30, scanEvery, faults: FAULTS, stage: 'disable' },
      seconds,
      schedules,
      throughWarnAndDisable: sum((run) => run.whole),
      scans: sum((run) => run.scans),
      mails: sum((run) => run.mails),
      disabled: sum((run) => run.disabled),
      promisesChecked: sum((run) => run.promisesChecked),
      promisesBroken: broken.length,
      cpuMillisecondsEach: rounded(cpuMilliseconds, 1),
      shareOfBothCores: rounded(sum((run) => run.cpuSeconds) / sum((run) => run.seconds), 2),
      onIdleCores: Math.round((CORES * 60_000) / cpuMilliseconds),
    },
    value: Math.round(value),
    goal: `>= ${GOAL}`,
    met: value >= GOAL && broken.length === 0,
    ratio: rounded(value / GOAL, 2),
  });
}

function runIn(order: SimulateOrder): Promise<SimulateDone> {
  const child = fork(PROGRAM);
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('message', (done) => resolve(done as SimulateDone));
    child.on('exit', (code) => {
      if (code !== 0) reject(new Error(`a simulating process ended with code ${code}`));
    });
    child.send(order);
  });
}
