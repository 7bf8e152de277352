import { describe, expect, it } from 'vitest';
import type { Evidence, Keep, Task } from '../../../../functions/abandonment/task.ts';
import { DAY, HOUR, type Instant, MINUTE } from '../../../../functions/abandonment/time.ts';
import { abandonmentStep } from '../../../../functions/scanner/steps/abandonment.ts';
import { bucketOf } from '../../../../functions/store/keys.ts';
import { newTaskRecord, type TaskRecord } from '../../../../functions/store/tasks.ts';
import { aTask } from '../../abandonment/decide-builders.ts';
import { aPlane, START as NOW, only, type RunStage, runStage, takeReading } from '../run-stage.ts';

const A = 'acmeCo/a';

/** A task that fails since an instant, just seen. */
function failing(
  id: string,
  since: Instant,
  { keep = null, ...more }: { keep?: Keep | null; evidence?: Partial<Evidence>; task?: Partial<Task> } = {},
): TaskRecord {
  const record = newTaskRecord(aTask({ id, ...more.task }));
  const seen = {
    observedAt: NOW - MINUTE,
    statuses: ['FAILED'],
    lastSeen: { PRIMARY: since },
    lostAt: since,
  };
  return { ...record, keep, evidence: { ...record.evidence, ...seen, ...more.evidence } as Evidence };
}

async function stageOf(...tasks: TaskRecord[]) {
  const stage = runStage();
  await stage.policy({ mode: 'notify', warnAfter: '14d' });
  await stage.planes(aPlane('eu-1'), aPlane('us-1', { state: 'silent', since: NOW - HOUR }));
  await stage.tasks(...tasks);
  return stage;
}

/** Takes the step; gives the tasks that have an episode then, and those whose row was read for it. */
async function scan(stage: RunStage, how?: Parameters<typeof takeReading>[2]) {
  const { turn, read } = await takeReading(stage, abandonmentStep, how);
  const rows = await stage.rows({ pk: 'T#', sk: 'T' });
  const fired = rows.filter(({ open }) => open !== undefined).map(({ pk }) => pk.slice(2));
  return { fired: fired.sort(), read, cursor: turn.cursor, figures: turn.figures };
}

describe('a task', () => {
  it('fires once it failed for warnAfter; one that fails for less is not even evaluated', async () => {
    const stage = await stageOf(failing(A, NOW - 14 * DAY), failing('acmeCo/b', NOW - 14 * DAY + 1));
    expect(await scan(stage)).toEqual({
      fired: [A],
      read: [A],
      cursor: null,
      figures: { considered: 1, fired: 1, notices: 1 },
    });
    expect(await stage.task(A)).toMatchObject({ open: { firedAt: NOW, since: NOW - 14 * DAY, number: 1 } });
  });

  it('fires in whatever bucket it is', async () => {
    const ids = Array.from({ length: 20 }, (_, number) => `acmeCo/t${number}`);
    expect(new Set(ids.map((id) => bucketOf(id))).size).toBe(8);
    const stage = await stageOf(...ids.map((id) => failing(id, NOW - 20 * DAY)));
    expect((await scan(stage)).fired).toEqual([...ids].sort());
  });

  it('is left to a later scan where time is short, which goes on from there', async () => {
    const stage = await stageOf(failing(A, NOW - 20 * DAY));
    expect(await scan(stage, { spent: () => true })).toMatchObject({ fired: [], cursor: '0' });
    expect((await scan(stage, { cursor: String(bucketOf(A) + 1) })).fired).toEqual([]);
    expect((await scan(stage, { cursor: String(bucketOf(A)) })).fired).toEqual([A]);
  });

  it('that was stored with evidence of long ago waits for a new one', async () => {
    const stage = await stageOf(failing(A, NOW - 30 * DAY, { evidence: { observedAt: NOW - 25 * HOUR } }));
    expect((await scan(stage)).fired).toEqual([]);
    expect((await stage.task(A)).hold?.reason).toBe('unknown');
  });
});

describe('a scope with a lower threshold', () => {
  it('fires for its own tasks, and reads no others of its tenant', async () => {
    const since = NOW - 2 * DAY;
    const stage = await stageOf(
      failing('acmeCo/low/a', since),
      failing('acmeCo/low/b', since + 1),
      failing('acmeCo/lower', since),
      failing('beta/low/a', since),
      failing('acmeCo/low/old', NOW - 20 * DAY),
    );
    await stage.policy({ warnAfter: '2d' }, 'acmeCo/low/');
    const { fired, read, figures } = await scan(stage);
    expect(fired).toEqual(['acmeCo/low/a', 'acmeCo/low/old']);
    expect(read).toEqual(fired);
    expect(figures.considered).toBe(2);
  });

  it('may be one task', async () => {
    const since = NOW - 2 * DAY;
    const stage = await stageOf(failing(A, since), failing('acmeCo/ab', since), failing('acmeCo/b', since));
    await stage.policy({ warnAfter: '2d' }, A);
    expect(await scan(stage)).toMatchObject({
      fired: [A],
      figures: only({ considered: 1, fired: 1, notices: 1 }),
    });
  });

  it('that has a higher threshold of its own inside keeps that', async () => {
    const stage = await stageOf(failing('acmeCo/low/late/a', NOW - 2 * DAY));
    await stage.policy({ warnAfter: '2d' }, 'acmeCo/low/');
    await stage.policy({ warnAfter: '3d' }, 'acmeCo/low/late/');
    expect((await scan(stage)).fired).toEqual([]);
  });
});

