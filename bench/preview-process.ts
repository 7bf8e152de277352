/** Previews a change of policy on a stage of many tasks once, for `preview.ts`; answers what that took. */
import { MINUTE } from '../functions/abandonment/time.ts';
import { MemoryTable } from '../functions/store/table/memory-table.ts';
import { deployedService } from '../simulation/engine/deployed-service.ts';
import { type PreviewLine, previewStage } from '../simulation/preview/preview.ts';
import { snapshotOf } from '../simulation/preview/stage-snapshot.ts';
import { LOADED, settingRows, taskRows } from './sample-fleet.ts';

/** What a preview took, and its total. */
export interface PreviewDone {
  seconds: number;
  cpuSeconds: number;
  loadedMiB: number;
  peakMiB: number;
  total: PreviewLine | undefined;
}

const NOW = LOADED + MINUTE;
const CHANGE = { scope: '', set: { warnAfter: '10d' } };
const MIB = 2 ** 20;

async function previewOnce(tasks: number): Promise<PreviewDone> {
  const table = new MemoryTable({ rows: [...settingRows(tasks, NOW), ...taskRows(tasks)] });
  const loadedMiB = Math.round(process.memoryUsage.rss() / MIB);
  const [started, cpu] = [performance.now(), process.cpuUsage()];
  const snapshot = await snapshotOf(table, () => {});
  const previewed = await previewStage(snapshot, { now: NOW, isProduction: true }, CHANGE, deployedService);
  if (!previewed.ok) throw new Error(previewed.problem);
  const seconds = (performance.now() - started) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  return {
    seconds,
    cpuSeconds: (user + system) / 1_000_000,
    loadedMiB,
    peakMiB: Math.round(process.resourceUsage().maxRSS / 1024),
    total: previewed.lines.at(-1),
  };
}

process.on('message', async (tasks: number) => {
  const done = await previewOnce(tasks);
  process.send?.(done, () => process.disconnect());
});
