import { describe, expect, it } from 'vitest';
import { DAY, HOUR } from '../../../functions/abandonment/time.ts';
import { keys } from '../../../functions/store/keys.ts';
import { loadPolicies } from '../../../functions/store/policies.ts';
import { allRows } from '../../../functions/store/rows.ts';
import { loadTask, type TaskRecord, taskWrite } from '../../../functions/store/tasks.ts';
import { failingFleet, T } from '../cli/cli-stage.ts';

const NOW = T + 21.5 * DAY;
const SEEDS = ['acmeCo/seed-a', 'acmeCo/seed-b'];
/** So many are approved at once; one more is a bulk command. */
const AT_ONCE = 200;

/** A stage on which a spike holds so many tasks: two that really came so far, and others as they are. */
async function heldFleet(count: number) {
  const policy = ['mode=disable', 'evidenceMaxAge=365d', 'scanEvery=30d', 'blastRadius.shareFloor=1'];
  const stage = await failingFleet(SEEDS, policy);
  for (const days of [14, 18, 20, 21]) await stage.scanOn(days);
  const [seed = ''] = SEEDS;
  const held = (await loadTask(stage.table, seed))!;
  const policies = await loadPolicies(stage.table);
  const ids = Array.from(
    { length: count - SEEDS.length },
    (_, at) => `betaCo/t${String(at).padStart(4, '0')}`,
  );
  for (let first = 0; first < ids.length; first += 100) {
    const writes = ids.slice(first, first + 100).map((id) => {
      const record: TaskRecord = { ...held, task: { ...held.task, id }, rev: 0 };
      return taskWrite(record, policies.for(id));
    });
    await stage.table.transact(writes, `held ${first}`);
  }
  stage.setNow(NOW);
  const task = async (id: string) => (await loadTask(stage.table, id))!;
  const approvals = async () => {
    const tasks = await Promise.all([...SEEDS, ...ids].map(task));
    return tasks.filter(({ open }) => open?.brake?.approvedAt !== undefined).map((record) => record.task.id);
  };
  /** Changes the row of a task. */
  const change = async (id: string, changed: (record: TaskRecord) => Partial<TaskRecord>) => {
    const record = await task(id);
    await stage.table.transact(
      [taskWrite({ ...record, ...changed(record) }, policies.for(id))],
      `changed ${id} ${record.rev}`,
    );
  };
  const works = async () => (await stage.taskwarden(['work', 'list', '--json'])).json;
  return { ...stage, ids, task, approvals, change, works };
}

describe('an approval of 5,000 tasks', () => {
  it('is refused where 5,010 are held by then, and where fewer are: nothing is approved or stored', async () => {
    const stage = await heldFleet(5_010);
    for (const wrong of ['5000', '5011']) {
      const ran = await stage.taskwarden(['holds', 'approve', 'blast-radius', '--expect', wrong]);
      expect(ran).toMatchObject({
        code: 2,
        out: '',
        err: `error: 5010 are held now, and ${wrong} were expected; nothing was approved\n`,
      });
    }
    expect(await stage.approvals()).toEqual([]);
    expect(await stage.works()).toEqual([]);

    // Ten of them recovered, and the approval that was refused is good.
    for (const id of stage.ids.slice(0, 10)) await stage.change(id, () => ({ hold: null, open: null }));
    const ran = await stage.taskwarden(['holds', 'approve', '--expect', '5000', '--reason', 'INC-7']);
    expect(ran).toMatchObject({ code: 0, err: '' });
    expect(ran.out).toMatch(/^5000 are to be approved until 2026-02-23T12:00:00Z; .* held again: work /);
    expect(await stage.works()).toMatchObject([
      { kind: 'approve', state: 'open', items: 5_000, left: 5_000, by: 'olga', reason: 'INC-7' },
    ]);
    expect(await stage.approvals()).toEqual([]);
  }, 60_000);
});

