import { describe, expect, it } from 'vitest';
import { mostActs } from '../../functions/owner-page/acts-of-a-mail.ts';
import { eventOf, type OwnerStage, onDay, ownerStage } from '../unit/owner-page/owner-stage.ts';

const ANA = 'ana@acme.test';

async function warned(): Promise<OwnerStage> {
  const stage = await ownerStage(['acmeCo/a']);
  await stage.scanOn(14);
  stage.setNow(onDay(14.5));
  return stage;
}

const audits = async (stage: OwnerStage) => (await stage.dump()).filter((row) => /"sk":"L#/.test(row)).length;

/**
 * Attack: whoever holds a mail posts its forms again and again, so that the audit (kept for 400 days) and the bill grow.
 * The figure is how many rows a link can write in all: 25 and its first ones; before, as many as there were posts.
 */
describe('posts of one mail again and again', () => {
  it('change a task and the preferences 25 times at most, then nothing more (before: without end)', async () => {
    const stage = await warned();
    const most = mostActs({ items: [{}] as never });
    expect(most).toBe(25);
    const link = stage.linkTo(ANA);
    const preferences = stage.linkTo(ANA, 'preferences');
    const before = await audits(stage);
    const statuses: (number | undefined)[] = [];
    for (let place = 0; place < 60; place += 1) {
      stage.setNow(onDay(14.5) + place * 1_000);
      const answer =
        place % 2 === 0
          ? await stage.post(link, { action: 'snooze', days: String(1 + (place % 5)) })
          : await stage.post(preferences, {
              zone: place % 4 === 1 ? 'Europe/Berlin' : 'UTC',
              reminders: 'on',
            });
      statuses.push(answer.statusCode);
    }
    expect(statuses.slice(0, most)).toEqual(Array(most).fill(303));
    expect(new Set(statuses.slice(most))).toEqual(new Set([429]));
    expect((await audits(stage)) - before).toBeLessThanOrEqual(2 * most);
    expect((await stage.get(link)).statusCode).toBe(200);
  });

  it('never keep reminders from being declined by one click', async () => {
    const stage = await warned();
    const preferences = stage.linkTo(ANA, 'preferences');
    for (let place = 0; place < 30; place += 1)
      await stage.post(preferences, { zone: place % 2 === 0 ? 'Europe/Berlin' : 'UTC', reminders: 'on' });
    await stage.scanOn(18);
    const { headers = {} } = stage.mailTo(ANA);
    const unsubscribe = /<([^>]+)>/.exec(headers['List-Unsubscribe'] ?? '')?.[1] ?? '';
    const answer = await stage.post(unsubscribe, { 'List-Unsubscribe': 'One-Click' });
    expect(answer.statusCode).toBe(200);
  });

  it('write nothing where what they ask for holds', async () => {
    const stage = await warned();
    const link = stage.linkTo(ANA);
    await stage.post(link, { action: 'keep', until: '2026-02-01', reason: 'needed' });
    const before = await audits(stage);
    for (let place = 0; place < 10; place += 1) {
      stage.setNow(onDay(14.6) + place * 60_000);
      const again = await stage.post(link, { action: 'keep', until: '2026-02-01', reason: 'needed' });
      expect(again.statusCode).toBe(303);
    }
    expect(await audits(stage)).toBe(before);
  });

  it('ask the owning system once to turn a task on again (before: with each post)', async () => {
    const stage = await ownerStage(['acmeCo/a']);
    await stage.scanOn(14);
    const link = stage.linkTo(ANA);
    stage.setNow(onDay(15));
    await stage.post(link, { action: 'disable' });
    await stage.scanOn(15);
    stage.system.config.controlPlane = 'fed';
    const asked: string[] = [];
    stage.system.events.publish = async (type) => void asked.push(type);
    for (let place = 0; place < 8; place += 1) {
      stage.setNow(onDay(15.5) + place * 60_000);
      expect((await stage.post(link, { action: 'undo' })).headers?.location).toMatch(/\?done=asked$/);
    }
    expect(asked).toHaveLength(1);
  });

  it('ask the owning system again where the first post never came to it', async () => {
    const stage = await ownerStage(['acmeCo/a']);
    await stage.scanOn(14);
    const link = stage.linkTo(ANA);
    stage.setNow(onDay(15));
    await stage.post(link, { action: 'disable' });
    await stage.scanOn(15);
    stage.system.config.controlPlane = 'fed';
    stage.system.events.publish = async () => {
      throw new Error('the bus is away');
    };
    stage.setNow(onDay(15.5));
    expect((await stage.post(link, { action: 'undo' })).statusCode).toBe(500);
    const asked: string[] = [];
    stage.system.events.publish = async (type) => void asked.push(type);
    await stage.post(link, { action: 'undo' });
    expect(asked).toHaveLength(1);
  });
});

describe('requests that are none', () => {
  it.each([
    ['a body over 8 KiB', 'POST', 'x'.repeat(8_193), 413],
    ['a body over 8 KiB to look at', 'GET', 'x'.repeat(8_193), 413],
    ['a method that is none', 'TRACE', undefined, 400],
    ['a method that is not ours', 'PUT', 'x', 405],
  ])(
    '%s are answered without a read of the table, and never kept by anybody',
    async (_, method, body, status) => {
      const stage = await warned();
      const link = stage.linkTo(ANA);
      let reads = 0;
      for (const name of ['get', 'batchGet', 'query'] as const) {
        const before = stage.system.table[name].bind(stage.system.table) as never;
        Object.assign(stage.system.table, {
          [name]: (...args: unknown[]) => {
            reads += 1;
            return (before as (...all: unknown[]) => unknown)(...args);
          },
        });
      }
      const answer = await stage.answer(eventOf(method, link, body));
      expect([answer.statusCode, reads]).toEqual([status, 0]);
      expect(answer.headers).toMatchObject({
        'cache-control': 'no-store',
        'referrer-policy': 'no-referrer',
        'x-content-type-options': 'nosniff',
        'content-type': expect.stringMatching(/^text\/(plain|html)/),
      });
    },
  );
});
