import { afterEach, describe, expect, it } from 'vitest';
import { loadPolicyDocuments } from '../../../functions/store/policies.ts';
import { type CliStage, cliStage, failingFleet, T, taskLine } from '../cli/cli-stage.ts';
import { consoleOf, fieldsOf, type TestConsole } from './console-stage.ts';

const DAY = 86_400_000;
let console: TestConsole;
afterEach(() => console.close());

/** What a page says, without its tags. */
function wordsOf({ text }: { text: string }): string {
  const main = text.slice(text.indexOf('<main'), text.indexOf('</main>'));
  return main
    .replaceAll(/<[^>]*>/g, ' ')
    .replaceAll('&quot;', '"')
    .replaceAll(/\s+/g, ' ');
}

const open = async (stage: CliStage, allowsChanges = true) => {
  console = await consoleOf(stage, { allowsChanges });
  return console.browser;
};

const modeAt = async ({ table }: CliStage, scope: string) =>
  (await loadPolicyDocuments(table)).get(scope)?.mode;

const running = (id: string) =>
  taskLine(id, { shards: [{ id: '0', status: 'PRIMARY' }], lastPrimaryAt: undefined });

/** Day 26 of three tasks in mode `detect`, which fired on day 14: one came back on day 16, one on day 25, one never. */
async function detectedStage(): Promise<CliStage> {
  const policy = ['mode=detect', 'evidenceMaxAge=365d', 'scanEvery=30d'];
  const stage = await failingFleet(['acmeCo/early', 'acmeCo/late', 'acmeCo/never'], policy);
  await stage.scanOn(14);
  for (const [days, task] of [
    [16, 'acmeCo/early'],
    [25, 'acmeCo/late'],
  ] as const) {
    stage.setNow(T + days * DAY);
    await stage.taskwarden(['tasks', 'import', '-'], running(task));
    await stage.scanOn(days);
  }
  stage.setNow(T + 26 * DAY);
  return stage;
}

describe('the rollout of a scope', () => {
  it('shows the step that it is at, and what speaks for the next one', async () => {
    const browser = await open(await detectedStage());
    const words = wordsOf(await browser.get('/rollout?scope=acmeCo/'));
    expect(words).toContain('Mode detect Says so global Next notify');
    // A grace of 7 days from day 14: early came back in time, late after it, never did not come back.
    for (const [what, figure] of [
      ['Alerts that fired', 3],
      ['a warning is enough for them', 1],
      ['would have been disabled', 2],
      ['to disable them would have been wrong', 1],
    ] as const)
      expect(words).toContain(`${what} ${figure}`);
    // Those that fired on day 14 are not of the last 5 days.
    expect(wordsOf(await browser.get('/rollout?scope=acmeCo/&days=5'))).toContain('Alerts that fired 0');
  });

  it('lists the scopes with a mode of their own', async () => {
    const stage = await detectedStage();
    await stage.taskwarden(['policy', 'set', '--yes', 'acmeCo/prod/', 'mode=notify']);
    await stage.taskwarden(['policy', 'set', '--yes', 'betaCo/', 'warnAfter=20d']);
    const words = wordsOf(await (await open(stage)).get('/rollout'));
    expect(words).toContain('global detect global acmeCo/prod/ notify acmeCo/prod/');
    expect(words).not.toContain('betaCo/');
  });

  it('is refused of a scope that is none', async () => {
    const answer = await (await open(cliStage())).get('/rollout?scope=acme%20Co//');
    expect(answer.status).toBe(422);
    expect(wordsOf(answer)).toContain('scope');
  });
});

describe('a promotion on the console', () => {
  it('says whom it would warn, goes one step, and keeps why', async () => {
    const stage = await detectedStage();
    const browser = await open(stage);
    const asked = await browser.get('/act/promote?scope=acmeCo/&to=notify');
    // Of the three, only never still fails: its alert is open, and nobody was notified of it in mode detect.
    expect(wordsOf(asked)).toContain('1 task warned about (today 0)');
    const fields = { ...fieldsOf(asked.text), reason: 'four weeks without a surprise' };
    expect(wordsOf(await browser.post('/act/promote', fields))).toContain('acmeCo/ says mode=notify.');
    expect(await modeAt(stage, 'acmeCo/')).toBe('notify');
    const history = wordsOf(await browser.get('/policies/history?scope=acmeCo/'));
    expect(history).toContain('policy set olga four weeks without a surprise + acmeCo/ mode=notify');
  });

  it('skips no step, and takes no step that was taken meanwhile', async () => {
    const stage = await detectedStage();
    const browser = await open(stage);
    const jump = await browser.get('/act/promote?scope=acmeCo/&to=disable');
    expect([jump.status, wordsOf(jump)]).toEqual([
      409,
      expect.stringContaining('The scope acmeCo/ has mode detect; the next one is notify.'),
    ]);
    const fields = fieldsOf((await browser.get('/act/promote?scope=acmeCo/&to=notify')).text);
    await stage.taskwarden(['rollout', 'promote', 'acmeCo/', '--yes']);
    expect((await browser.post('/act/promote', fields)).status).toBe(409);
    expect(await modeAt(stage, 'acmeCo/')).toBe('notify');
  });

  it('lets subscriptions hear of it where that is chosen', async () => {
    const stage = cliStage();
    await stage.taskwarden(['tasks', 'import', '-'], running('acmeCo/a'));
    await stage.taskwarden([
      ...['subscriptions', 'add', 'acmeCo/', 'team@acme.test'],
      ...['--alert-types', 'task_auto_disabled'],
    ]);
    const browser = await open(stage);
    expect(wordsOf(await browser.get('/rollout?scope=acmeCo/'))).toContain(
      '1 subscription in it would not hear of what notify does',
    );
    const done = await browser.act('/act/promote?scope=acmeCo/&to=notify', { optIn: 'yes' });
    expect(wordsOf(done)).toContain('1 subscription hears of task_abandoned now.');
    expect((await stage.taskwarden(['subscriptions', 'list', '--json'])).json).toMatchObject([
      { alertTypes: ['task_abandoned', 'task_auto_disabled'] },
    ]);
  });

  it('is refused above the ceiling of the deployment before it is confirmed', async () => {
    const stage = await failingFleet(['acmeCo/a'], ['mode=notify', 'evidenceMaxAge=365d'], {
      modeCeiling: 'notify',
    });
    const asked = await (await open(stage)).get('/act/promote?scope=global&to=disable');
    expect([asked.status, wordsOf(asked)]).toEqual([
      409,
      expect.stringContaining('is above modeCeiling of this deployment'),
    ]);
  });
});

