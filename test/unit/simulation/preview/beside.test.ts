import { expect, it } from 'vitest';
import { LOADED, settingRows, taskRows } from '../../../../bench/sample-fleet.ts';
import { DAY, MINUTE } from '../../../../functions/abandonment/time.ts';
import { MemoryTable } from '../../../../functions/store/table/memory-table.ts';
import { deployedService } from '../../../../simulation/engine/deployed-service.ts';
import { runBeside } from '../../../../simulation/preview/beside.ts';
import { previewStage } from '../../../../simulation/preview/preview.ts';
import { runSide, type Side } from '../../../../simulation/preview/side.ts';
import {
  fleetIn,
  scenarioOf,
  snapshotIn,
  snapshotOf,
} from '../../../../simulation/preview/stage-snapshot.ts';

const NOW = LOADED + MINUTE;

/** A stage of tasks of which every hundredth fails, and every thousandth is past its threshold. */
function stageOf(tasks: number) {
  const table = new MemoryTable({ rows: [...settingRows(tasks, NOW), ...taskRows(tasks)] });
  return snapshotOf(table, () => {});
}

async function sideOf(tasks: number, days: number): Promise<Side> {
  const snapshot = await stageOf(tasks);
  return { scenario: scenarioOf(snapshot, NOW, days), rows: snapshot.rows };
}

async function ranBeside(side: Side, heapMb?: number) {
  const beside = runBeside(side, heapMb);
  try {
    return await beside.ran;
  } finally {
    beside.end();
  }
}

it('comes to the same in a thread of its own', async () => {
  const side = await sideOf(1_000, 9);
  const here = await runSide(side, deployedService);
  expect(await ranBeside(side)).toEqual(here);
  // One of ten that fail is past its threshold: warned today, disabled a week later.
  const { run } = here as Extract<typeof here, { ok: true }>;
  const [first] = run.days.values();
  expect(first).toMatchObject({ day: '2026-03-02', counts: { fired: 1, warned: 1, disabled: 0 } });
  const off = [...run.days.values()].filter(({ counts }) => counts.disabled > 0).map(({ day }) => day);
  expect(off[0]).toBe('2026-03-09');
});

it('says so where a thread has too little memory', async () => {
  expect(await ranBeside(await sideOf(1_000, 1), 4)).toBeUndefined();
});

it('counts no facts of a stage where nobody hears of reports', async () => {
  const snapshot = await stageOf(10);
  const reader = { pk: 'SUBSCRIPTIONS', sk: 'x', v: 1, alertTypes: ['weekly_report'] };
  expect(snapshotIn(snapshot.rows).hearsReports).toBe(false);
  expect(snapshotIn([...snapshot.rows, reader]).hearsReports).toBe(true);
});

it('lets nobody wait for a side that is ended', async () => {
  const beside = runBeside(await sideOf(1_000, 60));
  beside.end();
  await expect(beside.ran).rejects.toThrow('ended without an answer');
});

it('previews a large stage as a small one, with both sides at the same time', async () => {
  const snapshot = await stageOf(5_000);
  const change = { scope: '', set: { warnAfter: '30d' }, days: 1 };
  const previewed = await previewStage(snapshot, { now: NOW, isProduction: true }, change, deployedService);
  const due = (of: number) =>
    [...fleetIn(snapshot)].filter(({ lastSeen: { PRIMARY = NOW } }) => PRIMARY <= NOW + DAY - of * DAY)
      .length;
  expect([due(14), due(30)]).toEqual([8, 0]);
  expect(previewed).toMatchObject({ ok: true, broken: [] });
  const total = previewed.ok ? previewed.lines.at(-1) : undefined;
  expect(total).toMatchObject({ today: { fired: 8, warned: 8 }, proposed: { fired: 0, warned: 0 } });
});
