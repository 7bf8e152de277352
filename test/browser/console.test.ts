import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';
import { openAwsStage } from '../../cli/aws-stage.ts';
import { operatorOf } from '../../cli/operator.ts';
import { type Started, startConsole } from '../../console/start.ts';
import { loadPauses } from '../../functions/store/pauses.ts';
import { loadPolicyDocuments } from '../../functions/store/policies.ts';
import { loadTask } from '../../functions/store/tasks.ts';
import { type CliStage, failingFleet } from '../unit/cli/cli-stage.ts';
import { Inspector, launchBrowser, onPhone, textOf } from './reader.ts';

const TASKS = [
  'acmeCo/prod/orders-capture',
  'acmeCo/prod/invoices-materialization-with-a-rather-long-name',
  'betaCo/eu/clicks',
  'betaCo/eu/views',
];
const [TASK = ''] = TASKS;

let browser: Browser;
let inspector: Inspector;
let stage: CliStage;
let console: Started;
let context: BrowserContext;
let page: Page;
let requested: string[];
let complaints: string[];

beforeAll(async () => {
  browser = await launchBrowser();
  inspector = await Inspector.open(browser);
});
afterAll(() => browser.close());

/** A stage in which four tasks of two tenants became due together, and are held. */
async function spike(): Promise<CliStage> {
  const held = await failingFleet(TASKS);
  await held.taskwarden(['policy', 'set', 'global', 'blastRadius.shareFloor=1', '--yes']);
  for (const days of [14, 18, 20, 21]) await held.scanOn(days);
  return held;
}

async function serve(allowsChanges: boolean): Promise<void> {
  const opened = await stage.open('local', {});
  console = await startConsole({
    stage: opened,
    operator: async () => 'olga',
    allowsChanges,
    port: 0,
    env: {},
  });
}

/** Opens a window, and enters by the address that the terminal shows. */
async function enter(within: BrowserContext): Promise<void> {
  page = await within.newPage();
  page.on('request', (request) => requested.push(request.url()));
  page.on('console', (message) => complaints.push(message.text()));
  await page.goto(console.startUrl);
  expect(page.url()).toBe(`${console.origin}/`);
}

const go = (name: string) =>
  page
    .getByRole('navigation', { name: 'Pages of the console' })
    .getByRole('link', { name, exact: true })
    .click();

beforeEach(() => {
  requested = [];
  complaints = [];
});
afterEach(async () => {
  await context.close();
  await console.close();
  // Nothing is loaded from elsewhere, and the browser has nothing to say about the policy of the pages.
  expect(
    requested.filter((url) => !url.startsWith(`${console.origin}/`) && !url.startsWith('data:')),
  ).toEqual([]);
  expect(complaints.filter((text) => !text.includes('the server responded with a status of 4'))).toEqual([]);
});

