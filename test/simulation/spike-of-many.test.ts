import { expect, it } from 'vitest';
import { DAY, HOUR } from '../../functions/abandonment/time.ts';
import { loadTask } from '../../functions/store/tasks.ts';
import { day, failingFleet, T, taskLine } from '../unit/cli/cli-stage.ts';

/**
 * So many tasks become due in one scan; `SPIKE_MANY=5000` is what the promise is made for. Divisible by 100, and more than are
 * approved at once.
 */
const COUNT = Number(process.env.SPIKE_MANY ?? 300);
/** 50 a run and 200 a day of 5,000. */
const PER_RUN = COUNT / 100;
const PER_DAY = COUNT / 25;

it('many that become due in one scan wait for an approval of that many, and are worked off slowly, the oldest first', async () => {
  const ids = Array.from(
    { length: COUNT },
    (_, n) => `${n % 2 === 0 ? 'aCo' : 'bCo'}/t${String(n).padStart(5, '0')}`,
  );
  const limits = [`blastRadius.perRun=${PER_RUN}`, `blastRadius.perDay=${PER_DAY}`, `rampPerDay=${COUNT}`];
  const policy = [
    'mode=disable',
    'evidenceMaxAge=365d',
    'scanEvery=30d',
    'blastRadius.shareFloor=1',
    ...limits,
  ];
  const stage = await failingFleet([], policy);
  // The later in the list, the longer ago each failed; fifty of each owner, for whom one mail has room.
  const lines = ids.map((id, n) =>
    taskLine(id, {
      owners: [`owner${Math.floor(n / 50)}@x.test`],
      lastPrimaryAt: new Date(T - n * 1_000).toISOString(),
    }),
  );
  await stage.taskwarden(['tasks', 'import', '-'], lines.join('\n'));
  const tasks = () => Promise.all(ids.map(async (id) => (await loadTask(stage.table, id))!));
  const off = async () => (await tasks()).filter(({ task }) => !task.enabled).map(({ task }) => task.id);
  for (const days of [14, 18, 20, 21]) await stage.scanOn(days);

  expect(await off()).toEqual([]);
  const [hold] = (await stage.taskwarden(['holds', 'list', '--json'])).json;
  expect(hold).toMatchObject({
    id: 'blast-radius',
    tasks: COUNT,
    groups: {
      tenant: [
        { name: 'aCo', tasks: COUNT / 2 },
        { name: 'bCo', tasks: COUNT / 2 },
      ],
    },
  });
  const fewer = await stage.taskwarden(['holds', 'approve', '--expect', String(COUNT - 10)]);
  expect(fewer).toMatchObject({
    code: 2,
    err: `error: ${COUNT} are held now, and ${COUNT - 10} were expected; nothing was approved\n`,
  });
  await stage.scanOn(21.01);
  expect(await off()).toEqual([]);

  // 25 days at the limit of a day, and a week.
  const approved = await stage.taskwarden(['holds', 'approve', '--expect', String(COUNT), '--json']);
  expect(approved.json).toMatchObject([
    { kind: 'approve', items: COUNT, until: day(21 + 25 + 7).replace('T00:00:00Z', 'T00:14:24Z') },
  ]);
  // The next scan lets them go, and what is due goes from the scan after it on.
  await stage.scanOn(21.015);
  expect(await off()).toEqual([]);
  const [work] = (await stage.taskwarden(['work', 'list', '--json'])).json;
  expect(work).toMatchObject({ state: 'done', done: COUNT, skipped: 0, failed: 0 });
  expect((await stage.taskwarden(['holds', 'list', '--json'])).json).toEqual([]);
  const [recovered = ''] = ids;
  stage.setNow(T + 21.02 * DAY);
  const line = taskLine(recovered, { shards: [{ id: '0', status: 'PRIMARY' }], lastPrimaryAt: undefined });
  await stage.taskwarden(['tasks', 'import', '-'], line);

  // The oldest are the last of the list.
  const oldest = [...ids].reverse();
  for (let hour = 1; hour <= 5; hour += 1) {
    await stage.scanOn(21 + hour / 24);
    const expected = Math.min(hour * PER_RUN, PER_DAY);
    expect((await off()).sort()).toEqual(oldest.slice(0, expected).sort());
  }
  for (let hours = 29; hours < 27 * 24 && (await off()).length < COUNT - 1; hours += 6) {
    const before = (await off()).length;
    await stage.scanOn(21 + hours / 24);
    expect((await off()).length - before).toBeLessThanOrEqual(PER_RUN);
  }
  const all = await off();
  expect(all).toHaveLength(COUNT - 1);
  expect(all).not.toContain(recovered);

  // One command takes all of it back, and none is flagged again within a full window.
  const at = stage.system.clock.now() + HOUR;
  stage.setNow(at);
  const undone = await stage.taskwarden(['undo', '--since', day(21), '--yes', '--wait']);
  expect(undone.code).toBe(0);
  expect(await off()).toEqual([]);
  for (const days of [1, 7, 13]) await stage.scanOn((at - T) / DAY + days);
  expect((await tasks()).filter(({ open }) => open)).toEqual([]);
}, 600_000);
