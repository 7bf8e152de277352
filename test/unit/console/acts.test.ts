import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ACTS } from '../../../console/acts.ts';
import { listWebhooks } from '../../../functions/operators/webhooks.ts';
import { loadPauses } from '../../../functions/store/pauses.ts';
import { loadPolicyDocuments } from '../../../functions/store/policies.ts';
import type { Row } from '../../../functions/store/table/table.port.ts';
import { loadTask } from '../../../functions/store/tasks.ts';
import { type CliStage, failingFleet } from '../cli/cli-stage.ts';
import { consoleOf, fieldsOf, type TestConsole, wordsOf } from './console-stage.ts';

const TASKS = ['acmeCo/prod/a', 'acmeCo/prod/b', 'acmeCo/prod/c'];
let stage: CliStage;
let console: TestConsole;
afterEach(() => console.close());

/** Everything that is stored. */
async function allRows(): Promise<Row[]> {
  return (await stage.table.scan(undefined)).rows;
}

const auditOf = async (): Promise<string[]> =>
  (await allRows()).filter(({ sk }) => sk.startsWith('L#')).map(({ act, by }) => `${act} by ${by}`);

describe('without --allow-changes', () => {
  beforeEach(async () => {
    stage = await failingFleet(TASKS);
    await stage.scanOn(14);
    await stage.scanOn(21);
    console = await consoleOf(stage);
  });

  it('nothing acts: no act has a confirmation, and none is done', async () => {
    const before = await allRows();
    for (const { name, fields } of ACTS) {
      const form = {
        ...Object.fromEntries(fields.map((field) => [field, 'notify'])),
        task: TASKS[0] ?? '',
        seal: '1.x',
      };
      expect((await console.browser.get(`/act/${name}?${new URLSearchParams(form)}`)).status).toBe(403);
      const sent = await console.browser.post(`/act/${name}`, form);
      expect([name, sent.status]).toEqual([name, 403]);
      expect(wordsOf(sent.text)).toContain('This console is read-only.');
    }
    expect(await allRows()).toEqual(before);
  });

  it('no page offers an act', async () => {
    for (const path of [
      '/',
      '/holds',
      '/policies?scope=global',
      '/rollout?scope=global',
      '/queues',
      '/generators',
      `/task?id=${TASKS[0]}`,
      '/undo?since=2026-01-01',
    ])
      expect((await console.browser.get(path)).text).not.toContain('/act/');
  });
});

