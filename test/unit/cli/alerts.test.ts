import { describe, expect, it } from 'vitest';
import { cliStage, day, failingFleet } from './cli-stage.ts';

/** Two episodes that fired on day 14; that of `acmeCo/a` ended on day 21. */
async function history() {
  const stage = await failingFleet(['acmeCo/a', 'other/b']);
  await stage.taskwarden(['policy', 'set', '--yes', 'other/', 'disableAfter=30d']);
  for (const days of [14, 18, 20, 21]) await stage.scanOn(days);
  return stage;
}

describe('alerts list', () => {
  it('lists the history, and parts of it', async () => {
    const stage = await history();
    const list = async (...args: string[]) =>
      (await stage.taskwarden(['alerts', 'list', '--json', ...args])).json;
    const resolved = {
      task: 'acmeCo/a',
      episode: 1,
      alert: 'task_abandoned',
      stage: 'disable',
      since: day(0),
      firedAt: day(14),
      resolvedAt: day(21),
      reason: 'disabled',
    };
    const open = { ...resolved, task: 'other/b', resolvedAt: null, reason: null };
    expect(await list()).toMatchObject([resolved, open]);
    expect(await list('--open')).toMatchObject([open]);
    expect(await list('--resolved')).toMatchObject([resolved]);
    expect(await list('--prefix', 'other/')).toMatchObject([open]);
    expect(await list('--open', '--prefix', 'acmeCo/')).toEqual([]);
    const table = (await stage.taskwarden(['alerts', 'list', '--resolved'])).out;
    expect(table).toContain(`acmeCo/a  #1       disable  ${day(0)}  ${day(14)}  ${day(21)}  disabled\n`);
  });

  it('refuses both states at once', async () => {
    const ran = await cliStage().taskwarden(['alerts', 'list', '--open', '--resolved']);
    expect(ran.code).toBe(2);
    expect(ran.err).toBe("error: option '--open' cannot be used with option '--resolved'\n");
  });
});

describe('alerts show', () => {
  it('shows what was known and the mails', async () => {
    const stage = await history();
    const [open] = (await stage.taskwarden(['alerts', 'show', 'other/b', '1', '--json'])).json;
    expect(open).toMatchObject({
      task: 'other/b',
      firedAt: day(14),
      resolvedAt: null,
      evidence: { statuses: ['FAILED'], observedAt: day(0), warnAfterFrom: 'default' },
      mails: [{ to: 'ana@acme.test', notice: 'warning', state: 'sent', sentAt: day(14), disableAt: day(44) }],
    });
    const { out } = await stage.taskwarden(['alerts', 'show', 'acmeCo/a', '1']);
    expect(out).toContain('reason      disabled\n');
    expect(out).toContain(`run         ${day(21)}\n`);
  });

  it.each([
    [
      ['acmeCo/a', '2'],
      'error: no alert of task "acmeCo/a" has the number 2 in stage local; "alerts list" names those there are\n',
    ],
    [
      ['acmeCo/a', 'one'],
      "error: argument 'episode' is 'one', which is invalid. Allowed: a whole number from 1.\n",
    ],
    [['acmeCo/a'], "error: missing required argument 'episode'; --help shows how it is used\n"],
  ])('refuses %j with one line', async (args, problem) => {
    expect(await cliStage().taskwarden(['alerts', 'show', ...args])).toMatchObject({
      code: 2,
      out: '',
      err: problem,
    });
  });
});
