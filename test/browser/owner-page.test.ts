import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { DAY } from '../../functions/abandonment/time.ts';
import { LINK_LIFE } from '../../functions/platform/link-token.ts';
import { loadTask } from '../../functions/store/tasks.ts';
import { type OwnerStage, onDay, ownerStage } from '../unit/owner-page/owner-stage.ts';
import { type PageServer, servePage } from './page-server.ts';
import { Inspector, launchBrowser, onPhone, textOf } from './reader.ts';

const TASK = 'acmeCo/prod/orders-capture';
const ANA = 'ana@acme.test';

let browser: Browser;
let inspector: Inspector;
let context: BrowserContext;
let server: PageServer;
let stage: OwnerStage;
let page: Page;
let requested: string[];
let complaints: string[];

beforeAll(async () => {
  browser = await launchBrowser();
  inspector = await Inspector.open(browser);
});
afterAll(() => browser.close());

/** Mails of the real notifier, whose links lead to the page on this machine. */
beforeEach(async () => {
  stage = await ownerStage([TASK, 'acmeCo/prod/invoices-materialization-with-a-rather-long-name']);
  server = await servePage(stage.answer);
  stage.system.links = { baseUrl: server.url, keys: stage.keys };
  await stage.taskwarden(['subscriptions', 'add', 'acmeCo/', 'team@acme.test']);
  await stage.scanOn(14);
  stage.setNow(onDay(15));
  context = await onPhone(browser);
  requested = [];
  complaints = [];
});
afterEach(async () => {
  await context.close();
  await server.close();
  // Nothing is loaded from elsewhere, and the browser has nothing to say about the page's policy.
  expect(requested.filter((url) => !url.startsWith(server.url) && !url.startsWith('data:'))).toEqual([]);
  expect(complaints.filter((text) => !text.includes('the server responded with a status of 4'))).toEqual([]);
});

/** Opens the newest mail to Ana in a window of its own, as a mail program shows it. */
async function openMail(): Promise<void> {
  page = await context.newPage();
  page.on('request', (request) => requested.push(request.url()));
  page.on('console', (message) => complaints.push(message.text()));
  await page.setContent(stage.mailTo(ANA).html);
}

/** Opens the newest mail to Ana and follows a link in it. */
async function followLink(words: string, nth = 0): Promise<void> {
  await openMail();
  await page.getByRole('link', { name: words, exact: true }).nth(nth).click();
  await page.waitForURL(`${server.url}**`);
}

/** A mail is shown within the landmarks of whatever page shows mails. */
const LANDMARKS = ['landmark-one-main', 'region'];
/** Beside the button to all tasks, each has a link. */
const ACT = 'Review';

