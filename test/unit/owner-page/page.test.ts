import { describe, expect, it } from 'vitest';
import { DAY, HOUR } from '../../../functions/abandonment/time.ts';
import { itemRef } from '../../../functions/notices/render/links.ts';
import { LINK_LIFE } from '../../../functions/platform/link-token.ts';
import { loadTask } from '../../../functions/store/tasks.ts';
import { readable } from '../notices/render/render-builders.ts';
import { type OwnerStage, onDay, ownerStage } from './owner-stage.ts';

const TASK = 'acmeCo/prod/orders';
const ANA = 'ana@acme.test';

/** Warned on day 14, with the date of day 21. */
async function warned(ids?: string[]): Promise<OwnerStage> {
  const stage = await ownerStage(ids);
  await stage.scanOn(14);
  stage.setNow(onDay(15));
  return stage;
}

const text = ({ body }: { body?: string | undefined }) => readable(body ?? '');
const audits = async (stage: OwnerStage) =>
  (await stage.dump()).map((row) => JSON.parse(row)).filter(({ sk }) => String(sk).startsWith('L#'));

describe('the page of a task', () => {
  it('says what is at risk, since when, why, how often it was restarted, when it is turned off, and who knows', async () => {
    const stage = await warned();
    const page = await stage.get(stage.linkTo(ANA));
    expect(page.statusCode).toBe(200);
    expect(text(page)).toContain(TASK);
    expect(text(page)).toContain('Capture, data plane eu-1');
    expect(text(page)).toContain('Not running since Thursday 1 January 2026, 00:00 UTC (15 days)');
    expect(text(page)).toContain('its shards failed');
    expect(text(page)).toContain('Restarts tried since 0');
    expect(text(page)).toContain(
      'It will be turned off on Thursday 22 January 2026, 00:00 UTC, in 6 days, unless you act.',
    );
    expect(text(page)).toContain('Also notified nobody else');
    expect(text(page)).toContain('Whom to ask: the platform team');
  });

  it('names the others who were told', async () => {
    const stage = await ownerStage();
    await stage.taskwarden(['subscriptions', 'add', 'acmeCo/', 'team@acme.test']);
    await stage.scanOn(14);
    expect(text(await stage.get(stage.linkTo(ANA)))).toContain('Also notified team@acme.test');
  });

  it('threatens nothing at mode notify', async () => {
    const stage = await ownerStage(undefined, ['stage=notify', 'evidenceMaxAge=365d', 'scanEvery=30d']);
    await stage.scanOn(14);
    const page = text(await stage.get(stage.linkTo(ANA)));
    expect(page).toContain('No date is announced for turning it off.');
    expect(page).not.toMatch(/will be turned off/i);
  });

  it('lets nobody store, frame or script it, and passes its address on to nobody', async () => {
    const stage = await warned();
    for (const answer of [await stage.get(stage.linkTo(ANA)), await stage.get('https://page.test/x')]) {
      expect(answer.headers).toMatchObject({
        'cache-control': 'no-store',
        'referrer-policy': 'no-referrer',
        'x-content-type-options': 'nosniff',
        'x-frame-options': 'DENY',
      });
      const policy = String(answer.headers?.['content-security-policy']);
      expect(policy).toContain("default-src 'none'");
      expect(policy).toContain("frame-ancestors 'none'");
      expect(policy).not.toMatch(/unsafe|script-src|https?:/);
      expect(answer.body).not.toMatch(/<script|<img|<link|javascript:|https?:\/\//i);
    }
  });

  it('shows hostile names as text', async () => {
    const stage = await warned(['acmeCo/<script>alert(1)</script>']);
    const { body } = await stage.get(stage.linkTo(ANA));
    expect(body).not.toContain('<script');
    expect(body).toContain('&lt;script&gt;');
  });
});

describe('keep', () => {
  it('ends the episode until the end of the day chosen, with the reason and who, audited', async () => {
    const stage = await warned();
    const link = stage.linkTo(ANA);
    const done = await stage.post(link, { action: 'keep', until: '2026-02-10', reason: 'seasonal\u0000' });
    expect(done.statusCode).toBe(303);
    const page = await stage.get(new URL(String(done.headers?.location), link).href);
    expect(text(page)).toContain('It is kept.');
    expect(text(page)).toContain('Kept until Wednesday 11 February 2026, 00:00 UTC.');
    expect(text(page)).toContain(`By ${ANA}`);
    expect(text(page)).toContain('Reason seasonal');
    const record = await loadTask(stage.table, TASK);
    expect(record).toMatchObject({ open: null, keep: { kind: 'keep', by: ANA, reason: 'seasonal' } });
    expect(await audits(stage)).toContainEqual(expect.objectContaining({ act: 'keep', by: ANA, task: TASK }));
  });

  it('is done once however often it is asked for, and the last one given wins', async () => {
    const stage = await warned();
    const link = stage.linkTo(ANA);
    for (const until of ['2026-02-10', '2026-02-10', '2026-02-12'])
      expect((await stage.post(link, { action: 'keep', until })).statusCode).toBe(303);
    expect((await loadTask(stage.table, TASK))?.keep?.until).toBe(Date.parse('2026-02-13T00:00:00Z'));
  });

  it('holds for keepMax at most: the last day possible ends with it, a later one is refused with what is allowed', async () => {
    const stage = await warned();
    const link = stage.linkTo(ANA);
    const refused = await stage.post(link, { action: 'keep', until: '2026-04-17' });
    expect(refused.statusCode).toBe(422);
    expect(text(refused)).toContain(
      'Choose a day from 2026-01-16 to 2026-04-16: a task is kept for 90 days at most.',
    );
    expect((await loadTask(stage.table, TASK))?.keep).toBeNull();
    expect((await stage.post(link, { action: 'keep', until: '2026-04-16' })).statusCode).toBe(303);
    expect((await loadTask(stage.table, TASK))?.keep?.until).toBe(onDay(15) + 90 * DAY);
  });

  it.each([
    { action: 'keep' },
    { action: 'keep', until: 'soon' },
    { action: 'keep', until: '2026-01-15' },
    { action: 'snooze', days: '0' },
    { action: 'snooze', days: '1.5' },
    { action: 'snooze', days: '91' },
    { action: 'snooze', days: '' },
    { action: 'delete' },
    {},
  ])('%j is refused and changes nothing', async (form: Record<string, string>) => {
    const stage = await warned();
    const before = await stage.dump();
    expect((await stage.post(stage.linkTo(ANA), form)).statusCode).toBe(422);
    expect(await stage.dump()).toEqual(before);
  });
});

describe('snooze', () => {
  it('ends the episode, and what still fails after it is warned about anew with a full grace', async () => {
    const stage = await warned();
    const link = stage.linkTo(ANA);
    await stage.post(link, { action: 'snooze', days: '14' });
    expect(text(await stage.get(link))).toContain('Snoozed until Friday 30 January 2026, 00:00 UTC.');
    await stage.scanOn(28);
    expect(stage.mails).toHaveLength(1);
    await stage.scanOn(29);
    expect(stage.mails).toHaveLength(2);
    expect(stage.mailTo(ANA).subject).toContain('will be turned off on 6 February 2026');
    expect(text(await stage.get(link))).toContain('use the newest mail about it');
    expect((await stage.post(link, { action: 'disable' })).statusCode).toBe(409);
    expect((await loadTask(stage.table, TASK))?.open?.disabling).toBeUndefined();
  });
});

describe('disable now, and undo', () => {
  it('turns it off without waiting for the date, tells the others, and turns it on again', async () => {
    const stage = await ownerStage();
    await stage.taskwarden([
      'subscriptions',
      'add',
      'acmeCo/',
      'team@acme.test',
      '--alert',
      'task_abandoned',
    ]);
    await stage.scanOn(14);
    stage.setNow(onDay(15));
    const link = stage.linkTo(ANA);
    expect((await stage.post(link, { action: 'disable' })).headers?.location).toMatch(/\?done=disable$/);
    expect(text(await stage.get(link))).toContain('It is being turned off.');
    expect((await stage.post(link, { action: 'disable' })).statusCode).toBe(303);
    await stage.scanOn(15);
    expect((await loadTask(stage.table, TASK))?.task.enabled).toBe(false);
    expect(text(await stage.get(link))).toContain('It was turned off on Friday 16 January 2026, 00:00 UTC.');
    expect((await stage.post(link, { action: 'disable' })).statusCode).toBe(303);
    expect((await stage.post(link, { action: 'keep', until: '2026-02-10' })).statusCode).toBe(409);

    expect((await stage.post(link, { action: 'undo' })).headers?.location).toMatch(/\?done=undo$/);
    expect((await loadTask(stage.table, TASK))?.task.enabled).toBe(true);
    expect(await audits(stage)).toContainEqual(expect.objectContaining({ act: 'enabled', by: ANA }));
    const again = await stage.post(link, { action: 'undo' });
    expect([again.statusCode, again.headers?.location]).toEqual([303, `${link.slice(-32)}?done=undo`]);
    expect((await audits(stage)).filter(({ act }) => act === 'enabled')).toHaveLength(1);
  });

  it('is refused once the episode is over', async () => {
    const stage = await warned();
    const link = stage.linkTo(ANA);
    await stage.post(link, { action: 'keep', until: '2026-02-10' });
    const before = await stage.dump();
    const answer = await stage.post(link, { action: 'disable' });
    expect(answer.statusCode).toBe(409);
    expect(text(answer)).toContain('That cannot be done now; nothing was changed.');
    expect(await stage.dump()).toEqual(before);
  });

  it('turns on nothing that Taskwarden did not turn off', async () => {
    const stage = await warned();
    expect((await stage.post(stage.linkTo(ANA), { action: 'undo' })).statusCode).toBe(409);
  });
});

describe('what a link cannot do', () => {
  it('reach a task of another mail', async () => {
    const stage = await ownerStage(['acmeCo/a']);
    await stage.scanOn(14);
    const link = stage.linkTo(ANA, 'page');
    await stage.add('acmeCo/b', { owners: ['bob@acme.test'] });
    await stage.scanOn(15);
    const bobs = stage.linkTo('bob@acme.test');
    const before = await stage.dump();
    const ref = itemRef({ task: 'acmeCo/b', episode: 1 });
    expect(bobs.endsWith(ref)).toBe(true);
    for (const form of [{ action: 'disable' }, { action: 'keep', until: '2026-02-10' }]) {
      expect((await stage.post(`${link}/${ref}`, form)).statusCode).toBe(404);
    }
    expect((await stage.get(`${link}/${ref}`)).statusCode).toBe(404);
    expect(await stage.dump()).toEqual(before);
  });

  it('tell whether a task exists: all that is no link of ours gets the same answer', async () => {
    const stage = await warned();
    const link = stage.linkTo(ANA, 'page');
    const forged = link.slice(0, -1) + (link.endsWith('0') ? '1' : '0');
    const named = itemRef({ task: TASK, episode: 1 });
    const unknown = itemRef({ task: 'acmeCo/none', episode: 1 });
    const answers = await Promise.all(
      [
        `${forged}/${named}`,
        `${forged}/${unknown}`,
        `${link}/${unknown}`,
        'https://page.test/',
        `${BASE_D}x`,
      ].map((url) => stage.get(url)),
    );
    expect(new Set(answers.map(({ statusCode }) => statusCode))).toEqual(new Set([404]));
    expect(new Set(answers.map(({ body }) => body)).size).toBe(1);
    expect(text(answers[0]!)).toContain(
      'This link is not valid Nothing was changed. Open the link from the mail again',
    );
  });

  it('act for somebody who has no say in the task any more', async () => {
    const stage = await warned();
    const link = stage.linkTo(ANA);
    await stage.add(TASK, { owners: ['bob@acme.test'], version: 2 });
    const page = await stage.get(link);
    expect(page.statusCode).toBe(403);
    expect(text(page)).not.toContain('Not running since');
    expect((await stage.post(link, { action: 'disable' })).statusCode).toBe(403);
    expect((await loadTask(stage.table, TASK))?.open?.disabling).toBeUndefined();
  });

  it('outlive its 60 days', async () => {
    const stage = await warned();
    const link = stage.linkTo(ANA);
    stage.setNow(onDay(14) + LINK_LIFE - HOUR);
    expect((await stage.get(link)).statusCode).toBe(200);
    stage.setNow(onDay(14) + LINK_LIFE);
    const page = await stage.get(link);
    expect(page.statusCode).toBe(410);
    expect(text(page)).toContain('This link has expired');
    expect(text(page)).toContain('Use the link of the newest mail');
    const late = await stage.post(link, { action: 'disable' });
    expect(late.statusCode).toBe(410);
    expect(text(late)).toContain('This link has expired');
    expect((await stage.post(link, { action: 'keep', until: '2026-04-01' })).statusCode).toBe(410);
  });

  it('outlive its key; one that was replaced is accepted for a while', async () => {
    const stage = await warned();
    const link = stage.linkTo(ANA);
    stage.keys.keys.push({ id: '2', secret: Buffer.alloc(32, 9) });
    expect((await stage.get(link)).statusCode).toBe(200);
    stage.keys.keys.shift();
    expect((await stage.get(link)).statusCode).toBe(404);
  });
});

const BASE_D = 'https://page.test/d/';

describe('what is over', () => {
  it('a task that was deleted: says that nothing is to be done', async () => {
    const stage = await warned();
    const link = stage.linkTo(ANA);
    const record = (await loadTask(stage.table, TASK))!;
    const row = (await stage.table.get({ pk: `T#${TASK}`, sk: 'T' }))!;
    const deleted = { ...row, open: null, task: { ...record.task, deletedAt: onDay(15) } };
    await stage.table.transact([{ put: deleted }], 'test');
    const page = await stage.get(link);
    expect(page.statusCode).toBe(410);
    expect(text(page)).toContain('It no longer exists. There is nothing to do.');
    expect((await stage.post(link, { action: 'disable' })).statusCode).toBe(410);
  });

  it('a mail that is no longer kept: says where to go', async () => {
    const stage = await warned();
    const link = stage.linkTo(ANA);
    const digest = stage.mailTo(ANA).digest;
    await stage.table.transact([{ delete: { pk: `G#${digest}`, sk: 'G' } }], 'test');
    const page = await stage.get(link);
    expect(page.statusCode).toBe(410);
    expect(text(page)).toContain('This mail is no longer kept');
  });
});

describe('a page of many tasks', () => {
  it('lists them with how they stand, each with its own page', async () => {
    const stage = await warned(['acmeCo/a', 'acmeCo/b']);
    const page = await stage.get(stage.linkTo(ANA, 'page'));
    expect(text(page)).toContain('Your 2 tasks');
    expect(text(page)).toMatch(
      /On Thursday 22 January 2026, 00:00 UTC, in 6 days Their shards failed \(2\) acmeCo\/a acmeCo\/b/,
    );
    const base = stage.linkTo(ANA, 'page');
    const paths = [...String(page.body).matchAll(/href="([^"]+\/[0-9a-f]{32})"/g)].map(([, path]) => path!);
    expect(paths).toHaveLength(2);
    for (const path of paths) expect((await stage.get(new URL(path, base).href)).statusCode).toBe(200);
  });
});

describe('requests that are none', () => {
  it.each([
    ['PUT', 405],
    ['DELETE', 405],
    ['PATCH', 405],
    ['TRACE', 400],
  ])('%s gets %d and changes nothing', async (method, status) => {
    const stage = await warned();
    const before = await stage.dump();
    expect((await stage.open(method, stage.linkTo(ANA), 'action=disable')).statusCode).toBe(status);
    expect(await stage.dump()).toEqual(before);
  });

  it('refuses a body above 8 kB', async () => {
    const stage = await warned();
    const body = `action=disable&reason=${'x'.repeat(8_192)}`;
    expect((await stage.open('POST', stage.linkTo(ANA), body)).statusCode).toBe(413);
    expect((await loadTask(stage.table, TASK))?.open?.disabling).toBeUndefined();
  });

  it('takes a form in base64, as a Function URL may hand it over', async () => {
    const stage = await warned();
    const { pathname } = new URL(stage.linkTo(ANA));
    const answer = await stage.answer({
      rawPath: pathname,
      rawQueryString: '',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: Buffer.from('action=snooze&days=3').toString('base64'),
      isBase64Encoded: true,
      requestContext: { http: { method: 'POST' } },
    });
    expect(answer.statusCode).toBe(303);
  });

  it('says so where our side breaks, counts it, and does not name the link in the log', async () => {
    const stage = await warned();
    const link = stage.linkTo(ANA);
    const logged: unknown[] = [];
    stage.system.telemetry = {
      log: (...args) => logged.push(args),
      metric: (...args) => logged.push(args),
    };
    stage.table.get = () => Promise.reject(new Error('throttled'));
    const answer = await stage.get(link);
    expect(answer.statusCode).toBe(500);
    expect(text(answer)).toContain('Try again in a minute');
    expect(answer.headers?.['cache-control']).toBe('no-store');
    expect(JSON.stringify(logged)).toContain('PageFailed');
    expect(JSON.stringify(logged)).not.toContain(link.split('/')[4]);
  });
});
