import { describe, expect, it } from 'vitest';
import { DAY, HOUR } from '../../../../functions/abandonment/time.ts';
import { healthStep } from '../../../../functions/scanner/steps/health.ts';
import {
  type DataPlaneRecord,
  dataPlaneCountWrite,
  loadDataPlane,
  loadDataPlaneCount,
} from '../../../../functions/store/data-planes.ts';
import { keys } from '../../../../functions/store/keys.ts';
import type { Query, Write } from '../../../../functions/store/table/table.port.ts';
import { puts, refusing } from '../../store/refusing-table.ts';
import { aPlane, counted, START as NOW, only, type RunStage, runStage } from '../run-stage.ts';

const OLD = 'old';
const UNUSED = { since: NOW - 400 * DAY, usedAt: NOW - 30 * DAY };

/** A stage with a plane that nobody named for thirty days, and one that is in use. */
async function stageOf(plane: Partial<DataPlaneRecord> = {}, ...more: Write[]) {
  const stage = runStage();
  await stage.planes(aPlane(OLD, { ...UNUSED, ...plane }), aPlane('eu-1'));
  await stage.write(dataPlaneCountWrite({ count: 2, rev: 0 }), ...more);
  return stage;
}

/** Takes the step, and gives those that the run goes by then, and what is stored of the old one. */
async function look(stage: RunStage) {
  const run = await stage.begin();
  const { figures } = await stage.take(healthStep, run);
  const stored = await loadDataPlane(stage.table, OLD);
  const planes = run.view.planes.map(({ name }) => name).sort();
  return { figures, stored, planes, count: (await loadDataPlaneCount(stage.table)).count };
}

describe('a plane that nobody named for thirty days', () => {
  it('is forgotten with its counters, and makes room for another', async () => {
    const stage = await stageOf(
      {},
      counted(OLD, 'acmeCo', { eligible: 0 }),
      counted(OLD, 'beta', { eligible: 0 }),
    );
    expect(await look(stage)).toEqual({ figures: {}, stored: undefined, planes: ['eu-1'], count: 1 });
    expect(await stage.rows({ pk: 'COUNT#' })).toEqual([]);
  });

  it.each<[string, Partial<DataPlaneRecord>]>([
    ['named since', { usedAt: NOW - 30 * DAY + 1 }],
    ['reported since', { reportedAt: NOW - DAY }],
    ['heard of since', { since: NOW - 29 * DAY }],
  ])('but not one that was %s; nothing is written of it', async (_what, plane) => {
    const stage = await stageOf(plane);
    expect(await look(stage)).toMatchObject({ stored: { rev: 1 }, planes: ['eu-1', OLD], count: 2 });
    expect(stage.writes).toEqual([]);
  });

  it.each<[string, Partial<DataPlaneRecord>, Write[]]>([
    [
      'an eligible task',
      {},
      [counted(OLD, 'acmeCo', { eligible: 0 }), counted(OLD, 'beta', { eligible: 1 })],
    ],
    ['a job that runs', {}, [counted(OLD, 'acmeCo', { eligible: 0, jobs: 1 })]],
  ])('is in use with %s, and judged again thirty days later', async (_what, plane, writes) => {
    const stage = await stageOf(plane, ...writes);
    const { stored, planes, count } = await look(stage);
    expect(stored).toMatchObject({ usedAt: NOW, state: 'up', rev: 2 });
    expect([planes, count]).toEqual([['eu-1', OLD], 2]);
    expect((await look(stage)).stored?.rev).toBe(2);
  });

  it('is in use while an outage of it lasts, and is not for one that is over', async () => {
    const outage = { from: NOW - 40 * DAY, membersUntil: NOW - 40 * DAY + HOUR, members: 10, countedTo: NOW };
    const lasting = await stageOf({ outages: [{ ...outage, endedAt: null }] });
    expect((await look(lasting)).stored).toMatchObject({ usedAt: NOW });
    const over = await stageOf({ outages: [{ ...outage, endedAt: NOW - 31 * DAY }] });
    expect((await look(over)).stored).toBeUndefined();
  });

  it('goes with ninety counters: what is left of more says nothing of a plane that comes back', async () => {
    const many = Array.from({ length: 95 }, (_, number) => counted(OLD, `t${number}`, { eligible: 0 }));
    const stage = await stageOf({}, ...many);
    expect((await look(stage)).stored).toBeUndefined();
    expect(await stage.rows({ pk: 'COUNT#' })).toHaveLength(5);
  });

  it('is not counted below none', async () => {
    const stage = runStage();
    await stage.planes(aPlane(OLD, UNUSED));
    await stage.write(dataPlaneCountWrite({ count: 0, rev: 0 }));
    expect(await look(stage)).toMatchObject({ stored: undefined, count: 0 });
  });
});

describe('while others are at it', () => {
  /** Lets others write once the counters of the plane were read. */
  const meanwhile = (stage: RunStage, ...writes: Write[]) => {
    const { query } = stage.table;
    let waiting = writes;
    stage.table.query = async (asked: Query) => {
      const page = await query.call(stage.table, asked);
      if (asked.pk !== keys.count(OLD, '').pk) return page;
      const now = waiting;
      waiting = [];
      if (now.length > 0) await stage.table.transact(now, 'meanwhile');
      return page;
    };
  };

  it('it stays where it gets a task, or is named', async () => {
    const task = await stageOf({}, counted(OLD, 'acmeCo', { eligible: 0 }));
    meanwhile(task, counted(OLD, 'acmeCo', { eligible: 1 }));
    expect(await look(task)).toMatchObject({
      figures: only({ conflicts: 1 }),
      planes: ['eu-1', OLD],
      count: 2,
    });
    const named = await stageOf();
    meanwhile(named, { put: { ...(await named.table.get(keys.dataPlane(OLD)))!, usedAt: NOW, rev: 2 } });
    expect(await look(named)).toMatchObject({
      figures: only({ conflicts: 1 }),
      stored: { usedAt: NOW },
      planes: ['eu-1', OLD],
    });
  });

  it('that it is in use is noted by the next scan where it could not be', async () => {
    const stage = await stageOf({ lifeSignAt: NOW - 30 * DAY }, counted(OLD, 'acmeCo', { eligible: 1 }));
    stage.on(refusing(stage.system.table, (writes) => puts(writes, 'PLANES')));
    // What is known of it otherwise is stored all the same.
    expect(await look(stage)).toMatchObject({
      figures: only({ conflicts: 1 }),
      stored: { state: 'silent', usedAt: UNUSED.usedAt, rev: 2 },
    });
    expect((await look(stage)).stored).toMatchObject({ usedAt: NOW, rev: 3 });
  });
});
