import { describe, expect, it } from 'vitest';
import { keys } from '../../../functions/store/keys.ts';
import { loadPauses } from '../../../functions/store/pauses.ts';
import { loadTask } from '../../../functions/store/tasks.ts';
import { type CliStage, cliStage, day, failingFleet, T, taskLine } from './cli-stage.ts';

const DAY = 86_400_000;

describe('pause and resume', () => {
  it('of deciding leave a span of unknown health', async () => {
    const stage = cliStage();
    expect((await stage.taskwarden(['pause', 'evaluate'])).out).toBe(`evaluate is paused since ${day(0)}\n`);
    expect(await stage.table.get(keys.look('ALL'))).toMatchObject({ at: T });
    stage.setNow(T + DAY);
    expect((await stage.taskwarden(['pause', 'evaluate', '--json'])).json).toEqual([
      { paused: 'evaluate', since: day(0) },
    ]);
    expect((await stage.taskwarden(['resume', 'evaluate'])).out).toBe('evaluate goes on\n');
    expect(await loadPauses(stage.table)).toMatchObject({
      evaluate: null,
      evaluatePaused: [{ from: T, to: T + DAY }],
    });
    expect(await stage.table.get(keys.look('ALL'))).toMatchObject({ at: T + DAY });
    expect((await stage.taskwarden(['resume', 'evaluate'])).out).toBe('evaluate was not paused\n');
  });

  it('of disabling keep a due task enabled until it goes on', async () => {
    const stage = await failingFleet(['acmeCo/a']);
    await stage.taskwarden(['pause', 'disable']);
    for (const days of [14, 18, 20, 21]) await stage.scanOn(days);
    const disabled = ['tasks', 'list', '--state', 'disabled', '--json'];
    expect((await stage.taskwarden(disabled)).json).toEqual([]);
    await stage.taskwarden(['resume', 'disable']);
    await stage.scanOn(22);
    expect((await stage.taskwarden(disabled)).json).toMatchObject([{ task: 'acmeCo/a' }]);
  });

  it('refuse what cannot be paused', async () => {
    const ran = await cliStage().taskwarden(['pause', 'everything']);
    expect(ran.code).toBe(2);
    expect(ran.err).toBe(
      "error: argument 'what' is 'everything', which is invalid. Allowed choices are evaluate, notify, disable.\n",
    );
  });
});

describe('scan', () => {
  it('runs one scan now and tells what it did', async () => {
    const stage = await failingFleet(['acmeCo/a']);
    stage.setNow(T + 14 * DAY);
    const ran = await stage.taskwarden(['scan']);
    expect(ran.out).toMatch(/^scan 2026-01-15T00:00:00Z completed: .*fired 1/);
    expect(stage.mails).toHaveLength(1);
  });

  it('ends with 1 where the scan was skipped', async () => {
    const stage = cliStage();
    await stage.taskwarden(['scan']);
    expect(await stage.taskwarden(['scan', '--json'])).toMatchObject({
      code: 1,
      out: '',
      err: `error: scan ${day(0)} was skipped: an older or repeated tick\n`,
    });
  });
});

describe('undo', () => {
  it('enables again what was disabled, and keeps the reason', async () => {
    const stage = await failingFleet(['acmeCo/a']);
    for (const days of [14, 18, 20, 21]) await stage.scanOn(days);
    const ran = await stage.taskwarden(['undo', '--task', 'acmeCo/a', '--reason', 'still needed']);
    expect(ran.out).toBe('acmeCo/a is enabled again\n');
    const [shown] = (await stage.taskwarden(['tasks', 'show', 'acmeCo/a', '--json'])).json;
    expect(shown).toMatchObject({
      task: { enabled: true, enabledAt: day(21) },
      disabledByUs: null,
      audit: [{ act: 'disabled' }, { act: 'enabled', by: 'olga', reason: 'still needed' }],
    });
  });

  it.each([
    [['--task', 'acmeCo/none'], 'error: task "acmeCo/none": no such task\n'],
    [['--task', 'acmeCo/a'], 'error: task "acmeCo/a": the task is enabled\n'],
    [[], 'error: undo: give one of --task, --run and --since\n'],
    [['--task', 'acmeCo/a', '--since', '2d'], 'error: undo: give one of --task, --run and --since\n'],
    [['--task', 'acmeCo/a', '--prefix', 'acmeCo/'], 'error: undo: --prefix goes with --run and --since\n'],
    [
      ['--since', day(3), '--prefix', 'acmeCo'],
      'error: --prefix "acmeCo" does not end with a slash; a prefix is a text such as "acmeCo/"\n',
    ],
    [
      ['--since', day(0), '--prefix', 'acmeCo/'],
      `error: --since: no scan disabled anything below "acmeCo/" since ${day(0)}\n`,
    ],
    [['--since', day(0)], `error: --since: no scan disabled anything since ${day(0)}\n`],
    [['--run', 'yesterday'], 'error: --run "yesterday": no instant; allowed is RFC 3339 with a zone\n'],
    [['--run', day(3)], `error: --run "${day(3)}": this scan disabled nothing\n`],
  ])('refuses %j', async (args, problem) => {
    const stage = await failingFleet(['acmeCo/a']);
    expect(await stage.taskwarden(['undo', ...args])).toMatchObject({ code: 2, out: '', err: problem });
  });
});

