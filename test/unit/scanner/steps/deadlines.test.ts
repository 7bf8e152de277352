import { expect, it } from 'vitest';
import { DAY } from '../../../../functions/abandonment/time.ts';
import { cliStage, day, fileWith, T, taskLine } from '../../cli/cli-stage.ts';

type Stage = ReturnType<typeof cliStage>;

const FAR = ['stage=notify', 'evidenceMaxAge=365d', 'scanEvery=30d', 'stopNotice=6h'];

/** A stage with jobs that run since `T`, and policies. */
async function running(ids: string[], ...policy: string[]): Promise<Stage> {
  const stage = cliStage();
  await set(stage, 'global', ...FAR, ...policy);
  const job = { kind: 'job', startedAt: day(0), shards: undefined, lastPrimaryAt: undefined };
  await load(stage, ...ids.map((id) => taskLine(id, job)));
  return stage;
}

async function load(stage: Stage, ...lines: string[]): Promise<void> {
  const { code, err } = await stage.taskwarden(['tasks', 'import', fileWith(lines.join('\n'))]);
  if (code !== 0) throw new Error(err);
}

async function set(stage: Stage, scope: string, ...policy: string[]): Promise<void> {
  const { code, err } = await stage.taskwarden(['policy', 'set', '--yes', scope, ...policy]);
  if (code !== 0) throw new Error(err);
}

/** The rows of tasks, each as one text. */
async function rowsOfTasks({ table }: Stage): Promise<string[]> {
  const { rows } = await table.scan();
  return rows.filter(({ pk }) => pk.startsWith('T#')).map((row) => JSON.stringify(row));
}

/** How many rows of the index of deadlines a scan read, so many days after `T`. */
async function consideredOn(stage: Stage, days: number): Promise<number> {
  const report = await stage.scanOn(days);
  if (report.outcome !== 'completed') throw new Error(report.outcome);
  return report.figures.considered ?? 0;
}

it('writes no job when failAfter changes, and goes by the new deadlines with the next scan', async () => {
  const ids = Array.from({ length: 40 }, (_, place) => `acmeCo/job${place}`);
  const stage = await running(ids, 'failAfter=2d');
  await stage.scanOn(1);
  const before = await rowsOfTasks(stage);
  await set(stage, 'global', 'failAfter=3d');
  expect(await consideredOn(stage, 2)).toBe(0);
  expect(await rowsOfTasks(stage)).toEqual(before);
  expect(stage.mails).toEqual([]);
  await set(stage, 'global', 'failAfter=2.25d');
  await stage.scanOn(2.1);
  expect(stage.mails).toHaveLength(1);
});

it('finds jobs that are to end sooner in one scope, and reads none of other tenants for it', async () => {
  const stage = await running(['acmeCo/a', 'beta/b', 'acmeCo/slow/c'], 'failAfter=20d');
  await set(stage, 'acmeCo/', 'failAfter=2d');
  await set(stage, 'acmeCo/slow/', 'failAfter=10d');
  expect(await consideredOn(stage, 1.9)).toBe(2);
  expect(stage.mails.map(({ subject }) => subject)).toEqual(['a comes to its deadline on 3 January 2026']);
});

it('reads what is past and nothing is asked of once, and finds it again when a policy asks', async () => {
  const stage = await running(['acmeCo/a', 'acmeCo/b'], 'failAfter=2d');
  await set(stage, 'acmeCo/b', 'stopNotice=null');
  await stage.scanOn(1.9);
  expect(stage.mails).toHaveLength(1);
  expect(await consideredOn(stage, 3)).toBe(1);
  expect(await consideredOn(stage, 4)).toBe(0);
  await set(stage, 'global', 'atDeadline=alert');
  await stage.scanOn(5);
  const { json } = await stage.taskwarden(['alerts', 'list', '--json']);
  expect(json).toMatchObject([
    { task: 'acmeCo/a', alert: 'task_overdue' },
    { task: 'acmeCo/b', alert: 'task_overdue' },
  ]);
});

it('reads nothing for deadlines where no policy asks for anything', async () => {
  const stage = await running(['acmeCo/a'], 'failAfter=2d');
  await set(stage, 'global', 'stopNotice=null');
  await load(stage, taskLine('acmeCo/w', { shards: [{ id: '0', status: 'PRIMARY' }], deadline: day(2) }));
  stage.setNow(T + 3 * DAY);
  expect(await consideredOn(stage, 3)).toBe(0);
});

it('notifies an admin of a deadline with the next scan, once the only one who was notified is forgotten', async () => {
  const stage = await running(['acmeCo/a'], 'failAfter=3d', 'atDeadline=alert');
  await set(stage, 'global', 'stopNotice=1d');
  await stage.taskwarden(['admins', 'add', 'acmeCo/', 'boss@acme.test']);
  await stage.scanOn(2);
  const forgotten = await stage.taskwarden(['recipients', 'forget', 'ana@acme.test', '--yes']);
  expect(forgotten.code, forgotten.err).toBe(0);
  await stage.scanOn(2.5);
  expect(stage.mails.map(({ to }) => to)).toEqual(['ana@acme.test', 'boss@acme.test']);
});
