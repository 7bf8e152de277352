import { describe, expect, it } from 'vitest';
import { loadTask } from '../../../functions/store/tasks.ts';
import { cliStage, day, failingFleet, T, taskLine } from './cli-stage.ts';

const DAY = 86_400_000;

/** So many tasks have an open episode when the mode is raised; `RAISED_MANY=1000` is what the promise is made for. */
const COUNT = Number(process.env.RAISED_MANY ?? 40);

const running = (id: string) =>
  taskLine(id, { shards: [{ id: '0', status: 'PRIMARY' }], lastPrimaryAt: undefined });

/** Day 26 of four tasks in mode `detect`: one came back on day 16, one on day 25, one never, and one failed a week later. */
async function detectedStage() {
  const stage = await failingFleet(
    ['acmeCo/early', 'acmeCo/late', 'acmeCo/never', 'betaCo/other'],
    ['mode=detect', 'evidenceMaxAge=365d', 'scanEvery=30d'],
  );
  const load = (line: string) => stage.taskwarden(['tasks', 'import', '-'], line);
  await stage.scanOn(14);
  await load(taskLine('acmeCo/new', { lastPrimaryAt: day(8) }));
  stage.setNow(T + 16 * DAY);
  await load(running('acmeCo/early'));
  await stage.scanOn(16);
  await stage.scanOn(22);
  stage.setNow(T + 25 * DAY);
  await load(running('acmeCo/late'));
  await stage.scanOn(25);
  stage.setNow(T + 26 * DAY);
  return stage;
}

describe('rollout show', () => {
  it('says what would have been disabled, and what came back by itself', async () => {
    const stage = await detectedStage();
    const { json } = await stage.taskwarden(['rollout', 'show', 'acmeCo/', '--json']);
    expect(json).toMatchObject([
      {
        ...{ scope: 'acmeCo/', mode: 'detect', from: 'global', next: 'notify', narrower: [] },
        evidence: {
          ...{ fired: 4, tasks: 4, open: 2, resolved: { recovered: 2 } },
          // Fired on day 14, a grace of 7 days: late and never outlasted day 21; late came back on day 25.
          ...{ wouldBeDisabled: 2, cameBackLater: 1, cameBackInTime: 1 },
          // Fired on day 22.
          tooNew: 1,
        },
      },
    ]);
    const { out } = await stage.taskwarden(['rollout', 'show', 'acmeCo/']);
    expect(out).toContain(
      '2 outlasted disableAfter, and would have been disabled; of them 1 came back later\n',
    );
    expect(out).toContain('next is notify: `taskwarden rollout promote acmeCo/ --stage local`\n');
  });

  it('counts only alerts that fired since then', async () => {
    const stage = await detectedStage();
    const { json } = await stage.taskwarden(['rollout', 'show', 'global', '--since', '5d', '--json']);
    expect(json).toMatchObject([{ evidence: { since: day(21), fired: 1, wouldBeDisabled: 0 } }]);
  });
});