describe('what keeps a task from firing', () => {
  const since = NOW - 20 * DAY;

  it('is noted once, and its row is read no more while it lasts', async () => {
    // Its plane is silent for an hour; it was abandoned before.
    const stage = await stageOf(failing(A, since, { task: { dataPlane: 'us-1' } }));
    expect(await scan(stage)).toMatchObject({
      fired: [],
      read: [A],
      figures: only({ considered: 1, held: 1 }),
    });
    expect((await stage.task(A)).hold).toEqual({ reason: 'unknown', since: NOW });
    expect(await scan(stage)).toMatchObject({ fired: [], read: [], figures: only({ considered: 1 }) });
  });

  it('is noted no more once it is over', async () => {
    const stage = await stageOf(failing(A, NOW - 14 * DAY, { task: { dataPlane: 'us-1' } }));
    const held = { ...(await stage.task(A)), hold: { reason: 'kept' as const, since: NOW - DAY } };
    await stage.tasks(held);
    // An hour of it counts no more: it is under its threshold again.
    expect(await scan(stage)).toMatchObject({ fired: [], read: [A] });
    expect((await stage.task(A)).hold).toBeNull();
  });

  it('is not noted in mode detect, in which nothing would come of it', async () => {
    const stage = await stageOf(failing(A, since, { task: { dataPlane: 'us-1' } }));
    await stage.policy({ mode: 'detect' }, 'acmeCo/');
    expect(await scan(stage)).toMatchObject({ fired: [], read: [] });
    expect((await stage.task(A)).hold).toBeNull();
  });

  it.each([['notify'], ['detect']])('is evaluated again when it ends, in mode %s', async (mode) => {
    const until = NOW + DAY;
    const keep = { kind: 'keep', until, by: 'ana', at: NOW - HOUR } as const;
    const stage = await stageOf(failing(A, since, { keep }));
    await stage.policy({ mode }, 'acmeCo/');
    expect(await scan(stage)).toMatchObject({ fired: [], read: [A] });
    expect(await stage.task(A)).toMatchObject({ next: { at: until, why: 'look' } });
  });

  it('is nothing where less of its time counts than it failed for, and its row is not read', async () => {
    const stage = await stageOf(failing(A, NOW - 14 * DAY, { task: { dataPlane: 'ap-1' } }));
    await stage.planes(aPlane('ap-1', { unknown: [{ from: NOW - 3 * HOUR, to: NOW - 2 * HOUR }] }));
    expect(await scan(stage)).toMatchObject({ fired: [], read: [], figures: only({ considered: 1 }) });
  });
});

describe('a task that is alive by a policy that is newer than its row', () => {
  const since = NOW - 20 * DAY;
  const standby = (spells?: Evidence['spells']) =>
    failing(A, since, { evidence: { statuses: ['STANDBY'], ...(spells && { spells }) } });
  const scanned = async (record: TaskRecord, minHealthy: string) => {
    const stage = await stageOf(record);
    await stage.policy({ aliveStatuses: ['PRIMARY', 'STANDBY'], minHealthy }, 'acmeCo/');
    return { ...(await scan(stage)), evidence: (await stage.task(A)).evidence };
  };

  it('and has lasted is judged so, and what was before is over', async () => {
    const { read, fired, evidence } = await scanned(standby({ STANDBY: NOW - 3 * HOUR }), '2h');
    expect([read, fired]).toEqual([[A], []]);
    expect(evidence.spells).toBeUndefined();
    expect(evidence.lostAt).toBeUndefined();
  });

  it('and was judged before is not read for it', async () => {
    expect(await scanned(standby(), '2h')).toMatchObject({ read: [], fired: [] });
  });

  it('that cannot be read leaves its record, and keeps no other from firing', async () => {
    const stage = await stageOf(failing(A, since), failing('acmeCo/b', since));
    const { batchGet } = stage.table;
    stage.table.batchGet = async (asked) => {
      if (asked.some(({ pk }) => pk === `T#${A}`)) throw new Error('unreadable');
      return batchGet.call(stage.table, asked);
    };
    const run = await stage.begin();
    await stage.take(abandonmentStep, run);
    expect(run.figures).toEqual({ considered: 2, failed: 1, fired: 1, notices: 1 });
    expect(await stage.rows({ pk: 'OOPS#' })).toMatchObject([{ worker: 'scanner/abandonment' }]);
  });
});
