import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DAY, formatInstant } from '../../functions/abandonment/time.ts';
import { policyWrite } from '../../functions/store/policies.ts';
import { loadTask } from '../../functions/store/tasks.ts';
import { putOnBus } from '../../local/owning-system.ts';
import type { LocalStage } from '../../local/stage.ts';
import { deployedStage, eventually, mailsTo } from '../local/deployed.ts';
import { Inspector, launchBrowser, onPhone, textOf } from './reader.ts';

const GUS = 'gus@gamma.test';
const TASKS = ['gammaCo/prod/kept-capture', 'gammaCo/prod/snoozed-capture', 'gammaCo/prod/unneeded-capture'];
const PLANE = 'aws-eu-west-2';

let stage: LocalStage;
let browser: Browser;
let inspector: Inspector;
const began = Date.now();

beforeAll(async () => {
  stage = await deployedStage();
  browser = await launchBrowser();
  inspector = await Inspector.open(browser);
  const write = policyWrite('gammaCo/', { mode: 'disable' });
  expect(await stage.system.table.transact([write], 'gamma')).toEqual({ outcome: 'applied' });
  const createdAt = formatInstant(began - 100 * DAY);
  const firstSeenAt = formatInstant(began - 30 * DAY);
  const published = TASKS.map((id) => {
    const task = {
      id,
      kind: 'capture',
      owners: [GUS],
      dataPlane: PLANE,
      enabled: true,
      createdAt,
      version: 1,
    };
    const detail = { version: 1, task, publishedAt: createdAt, by: 'creation', firstSeenAt };
    return { detailType: 'Task Published' as const, detail };
  });
  const tasks = TASKS.map((task) => ({ task, shards: [{ id: '0', status: 'FAILED' }] }));
  const detail = { version: 1, dataPlane: PLANE, observedAt: formatInstant(Date.now()), tasks };
  await putOnBus(stage, [...published, { detailType: 'Shards Observed', detail }]);
});
afterAll(() => browser?.close());

/** Opens the newest mail to Gus and follows the link of a task in it. */
async function followLink(task: string, words: string): Promise<Page> {
  const mail = await eventually(`the mail with a link to ${words}`, async () =>
    (await mailsTo(GUS)).findLast(({ html }) => html?.includes(task) && html.includes(`>${words}</a>`)),
  );
  const page = await (await onPhone(browser)).newPage();
  await page.setContent(mail.html ?? '');
  // Below the name of a task among several; of a single one at the top, before its name.
  const among = page.locator('h3', { hasText: task }).locator('xpath=following-sibling::p[2]/a');
  await among
    .or(page.getByRole('link', { name: words, exact: true }))
    .last()
    .click();
  await page.waitForURL(/\/d\//);
  return page;
}

const ACT = 'Review and keep';
const record = (id: string) => loadTask(stage.system.table, id);

describe('the deployed owner’s page, from the link in a mail of the deployed notifier', () => {
  it('shows the facts, and keeps', async () => {
    const [task = ''] = TASKS;
    const page = await followLink(task, ACT);
    expect(await textOf(page)).toMatch(
      /It will be turned off on \w+ \d.* UTC, in \d days.*, unless you act\./,
    );
    expect(await textOf(page)).toContain('its shards failed');
    await inspector.look(page, 'deployed-1-task');
    await page.getByRole('button', { name: 'Keep it' }).click();
    expect(await textOf(page)).toContain('Kept until');
    expect(await record(task)).toMatchObject({ open: null, keep: { kind: 'keep', by: GUS } });
  });

  it('snoozes', async () => {
    const [, task = ''] = TASKS;
    const page = await followLink(task, ACT);
    await page.getByRole('button', { name: 'Snooze it' }).click();
    expect(await textOf(page)).toContain('Snoozed until');
    expect(await record(task)).toMatchObject({ open: null, keep: { kind: 'snooze', by: GUS } });
  });

  it('turns off, and on again from the mail that tells of it', async () => {
    const [, , task = ''] = TASKS;
    const page = await followLink(task, ACT);
    await page.getByRole('button', { name: 'Turn it off now' }).click();
    await eventually('the disabling', async () => ((await record(task))?.task.enabled ? undefined : true));
    const again = await followLink(task, 'Review and turn on again');
    await again.getByRole('button', { name: 'Turn it on again' }).click();
    expect(await textOf(again)).toContain('It was turned off, and is on again.');
    expect((await record(task))?.task.enabled).toBe(true);
    await inspector.look(again, 'deployed-2-on-again');
  });

  it('answers what is no link of ours without a word on what there is', async () => {
    const page = await followLink(TASKS[0] ?? '', ACT);
    const answer = await page.goto(page.url().replace(/\/d\/[^.]+/, '/d/00000000'));
    expect(answer?.status()).toBe(404);
    expect(answer?.headers()).toMatchObject({
      'cache-control': 'no-store',
      'referrer-policy': 'no-referrer',
    });
    expect(await textOf(page)).not.toContain('gammaCo');
  });
});
