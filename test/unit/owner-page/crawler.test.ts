import { describe, expect, it } from 'vitest';
import { linksIn, type OwnerStage, onDay, ownerStage } from './owner-stage.ts';

/** All addresses that a mail holds, its headers included, and all that the pages behind them link to. */
async function reachable(stage: OwnerStage): Promise<string[]> {
  const found = new Set<string>();
  for (const mail of stage.mails) {
    for (const link of linksIn(`${mail.text} ${mail.html} ${Object.values(mail.headers).join(' ')}`))
      found.add(link);
  }
  for (const link of found) {
    const { body = '' } = await stage.get(link);
    for (const [, path = ''] of body.matchAll(/href="([^"]+)"/g)) found.add(new URL(path, link).href);
  }
  return [...found];
}

describe('a mail scanner', () => {
  it('changes no row by getting every link of every mail, and every page behind them, twenty times', async () => {
    const stage = await ownerStage(['acmeCo/a', 'acmeCo/b', 'acmeCo/c']);
    await stage.scanOn(14);
    await stage.scanOn(18);
    stage.setNow(onDay(18.5));
    await stage.post(stage.linkTo('ana@acme.test'), { action: 'disable' });
    await stage.scanOn(18.6);
    const links = await reachable(stage);
    // Three mails (warnings, reminders, word of a disabling) with a page, preferences and tasks each; one to decline.
    expect(links.length).toBeGreaterThan(12);
    expect(links.some((link) => link.includes('/u/'))).toBe(true);
    const before = await stage.dump();
    for (let round = 0; round < 20; round += 1) {
      for (const link of links) {
        expect((await stage.get(link)).statusCode).toBe(200);
        const head = await stage.head(link);
        expect([head.statusCode, head.body]).toEqual([200, '']);
      }
    }
    for (const link of links) await stage.get(`${link}?action=disable&done=keep&List-Unsubscribe=One-Click`);
    expect(await stage.dump()).toEqual(before);
  });
});