describe('a demotion on the console', () => {
  it('lowers the mode at once, and says which narrower scopes keep theirs', async () => {
    const stage = await failingFleet(['acmeCo/a']);
    await stage.taskwarden(['policy', 'set', '--yes', 'acmeCo/', 'mode=notify']);
    const browser = await open(stage);
    const asked = await browser.get('/act/demote?scope=global&to=detect');
    expect(wordsOf(asked)).toContain('A change here does not move them Scope Mode acmeCo/ notify');
    await browser.post('/act/demote', { ...fieldsOf(asked.text), reason: 'wrong owners' });
    expect(await modeAt(stage, '')).toBe('detect');
    expect(await modeAt(stage, 'acmeCo/')).toBe('notify');
    expect((await browser.get('/act/demote?scope=global&to=detect')).status).toBe(409);
  });
});

describe('the history of policies', () => {
  async function changedStage(): Promise<CliStage> {
    const stage = cliStage();
    await stage.taskwarden([
      'policy',
      'set',
      '--yes',
      'acmeCo/',
      'warnAfter=30d',
      '--reason',
      'asked in INC-9',
    ]);
    stage.setNow(T + DAY);
    await stage.taskwarden(['policy', 'set', '--yes', 'acmeCo/', 'warnAfter=40d', 'mode=notify']);
    await stage.taskwarden(['policy', 'set', '--yes', 'betaCo/', 'warnAfter=20d']);
    stage.setNow(T + 2 * DAY);
    return stage;
  }

  it('says who changed what, when and why, the newest first', async () => {
    const browser = await open(await changedStage());
    const all = wordsOf(await browser.get('/policies/history'));
    expect(all).toContain('2026-01-01 00:00 policy set olga asked in INC-9 + acmeCo/ warnAfter=30d');
    expect(all.indexOf('2026-01-02 00:00')).toBeLessThan(all.indexOf('2026-01-01 00:00'));
    expect(wordsOf(await browser.get('/policies/history?scope=betaCo/'))).not.toContain('warnAfter=30d');
  });

  it('shows what differs between two instants', async () => {
    const browser = await open(await changedStage());
    const words = wordsOf(await browser.get('/policies/diff?from=2026-01-01T12:00:00Z'));
    expect(words).toContain('acmeCo/ + acmeCo/ mode=notify - acmeCo/ warnAfter=30d + acmeCo/ warnAfter=40d');
    expect(words).toContain('betaCo/ + betaCo/ warnAfter=20d');
    const until = wordsOf(await browser.get('/policies/diff?from=2025-12-31&to=2026-01-01T12:00:00Z'));
    expect(until).toContain('+ acmeCo/ warnAfter=30d');
    expect(until).not.toContain('warnAfter=40d');
    expect((await browser.get('/policies/diff?from=soon')).status).toBe(422);
  });

  it('has why a policy was set or taken out on the console', async () => {
    const stage = await changedStage();
    const browser = await open(stage);
    const set = new URLSearchParams({ scope: 'betaCo/', set: 'warnAfter=21d' });
    await browser.act(`/act/set-policy?${set}`, { reason: 'a slow team' });
    expect(wordsOf(await browser.get('/policies/history?scope=betaCo/'))).toContain('olga a slow team');
    await browser.act('/act/unset-policy?scope=acmeCo/&key=warnAfter', { reason: 'no longer' });
    expect((await loadPolicyDocuments(stage.table)).get('acmeCo/')).toEqual({ mode: 'notify' });
    expect(wordsOf(await browser.get('/policies/history?scope=acmeCo/'))).toContain(
      'policy unset olga no longer - acmeCo/ warnAfter=40d',
    );
  });
});