describe('an operator with a phone and without JavaScript', () => {
  beforeEach(async () => {
    stage = await spike();
    await serve(true);
    context = await onPhone(browser);
    await enter(context);
  });

  it('sees the overview, the calendar, what is held, and every other page', async () => {
    expect(await textOf(page)).toContain('4 alerts open');
    await inspector.look(page, 'console-01-overview');
    const names = [
      'Calendar',
      'Tasks',
      'Holds',
      'Policies',
      'Rollout',
      'Undo',
      'Mails',
      'Suppressed',
      'Scans',
      'Queues',
      'Failures',
    ];
    for (const [number, name] of [
      ...names,
      'Generators',
      'Listings',
      'Webhooks',
      'Bulk commands',
    ].entries()) {
      await go(name);
      await inspector.look(page, `console-02-${number}-${name.toLowerCase().replace(' ', '-')}`);
    }
  });

  it('searches a task, and reads why, what happened, and the decision of a day', async () => {
    await page.getByRole('searchbox', { name: 'Task' }).fill('orders');
    await page.getByRole('button', { name: 'Search' }).click();
    expect(await textOf(page)).toContain('1 task');
    await inspector.look(page, 'console-03-search');
    await page.getByRole('link', { name: TASK, exact: true }).click();
    const words = await textOf(page);
    expect(words).toContain('It is held: blast-radius');
    expect(words).toContain('fired alert #1 (task_abandoned)');
    await inspector.look(page, 'console-04-task');
    await page.getByLabel('The decision of a day').fill('2026-01-10');
    await page.getByRole('button', { name: 'Show' }).click();
    expect(await textOf(page)).toContain('The decision as of 2026-01-10 23:59');
    expect(page.url()).toBe(`${console.origin}/task?id=acmeCo%2Fprod%2Forders-capture&at=2026-01-10`);
  });

  it('approves what is held after a confirmation that names it, and undoes it', async () => {
    await go('Holds');
    await page.getByRole('link', { name: 'blast-radius', exact: true }).first().click();
    for (const group of ['acmeCo Approve… 2', 'eu-1 4', 'ana@acme.test 4'])
      expect(await textOf(page)).toContain(group);
    await inspector.look(page, 'console-05-hold');
    await page.getByRole('link', { name: 'Approve 4…' }).click();
    for (const task of TASKS) expect(await textOf(page)).toContain(task);
    await inspector.look(page, 'console-05-hold-approve');
    await page.getByLabel('Why, for the audit').fill('the old fleet');
    await page.getByLabel('The approval ends').fill('3d');
    await page.getByRole('button', { name: 'Approve 4 tasks' }).click();
    expect(await textOf(page)).toContain('4 tasks are approved until 2026-01-25');
    await inspector.look(page, 'console-06-approved');
    await go('Holds');
    expect(await textOf(page)).toContain('Approved, and not disabled yet');
    await inspector.look(page, 'console-06-approvals');
    await stage.scanOn(22);
    expect((await loadTask(stage.table, TASK))?.task.enabled).toBe(false);
    await go('Undo');
    await page.getByRole('link', { name: 'What would be enabled' }).first().click();
    await inspector.look(page, 'console-07-undo');
    await page.getByRole('link', { name: 'Enable 4 again…' }).click();
    await inspector.look(page, 'console-08-undo-confirmation');
    await page.getByRole('button', { name: 'Enable 4 tasks again' }).click();
    await stage.scanOn(23);
    for (const task of TASKS) expect((await loadTask(stage.table, task))?.task.enabled).toBe(true);
    await go('Bulk commands');
    expect(await textOf(page)).toContain('4 of 4 done');
  });

  it('approves those below a prefix alone, where as many are held as it expects', async () => {
    await page.goto(`${console.origin}/holds/show?hold=blast-radius`);
    await page.getByLabel('Approve only those below a prefix').fill('betaCo/');
    await page.getByLabel('How many you expect').fill('3');
    await page.getByRole('button', { name: 'Approve…' }).click();
    expect(await textOf(page)).toContain('2 are held now, and 3 were expected.');
    await inspector.look(page, 'console-12-approve-refused');
    await page.goBack();
    await page.getByLabel('How many you expect').fill('2');
    await page.getByRole('button', { name: 'Approve…' }).click();
    await page.getByRole('button', { name: 'Approve 2 tasks' }).click();
    await stage.scanOn(22);
    const enabled = await Promise.all(
      TASKS.map(async (id) => (await loadTask(stage.table, id))?.task.enabled),
    );
    expect(enabled).toEqual([true, true, false, false]);
  });

  it('rejects a hold and says why, which stays held', async () => {
    await go('Holds');
    await page.getByRole('link', { name: 'Reject…' }).click();
    await inspector.look(page, 'console-13-reject');
    await page.getByLabel('Why, for the audit').fill('the feed of acmeCo is wrong, see INC-42');
    await page.getByRole('button', { name: 'Leave it as it is' }).click();
    await go('Holds');
    expect(await textOf(page)).toContain(
      'rejected by olga, quiet until 2026-02-19 00:00: the feed of acmeCo',
    );
    await inspector.look(page, 'console-14-rejected');
    await stage.scanOn(22);
    expect((await loadTask(stage.table, TASK))?.task.enabled).toBe(true);
  });

  it('lowers and raises a mode by one step, and reads who changed what, and what differs', async () => {
    await go('Rollout');
    await page.getByRole('link', { name: 'global', exact: true }).click();
    await inspector.look(page, 'console-15-rollout');
    await page.getByRole('link', { name: 'Demote to notify…' }).click();
    await inspector.look(page, 'console-16-demote');
    await page.getByLabel('Why, for the audit').fill('wrong owners');
    await page.getByRole('button', { name: 'Demote from disable to notify' }).click();
    expect((await loadPolicyDocuments(stage.table)).get('')).toMatchObject({ mode: 'notify' });
    await page.goto(`${console.origin}/rollout?scope=global`);
    await page.getByRole('link', { name: 'Promote to disable…' }).click();
    expect(await textOf(page)).toContain('All that is open there is warned anew');
    await inspector.look(page, 'console-17-promote');
    await page.getByRole('button', { name: 'Promote from notify to disable' }).click();
    expect((await loadPolicyDocuments(stage.table)).get('')).toMatchObject({ mode: 'disable' });
    await go('Policies');
    await page.getByRole('link', { name: 'History: who changed what, when and why' }).click();
    expect(await textOf(page)).toContain('olga wrong owners');
    await inspector.look(page, 'console-18-history');
    await page.getByRole('link', { name: 'What differs' }).last().click();
    await inspector.look(page, 'console-19-diff');
  });

  it('previews a change of policy, and sets it', async () => {
    await go('Policies');
    await page.getByRole('link', { name: 'global' }).first().click();
    await page.getByLabel('Keys to set').fill('mode=notify\nwarnAfter=30d');
    await page.getByRole('button', { name: 'Preview' }).click();
    expect(await textOf(page)).toContain('Nothing was changed.');
    await inspector.look(page, 'console-09-preview');
    await page.getByRole('link', { name: 'Set it…' }).click();
    await inspector.look(page, 'console-10-set-policy');
    await page.getByRole('button', { name: 'Set it' }).click();
    expect((await loadPolicyDocuments(stage.table)).get('')).toMatchObject({
      mode: 'notify',
      warnAfter: '30d',
    });
  });
});