describe('with --allow-changes', () => {
  it('pauses and resumes after a confirmation that says what it does, audited', async () => {
    stage = await failingFleet(TASKS);
    console = await consoleOf(stage, { allowsChanges: true });
    const asked = await console.browser.get('/act/pause?what=disable');
    expect(asked.text).toContain('Nothing is disabled; warnings and reminders go on.');
    expect(asked.text).toContain('This is audited as <b>olga</b>');
    expect((await loadPauses(stage.table)).disable).toBeNull();
    expect((await console.browser.post('/act/pause', fieldsOf(asked.text))).text).toContain(
      'disable is paused.',
    );
    expect((await loadPauses(stage.table)).disable).not.toBeNull();
    await console.browser.act('/act/resume?what=disable');
    expect((await loadPauses(stage.table)).disable).toBeNull();
    expect(await auditOf()).toEqual(
      expect.arrayContaining(['pause disable by olga', 'resume disable by olga']),
    );
  });

  it('says so where an act fails, and that some of it may be done', async () => {
    stage = await failingFleet(TASKS);
    console = await consoleOf(stage, { allowsChanges: true });
    const fields = fieldsOf((await console.browser.get('/act/pause-queue?queue=notify')).text);
    stage.workers.pause = () => Promise.reject(new Error('Lambda does not answer'));
    const failed = await console.browser.post('/act/pause-queue', fields);
    expect(failed.status).toBe(502);
    expect(failed.text).toContain('Lambda does not answer');
    expect(failed.text).toContain('Some of it may be done');
  });

  it('pauses until an instant and says why, and takes no end that is over', async () => {
    stage = await failingFleet(TASKS);
    console = await consoleOf(stage, { allowsChanges: true });
    const over = { until: '2025-01-01T00:00:00Z', reason: 'the move' };
    const wrong = await console.browser.act('/act/pause?what=notify', over);
    expect([wrong.status, (await loadPauses(stage.table)).notify]).toEqual([422, null]);
    await console.browser.act('/act/pause?what=notify', { until: '2h', reason: ' the move ' });
    expect((await loadPauses(stage.table)).notes?.notify).toEqual({
      by: 'olga',
      reason: 'the move',
      until: Date.parse('2026-01-01T02:00:00Z'),
    });
    const long = await console.browser.act('/act/pause?what=disable', { reason: 'x'.repeat(501) });
    expect([long.status, (await loadPauses(stage.table)).disable]).toEqual([422, null]);
  });

  it('takes lines as a browser sends them, with CR', async () => {
    stage = await failingFleet(TASKS);
    console = await consoleOf(stage, { allowsChanges: true });
    const path = `/act/set-policy?${new URLSearchParams({ scope: 'acmeCo/', set: 'warnAfter=30d\nmode=notify' })}`;
    const { set = '', ...fields } = fieldsOf((await console.browser.get(path)).text);
    const sent = { ...fields, set: set.replaceAll('\n', '\r\n') };
    expect((await console.browser.post('/act/set-policy', sent)).status).toBe(200);
    expect((await loadPolicyDocuments(stage.table)).get('acmeCo/')).toEqual({
      warnAfter: '30d',
      mode: 'notify',
    });
  });

  it('does not do what the confirmation did not show, nor do it twice', async () => {
    stage = await failingFleet(TASKS);
    console = await consoleOf(stage, { allowsChanges: true });
    const fields = fieldsOf((await console.browser.get('/act/pause?what=disable')).text);
    const other = await console.browser.post('/act/pause', { ...fields, what: 'notify' });
    expect([other.status, (await loadPauses(stage.table)).notify]).toEqual([403, null]);
    const none = await console.browser.post('/act/pause', { what: 'notify' });
    expect(none.status).toBe(403);
    const elsewhere = await console.browser.post('/act/resume', fields);
    expect(elsewhere.status).toBe(403);
    expect((await console.browser.post('/act/pause', fields)).status).toBe(200);
    expect((await console.browser.post('/act/pause', fields)).text).toContain('It was sent before');
  });

  it('approves what the blast radius holds, and names how many', async () => {
    stage = await failingFleet(TASKS, [
      'stage=disable',
      'evidenceMaxAge=365d',
      'scanEvery=30d',
      'blastRadius.shareFloor=1',
    ]);
    await stage.scanOn(14);
    await stage.scanOn(21);
    console = await consoleOf(stage, { allowsChanges: true });
    const held = await stage.taskwarden(['approve', '--list', '--json']);
    expect(held.json).toEqual([{ held: TASKS }]);
    const asked = await console.browser.get('/act/approve');
    expect(asked.text).toContain('Approve 3 tasks that the blast radius holds');
    for (const task of TASKS) expect(asked.text).toContain(task);
    const done = await console.browser.post('/act/approve', fieldsOf(asked.text));
    expect(wordsOf(done.text)).toContain('3 tasks are approved until 2026-01-30T00:00:00Z');
    await stage.scanOn(22);
    for (const task of TASKS) expect((await loadTask(stage.table, task))?.task.enabled).toBe(false);
    expect((await console.browser.get('/act/approve')).status).toBe(409);
  });

  it('refuses an approval where nothing is held any more', async () => {
    stage = await failingFleet(TASKS, [
      'stage=disable',
      'evidenceMaxAge=365d',
      'scanEvery=30d',
      'blastRadius.shareFloor=1',
    ]);
    await stage.scanOn(14);
    await stage.scanOn(21);
    console = await consoleOf(stage, { allowsChanges: true });
    const fields = fieldsOf((await console.browser.get('/act/approve')).text);
    // Somebody else approved them meanwhile.
    await stage.taskwarden(['approve']);
    const late = await console.browser.post('/act/approve', fields);
    expect(late.status).toBe(409);
    expect(late.text).toContain('The blast radius holds none of them.');
  });

  it('undoes one task at once, and many as a bulk command that names how many', async () => {
    stage = await failingFleet(TASKS);
    await stage.scanOn(14);
    await stage.scanOn(21);
    console = await consoleOf(stage, { allowsChanges: true });
    expect((await loadTask(stage.table, 'acmeCo/prod/a'))?.task.enabled).toBe(false);
    await console.browser.act('/act/undo-task?task=acmeCo/prod/a');
    expect((await loadTask(stage.table, 'acmeCo/prod/a'))?.task.enabled).toBe(true);
    const dry = await console.browser.get('/undo?since=2026-01-20&prefix=acmeCo/');
    expect(dry.text).toContain('<b>2</b> of 3 would be enabled again');
    const done = await console.browser.act('/act/undo?since=2026-01-20&prefix=acmeCo/');
    expect(done.text).toContain('2 tasks are to be enabled again: bulk command');
    await stage.scanOn(22);
    for (const task of TASKS) expect((await loadTask(stage.table, task))?.task.enabled).toBe(true);
  });

  it('cancels a bulk command, goes on with it, and shows what became of each item', async () => {
    stage = await failingFleet(TASKS);
    await stage.scanOn(14);
    await stage.scanOn(21);
    console = await consoleOf(stage, { allowsChanges: true });
    await console.browser.act('/act/undo?since=2026-01-20');
    const [id = ''] = /id=([^"]+)"/.exec((await console.browser.get('/work')).text)?.slice(1) ?? [];
    expect((await console.browser.get(`/work/show?id=${id}&all=1`)).text).toContain('acmeCo/prod/a');
    await console.browser.act(`/act/cancel-work?id=${id}`, { reason: 'the wrong fleet' });
    await stage.scanOn(22);
    expect((await loadTask(stage.table, 'acmeCo/prod/a'))?.task.enabled).toBe(false);
    expect((await console.browser.get(`/work/show?id=${id}`)).text).toContain('cancelled');
    expect((await console.browser.act(`/act/cancel-work?id=${id}`)).status).toBe(409);
    await console.browser.act(`/act/retry-work?id=${id}`);
    await stage.scanOn(23);
    for (const task of TASKS) expect((await loadTask(stage.table, task))?.task.enabled).toBe(true);
    expect((await console.browser.get(`/work/show?id=${id}`)).text).toContain('3 of 3 done');
    expect(await auditOf()).toContain('work cancel by olga');
  });

  it('pauses a webhook, and calls it again', async () => {
    stage = await failingFleet(TASKS);
    await stage.taskwarden(['webhooks', 'add', 'https://hooks.acme.test/taskwarden']);
    const webhook = async () => (await listWebhooks(stage.table))[0];
    const id = (await webhook())?.id ?? '';
    console = await consoleOf(stage, { allowsChanges: true });
    await console.browser.act(`/act/pause-webhook?id=${id}`);
    expect((await webhook())?.state).toBe('paused');
    expect((await console.browser.get(`/webhooks?id=${id}`)).text).toContain('/act/resume-webhook');
    await console.browser.act(`/act/resume-webhook?id=${id}`);
    expect((await webhook())?.state).toBe('active');
    expect((await console.browser.act('/act/pause-webhook?id=wh-none')).status).toBe(409);
  });

  it('sets a policy as the command does, and not over what somebody else set meanwhile', async () => {
    stage = await failingFleet(TASKS);
    console = await consoleOf(stage, { allowsChanges: true });
    const path = `/act/set-policy?${new URLSearchParams({ scope: 'acmeCo/', set: 'warnAfter=30d\nmode=notify' })}`;
    expect(wordsOf((await console.browser.act(path)).text)).toContain(
      'acmeCo/ says warnAfter=30d mode=notify.',
    );
    expect((await loadPolicyDocuments(stage.table)).get('acmeCo/')).toEqual({
      warnAfter: '30d',
      mode: 'notify',
    });
    const fields = fieldsOf((await console.browser.get(path.replace('30d', '40d'))).text);
    await stage.taskwarden(['policy', 'set', 'acmeCo/', 'warnAfter=35d', '--yes']);
    const late = await console.browser.post('/act/set-policy', fields);
    expect(late.text).toContain('Somebody changed the policy of the scope meanwhile');
    const wrong = await console.browser.act(
      `/act/set-policy?${new URLSearchParams({ scope: 'acmeCo/', set: 'warnAfter=soon' })}`,
    );
    expect(wrong.status).toBe(409);
  });
});