describe('approve and dismiss', () => {
  it('lists what a spike holds, and lets exactly that go', async () => {
    const stage = await failingFleet(['acmeCo/a', 'acmeCo/b']);
    await stage.taskwarden(['policy', 'set', '--yes', 'global', 'blastRadius.shareFloor=1']);
    for (const days of [14, 18, 20, 21]) await stage.scanOn(days);
    expect((await stage.taskwarden(['approve', '--list', '--json'])).json).toEqual([
      { held: ['acmeCo/a', 'acmeCo/b'] },
    ]);
    // 200 a day: a day for the two of them, and a week.
    expect((await stage.taskwarden(['approve'])).out).toBe(
      `2 approved until ${day(29)}; what is not disabled by then is held again\n  acmeCo/a\n  acmeCo/b\n`,
    );
    expect((await stage.taskwarden(['approve', '--list'])).out).toBe('0 held\n');
  });

  it('dismisses a reversal: what a system enabled again is warned about as any other', async () => {
    const stage = await failingFleet(['acmeCo/a']);
    for (const days of [14, 18, 20, 21]) await stage.scanOn(days);
    expect((await loadTask(stage.table, 'acmeCo/a'))?.task.enabled).toBe(false);
    stage.setNow(T + 22 * DAY);
    await stage.taskwarden(['tasks', 'import', '-'], taskLine('acmeCo/a', { version: 2 }));
    expect((await loadTask(stage.table, 'acmeCo/a'))?.task.reverted).toEqual({
      at: T + 22 * DAY,
      disabledAt: T + 21 * DAY,
    });
    await stage.scanOn(36);
    const explained = await stage.taskwarden(['explain', 'acmeCo/a']);
    expect(explained.out).toContain('decision: hold (reverted) at 2026-02-06T00:00:00Z');
    expect(explained.out).toMatch(/reverted +since 2026-01-23T00:00:00Z/);
    const mails = stage.mails.length;
    expect(await stage.taskwarden(['dismiss', 'acmeCo/a', '--json'])).toMatchObject({
      code: 0,
      json: [{ task: 'acmeCo/a', dismissed: true }],
    });
    await stage.scanOn(37);
    expect(stage.mails.slice(mails).map(({ to }) => to)).toEqual(['ana@acme.test']);
    expect(await stage.taskwarden(['dismiss', 'acmeCo/a'])).toMatchObject({
      code: 2,
      err: 'error: task "acmeCo/a": no system reversed its disabling, or that is over\n',
    });
  });

  it('refuses to dismiss an outage that is none', async () => {
    const stage = await failingFleet(['acmeCo/a']);
    expect(await stage.taskwarden(['dismiss', 'eu-1'])).toMatchObject({
      code: 2,
      err: 'error: data plane "eu-1" has no open correlated outage, and was not deleted\n',
    });
    expect((await stage.taskwarden(['dismiss', 'nonesuch'])).err).toBe(
      'error: neither a data plane nor a task is known as "nonesuch"; `taskwarden holds list` shows what is held\n',
    );
  });
});

describe('data planes', () => {
  const list = async (stage: CliStage) => (await stage.taskwarden(['data-planes', 'list', '--json'])).json;

  it('are listed with their state and their tasks', async () => {
    const stage = await failingFleet(['acmeCo/a', 'acmeCo/b']);
    expect(await list(stage)).toMatchObject([
      { dataPlane: 'eu-1', state: 'up', since: day(0), eligible: 2, alive: 0 },
    ]);
  });

  it('that are gone park their tasks until that is dismissed', async () => {
    const stage = await failingFleet(['acmeCo/a']);
    stage.setNow(T + DAY);
    expect((await stage.taskwarden(['data-planes', 'deleted', 'eu-1'])).out).toBe(
      'eu-1 is deleted; its tasks are parked until `taskwarden dismiss eu-1`\n',
    );
    expect(await list(stage)).toMatchObject([{ state: 'deleted', since: day(1) }]);
    await stage.scanOn(14);
    expect((await stage.taskwarden(['alerts', 'list', '--json'])).json).toEqual([]);
    expect(await stage.taskwarden(['dismiss', 'eu-1', '--json'])).toMatchObject({
      code: 0,
      json: [{ dataPlane: 'eu-1', dismissed: true }],
    });
    expect(await list(stage)).toMatchObject([{ state: 'up', since: day(14) }]);
    // 14 days without PRIMARY, less the 13 in which it was parked.
    await stage.scanOn(26);
    expect((await stage.taskwarden(['alerts', 'list', '--json'])).json).toEqual([]);
    await stage.scanOn(27);
    expect((await stage.taskwarden(['alerts', 'list', '--json'])).json).toHaveLength(1);
  });

  it.each([
    ['nonesuch', 'no data plane "nonesuch" is known; `taskwarden data-planes list` names them\n'],
    ['eu-1', 'data plane "eu-1" is deleted already\n'],
  ])('cannot be said to be gone: %s', async (name, why) => {
    const stage = await failingFleet(['acmeCo/a']);
    await stage.taskwarden(['data-planes', 'deleted', 'eu-1']);
    const ran = await stage.taskwarden(['data-planes', 'deleted', name]);
    expect(ran.code).toBe(2);
    expect(ran.err).toContain(why);
  });
});
