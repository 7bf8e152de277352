import { describe, expect, it } from 'vitest';
import { LANGUAGES } from '../../../../emails/languages.ts';
import { DAY, HOUR } from '../../../../functions/abandonment/time.ts';
import { renderDigest } from '../../../../functions/notices/render/render.ts';
import type { MailItem } from '../../../../functions/notices/send/digest-facts.ts';
import { sampleFacts } from '../../../../scripts/mail-samples.ts';
import { at, facts, flat, item, many, readable } from './render-builders.ts';

const bytes = (text: string) => Buffer.byteLength(text);
const body = (html: string) => readable(html.slice(html.indexOf('<h1>')).replace(/<!--.*?-->/gs, ''));

/** The names of tasks that a text part tells, put together from what they have in common. */
function namesIn(text: string): string[] {
  const folded = [...flat(text).matchAll(/Under "([^"]+)": ((?:[\w-]+, )*[\w-]+)/g)];
  const full = [...text.matchAll(/^[*-] "(.*)"$/gm)].map(([, name]) => name!);
  return [...folded.flatMap(([, folder, rest]) => rest!.split(', ').map((name) => folder + name)), ...full];
}

function expectAllNamed(items: MailItem[]) {
  const mail = renderDigest(facts(items));
  expect(bytes(mail.html)).toBeLessThan(100_000);
  expect(mail.left).toEqual([]);
  const tasks = items.map(({ task }) => task).toSorted();
  expect(namesIn(mail.text).toSorted()).toEqual(tasks);
  const words = new Set(body(mail.html).split(/[\s,/]+/));
  for (const task of tasks) expect(words).toContain(task.slice(task.lastIndexOf('/') + 1));
  return mail;
}

