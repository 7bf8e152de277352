import { describe, expect, it } from 'vitest';
import { loadOperatorAlert } from '../../../functions/store/operator-alerts.ts';
import { loadTask } from '../../../functions/store/tasks.ts';
import { cliStage, day, failingFleet, T, taskLine } from './cli-stage.ts';

const DAY = 86_400_000;

const IDS = ['acmeCo/a', 'acmeCo/b', 'betaCo/c', 'betaCo/d'];

/** Four tasks of two tenants on one data plane, which a spike holds on day 21. */
async function spikeStage(limits: string[] = []) {
  const stage = await failingFleet(IDS, [
    ...['mode=disable', 'evidenceMaxAge=365d', 'scanEvery=30d', 'blastRadius.shareFloor=1'],
    ...limits,
  ]);
  const alerts: { at: number; code: string; detail: string }[] = [];
  stage.system.operators.notify = async (first, others = []) => {
    const at = (stage.system.clock.now() - T) / DAY;
    const open = [first, ...others].filter(({ isOver }) => !isOver);
    alerts.push(...open.map(({ code, detail }) => ({ at, code, detail })));
  };
  for (const days of [14, 18, 20, 21]) await stage.scanOn(days);
  const off = async () => {
    const tasks = await Promise.all(IDS.map((id) => loadTask(stage.table, id)));
    return tasks.filter((record) => record?.task.enabled === false).map((record) => record?.task.id);
  };
  const spikes = () => alerts.filter(({ code }) => code === 'blast-radius').map(({ at }) => at);
  return { ...stage, off, spikes };
}

it('holds list and show say how many of whom a spike holds', async () => {
  const stage = await spikeStage();
  expect((await stage.taskwarden(['holds', 'list', '--json'])).json).toMatchObject([
    {
      id: 'blast-radius',
      since: day(21),
      tasks: 4,
      acts: ['approve', 'reject'],
      rejected: null,
      groups: {
        tenant: [
          { name: 'acmeCo', tasks: 2 },
          { name: 'betaCo', tasks: 2 },
        ],
        plane: [{ name: 'eu-1', tasks: 4 }],
        owner: [{ name: 'ana@acme.test', tasks: 4 }],
        cause: [{ name: 'not told', tasks: 4 }],
      },
    },
  ]);
  const { out } = await stage.taskwarden(['holds', 'show', 'blast-radius']);
  expect(out).toContain(`blast-radius: 4 tasks since ${day(21)}`);
  expect(out).toContain('by tenant\n  acmeCo  2\n  betaCo  2\n');
  expect(out).toContain('tasks\n  acmeCo/a\n  acmeCo/b\n  betaCo/c\n  betaCo/d\n');
});

describe('holds approve', () => {
  it('is refused where another number is held than was expected, and changes nothing', async () => {
    const stage = await spikeStage();
    const before = (await stage.table.scan()).rows;
    const ran = await stage.taskwarden(['holds', 'approve', 'blast-radius', '--expect', '3']);
    expect(ran).toMatchObject({
      code: 2,
      err: 'error: 4 are held now, and 3 were expected; nothing was approved\n',
    });
    expect((await stage.table.scan()).rows).toEqual(before);
  });

  it('of more than a task names how many it expects', async () => {
    const stage = await spikeStage();
    expect(await stage.taskwarden(['holds', 'approve', '--prefix', 'acmeCo/'])).toMatchObject({
      code: 2,
      err: 'error: --expect is missing: 2 are held now, and `--expect 2` approves them\n',
    });
  });

  it('says so where none is held, and asks for no number of them', async () => {
    const stage = await failingFleet(IDS);
    for (const args of [['holds', 'approve'], ['approve'], ['holds', 'approve', '--expect', '3']])
      expect(await stage.taskwarden(args)).toMatchObject({
        code: 2,
        err: 'error: the blast radius holds none of them\n',
      });
  });

  it('lets go those below a prefix alone; the others stay held, and operators hear of them each week', async () => {
    const stage = await spikeStage();
    const args = ['--prefix', 'acmeCo/', '--expect', '2', '--reason', 'asked in INC-7'];
    const { json } = await stage.taskwarden(['holds', 'approve', 'blast-radius', ...args, '--json']);
    // At 200 a day they take a day, and the approval outlives it by a week.
    expect(json).toEqual([{ approved: ['acmeCo/a', 'acmeCo/b'], until: day(29) }]);
    await stage.scanOn(21.5);
    expect(await stage.off()).toEqual(['acmeCo/a', 'acmeCo/b']);
    await stage.scanOn(28);
    expect(await stage.off()).toHaveLength(2);
    expect(stage.spikes()).toEqual([21, 28]);
    const [shown] = (await stage.taskwarden(['tasks', 'show', 'acmeCo/a', '--json'])).json;
    expect((shown as { audit: unknown[] }).audit).toContainEqual(
      expect.objectContaining({ act: 'approved', by: 'olga', reason: 'asked in INC-7' }),
    );
  });

  it('of one task lets go that one', async () => {
    const stage = await spikeStage();
    await stage.taskwarden(['holds', 'approve', '--task', 'betaCo/d']);
    await stage.scanOn(21.5);
    expect(await stage.off()).toEqual(['betaCo/d']);
    const none = await stage.taskwarden(['holds', 'approve', '--task', 'betaCo/d']);
    expect(none).toMatchObject({ code: 2, err: 'error: the blast radius holds none of them\n' });
  });

  it('ends: what was not disabled by then is held again until it is approved again', async () => {
    const stage = await spikeStage(['blastRadius.perRun=1', 'blastRadius.perDay=1']);
    await stage.taskwarden(['holds', 'approve', '--expect', '4', '--until', '30h']);
    await stage.scanOn(21.5);
    expect(await stage.off()).toEqual(['acmeCo/a']);
    // Day 22 6:00: the approval is over, and a day is before the next one may go.
    await stage.scanOn(22.25);
    await stage.scanOn(24);
    expect(await stage.off()).toEqual(['acmeCo/a']);
    expect((await stage.taskwarden(['holds', 'list', '--json'])).json).toMatchObject([{ tasks: 3 }]);
    expect(stage.spikes()).toEqual([21, 22.25]);
    await stage.taskwarden(['holds', 'approve', '--expect', '3']);
    await stage.scanOn(24.5);
    expect(await stage.off()).toEqual(['acmeCo/a', 'acmeCo/b']);
  });

  it('refuses an end that is over', async () => {
    const stage = await spikeStage();
    const ran = await stage.taskwarden(['holds', 'approve', '--expect', '4', '--until', day(20)]);
    expect(ran.err).toBe(`error: --until ${day(20)} is over; allowed: a time to come\n`);
  });
});

