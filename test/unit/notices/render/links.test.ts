import { describe, expect, it } from 'vitest';
import type { Notice } from '../../../../functions/abandonment/task.ts';
import { DAY } from '../../../../functions/abandonment/time.ts';
import {
  declineHeaders,
  isDeclinable,
  itemNamed,
  itemRef,
  linksOf,
} from '../../../../functions/notices/render/links.ts';
import { readLink } from '../../../../functions/platform/link-token.ts';

const KEY = { id: 'k1', secret: new Uint8Array(32).fill(7) };
const NOW = Date.parse('2026-03-01T12:00:00Z');

const A = { task: 'acmeCo/a', episode: 1 };
const B = { task: 'acmeCo/b', episode: 1 };

const links = () =>
  linksOf(
    { baseUrl: 'https://page.test/', keys: { current: async () => KEY, accepted: async () => undefined } },
    { id: 'digest-1', recipient: 'ana', claimedAt: NOW },
  );

describe('the name of a task in a link', () => {
  it('is of hex digits alone, the same each time, and another for each task and episode', () => {
    const names = [A, { ...A, episode: 2 }, { ...A, episode: 11 }, B].map(itemRef);
    for (const name of names) expect(name).toMatch(/^[0-9a-f]{32}$/);
    expect(new Set(names).size).toBe(4);
    expect(itemRef({ ...A })).toBe(names[0]);
  });

  it('leads to its task among those of a mail, also in the short form of an earlier version', () => {
    expect(itemNamed([A, B], itemRef(B))).toBe(B);
    expect(itemNamed([A, B], itemRef(B).slice(0, 12))).toBe(B);
  });

  it.each([
    ['a task of another mail', itemRef({ task: 'acmeCo/c', episode: 1 })],
    ['another episode', itemRef({ ...A, episode: 2 })],
    ['a part of a name', itemRef(A).slice(0, 13)],
    ['less of it', itemRef(A).slice(0, 11)],
    ['more than a name', `${itemRef(A)}0`],
    ['nothing', ''],
  ])('leads nowhere where it is %s', (_, ref) => {
    expect(itemNamed([A, B], ref)).toBeUndefined();
  });

  it('leads nowhere where it means more than one', () => {
    expect(itemNamed([A, { ...A }], itemRef(A).slice(0, 12))).toBeUndefined();
  });
});

describe('the links of a mail', () => {
  it('are all of the one page, and of what declines, for 60 days', async () => {
    const { page, preferences, unsubscribe, task } = await links();
    expect(preferences).toBe(`${page}/preferences`);
    expect(task(A)).toBe(`${page}/${itemRef(A)}`);
    const [pageLink, stopLink] = [
      readLink(page.replace('https://page.test/d/', ''), 'd', KEY),
      readLink(unsubscribe.replace('https://page.test/u/', ''), 'u', KEY),
    ];
    for (const link of [pageLink, stopLink]) {
      expect(link).toMatchObject({ digest: 'digest-1', expires: NOW + 60 * DAY });
      expect([link?.isFor('ana'), link?.isFor('bo')]).toEqual([true, false]);
    }
  });
});

describe('what may be declined', () => {
  const MAY: Record<Notice, boolean> = {
    reminder: true,
    recovered: true,
    stopping: true,
    'still-off': true,
    warning: false,
    overdue: false,
    disabled: false,
    enabled: false,
    withdrawn: false,
    disclaimed: false,
  };

  it.each(Object.entries(MAY))('%s: %s', (notice, may) => {
    expect(isDeclinable(notice as Notice)).toBe(may);
  });

  it('gives a mail the headers of RFC 8058, whatever else stands in it', async () => {
    const made = await links();
    expect(declineHeaders(made, ['warning', 'reminder'])).toEqual({
      'List-Unsubscribe': `<${made.unsubscribe}>`,
      'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
    });
    expect(declineHeaders(made, ['warning', 'disabled'])).toEqual({});
    expect(declineHeaders(made, [])).toEqual({});
  });
});
