import { fork } from 'node:child_process';
import { join } from 'node:path';
import { machine, print, printFigure, rounded } from './output.ts';
import type { PreviewDone } from './preview-process.ts';
import { describeFleet } from './sample-fleet.ts';

const PROGRAM = join(import.meta.dirname, 'preview-process.ts');
const GOAL_SECONDS = 10;
const GOAL_MIB = 1024;

/** How long a preview of a change of policy over 60 days takes on a stage of many tasks, in a fresh process, and its peak memory. */
export async function benchPreview(tasks: number): Promise<void> {
  print({ bench: 'preview', ...machine(), ...describeFleet(tasks) });
  const { seconds, cpuSeconds, peakMiB, loadedMiB, total } = await previewOf(tasks);
  const details = {
    tasks,
    days: 60,
    change: 'warnAfter=10d',
    cpuSeconds: rounded(cpuSeconds, 1),
    shareOfTwoCores: rounded(cpuSeconds / seconds / 2, 2),
    loadedMiB,
    total,
  };
  printFigure({
    bench: 'preview',
    figure: 'seconds of a preview of a change of policy, reading the table in memory included',
    details,
    value: rounded(seconds, 1),
    goal: `<= ${GOAL_SECONDS}`,
    met: seconds <= GOAL_SECONDS,
    ratio: rounded(seconds / GOAL_SECONDS, 2),
  });
  printFigure({
    bench: 'preview',
    figure: 'peak MiB of its process, the table included',
    details: { tasks, loadedMiB },
    value: peakMiB,
    goal: `<= ${GOAL_MIB}`,
    met: peakMiB <= GOAL_MIB,
    ratio: rounded(peakMiB / GOAL_MIB, 2),
  });
}

function previewOf(tasks: number): Promise<PreviewDone> {
  const child = fork(PROGRAM);
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('message', (done) => resolve(done as PreviewDone));
    child.on('exit', (code) => {
      if (code !== 0) reject(new Error(`the previewing process ended with code ${code}`));
    });
    child.send(tasks);
  });
}
