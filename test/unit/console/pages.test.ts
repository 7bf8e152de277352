import { afterEach, describe, expect, it } from 'vitest';
import { PAGES } from '../../../console/pages.ts';
import { PolicyBook } from '../../../functions/abandonment/policy-book.ts';
import { withDisabling } from '../../../functions/episodes/disabling.ts';
import type { OpenTask } from '../../../functions/episodes/open-task.ts';
import { changeTask } from '../../../functions/store/change-task.ts';
import { loadTask } from '../../../functions/store/tasks.ts';
import { type CliStage, cliStage, day, failingFleet, fileWith, T, taskLine } from '../cli/cli-stage.ts';
import { consoleOf, type TestConsole, wordsOf } from './console-stage.ts';

const TASK = 'acmeCo/prod/orders';
let console: TestConsole;
afterEach(() => console.close());

const linksOf = (page: string) =>
  [...page.matchAll(/ href="([^"]*)"/g)].map(([, to = '']) => to.replaceAll('&amp;', '&'));

/** An owner asks on their page that a task is disabled now. */
function askToDisable({ system }: CliStage, id: string) {
  const at = system.clock.now();
  const asker = { by: 'person', person: 'ana@acme.test', at } as const;
  return changeTask(system, id, (record) => ({
    record: withDisabling(record as OpenTask, asker, at),
    policy: new PolicyBook(new Map()).for(id),
    value: true,
  }));
}