it('holds reject leaves all held, keeps why, and lets the alert rest for four weeks, but for what joins it', async () => {
  const stage = await spikeStage();
  const why = 'the feed of acmeCo is wrong';
  await stage.taskwarden(['holds', 'reject', 'blast-radius', '--reason', why]);
  for (const days of [28, 35, 42, 48]) await stage.scanOn(days);
  expect(await stage.off()).toEqual([]);
  expect(stage.spikes()).toEqual([21]);
  const [hold] = (await stage.taskwarden(['holds', 'list', '--json'])).json;
  expect(hold).toMatchObject({ tasks: 4, rejected: { by: 'olga', reason: why, until: day(49) } });
  await stage.scanOn(49);
  expect(stage.spikes()).toEqual([21, 49]);
  const audit = await stage.table.query({ pk: 'AUDIT#operators', sk: { prefix: 'L#' } });
  expect(audit.rows).toContainEqual(expect.objectContaining({ act: 'reject blast-radius', reason: why }));

  // Another one whose date comes joins it: operators hear of that at once.
  const again = await spikeStage();
  const late = taskLine('acmeCo/late', { lastPrimaryAt: day(4) });
  await again.taskwarden(['tasks', 'import', '-'], late);
  await again.taskwarden(['holds', 'reject', 'blast-radius', '--reason', why]);
  for (const days of [22, 26, 28, 29]) await again.scanOn(days);
  expect((await again.taskwarden(['holds', 'list', '--json'])).json).toMatchObject([{ tasks: 5 }]);
  expect(again.spikes()).toEqual([21, 29]);
});

describe('other holds of many', () => {
  it('an outage of a data plane is shown, and dismissed by its name', async () => {
    const stage = cliStage();
    const ids = Array.from({ length: 12 }, (_, at) => `${at < 6 ? 'acmeCo' : 'betaCo'}/t${at}`);
    const line = (id: string, status: string) =>
      taskLine(id, { shards: [{ id: '0', status }], lastPrimaryAt: undefined });
    const load = (status: string) =>
      stage.taskwarden(['tasks', 'import', '-'], ids.map((id) => line(id, status)).join('\n'));
    await load('PRIMARY');
    await stage.scanOn(0.5);
    stage.setNow(T + DAY);
    await load('FAILED');
    await stage.scanOn(1.01);
    expect((await stage.taskwarden(['holds', 'list', '--json'])).json).toMatchObject([
      { id: 'correlated-failure:eu-1', since: day(1), tasks: 12, acts: ['dismiss', 'reject'] },
    ]);
    expect(await stage.taskwarden(['holds', 'approve', 'eu-1'])).toMatchObject({
      code: 2,
      err: 'error: correlated-failure:eu-1: it cannot be approved; possible: dismiss, reject\n',
    });
    const ran = await stage.taskwarden(['holds', 'dismiss', 'eu-1', '--reason', 'no outage']);
    expect(ran.out).toBe('correlated-failure:eu-1: the clocks of its tasks run on from now\n');
    expect(await loadOperatorAlert(stage.table, 'correlated-failure', 'eu-1')).toBeUndefined();
    expect((await stage.taskwarden(['holds', 'list'])).out).toBe('nothing holds many tasks at once\n');
  });

  it('evidence that is too old is shown with since when', async () => {
    const stage = await failingFleet(['acmeCo/a', 'acmeCo/b'], ['evidenceMaxAge=1d']);
    stage.setNow(T + 3 * DAY);
    expect((await stage.taskwarden(['holds', 'list', '--json'])).json).toMatchObject([
      { id: 'evidence-stale', since: day(1), tasks: 2, acts: ['reject'] },
    ]);
  });

  it('one that there is not is refused', async () => {
    const ran = await cliStage().taskwarden(['holds', 'show', 'eu-9']);
    expect(ran).toMatchObject({
      code: 2,
      err: 'error: "eu-9": nothing of it is held; `taskwarden holds list --stage local` shows what is\n',
    });
  });
});
