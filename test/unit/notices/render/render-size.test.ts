import { describe, expect, it } from 'vitest';
import { HOUR } from '../../../../functions/abandonment/time.ts';
import { renderDigest } from '../../../../functions/notices/render/render.ts';
import type { MailItem } from '../../../../functions/notices/send/digest-facts.ts';
import { at, facts, item, many, readable } from './render-builders.ts';

const bytes = (text: string) => Buffer.byteLength(text);
const detailed = (html: string) => html.split('<h3>').length - 1 - lists(html);
const lists = (html: string) => html.split('<ul ').length - 1;
const listed = (html: string) => html.split('<li>').length - 1;

function expectAllNamed(items: MailItem[]) {
  const mail = renderDigest(facts(items));
  expect(bytes(mail.html)).toBeLessThan(100_000);
  expect(mail.left).toEqual([]);
  for (const { task } of items) {
    expect(mail.html).toContain(`>${task}<`);
    expect(mail.text).toMatch(new RegExp(`^[*-] "${task}"$`, 'm'));
  }
  return mail;
}

describe('a mail of many tasks', () => {
  it('tells 200 of them in detail', async () => {
    const mail = expectAllNamed(many(200));
    expect([detailed(mail.html), listed(mail.html)]).toEqual([200, 0]);
    await expect(mail.text).toMatchFileSnapshot('../../../golden/mails/200.txt');
  });

  it('lists by name and date what is beyond', async () => {
    const mail = expectAllNamed(many(2000));
    expect(mail.subject).toBe('2000 tasks will be turned off on 2026-02-05 unless you act');
    expect(detailed(mail.html) + listed(mail.html)).toBe(2000);
    expect(readable(mail.html)).toContain('On Thu 2026-02-05 00:00 UTC, in 7 days: acmeCo/prod/task-');
    await expect(mail.text).toMatchFileSnapshot('../../../golden/mails/2000.txt');
  });

  it('tells at most 200 in detail, in text and HTML the same ones', () => {
    const mail = expectAllNamed(many(300).map((each, i) => ({ ...each, task: `a/${i}` })));
    expect(detailed(mail.html)).toBe(mail.text.split('\n* ').length - 1);
    expect(detailed(mail.html)).toBeLessThanOrEqual(200);
    expect(listed(mail.html)).toBe(300 - detailed(mail.html));
  });

  it('gives a date to every task it lists', () => {
    const items = many(500).map((each, i) => ({
      ...each,
      disableAt: at('2026-02-05T00:00:00Z') + Math.floor(i / 100) * HOUR,
    }));
    const mail = expectAllNamed(items);
    const names = mail.text.slice(mail.text.lastIndexOf('On Thu 2026-02-05 04:00 UTC'));
    expect(names).toContain('- "acmeCo/prod/task-0401"');
    expect(names).toContain('- "acmeCo/prod/task-0500"');
    expect(names).not.toContain('task-0400');
  });

  it('hands back what finds no room, the latest due, and neither names nor counts it', () => {
    const items = many(2000).map((each, i) => ({
      ...each,
      task: `${each.task}-${'x'.repeat(480)}`,
      episode: i,
    }));
    const mail = renderDigest(facts(items));
    expect(bytes(mail.html)).toBeLessThan(100_000);
    const told = 2000 - mail.left.length;
    expect(told).toBeGreaterThan(150);
    expect(mail.left.map((each) => each.task)).toEqual(items.slice(told).map((each) => each.task));
    expect(mail.subject).toContain(`${told} tasks will be turned off`);
    for (const part of [mail.text, mail.html]) {
      expect(part).toContain(items[told - 1]!.task);
      expect(part).not.toContain(items[told]!.task);
    }
  });

  it.each([1, 3, 150, 200, 201, 260, 1000, 2000])(
    'stays under 100 KB with %d tasks of the longest, most escaped names',
    (count) => {
      const items = many(count).map((each, i) =>
        item({
          ...each,
          task: `${i}${'"'.repeat(5000)}`,
          dataPlane: '&'.repeat(5000),
          told: Array.from({ length: 150 }, () => `${"'".repeat(240)}@acme.test`),
          notice: (['warning', 'disabled', 'withdrawn', 'recovered', 'reminder'] as const)[i % 5]!,
          mode: i % 2 === 0 ? 'disable' : 'notify',
          disableAt: at('2026-02-05T00:00:00Z') + i * HOUR,
          disabledAt: at('2026-02-05T00:00:00Z') + i * HOUR,
        }),
      );
      const hostile = {
        contact: '"'.repeat(5000),
        recipient: '"'.repeat(5000),
        zone: 'America/Argentina/ComodRivadavia',
      };
      const mail = renderDigest(facts(items, hostile));
      expect(bytes(mail.html)).toBeLessThan(100_000);
      expect(mail.left.length).toBeLessThan(count);
    },
  );
});
