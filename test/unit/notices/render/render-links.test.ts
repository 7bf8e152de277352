import { describe, expect, it } from 'vitest';
import type { MailLinks } from '../../../../functions/notices/render/links.ts';
import { renderDigest } from '../../../../functions/notices/render/render.ts';
import type { MailItem } from '../../../../functions/notices/send/digest-facts.ts';
import { at, facts, item, many } from './render-builders.ts';

const links: MailLinks = {
  page: 'https://page.test/d/LINK',
  preferences: 'https://page.test/d/LINK/preferences',
  unsubscribe: 'https://page.test/u/LINK',
  task: ({ task, episode }) => `https://page.test/d/LINK/${task}-${episode}`,
};
const hrefs = (html: string) => [...html.matchAll(/href="([^"]+)"/g)].map(([, href]) => href);

async function golden(name: string, items: MailItem[]) {
  const mail = renderDigest(facts(items, { links }));
  await expect(`${mail.subject}\n\n${mail.text}`).toMatchFileSnapshot(`../../../golden/mails/${name}.txt`);
  await expect(mail.html).toMatchFileSnapshot(`../../../golden/mails/${name}.html`);
  return mail;
}

describe('a mail with links', () => {
  it('leads from the top of a warning to the page of its task, in both parts', () => {
    const { html, text } = renderDigest(facts([item()], { links }));
    const task = 'https://page.test/d/LINK/acmeCo/prod/orders-capture-1';
    expect(hrefs(html)).toEqual([task, links.preferences]);
    expect(text).toContain(`Review and keep:\n${task}\n`);
    expect(text).not.toContain(links.unsubscribe);
  });

  it('offers to turn on again what was turned off, and nothing where there is nothing to do', () => {
    const off = item({ notice: 'disabled', disableAt: null, disabledAt: at('2026-01-28T00:00:00Z') });
    expect(renderDigest(facts([off], { links })).text).toContain('Review and turn on again:');
    for (const notice of ['withdrawn', 'enabled', 'recovered'] as const) {
      const { html } = renderDigest(facts([item({ notice, disableAt: null })], { links }));
      expect(
        hrefs(html).filter((href) => /LINK$|-1$/.test(href ?? '') && href !== links.unsubscribe),
      ).toEqual([]);
    }
  });

  it('leads with one button to all tasks, with a link to each, and offers to stop reminders', async () => {
    const { html } = await golden('linked-mixed', [
      item({ notice: 'reminder' }),
      item({ task: 'acmeCo/b', notice: 'disabled', disableAt: null, disabledAt: at('2026-01-28T00:00:00Z') }),
      item({ task: 'acmeCo/c', notice: 'withdrawn', disableAt: null, resolvedReason: 'kept' }),
    ]);
    expect(hrefs(html)).toEqual([
      links.page,
      'https://page.test/d/LINK/acmeCo/prod/orders-capture-1',
      'https://page.test/d/LINK/acmeCo/b-1',
      links.preferences,
      links.unsubscribe,
    ]);
    expect(html.match(/>Review and keep<\/a>/g)).toHaveLength(1);
    expect(html.match(/>Review<\/a>/g)).toHaveLength(2);
  });

  it('keeps to one link for many tasks', () => {
    const long = { ...links, page: `https://page.test/${'x'.repeat(300)}` };
    const { html, left } = renderDigest(facts(many(200), { links: long }));
    expect(hrefs(html)).toEqual([long.page, links.preferences]);
    expect(Buffer.byteLength(html)).toBeLessThan(12_000);
    expect(left).toEqual([]);
  });
});