describe('the console of a stage', () => {
  it('shows on every page of its menu something of an empty stage, too', async () => {
    console = await consoleOf(cliStage());
    for (const { path } of PAGES.filter(({ menu }) => menu !== undefined)) {
      const { status, text } = await console.browser.get(path);
      expect([path, status]).toEqual([path, 200]);
      expect(text).toContain('<h1>');
    }
  });

  it('says on its first page which webhooks are not called, and since when', async () => {
    const stage = cliStage();
    const added = await stage.taskwarden(['webhooks', 'add', 'https://hooks.acme.test/in', '--json']);
    const { id } = added.json[0] as { id: string };
    await stage.taskwarden(['webhooks', 'test', id]);
    console = await consoleOf(stage);
    expect(wordsOf((await console.browser.get('/')).text)).not.toContain(id);
    await stage.taskwarden(['webhooks', 'pause', id]);
    const { text } = await console.browser.get('/');
    expect(wordsOf(text)).toContain(`Webhook ${id} is paused; 1 event waits`);
    expect(linksOf(text)).toContain(`/webhooks?id=${id}`);
  });

  it('leads from link to link, and every link is answered', async () => {
    const stage = await failingFleet([TASK, 'acmeCo/prod/invoices']);
    await stage.scanOn(14);
    await stage.scanOn(21);
    console = await consoleOf(stage, { allowsChanges: true });
    const waiting = ['/'];
    const seen = new Set(waiting);
    for (let path = waiting.shift(); path !== undefined; path = waiting.shift()) {
      const { status, text } = await console.browser.get(path);
      expect([path, status]).toEqual([path, path.startsWith('/act/') && status === 409 ? 409 : 200]);
      expect(text).not.toMatch(/<script(?! src="\/console\.js")|<[^>]* (style|on\w+)="/);
      const next = linksOf(text).filter((to) => to.startsWith('/') && !seen.has(to));
      for (const to of next) seen.add(to);
      waiting.push(...next);
    }
    expect(seen).toContain('/task?id=acmeCo%2Fprod%2Forders');
    expect([...seen].filter((path) => path.startsWith('/undo?run=')).length).toBe(1);
    expect(seen.size).toBeGreaterThan(40);
  });

  it('counts what is open and what is due, and names the days', async () => {
    const stage = await failingFleet([TASK, 'betaCo/prod/invoices']);
    await stage.scanOn(14);
    console = await consoleOf(stage);
    const overview = wordsOf((await console.browser.get('/')).text);
    // Failing since 01-01: warned on 01-15 after 14 days, and due 7 days after that.
    expect(overview).toContain('2 alerts open');
    expect(overview).toContain('2 due within 7 days');
    expect(overview).toContain('2026-01-22 2 0 2 acmeCo/prod/orders, betaCo/prod/invoices');
    expect(overview).toContain('disable failed 2 2');
    const calendar = wordsOf((await console.browser.get('/calendar?day=2026-01-22')).text);
    expect(calendar).toContain('Thu 01-22 2');
    expect(calendar).toContain('acmeCo/prod/orders');
  });

  it('says that something is paused, by whom and why', async () => {
    const stage = await failingFleet([TASK]);
    await stage.taskwarden(['pause', 'disable', '--reason', 'the night of the move']);
    console = await consoleOf(stage);
    expect(wordsOf((await console.browser.get('/')).text)).toContain('disable is paused since');
    expect(wordsOf((await console.browser.get('/')).text)).toContain('by olga: the night of the move');
  });

  it('finds tasks by a part of the id, tenant, plane, cause, owner, mode and state', async () => {
    const stage = await failingFleet([TASK]);
    const others = [
      taskLine('betaCo/prod/a', { dataPlane: 'us-1', owners: ['bob@beta.test'] }),
      taskLine('betaCo/prod/b', { enabled: false }),
      taskLine('betaCo/prod/c', { shards: [{ id: '0', status: 'PRIMARY' }] }),
    ];
    await stage.taskwarden(['tasks', 'import', fileWith(others.join('\n'))]);
    await stage.taskwarden(['policy', 'set', 'betaCo/', 'mode=notify']);
    await stage.scanOn(14);
    console = await consoleOf(stage);
    const found = async (query: string) => {
      const { text } = await console.browser.get(`/tasks?${query}`);
      return linksOf(text).flatMap((to) =>
        to.startsWith('/task?') ? [new URLSearchParams(to.slice(6)).get('id')] : [],
      );
    };
    expect(await found('')).toEqual([TASK, 'betaCo/prod/a']);
    expect(await found('q=ORDERS&state=all')).toEqual([TASK]);
    expect(await found('tenant=betaCo')).toEqual(['betaCo/prod/a']);
    expect(await found('tenant=betaCo&state=all')).toEqual([
      'betaCo/prod/a',
      'betaCo/prod/b',
      'betaCo/prod/c',
    ]);
    expect(await found('plane=us-1')).toEqual(['betaCo/prod/a']);
    expect(await found('cause=failed')).toEqual([TASK, 'betaCo/prod/a']);
    expect(await found('cause=pending')).toEqual([]);
    expect(await found('owner=bob@')).toEqual(['betaCo/prod/a']);
    expect(await found('mode=disable')).toEqual([TASK]);
    expect(await found('state=disabled')).toEqual(['betaCo/prod/b']);
    expect(await found('state=healthy')).toEqual(['betaCo/prod/c']);
    expect(await found('due=2026-01-22')).toEqual([TASK]);
  });

  it('keeps apart what was disabled as abandoned, by an owner on their page, and by people elsewhere', async () => {
    const [abandoned, asked, others] = ['acmeCo/abandoned', 'acmeCo/asked', 'acmeCo/others'];
    const stage = await failingFleet([abandoned, asked]);
    await stage.taskwarden(['tasks', 'import', '-'], taskLine(others, { enabled: false }));
    await stage.scanOn(14);
    await askToDisable(stage, asked);
    await stage.scanOn(21);
    console = await consoleOf(stage);
    const found = async (state: string) => wordsOf((await console.browser.get(`/tasks?state=${state}`)).text);
    expect(await found('abandoned')).toContain(`${abandoned} disabled: abandoned`);
    expect(await found('by-owner')).toContain(`${asked} disabled: by an owner`);
    expect(await found('by-others')).toContain(`${others} disabled `);
    for (const state of ['abandoned', 'by-owner', 'by-others'])
      expect(await found(state)).toContain('1 task ');
    expect(await found('disabled')).toContain('3 tasks');
  });

  it('names the dead letters of a queue, why they were given up, and what would become of them', async () => {
    const stage = cliStage();
    const body = {
      v: 1,
      kind: 'disable',
      key: 'acmeCo/a',
      episode: 1,
      notAfter: T + 9e9,
      correlationId: 'c',
    };
    const letter = { queue: 'disable' as const, id: 'd1', body: JSON.stringify(body) };
    stage.deadLetters.put({ ...letter, reason: 'AccessDenied: no role' });
    console = await consoleOf(stage);
    expect(linksOf((await console.browser.get('/queues')).text)).toContain('/queues/letters?queue=disable');
    const words = wordsOf((await console.browser.get('/queues/letters?queue=disable')).text);
    expect(words).toMatch(
      /d1 disable disable acmeCo\/a .* AccessDenied: no role would be skipped: the task is not known/,
    );
    expect(stage.deadLetters.idsOf('disable')).toEqual(['d1']);
    expect((await console.browser.get('/queues/letters?queue=none')).status).toBe(404);
  });

  it('counts dead letters for who may only look, and names what would show them', async () => {
    const stage = cliStage();
    stage.deadLetters.put({ queue: 'disable', id: 'd1', body: '{}' });
    const text =
      'User: arn:aws:iam::123456789012:user/eva is not authorized to perform: sqs:receivemessage on resource: arn:aws:sqs:eu-west-1:123456789012:disable-dead';
    stage.deadLetters.receive = () => {
      throw Object.assign(new Error(text), { name: 'AccessDenied' });
    };
    console = await consoleOf(stage);
    const seen = await console.browser.get('/queues/letters?queue=disable');
    expect(seen.status).toBe(200);
    expect(wordsOf(seen.text)).toContain('1 dead letter is in it.');
    expect(wordsOf(seen.text)).toContain(
      'these credentials may not do sqs:receivemessage on arn:aws:sqs:eu-west-1:123456789012:disable-dead. With sqs:ReceiveMessage and sqs:ChangeMessageVisibility on the dead-letter queues it is',
    );
    // Every other fault is still shown as one.
    stage.deadLetters.receive = () => {
      throw new Error('the queue is gone');
    };
    expect((await console.browser.get('/queues/letters?queue=disable')).status).toBe(502);
  });

  it('shows of a fleet a page at a time', async () => {
    const ids = Array.from({ length: 120 }, (_, number) => `acmeCo/task-${String(number).padStart(3, '0')}`);
    console = await consoleOf(await failingFleet(ids));
    const rows = async (page: string) => {
      const { text } = await console.browser.get(`/tasks?page=${page}`);
      return [...text.matchAll(/acmeCo\/task-(\d{3})<\/a>/g)].map(([, number]) => number);
    };
    expect(await rows('1')).toEqual(ids.slice(0, 50).map((id) => id.slice(-3)));
    expect(await rows('3')).toEqual(ids.slice(100).map((id) => id.slice(-3)));
    for (const beyond of ['4', '0', '-1', 'x', '1e9'])
      expect((await rows(beyond)).length).toBeLessThanOrEqual(50);
  });

  it('tells of one task why, what happened, and the decision of another day', async () => {
    const stage = await failingFleet([TASK]);
    await stage.scanOn(14);
    console = await consoleOf(stage);
    const words = wordsOf((await console.browser.get(`/task?id=${TASK}`)).text);
    expect(words).toContain('Decision waiting : grace To be disabled 2026-01-22 00:00');
    expect(words).toContain('fired alert #1 (task_abandoned)');
    expect(words).toContain('ana@acme.test warning sent 2026-01-22 00:00');
    expect(words).toContain('mode disable global');
    const before = wordsOf((await console.browser.get(`/task?id=${TASK}&at=2026-01-10`)).text);
    expect(before).toContain('The decision as of 2026-01-10 23:59');
    expect((await console.browser.get('/task?id=acmeCo/none')).status).toBe(404);
  });

  it('shows a mail with the tasks that it told of', async () => {
    const stage = await failingFleet([TASK]);
    await stage.scanOn(14);
    console = await consoleOf(stage);
    const { text } = await console.browser.get('/mails?to=ana@acme.test');
    const [mail = ''] = linksOf(text).filter((to) => to.startsWith('/mails/show'));
    const words = wordsOf((await console.browser.get(mail)).text);
    expect(words).toContain('Mail to ana@acme.test');
    expect(words).toContain(`${TASK} warning #1 2026-01-01 00:00 2026-01-22 00:00`);
  });

  it('previews what a change would do, and says what is wrong with one', async () => {
    const stage = await failingFleet([TASK]);
    await stage.taskwarden(['policy', 'set', 'global', 'mode=notify']);
    console = await consoleOf(stage, { allowsChanges: true });
    const asked = new URLSearchParams({ scope: 'global', set: 'mode=disable\r\nwarnAfter=30d', days: '60' });
    const { status, text } = await console.browser.get(`/preview?${asked}`);
    expect(status).toBe(200);
    // Today: warned on 01-15 and never disabled. Proposed: warned on 01-31, disabled 7 days later.
    expect(wordsOf(text)).toContain('2026-01-15 acmeCo 1 -> 0');
    expect(wordsOf(text)).toContain('2026-02-07 acmeCo 0 0 0 0 -> 1');
    expect(linksOf(text).some((to) => to.startsWith('/act/set-policy?scope=global'))).toBe(true);
    const wrong = await console.browser.get('/preview?scope=global&set=warnAfter%3Dnever');
    expect(wrong.status).toBe(422);
    expect((await loadTask(stage.table, TASK))?.open).toBeNull();
  });
});

describe('words of others', () => {
  const HOSTILE = `acmeCo/"><script>alert(1)</script>'x`;

  it('are shown as they are, and are never HTML', async () => {
    const stage = await failingFleet([HOSTILE]);
    await stage.scanOn(14);
    await stage.taskwarden(['pause', 'notify', '--reason', '\u202e<img src=x onerror=alert(1)>']);
    console = await consoleOf(stage);
    const id = encodeURIComponent(HOSTILE);
    for (const path of [
      '/',
      '/tasks',
      '/calendar?day=2026-01-22',
      `/task?id=${id}`,
      '/mails',
      '/queues',
      `/tasks?q=${id}&owner=${id}&due=${id}`,
    ]) {
      const { status, text } = await console.browser.get(path);
      expect([path, status]).toEqual([path, 200]);
      expect(text).not.toMatch(/<script>|<img|\u202e/);
    }
    const { text } = await console.browser.get(`/task?id=${id}`);
    expect(text).toContain('&lt;script&gt;alert(1)&lt;/script&gt;');
    expect(wordsOf((await console.browser.get(`/task?id=${encodeURIComponent('<b>')}`)).text)).not.toContain(
      '<b>',
    );
  });

  it('lead nowhere: an address that begins with two slashes stays here', async () => {
    console = await consoleOf(cliStage());
    const [next = ''] = console.announced;
    const token = new URL(next).searchParams.get('token');
    const entered = await console.stranger.get(`//evil.test/?token=${token}`);
    expect(entered.headers.get('location')).toBe(`${console.origin}//evil.test/`);
  });
});

it('says that a day is none, and goes on', async () => {
  const stage = await failingFleet([TASK]);
  console = await consoleOf(stage);
  const { status, text } = await console.browser.get(`/task?id=${TASK}&at=yesterday`);
  expect(status).toBe(200);
  expect(wordsOf(text)).not.toContain('The decision as of');
  expect(day(0)).toBe('2026-01-01T00:00:00Z');
});
