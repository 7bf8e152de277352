import { describe, expect, it } from 'vitest';
import { recipientKey } from '../../../functions/platform/addresses.ts';
import { loadTask } from '../../../functions/store/tasks.ts';
import { readable } from '../notices/render/render-builders.ts';
import { type OwnerStage, onDay, ownerStage } from './owner-stage.ts';

const TASK = 'acmeCo/prod/orders';
const ANA = 'ana@acme.test';
const BOSS = 'boss@acme.test';

const text = ({ body }: { body?: string | undefined }) => readable(body ?? '');
const flat = (lines = '') => lines.replace(/\s+/g, ' ');
const SENTENCE = 'ana@acme.test said that it is not theirs, and named bea@acme.test instead.';
const to = (stage: OwnerStage, address: string) => stage.mails.filter((mail) => mail.to === address);

async function warned(): Promise<{ stage: OwnerStage; link: string }> {
  const stage = await ownerStage();
  await stage.taskwarden(['admins', 'add', 'acmeCo/', BOSS]);
  await stage.scanOn(14);
  stage.setNow(onDay(15));
  return { stage, link: stage.linkTo(ANA) };
}

describe('not mine', () => {
  it('is audited with whose it is, and the admins are warned with a full new grace where nobody else is left', async () => {
    const { stage, link } = await warned();
    expect(to(stage, BOSS)).toHaveLength(0);
    const answer = await stage.post(link, { action: 'not-mine', instead: 'Bea@acme.test' });
    expect(answer.headers?.location).toMatch(/\?done=not-mine$/);
    const audit = (await stage.dump()).map((row) => JSON.parse(row)).find(({ act }) => act === 'not mine');
    expect(audit).toMatchObject({ by: ANA, task: TASK, evidence: { instead: 'bea@acme.test' } });
    await stage.scanOn(15);
    expect(to(stage, BOSS)).toHaveLength(1);
    // In the same mail, whose it is not, and whose it is.
    expect(flat(to(stage, BOSS)[0]?.text)).toContain(SENTENCE);
    // The mail came on day 15: seven days later, not on the date that Ana was given.
    expect(to(stage, BOSS)[0]?.subject).toContain('will be turned off on 23 January 2026');
    await stage.scanOn(21);
    expect((await loadTask(stage.table, TASK))?.task.enabled).toBe(true);
    await stage.scanOn(22);
    expect((await loadTask(stage.table, TASK))?.task.enabled).toBe(false);
    expect(to(stage, ANA)).toHaveLength(1);
  });

  it('leaves the date of the others as it is, and sends the one who said so nothing more', async () => {
    const stage = await ownerStage();
    await stage.taskwarden(['subscriptions', 'add', 'acmeCo/', 'team@acme.test']);
    await stage.scanOn(14);
    stage.setNow(onDay(15));
    await stage.post(stage.linkTo(ANA), { action: 'not-mine' });
    await stage.scanOn(21);
    expect((await loadTask(stage.table, TASK))?.task.enabled).toBe(false);
    expect(to(stage, ANA)).toHaveLength(1);
    expect(to(stage, 'team@acme.test').length).toBeGreaterThan(1);
  });

  it('is mailed to the admins, once, though others are left', async () => {
    const stage = await ownerStage();
    await stage.taskwarden(['subscriptions', 'add', 'acmeCo/', 'team@acme.test']);
    await stage.taskwarden(['admins', 'add', 'acmeCo/', BOSS]);
    await stage.scanOn(14);
    stage.setNow(onDay(15));
    await stage.post(stage.linkTo(ANA), { action: 'not-mine', instead: 'bea@acme.test' });
    await stage.scanOn(15);
    await stage.scanOn(16);
    const [mail, ...others] = to(stage, BOSS);
    expect(others).toEqual([]);
    expect(mail?.subject).toBe('Somebody said that orders is not theirs');
    expect(flat(mail?.text)).toContain(SENTENCE);
    expect(mail?.headers).not.toHaveProperty('List-Unsubscribe');
    const link = stage.linkTo(BOSS);
    expect((await stage.post(link, { action: 'keep', until: '2026-02-10' })).statusCode).toBe(303);
    expect((await loadTask(stage.table, TASK))?.keep?.by).toBe(BOSS);
  });

  it('is mailed to 50 admins at most', async () => {
    const stage = await ownerStage();
    await stage.taskwarden(['subscriptions', 'add', 'acmeCo/', 'team@acme.test']);
    for (let i = 0; i < 52; i += 1)
      await stage.taskwarden(['admins', 'add', 'acmeCo/', `admin-${i}@acme.test`]);
    await stage.scanOn(14);
    stage.setNow(onDay(15));
    await stage.post(stage.linkTo(ANA), { action: 'not-mine' });
    await stage.scanOn(15);
    expect(stage.mails.filter((mail) => mail.to.startsWith('admin-'))).toHaveLength(50);
  });

  it('is no news to admins once it is taken back, nor to an admin who says so', async () => {
    const { stage, link } = await warned();
    await stage.post(link, { action: 'not-mine' });
    await stage.post(link, { action: 'mine' });
    await stage.scanOn(15);
    expect(to(stage, BOSS)).toEqual([]);
    await stage.taskwarden(['admins', 'add', 'acmeCo/', ANA]);
    await stage.post(link, { action: 'not-mine' });
    await stage.scanOn(16);
    expect(to(stage, ANA)).toHaveLength(1);
  });

  it('is said by the page, where it can be taken back, and nothing else be done', async () => {
    const { stage, link } = await warned();
    await stage.post(link, { action: 'not-mine' });
    expect(text(await stage.get(link))).toContain('You said that it is not yours');
    expect((await stage.post(link, { action: 'disable' })).statusCode).toBe(409);
    expect((await stage.post(link, { action: 'not-mine' })).statusCode).toBe(303);
    expect((await stage.post(link, { action: 'mine' })).headers?.location).toMatch(/\?done=mine$/);
    expect((await loadTask(stage.table, TASK))?.task.disclaimed).toBeUndefined();
    expect(text(await stage.get(link))).toContain('It will be turned off on');
  });

  it('takes no text for an address', async () => {
    const { stage, link } = await warned();
    const before = await stage.dump();
    expect((await stage.post(link, { action: 'not-mine', instead: 'call +1 900' })).statusCode).toBe(422);
    expect(await stage.dump()).toEqual(before);
  });

  it('lasts over publications, until one makes them an owner anew', async () => {
    const { stage, link } = await warned();
    await stage.post(link, { action: 'not-mine' });
    const disclaimed = async () => (await loadTask(stage.table, TASK))?.task.disclaimed;
    await stage.add(TASK, { version: 2 });
    expect(await disclaimed()).toEqual([recipientKey(ANA)]);
    await stage.add(TASK, { version: 3, owners: ['bea@acme.test'] });
    expect(await disclaimed()).toEqual([recipientKey(ANA)]);
    await stage.add(TASK, { version: 4, owners: ['bea@acme.test', ANA] });
    expect(await disclaimed()).toBeUndefined();
  });
});