describe('an operator at a desk, with JavaScript', () => {
  beforeEach(async () => {
    stage = await spike();
    await serve(false);
    context = await browser.newContext({ viewport: { width: 1_280, height: 800 } });
    await enter(context);
  });

  it('searches by a key, and begins with a link to the content', async () => {
    await page.keyboard.press('/');
    await page.keyboard.type('clicks');
    await page.keyboard.press('Enter');
    await page.waitForURL('**/tasks?**');
    expect(await page.locator('tbody tr').count()).toBe(1);
    await page.goto(`${console.origin}/tasks`);
    await page.keyboard.press('Tab');
    expect(await page.locator(':focus').textContent()).toBe('Skip to the content');
    await page.keyboard.press('Enter');
    expect(await page.evaluate('document.activeElement.id')).toBe('content');
  });

  it('filters as it is chosen', async () => {
    await page.goto(`${console.origin}/tasks`);
    await page.getByLabel('Tenant').selectOption('betaCo');
    await page.waitForURL('**tenant=betaCo**');
    expect(await page.locator('tbody tr').count()).toBe(2);
  });

  it('is offered nothing that acts, and an address of an act does nothing', async () => {
    await page.goto(`${console.origin}/holds`);
    expect(await page.locator('a[href^="/act/"]').count()).toBe(0);
    const answer = await page.goto(`${console.origin}/act/approve`);
    expect(answer?.status()).toBe(403);
    expect(await textOf(page)).toContain('This console is read-only.');
  });

  it('opens an address out of a ticket in another window; another browser has to enter first', async () => {
    const address = `${console.origin}/tasks?tenant=betaCo`;
    const second = await context.newPage();
    await second.goto(address);
    expect(await textOf(second)).toContain('betaCo/eu/clicks');
    const other = await browser.newContext();
    const stranger = await other.newPage();
    expect((await stranger.goto(address))?.status()).toBe(401);
    expect(await textOf(stranger)).not.toContain('clicks');
    await other.close();
  });
});

