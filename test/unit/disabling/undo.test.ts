import { describe, expect, it } from 'vitest';
import { DAY, HOUR } from '../../../functions/abandonment/time.ts';
import { undoDisabling } from '../../../functions/disabling/undo.ts';
import { loadCounts } from '../../../functions/store/counts.ts';
import { keys } from '../../../functions/store/keys.ts';
import { allRows } from '../../../functions/store/rows.ts';
import type { Write } from '../../../functions/store/table/table.port.ts';
import { loadTask, type TaskRecord } from '../../../functions/store/tasks.ts';
import { failingFleet, T } from '../cli/cli-stage.ts';
import { puts, refusing } from '../store/refusing-table.ts';

const A = 'acmeCo/a';
const BY_OPERATOR = { task: A, by: 'olga', reason: 'it is needed', isOperator: true };
const CHANGED = { outcome: 'refused', reason: 'the task changed meanwhile; try again' };

/** A task that was turned off on day 21; it is day 22. */
async function turnedOff() {
  const stage = await failingFleet([A]);
  await stage.scanOn(14);
  await stage.scanOn(21);
  stage.setNow(T + 22 * DAY);
  const task = async () => (await loadTask(stage.table, A))!;
  const acts = async () =>
    (await allRows(stage.table, { pk: `T#${A}`, sk: { prefix: 'L#' } })).map(({ act, by }) => [act, by]);
  expect((await task()).task.enabled).toBe(false);
  const change = async (changed: (record: TaskRecord) => Partial<TaskRecord>) => {
    const row = (await stage.table.get(keys.task(A)))!;
    await stage.table.transact([{ put: { ...row, ...changed(await task()) } }], 'changed');
  };
  return { ...stage, task, acts, change };
}

describe('an undoing in mode own', () => {
  it('turns the task on from that instant, and leaves the rest of it as it was', async () => {
    const stage = await turnedOff();
    const before = await stage.task();
    expect(await undoDisabling(stage.system, BY_OPERATOR)).toEqual({ outcome: 'enabled' });
    const after = await stage.task();
    expect(after.task).toEqual({ ...before.task, enabled: true, enabledAt: T + 22 * DAY });
    expect(after.evidence).toEqual({
      ...before.evidence,
      restarts: { ...before.evidence.restarts, atLoss: before.evidence.restarts.total },
    });
    expect(after).toMatchObject({ disabledByUs: null, episodes: 1, open: null });
    expect(await stage.acts()).toContainEqual(['enabled', 'olga']);
  });

  it('counts the task with its data plane again, once', async () => {
    const stage = await turnedOff();
    const eligible = async () => (await loadCounts(stage.table, 'eu-1')).map((count) => count.eligible);
    expect(await eligible()).toEqual([0]);
    await undoDisabling(stage.system, BY_OPERATOR);
    expect(await eligible()).toEqual([1]);
    expect(await undoDisabling(stage.system, BY_OPERATOR)).toEqual({
      outcome: 'refused',
      reason: 'the task is enabled',
    });
    expect(await eligible()).toEqual([1]);
  });

  it('puts a task that has a deadline where its deadline is found', async () => {
    const stage = await turnedOff();
    await stage.change(({ task }) => ({ task: { ...task, deadline: T + 90 * DAY } }));
    expect(await stage.table.get(keys.deadline(A))).toBeUndefined();
    await undoDisabling(stage.system, BY_OPERATOR);
    expect(await stage.table.get(keys.deadline(A))).toMatchObject({ p: { deadline: T + 90 * DAY } });
  });

  it('starts the clock anew: warned again after a full threshold, turned off after a full grace', async () => {
    const stage = await turnedOff();
    await undoDisabling(stage.system, BY_OPERATOR);
    await stage.scanOn(22 + 13);
    expect((await stage.task()).open).toBeNull();
    await stage.scanOn(22 + 14);
    expect((await stage.task()).open).toMatchObject({ number: 2, since: T + 22 * DAY });
    stage.setNow(T + 42 * DAY);
    await stage.scanOn(42);
    expect((await stage.task()).task.enabled).toBe(true);
    await stage.scanOn(43);
    expect((await stage.task()).task.enabled).toBe(false);
  });

  it.each([
    { when: 'before the owning system is asked', isMeant: '"undoneAt"' },
    { when: 'as it is turned on', isMeant: '"enabledAt"' },
  ])('is refused where the task changed $when, and may be asked for again', async ({ isMeant }) => {
    const stage = await turnedOff();
    const table = refusing(stage.table, (writes) =>
      puts(writes, `T#${A}`, ({ sk, ...row }) => sk === 'T' && JSON.stringify(row).includes(isMeant)),
    );
    stage.system.table = table;
    expect(await undoDisabling(stage.system, BY_OPERATOR)).toEqual(CHANGED);
    expect(table.refused).toBe(1);
    expect((await stage.task()).task.enabled).toBe(false);
    expect(await stage.acts()).not.toContainEqual(['enabled', 'olga']);
    stage.setNow(T + 22 * DAY + HOUR);
    expect(await undoDisabling(stage.system, BY_OPERATOR)).toEqual({ outcome: 'enabled' });
  });

  it.each([
    { what: 'is not known', task: 'acmeCo/none', run: undefined, reason: 'no such task' },
    {
      what: 'another run turned off',
      task: A,
      run: '2026-01-20T00:00:00Z',
      reason: 'it was disabled again since, by another scan or its owner',
    },
  ])('is refused of a task that $what', async ({ task, run, reason }) => {
    const stage = await turnedOff();
    const undo = { ...BY_OPERATOR, task, ...(run === undefined ? {} : { run }) };
    expect(await undoDisabling(stage.system, undo)).toEqual({ outcome: 'refused', reason });
    expect((await stage.task()).task.enabled).toBe(false);
  });

  it.each([
    { run: undefined, reason: 'Taskwarden did not disable it' },
    {
      run: '2026-01-22T00:00:00Z',
      reason: 'it was enabled since, and disabled by others than Taskwarden',
    },
  ])('is refused of a task that others disabled since, also of run $run', async ({ run, reason }) => {
    const stage = await turnedOff();
    await stage.change(() => ({ disabledByUs: null }));
    const undo = { ...BY_OPERATOR, ...(run === undefined ? {} : { run }) };
    expect(await undoDisabling(stage.system, undo)).toEqual({ outcome: 'refused', reason });
    expect((await stage.task()).task.enabled).toBe(false);
  });

  it('counts restarts from there: those before are no sign of the next time', async () => {
    const stage = await turnedOff();
    await stage.change((row) => ({ evidence: { ...row.evidence, restarts: { total: 5, atLoss: 2 } } }));
    await undoDisabling(stage.system, BY_OPERATOR);
    expect((await stage.task()).evidence.restarts).toEqual({ total: 5, atLoss: 5 });
  });

  it('is refused of a task that was deleted since', async () => {
    const stage = await turnedOff();
    await stage.change((row) => ({ task: { ...row.task, deletedAt: T + 21.5 * DAY } }));
    expect(await undoDisabling(stage.system, BY_OPERATOR)).toEqual({
      outcome: 'refused',
      reason: 'the task was deleted',
    });
  });
});

