import { expect, it } from 'vitest';
import { DAY } from '../../functions/abandonment/time.ts';
import { loadTask } from '../../functions/store/tasks.ts';
import { day, failingFleet, T, taskLine } from '../unit/cli/cli-stage.ts';

/** So many tasks become due in one scan; `UNDO_MANY=5000` is what the promise is made for. */
const COUNT = Number(process.env.UNDO_MANY ?? 60);
const PER_RUN = Math.ceil(COUNT / 10);

it('many that were disabled in steps are enabled by one command, and none is flagged again in its new window', async () => {
  const ids = Array.from({ length: COUNT }, (_, at) => `acmeCo/t${String(at).padStart(5, '0')}`);
  const [runsAgain = '', enabledByOwner = '', deleted = ''] = ids;
  const limits = [`blastRadius.perRun=${PER_RUN}`, `blastRadius.perDay=${COUNT}`, `rampPerDay=${COUNT}`];
  const stage = await failingFleet([], ['stage=disable', 'evidenceMaxAge=365d', 'scanEvery=30d', ...limits]);
  // Fifty of each owner: one mail has room for them.
  const lines = ids.map((id, at) => taskLine(id, { owners: [`owner${Math.floor(at / 50)}@acme.test`] }));
  await stage.taskwarden(['tasks', 'import', '-'], lines.join('\n'));
  const tasks = () => Promise.all(ids.map(async (id) => (await loadTask(stage.table, id))!));
  const off = async () => (await tasks()).filter(({ task }) => !task.enabled).length;

  // A spike: none is disabled before somebody approves it, and then so many with each scan.
  for (const days of [14, 18, 20, 21]) await stage.scanOn(days);
  expect(await off()).toBe(0);
  await stage.taskwarden(['approve']);
  const steps: number[] = [];
  for (let hour = 1; hour <= 12 && (await off()) < COUNT; hour += 1) {
    await stage.scanOn(21 + hour / 24);
    steps.push(await off());
  }
  expect(steps.at(-1)).toBe(COUNT);
  expect(steps.slice(0, 3)).toEqual([PER_RUN, 2 * PER_RUN, 3 * PER_RUN]);

  // Meanwhile somebody enabled one of them, and another is gone.
  stage.setNow(T + 22.5 * DAY);
  await stage.taskwarden(['undo', '--task', enabledByOwner]);
  const row = (await stage.table.get({ pk: `T#${deleted}`, sk: 'T' }))!;
  await stage.table.transact(
    [{ put: { ...row, task: { ...(row.task as object), deletedAt: T + 22 * DAY } } }],
    'gone',
  );

  stage.setNow(T + 23 * DAY);
  const undone = await stage.taskwarden(['undo', '--since', day(21), '--yes']);
  expect(undone.out).toContain(`${enabledByOwner} is left as it is: the task is enabled\n`);
  expect(undone.out).toContain(`${deleted} is left as it is: the task was deleted\n`);
  expect(undone.out).toContain(`${COUNT - 2} tasks are to be enabled again: work `);
  stage.mails.length = 0;
  let scans = 0;
  for (; scans < 10 && (await off()) > 1; scans += 1) await stage.scanOn(23 + scans / 96);
  // A thousand with a scan.
  expect(scans).toBe(Math.ceil((COUNT - 2) / 1_000));
  const [work] = (await stage.taskwarden(['work', 'list', '--json'])).json;
  expect(work).toMatchObject({ state: 'done', done: COUNT - 2, skipped: 0, failed: 0, left: 0 });

  // Their owner is notified of all of them, and the one that runs again is left alone.
  await stage.scanOn(23.5);
  expect(stage.mails.map(({ subject }) => subject).join()).toMatch(/again/);
  await stage.taskwarden(
    ['tasks', 'import', '-'],
    taskLine(runsAgain, { shards: [{ id: '0', status: 'PRIMARY' }], lastPrimaryAt: undefined }),
  );
  // A full threshold after its enabling, and not before it, each that still fails is flagged.
  const enabledAt = new Map((await tasks()).map(({ task }) => [task.id, task.enabledAt ?? 0]));
  for (let at = 24; at < 38; at += 1) {
    await stage.scanOn(at);
    const now = T + at * DAY;
    for (const { task, open } of await tasks())
      if (open) expect(now - (enabledAt.get(task.id) ?? 0)).toBeGreaterThanOrEqual(14 * DAY);
  }
  await stage.scanOn(38);
  const open = (await tasks()).filter((record) => record.open);
  expect(open).toHaveLength(COUNT - 2);
  expect(open.map(({ task }) => task.id)).not.toContain(runsAgain);
  expect(open.every((record) => record.open?.number === 2)).toBe(true);
  expect(await off()).toBe(1);
});