describe('rollout promote', () => {
  it('goes one step at a time, keeps why, and lets existing subscriptions hear of it', async () => {
    const stage = cliStage();
    await stage.taskwarden(['tasks', 'import', '-'], running('acmeCo/a'));
    const add = (prefix: string, email: string, type: string) =>
      stage.taskwarden(['subscriptions', 'add', prefix, email, '--alert-types', type]);
    await add('acmeCo/', 'team@acme.test', 'task_auto_disabled');
    await add('', 'all@acme.test', 'task_auto_disabled');
    await stage.taskwarden(['policy', 'set', '--yes', 'acmeCo/prod/', 'mode=disable']);

    const up = (...more: string[]) => stage.taskwarden(['rollout', 'promote', 'acmeCo/', '--yes', ...more]);
    const first = await up('--opt-in', '--reason', 'four weeks are enough');
    expect(first.out).toBe('written: acmeCo/ says mode=notify\n');
    expect(first.err).toContain('1 subscription hears of task_abandoned now\n');
    expect((await stage.taskwarden(['subscriptions', 'list', '--json'])).json).toMatchObject([
      { email: 'all@acme.test', alertTypes: ['task_auto_disabled'] },
      { email: 'team@acme.test', alertTypes: ['task_abandoned', 'task_auto_disabled'] },
    ]);
    expect((await stage.taskwarden(['policy', 'history', 'acmeCo/'])).out).toContain('four weeks are enough');
    expect((await stage.taskwarden(['rollout', 'show', 'acmeCo/'])).out).toContain(
      'acmeCo/prod/ has mode disable of its own, and keeps it\n',
    );
    expect((await up()).out).toBe('written: acmeCo/ says mode=disable\n');
    expect((await up()).err).toBe('error: acmeCo/ has mode disable, the last step\n');
  });

  it('is asked for where people would hear of it, and refused above the ceiling', async () => {
    const stage = await failingFleet(['acmeCo/a'], ['mode=detect', 'evidenceMaxAge=365d'], {
      modeCeiling: 'notify',
    });
    const ran = await stage.taskwarden(['rollout', 'promote', 'acmeCo/']);
    expect(ran.code).toBe(2);
    expect(ran.err).toContain('1 task warned about (today 0); --yes lets it\n');
    await stage.taskwarden(['rollout', 'promote', 'acmeCo/', '--yes']);
    expect((await stage.taskwarden(['rollout', 'promote', 'acmeCo/', '--yes'])).err).toContain(
      'mode "disable" is above modeCeiling',
    );
  });
});

describe('with many open episodes', () => {
  const ids = Array.from({ length: COUNT }, (_, at) => `acmeCo/t${String(at).padStart(5, '0')}`);

  /** All were warned without a date on day 14, in mode `notify`; on day 20 the mode is raised. */
  async function raised() {
    const limits = ['share=1', `perRun=${COUNT}`, `perDay=${COUNT}`].map((limit) => `blastRadius.${limit}`);
    const stage = await failingFleet([], ['mode=notify', 'evidenceMaxAge=365d', 'scanEvery=30d', ...limits]);
    const lines = ids.map((id, at) => taskLine(id, { owners: [`owner${Math.floor(at / 50)}@acme.test`] }));
    await stage.taskwarden(['tasks', 'import', '-'], lines.join('\n'));
    await stage.scanOn(14);
    stage.setNow(T + 20 * DAY);
    expect((await stage.taskwarden(['rollout', 'promote', 'global', '--yes'])).code).toBe(0);
    await stage.scanOn(20.01);
    const tasks = () => Promise.all(ids.map(async (id) => (await loadTask(stage.table, id))!));
    return { ...stage, tasks, off: async () => (await tasks()).filter(({ task }) => !task.enabled).length };
  }

  it('every one has a new accepted warning and a full grace before anything is disabled', async () => {
    const stage = await raised();
    for (const { open } of await stage.tasks()) {
      const [part] = Object.values(open?.told ?? {});
      expect(part).toMatchObject({ grace: open?.grace, warning: 'accepted', dated: true });
      expect(part?.acceptedAt).toBeGreaterThanOrEqual(T + 20 * DAY);
    }
    for (const days of [24.1, 26.1, 27]) await stage.scanOn(days);
    expect(await stage.off()).toBe(0);
    await stage.scanOn(27.02);
    expect(await stage.off()).toBe(COUNT);
  });

  it('lowered again, nothing is disabled, and the owners are notified that the date no longer holds', async () => {
    const stage = await raised();
    stage.setNow(T + 24 * DAY);
    const down = await stage.taskwarden(['rollout', 'demote', 'global', '--reason', 'wrong owners']);
    expect(down.out).toContain('written: global says');
    const before = stage.mails.length;
    for (const days of [24.1, 27, 28, 40]) await stage.scanOn(days);
    expect(await stage.off()).toBe(0);
    expect(stage.mails.length - before).toBe(Math.ceil(COUNT / 50));
    expect((await stage.taskwarden(['rollout', 'demote', 'global', '--to', 'disable'])).err).toBe(
      'error: global has mode notify; there is none below to go to\n',
    );
  });
});