describe('an owner with a phone and without JavaScript', () => {
  it('follows the link of a warning, sees the facts, and keeps the task', async () => {
    await openMail();
    await inspector.look(page, '01-mail', LANDMARKS);
    await followLink(ACT, 1);
    const facts = await textOf(page);
    expect(facts).toContain(TASK);
    expect(facts).toContain(
      'It will be turned off on Thursday 22 January 2026, 00:00 UTC, in 6 days, unless you act.',
    );
    expect(facts).toContain('Not running since Thursday 1 January 2026, 00:00 UTC (15 days)');
    expect(facts).toContain('its shards failed');
    expect(facts).toContain('Also notified team@acme.test');
    await inspector.look(page, '02-task');
    await page.getByLabel('Keep until').fill('2026-03-01');
    await page.getByLabel('Reason').fill('Runs at the end of each quarter');
    await page.getByRole('button', { name: 'Keep it' }).click();
    expect(await textOf(page)).toContain('Kept until Monday 2 March 2026, 00:00 UTC.');
    expect(await textOf(page)).toContain('Reason Runs at the end of each quarter');
    await inspector.look(page, '03-kept');
    expect((await loadTask(stage.table, TASK))?.keep).toMatchObject({ kind: 'keep', by: ANA });
    await page.getByRole('link', { name: 'All tasks of this mail' }).click();
    expect(await textOf(page)).toContain('Your 2 tasks');
    await inspector.look(page, '04-all-tasks');
  });

  it('acts in two clicks: the link of the mail and a button', async () => {
    await followLink(ACT, 1);
    await page.getByRole('button', { name: 'Snooze it' }).click();
    expect(await textOf(page)).toContain('Snoozed until Friday 30 January 2026, 00:00 UTC.');
    await inspector.look(page, '05-snoozed');
    expect((await loadTask(stage.table, TASK))?.keep?.until).toBe(onDay(15) + 14 * DAY);
  });

  it('turns a task off, reads of it in the next mail, and turns it on again', async () => {
    await followLink(ACT, 1);
    await page.getByRole('button', { name: 'Turn it off now' }).click();
    expect(await textOf(page)).toContain('It is being turned off.');
    await inspector.look(page, '06-being-turned-off');
    await stage.scanOn(15);
    expect((await loadTask(stage.table, TASK))?.task.enabled).toBe(false);
    await followLink('Review and turn on again');
    expect(await textOf(page)).toContain('It was turned off on Friday 16 January 2026, 00:00 UTC.');
    await inspector.look(page, '07-off');
    await page.getByRole('button', { name: 'Turn it on again' }).click();
    expect(await textOf(page)).toContain('It is turned on again.');
    await inspector.look(page, '08-on-again');
    expect((await loadTask(stage.table, TASK))?.task.enabled).toBe(true);
  });

  it('is told what to do where a form cannot be followed, or the act comes too late', async () => {
    await followLink(ACT, 1);
    const link = page.url();
    expect((await stage.post(link, { action: 'keep', until: '2027-01-01' })).statusCode).toBe(422);
    // The browser itself holds the form to its bounds; without them the page does.
    await page.evaluate("document.querySelector('#until').removeAttribute('max')");
    await page.getByLabel('Keep until').fill('2027-01-01');
    await page.getByRole('button', { name: 'Keep it' }).click();
    expect(await textOf(page)).toContain('Choose a day from 2026-01-16 to 2026-04-16');
    await inspector.look(page, '09-refused-form');
    await page.goto(link);
    await stage.post(link, { action: 'snooze', days: '7' });
    await page.getByRole('button', { name: 'Turn it off now' }).click();
    expect(await textOf(page)).toContain('That cannot be done now; nothing was changed.');
    await inspector.look(page, '10-too-late');
  });

  it('stops reminders, and chooses a time zone, a language and quiet hours', async () => {
    await stage.scanOn(18);
    await followLink('Stop reminders');
    await inspector.look(page, '11-stop-reminders');
    await page.getByRole('button', { name: 'Stop reminders' }).click();
    expect(await textOf(page)).toContain(`Reminders to ${ANA} are declined.`);
    await inspector.look(page, '12-reminders-stopped');
    await followLink('Your preferences');
    expect(await page.getByRole('checkbox').isChecked()).toBe(false);
    await page.getByLabel('Time zone of dates').selectOption('Europe/Berlin');
    await page.getByLabel('Language of mails').selectOption('Deutsch');
    await page.getByRole('checkbox').check();
    await page.getByLabel('From').fill('22:00');
    await page.getByRole('button', { name: 'Save' }).click();
    expect(await textOf(page)).toContain('Fill in both times of the quiet hours, or leave both empty.');
    expect(await page.getByLabel('From').inputValue()).toBe('22:00');
    expect(await page.getByLabel('Time zone of dates').inputValue()).toBe('Europe/Berlin');
    await inspector.look(page, '13-refused-preferences');
    await page.getByLabel('Until').fill('06:00');
    await page.getByRole('button', { name: 'Save' }).click();
    expect(await textOf(page)).toContain('Gespeichert.');
    expect(await page.getByRole('checkbox').isChecked()).toBe(true);
    expect(await page.getByLabel('Sprache der Mails').inputValue()).toBe('de');
    expect(await page.getByLabel('Bis', { exact: true }).inputValue()).toBe('06:00');
    await inspector.look(page, '13-preferences');
  });

  it('learns what to do from a link that is damaged, expired, or of a task that is over', async () => {
    await followLink(ACT, 1);
    const link = page.url();
    expect((await page.goto(link.replace(/[0-9a-f](?=\/[0-9a-f]{32}$)/, 'x')))?.status()).toBe(404);
    await inspector.look(page, '14-damaged-link');
    await stage.add(TASK, { shards: [{ id: '0', status: 'PRIMARY' }], version: 2 });
    await stage.scanOn(16);
    await page.goto(link);
    expect(await textOf(page)).toMatch(/There is nothing to do|is over/);
    await inspector.look(page, '15-over');
    stage.setNow(onDay(14) + LINK_LIFE);
    expect((await page.goto(link))?.status()).toBe(410);
    expect(await textOf(page)).toContain('This link has expired');
    await inspector.look(page, '16-expired');
  });

  it('reads German on every page, of one task and of many', async () => {
    const ids = Array.from({ length: 9 }, (_, i) => `acmeCo/staging/warehouse/customers-derivation-${i}`);
    for (const id of ids) await stage.add(id, { shards: [{ id: '0', status: 'PENDING' }] });
    await stage.scanOn(15);
    await followLink('Your preferences');
    await page.getByLabel('Time zone of dates').selectOption('Europe/Berlin');
    await page.getByLabel('Language of mails').selectOption('Deutsch');
    await page.getByRole('button', { name: 'Save' }).click();
    const list = page.url().replace(/\/preferences.*/, '');
    const look = async (name: string, has: string) => {
      const words = await textOf(page);
      expect(words).toContain(has);
      expect(words, name).not.toMatch(/\b(the|your|you|it|is|of|this|keep|off|on|days?|until|not)\b/i);
      await inspector.look(page, name);
    };
    stage.system.config = { ...stage.system.config, contact: 'plattform@acme.test' };
    await page.goto(list);
    await look('de-01-list', 'Ihre Shards warten auf den Start (9)');
    await page.getByLabel('Name enthält').fill('derivation-3');
    await page.getByRole('button', { name: 'Filtern' }).click();
    expect(await textOf(page)).not.toContain('derivation-4');
    await page.getByRole('link', { name: 'customers-derivation-3' }).click();
    await look('de-02-task', 'Er wird am');
    await page.getByRole('button', { name: 'Zurückstellen' }).click();
    await look('de-03-snoozed', 'Er ist zurückgestellt.');
    await page.getByRole('link', { name: 'Alle Tasks dieser Mail' }).click();
    await page.getByRole('checkbox', { name: 'Alle 8 auswählen' }).check();
    await page.getByRole('button', { name: 'Nicht zuständig' }).click();
    await look('de-04-confirm', 'Für 8 Tasks nicht zuständig?');
    await page.getByRole('link', { name: 'Nichts ändern und zurück' }).click();
    await page.getByRole('checkbox', { name: 'Alle 8 auswählen' }).check();
    await page.getByRole('button', { name: 'Jetzt abschalten' }).click();
    await page.getByRole('button', { name: '8 Tasks jetzt abschalten' }).click();
    await look('de-05-done', 'Erledigt für 8 Tasks');
    await stage.scanOn(16);
    await page.goto(`${list}/all`);
    await look('de-06-all', 'Abgeschaltet (8)');
    await page.goto(`${list}/preferences`);
    expect(await textOf(page)).toContain('Ihre Einstellungen');
    await inspector.look(page, 'de-07-preferences');
    stage.setNow(onDay(15) + LINK_LIFE);
    await page.goto(list);
    await look('de-08-expired', 'Dieser Link ist abgelaufen');
  });

  it('does all of it by the keyboard', async () => {
    await followLink('Review and keep');
    const reach = async (name: string) => {
      for (let presses = 0; presses < 30; presses += 1) {
        await page.keyboard.press('Tab');
        const focused = page.locator(':focus');
        const seen = (await focused.getAttribute('aria-label')) ?? (await focused.textContent());
        if (seen?.trim().startsWith(name)) return;
      }
      throw new Error(`no key leads to ${name}`);
    };
    await reach('Select all 2');
    await page.keyboard.press('Space');
    await reach('Snooze');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Snooze 2 tasks?' }).waitFor();
    await reach('Snooze 2 tasks');
    expect(await page.evaluate('getComputedStyle(document.activeElement).outlineStyle')).toBe('solid');
    await page.keyboard.press('Enter');
    await page.getByText('Done for 2 tasks').waitFor();
    expect((await loadTask(stage.table, TASK))?.keep?.kind).toBe('snooze');
  });

  it('keeps several at once from the list, and finds all tasks from there', async () => {
    await followLink('Review and keep');
    expect(await textOf(page)).toContain('Will be turned off (2)');
    await inspector.look(page, '17-list');
    for (const box of await page.getByRole('checkbox').all()) await box.check();
    await page.getByRole('button', { name: 'Keep', exact: true }).click();
    expect(await textOf(page)).toContain('Keep 2 tasks?');
    await inspector.look(page, '18-confirm');
    await page.getByLabel('Keep until').fill('2026-03-01');
    await page.getByRole('button', { name: 'Keep 2 tasks' }).click();
    expect(await textOf(page)).toContain('Done for 2 tasks');
    await inspector.look(page, '19-done');
    await page.getByRole('link', { name: 'Back to the list' }).click();
    expect(await textOf(page)).toContain('Kept or snoozed (2)');
    await page.getByRole('link', { name: 'All your tasks' }).click();
    expect(await textOf(page)).toContain(TASK);
    await page.getByLabel('Name contains').fill('orders');
    await page.getByRole('button', { name: 'Filter' }).click();
    expect(await textOf(page)).not.toContain('invoices');
    await inspector.look(page, '20-all-filtered');
  });
});