describe('a page of another origin in the same browser', () => {
  let website: Server;
  let elsewhere: string;

  beforeEach(async () => {
    stage = await failingFleet(TASKS);
    await serve(true);
    context = await browser.newContext();
    await enter(context);
    website = createServer((_request, response) => {
      const form = `<form method="post" action="${console.origin}/act/pause"><input name="what" value="disable"><button>Win a prize</button></form>`;
      const led = `<a href="${console.origin}/tasks">A ticket</a><iframe src="${console.origin}/"></iframe>`;
      response
        .writeHead(200, { 'content-type': 'text/html' })
        .end(`<!doctype html><title>x</title>${form}${led}`);
    });
    await new Promise<void>((listening) => website.listen(0, '127.0.0.1', listening));
    elsewhere = `http://127.0.0.1:${(website.address() as AddressInfo).port}`;
    page = await context.newPage();
    await page.goto(elsewhere);
  });
  afterEach(() => {
    website.closeAllConnections();
    website.close();
  });

  it('reads nothing, by a request or in a frame', async () => {
    for (const mode of ['cors', 'no-cors'] as const) {
      const read = await page.evaluate(
        async ([to, how]) => {
          const init = { mode: how, credentials: 'include' as const };
          const answer = await fetch(`${to}/tasks`, init).catch(() => undefined);
          return answer ? answer.text() : '';
        },
        [console.origin, mode] as const,
      );
      expect(read).toBe('');
    }
    for (const frame of page.frames()) expect(await frame.content()).not.toContain('acmeCo');
  });

  it('acts by no form, with the cookie of the operator, too', async () => {
    await page.getByRole('button').click();
    await page.waitForURL(`${console.origin}/**`);
    expect(await textOf(page)).toContain('another website sent it');
    expect((await loadPauses(stage.table)).disable).toBeNull();
  });

  it('that leads here is answered by a link, which leads on', async () => {
    await page.getByRole('link', { name: 'A ticket' }).click();
    expect(await textOf(page)).toContain('Another website led here');
    expect(await textOf(page)).not.toContain('acmeCo');
    await page.getByRole('link', { name: 'Open the page' }).click();
    expect(await textOf(page)).toContain('acmeCo/prod/orders-capture');
  });
});

describe('the console of the stage on the emulator', () => {
  it('asks it as the command line does, pauses and resumes it, and names the identity', async () => {
    process.env.AWS_ENDPOINT_URL = inject('endpoint');
    const opened = await openAwsStage('local');
    const operator = operatorOf(opened, {});
    console = await startConsole({ stage: opened, operator, allowsChanges: true, port: 0, env: {} });
    context = await onPhone(browser);
    await enter(context);
    await inspector.look(page, 'console-11-emulator');
    await go('Queues');
    expect(await textOf(page)).toContain('webhook');
    expect(await textOf(page)).not.toContain('cannot be asked');
    await page.goto(`${console.origin}/act/pause?what=disable`);
    expect(await textOf(page)).toMatch(/This is audited as arn:aws/);
    await page.getByRole('button', { name: 'Pause it' }).click();
    expect((await loadPauses(opened.system.table)).notes?.disable?.by).toMatch(/^arn:aws/);
    await page.goto(`${console.origin}/act/resume?what=disable`);
    await page.getByRole('button', { name: 'Resume it' }).click();
    expect((await loadPauses(opened.system.table)).disable).toBeNull();
  });
});
