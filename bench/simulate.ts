import { fork } from 'node:child_process';
import { join } from 'node:path';
import { machine, print, printFigure, rounded } from './output.ts';
import type { SimulateDone, SimulateOrder } from './simulate-process.ts';

const PROGRAM = join(import.meta.dirname, 'simulate-process.ts');
const CORES = 2;
const GOAL = 1_000;

/**
 * How many of the soak's random schedules (5 or 6 tasks of 2 or 3 owners over 30 days with at
 * least 3 faults, a scan every 6 h, all promises checked after each step) run in a minute, by two processes for so
 * many seconds. Only those that go through fire, warn and disable count.
 */
export async function benchSimulate(seconds: number): Promise<void> {
  const orders = Array.from({ length: CORES }, (_, core) => ({ firstSeed: 1 + core, step: CORES, seconds }));
  const runs = await Promise.all(orders.map(runIn));
  const sum = (figure: (run: SimulateDone) => number) => runs.reduce((total, run) => total + figure(run), 0);
  const schedules = sum((run) => run.schedules);
  const whole = sum((run) => run.whole);
  const broken = runs.flatMap((run) => run.broken);
  for (const { seed, what } of broken.slice(0, 10)) print({ bench: 'simulate', seed, broken: what });
  const cpuMilliseconds = (1000 * sum((run) => run.cpuSeconds)) / schedules;
  const value = Math.round(sum((run) => (run.whole / run.seconds) * 60));
  printFigure({
    bench: 'simulate',
    figure: 'random schedules through fire, warn and disable per minute on two cores',
    details: {
      on: 'memory table, simulated queues, SES and fleet',
      ...machine(),
      schedule: 'as npm run simulate:soak: 5-6 tasks, 30 days, a scan every 6 h, at least 3 faults',
      seconds,
      schedules,
      ofThemThroughFireWarnDisable: whole,
      allPerMinute: Math.round(sum((run) => (run.schedules / run.seconds) * 60)),
      mails: sum((run) => run.mails),
      promisesChecked: sum((run) => run.checks),
      promisesBroken: broken.length,
      cpuMillisecondsEach: rounded(cpuMilliseconds, 1),
      shareOfTwoCores: rounded(sum((run) => run.cpuSeconds) / sum((run) => run.seconds), 2),
    },
    value,
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