describe('a mail of many tasks', () => {
  it('tells ten one by one, and the eleventh makes groups of them', () => {
    expect(expectAllNamed(many(10)).text.match(/^\* /gm)).toHaveLength(10);
    const { text, html } = expectAllNamed(many(11));
    expect(text).not.toMatch(/^\* /m);
    expect(html).toContain('<h3>Their shards failed (11)</h3>');
  });

  it('tells 200 of one date and cause in a tenth of the lines that five for each would take', async () => {
    const mail = expectAllNamed(many(200));
    expect(mail.text.split('\n').length).toBeLessThan(100);
    // Before, 200 tasks took 52,211 characters.
    expect(mail.text.length).toBeLessThan(5_221);
    await expect(mail.text).toMatchFileSnapshot('../../../golden/mails/200.txt');
  });

  // Of each how many bytes its HTML and how many characters its text had when each task was told by itself.
  it.each([
    ['en', 'warning-undated', 53_412, 40_553],
    ['en', 'warning-dated', 74_089, 59_780],
    ['en', 'warning-cause', 81_689, 67_380],
    ['en', 'reminder', 76_049, 61_614],
    ['en', 'disabled', 70_116, 55_466],
    ['en', 'enabled', 74_182, 59_923],
    ['en', 'withdrawn', 72_456, 58_159],
    ['en', 'stopping', 56_548, 41_758],
    ['en', 'stopping-off', 64_548, 49_758],
    ['en', 'overdue-dated', 63_563, 48_792],
    ['en', 'recovered', 59_943, 45_192],
    ['de', 'warning-undated', 61_494, 48_435],
    ['de', 'warning-dated', 84_227, 69_696],
    ['de', 'warning-cause', 92_427, 78_296],
    ['de', 'reminder', 86_606, 71_945],
    ['de', 'disabled', 82_012, 67_747],
    ['de', 'enabled', 92_090, 77_810],
    ['de', 'withdrawn', 85_336, 70_608],
    ['de', 'stopping', 62_451, 47_656],
    ['de', 'stopping-off', 71_051, 56_456],
    ['de', 'overdue-dated', 71_909, 56_904],
    ['de', 'recovered', 68_791, 53_841],
  ] as const)('tells 200 in a tenth of what it took (%s, %s)', (language, wording, html, text) => {
    const sample = renderDigest(sampleFacts(language, wording, 'two-hundred'));
    expect(sample.left).toEqual([]);
    expect(bytes(sample.html)).toBeLessThanOrEqual(html / 10);
    expect(sample.text.length).toBeLessThanOrEqual(text / 10);
  });

  // The shortest: a line for each, without a date. Names and links alone are 6 % of its HTML (docs/decisions/0062).
  it.each([
    ['en', 43_007, 29_740],
    ['de', 49_532, 36_045],
  ] as const)('tells 200 deadlines without a date in a tenth of the text (%s)', (language, html, text) => {
    const sample = renderDigest(sampleFacts(language, 'overdue', 'two-hundred'));
    expect(sample.left).toEqual([]);
    expect(bytes(sample.html)).toBeLessThanOrEqual(0.12 * html);
    expect(sample.text.length).toBeLessThanOrEqual(text / 10);
  });

  it('names 2,000', async () => {
    const mail = expectAllNamed(many(2000));
    expect(mail.subject).toBe('2000 tasks will be turned off on 5 February 2026 unless you act');
    await expect(mail.text).toMatchFileSnapshot('../../../golden/mails/2000.txt');
  });

  it('says of each cause what its tasks share, and of a span its ends', () => {
    const items = many(12).map((each, i) => ({
      ...each,
      since: at('2026-01-10T00:00:00Z') + (i % 3) * DAY,
      restarts: i,
      cause: i < 4 ? ('failed-credentials' as const) : ('failed' as const),
      dataPlane: `plane-${i % 5}`,
      told: [`t${i % 2}@acme.test`],
    }));
    const text = flat(expectAllNamed(items).text);
    expect(text).toContain(
      'Their shards failed because credentials are refused (4) Not running since days between 10 January 2026 and 12 January 2026; at most 3 restarts of each.',
    );
    expect(text).toContain('Their shards failed (8)');
    expect(text).toContain('Capture, data planes "plane-0", "plane-1", "plane-2" and 2 more');
    expect(text).toContain('Also notified: t0@acme.test, t1@acme.test.');
  });

  it('gives a date to every task it lists', () => {
    const items = many(500).map((each, i) => ({
      ...each,
      disableAt: at('2026-02-05T00:00:00Z') + Math.floor(i / 100) * HOUR,
    }));
    const { text } = expectAllNamed(items);
    const last = text.slice(text.indexOf('On Thursday 5 February 2026, 04:00 UTC, in 7 days'));
    expect(last).toContain('task-0401');
    expect(last).toContain('task-0500');
    expect(last).not.toContain('task-0400');
  });

  it('tells a task by itself whose date no other shares', () => {
    const lone = item({ task: 'acmeCo/lone', disableAt: at('2026-02-09T00:00:00Z') });
    const { text } = expectAllNamed([...many(11), lone]);
    expect(flat(text)).toContain('* "acmeCo/lone" It is turned off on Monday 9 February 2026, 00:00 UTC');
  });

  it('names in full what is no plain word', () => {
    const items = many(12).map((each, i) => ({ ...each, task: `acmeCo/prod/orders v${i}` }));
    expect(expectAllNamedInFull(items)).toHaveLength(12);
  });

  it('hands back what finds no room, the latest due, and neither names nor counts it', () => {
    const items = many(2000).map((each, i) => ({
      ...each,
      task: `${each.task}-${'x'.repeat(480)}`,
      episode: i,
    }));
    const mail = renderDigest(facts(items));
    expect(bytes(mail.html)).toBeLessThan(100_000);
    const fitting = 2000 - mail.left.length;
    expect(fitting).toBeGreaterThan(150);
    expect(mail.left.map((each) => each.task)).toEqual(items.slice(fitting).map((each) => each.task));
    expect(mail.subject).toContain(`${fitting} tasks will be turned off`);
    for (const part of [mail.text, mail.html]) {
      expect(part).toContain(items[fitting - 1]!.task);
      expect(part).not.toContain(items[fitting]!.task);
    }
  });

  it.each([1, 3, 10, 11, 200, 1000, 2000])(
    'stays under 100 KB with %d tasks of the longest, most escaped names',
    (count) => {
      const others = Array.from({ length: 150 }, () => `${"'".repeat(240)}@acme.test`);
      const items = many(count).map((each, i) =>
        item({
          ...each,
          task: `${i}${'"'.repeat(5000)}`,
          dataPlane: '&'.repeat(5000),
          told: others,
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
      for (const language of LANGUAGES) {
        const mail = renderDigest(facts(items, { ...hostile, language }));
        expect(bytes(mail.html)).toBeLessThan(100_000);
        expect(mail.left.length).toBeLessThan(count);
      }
    },
  );
});

function expectAllNamedInFull(items: MailItem[]): string[] {
  const { text, html } = renderDigest(facts(items));
  for (const { task } of items) expect(html).toContain(`<code>${task}</code>`);
  const names = namesIn(text);
  expect(names.toSorted()).toEqual(items.map(({ task }) => task).toSorted());
  return names;
}
