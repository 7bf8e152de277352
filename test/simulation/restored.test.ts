import { expect, test } from 'vitest';
import { exportLines } from '../../functions/operators/table-export.ts';
import { checkExport, restoreTable } from '../../functions/operators/table-restore.ts';
import type { System } from '../../functions/platform/system.ts';
import { MemoryTable } from '../../functions/store/table/memory-table.ts';
import { type StageSnapshot, snapshotOf } from '../../simulation/preview/stage-snapshot.ts';
import { at, play } from './story.ts';

const ANA = 'ana@acme.test';

const resume = (when: string) =>
  ['evaluate', 'notify', 'disable'].map((of) => ({ at: when, type: 'operator', action: 'resume', of }));

/** The lines of an export of a stage as it is at the end of a story. */
async function exportAfter(scenario: Record<string, unknown>): Promise<{ lines: string[]; system: System }> {
  let seen: System | undefined;
  const processOf = (_name: string, system: System) => {
    seen ??= system;
    return system;
  };
  await play(scenario, { processOf });
  const system = seen as System;
  const from = { stage: 'prod', at: system.clock.now() };
  const lines: string[] = [];
  for await (const line of exportLines(system.table, from, () => {})) lines.push(line);
  return { lines, system };
}

/** What a stage knows once such lines were restored at an instant. */
async function restoredAt(
  when: string,
  { lines, system }: { lines: string[]; system: System },
): Promise<StageSnapshot> {
  const open = async function* () {
    yield* lines;
  };
  expect(await checkExport(open())).toMatchObject({ ok: true });
  const table = new MemoryTable();
  const clock = { now: () => Date.parse(when) };
  await restoreTable({ ...system, table, clock }, open(), { by: 'olga', progress: () => {} });
  const { rows } = await table.scan();
  return { ...(await snapshotOf(table, () => {})), rows };
}

/** A backup of T+17d, of a task whose owner was warned that it ends at T+21d; restored at T+20d. */
async function afterRestore(events: Record<string, unknown>[], until = at(30)): Promise<string[]> {
  const startsFrom = await restoredAt(at(20), await exportAfter({ until: at(17) }));
  const { story } = await play({ start: at(20), until, tasks: [], events }, { startsFrom });
  return story;
}

test('a restored stage does nothing until operators resume it', async () => {
  expect(await afterRestore([])).toEqual(['T+20d held acmeCo/a #1 paused']);
});

test('once it is resumed all are warned again, with a full grace and its reminders', async () => {
  expect(await afterRestore(resume(at(20, 6)))).toEqual([
    'T+20d held acmeCo/a #1 paused',
    `T+20d6h mail ${ANA}: warning acmeCo/a #1 until T+27d6h`,
    `T+24d6h mail ${ANA}: reminder acmeCo/a #1 until T+27d6h`,
    `T+26d6h mail ${ANA}: reminder acmeCo/a #1 until T+27d6h`,
    'T+27d6h disabled acmeCo/a #1 due T+27d6h',
    'T+27d6h resolved acmeCo/a #1 disabled',
    `T+27d6h+ mail ${ANA}: disabled acmeCo/a #1`,
  ]);
});

test('a task whose date came before the backup, and which was on its way, is not disabled at it', async () => {
  // Held at its date by a pause of disabling; the backup is of then.
  const held = { at: at(20), type: 'operator', action: 'pause', of: 'disable' };
  const startsFrom = await restoredAt(at(23), await exportAfter({ until: at(22), events: [held] }));
  const { story } = await play(
    { start: at(23), until: at(32), tasks: [], events: resume(at(24)) },
    { startsFrom },
  );
  expect(story.filter((line) => /warning|disabled/.test(line))).toEqual([
    `T+24d mail ${ANA}: warning acmeCo/a #1 until T+31d`,
    'T+31d disabled acmeCo/a #1 due T+31d',
    'T+31d resolved acmeCo/a #1 disabled',
    `T+31d+ mail ${ANA}: disabled acmeCo/a #1`,
  ]);
});

test('the time between the backup and the first scan after it counts against nobody', async () => {
  const startsFrom = await restoredAt(at(12), await exportAfter({ until: at(10) }));
  const { story } = await play(
    { start: at(12), until: at(17), tasks: [], events: resume(at(12, 6)) },
    { startsFrom },
  );
  // From an hour after the last scan of day 10 to the resuming on day 12, 6 h, are 53 hours.
  expect(story).toEqual([
    'T+16d5h fired acmeCo/a #1 since T+0d (disable)',
    `T+16d5h mail ${ANA}: warning acmeCo/a #1 until T+23d5h`,
  ]);
});