describe('an undoing that an owning system is asked for', () => {
  async function asked() {
    const stage = await turnedOff();
    const requests: string[] = [];
    stage.system.config.controlPlane = 'fed';
    stage.system.events = { publish: async (detailType) => void requests.push(detailType) };
    return { ...stage, requests };
  }

  it('is one act of a person, however often they post it, and as many of an operator as they ask for', async () => {
    const stage = await asked();
    const byOwner = { ...BY_OPERATOR, by: 'ana@acme.test', isOperator: false };
    for (let posted = 0; posted < 3; posted += 1)
      expect(await undoDisabling(stage.system, byOwner)).toMatchObject({ outcome: 'requested' });
    expect(stage.requests).toEqual(['Task Enable Requested']);
    expect(await stage.acts()).toContainEqual(['enabled', 'ana@acme.test']);
    expect(await undoDisabling(stage.system, BY_OPERATOR)).toEqual({ outcome: 'requested' });
    expect(stage.requests).toHaveLength(2);
    expect((await stage.task()).task.enabled).toBe(false);
  });

  /** The owning system publishes the task as enabled before its request is even noted. */
  async function answeredAtOnce() {
    const stage = await asked();
    stage.system.events = {
      publish: async () => {
        const task = { ...(await stage.task()).task, enabled: true, version: 2 };
        await stage.change(({ rev }) => ({ task, disabledByUs: null, rev: rev + 1 }));
      },
    };
    return stage;
  }

  it('has its row of the audit also where the owning system answers before that is noted', async () => {
    const stage = await answeredAtOnce();
    expect(await undoDisabling(stage.system, BY_OPERATOR)).toEqual({ outcome: 'requested' });
    expect(await stage.acts()).toContainEqual(['enabled', 'olga']);
    expect((await stage.task()).task).toMatchObject({ enabled: true, version: 2 });
  });

  it('is a fault that names the task, where the table is then too busy for that row', async () => {
    const stage = await answeredAtOnce();
    const isAuditAlone = (writes: Write[]) =>
      writes.length === 1 && puts(writes, `T#${A}`, ({ act }) => act === 'enabled');
    const answer = { outcome: 'busy', reason: 'a conflict' } as const;
    stage.system.table = refusing(stage.table, isAuditAlone, { times: 9, answer });
    await expect(undoDisabling(stage.system, BY_OPERATOR)).rejects.toThrow(
      `the table is too busy for the undoing of ${A}`,
    );
  });

  it('is not asked for where the task changed as the wish was noted', async () => {
    const stage = await asked();
    stage.system.table = refusing(stage.table, (writes) =>
      puts(writes, `T#${A}`, (row) => JSON.stringify(row).includes('"undoneAt"')),
    );
    expect(await undoDisabling(stage.system, BY_OPERATOR)).toEqual(CHANGED);
    expect(stage.requests).toEqual([]);
  });
});