describe('an approval of more than are approved at once', () => {
  const COUNT = AT_ONCE + 1;
  const approve = (stage: Awaited<ReturnType<typeof heldFleet>>, ...more: string[]) =>
    stage.taskwarden(['holds', 'approve', '--expect', String(COUNT), ...more]);

  it('is worked here with --wait, with an audit row and the end of the approval for each', async () => {
    const stage = await heldFleet(COUNT);
    const ran = await approve(stage, '--wait', '--reason', 'INC-7');
    expect(ran.out).toContain(`done: ${COUNT} of ${COUNT} done, 0 skipped, 0 failed, 0 left\n`);
    expect(await stage.approvals()).toHaveLength(COUNT);
    const [first = ''] = stage.ids;
    // At 200 a day they take two days, and the approval outlives them by a week.
    const until = NOW + 9 * DAY;
    expect((await stage.task(first)).open?.brake).toMatchObject({ approvedAt: NOW, approvedUntil: until });
    const acts = await allRows(stage.table, { pk: keys.task(first).pk, sk: { prefix: 'L#' } });
    expect(acts.at(-1)).toMatchObject({ act: 'approved', by: 'olga', reason: 'INC-7' });
  });

  it('of as many as are approved at once is done at once', async () => {
    const stage = await heldFleet(AT_ONCE);
    const ran = await stage.taskwarden(['holds', 'approve', '--expect', String(AT_ONCE)]);
    expect(ran.out).toContain(`${AT_ONCE} approved until `);
    expect(await stage.approvals()).toHaveLength(AT_ONCE);
    expect(await stage.works()).toEqual([]);
  });

  it('lets go exactly those that were held when it was given', async () => {
    const stage = await heldFleet(COUNT);
    await approve(stage);
    const [recovered = '', anew = '', paused = '', before = ''] = stage.ids;
    await stage.change(recovered, () => ({ hold: null, open: null }));
    const withSpike = (spike: object) => (record: TaskRecord) => ({
      open: { ...record.open!, brake: { heldAt: T, ...spike } },
    });
    await stage.change(anew, withSpike({ heldAt: NOW + HOUR }));
    await stage.change(before, withSpike({ approvedAt: NOW - HOUR }));
    await stage.change(paused, ({ hold }) => ({ hold: { ...hold!, reason: 'paused' } }));
    stage.setNow(NOW + 2 * HOUR);
    const [{ id } = { id: '' }] = (await stage.works()) as { id: string }[];
    await stage.scanOn(21.6);
    const [shown] = (await stage.taskwarden(['work', 'show', id, '--json'])).json as { list: object[] }[];
    expect(shown).toMatchObject({ state: 'done', done: COUNT - 3, skipped: 3, failed: 0 });
    expect(shown?.list).toEqual(
      [
        { item: recovered, outcome: 'skipped', why: 'nothing of it is due any more' },
        { item: anew, outcome: 'skipped', why: 'it was held anew since' },
        { item: before, outcome: 'skipped', why: 'it was approved before' },
      ].map((line) => expect.objectContaining(line)),
    );
    expect((await stage.task(paused)).open?.brake?.approvedAt).toBe(NOW + 2.4 * HOUR);
  });

  it('can be cancelled, and lets go nothing once its end has come', async () => {
    const stage = await heldFleet(COUNT);
    await approve(stage, '--until', '1h');
    stage.setNow(NOW + HOUR);
    const [{ id } = { id: '' }] = (await stage.works()) as { id: string }[];
    await stage.taskwarden(['work', 'cancel', id]);
    await stage.scanOn(21.6);
    expect(await stage.approvals()).toEqual([]);
    await stage.taskwarden(['work', 'retry', id]);
    await stage.scanOn(21.7);
    expect(await stage.works()).toMatchObject([{ state: 'done', done: 0, skipped: COUNT }]);
    expect(await stage.approvals()).toEqual([]);
  });
});
