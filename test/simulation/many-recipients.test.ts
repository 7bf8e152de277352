import { expect, test } from 'vitest';
import { at, failing, type Played, play } from './story.ts';

/** `who-000@acme.test` and on. */
function people(who: string, count: number): string[] {
  return Array.from({ length: count }, (_, place) => `${who}-${String(place).padStart(4, '0')}@acme.test`);
}

const owners = (when: string, list: string[]) => ({
  at: when,
  type: 'owners',
  task: 'acmeCo/a',
  owners: list,
});

/** `when notice` -> how many got it; throws where one got the same twice. */
function noticesOf({ lines }: Played, who: string): Record<string, number> {
  const counts: Record<string, number> = {};
  const seen = new Set<string>();
  const mails = lines.flatMap((line) => (line.type === 'mail' && line.to.startsWith(who) ? [line] : []));
  for (const { to, at: when, items } of mails) {
    for (const { notice, disableAt } of items) {
      const name = `${to} ${notice} ${disableAt} ${notice === 'reminder' ? when : ''}`;
      if (seen.has(name)) throw new Error(`${name} twice`);
      seen.add(name);
      const what = [when.slice(0, 13), notice, ...(disableAt ? [disableAt.slice(0, 10)] : [])].join(' ');
      counts[what] = (counts[what] ?? 0) + 1;
    }
  }
  return counts;
}

const NO_WARM_UP_LIMIT = { rampPerDay: 100_000 };

test.each([60, 200])('%i who hold a date and as many who join are notified with one scan', async (count) => {
  const story = await play({
    until: at(17),
    policy: { mode: 'disable', ...NO_WARM_UP_LIMIT },
    tasks: [failing('acmeCo/a', { owners: people('old', count) })],
    events: [
      owners(at(16, -0.5), [...people('old', count), ...people('new', count)]),
      { at: at(16, -0.5), type: 'policy', scope: '', set: { mode: 'notify' } },
    ],
  });
  expect(noticesOf(story, 'old')).toEqual({
    '2026-01-15T00 warning 2026-01-22': count,
    '2026-01-17T00 withdrawn': count,
  });
  expect(noticesOf(story, 'new')).toEqual({ '2026-01-17T00 warning': count });
  expect(story.summary.oops).toBe(0);
});

test('300 who take over from 300 are warned with one scan and a full grace', async () => {
  const story = await play({
    until: at(24),
    policy: { mode: 'disable', reminders: ['1d'], ...NO_WARM_UP_LIMIT },
    tasks: [failing('acmeCo/a', { owners: people('old', 300) })],
    events: [owners(at(16), people('new', 300))],
  });
  expect(noticesOf(story, 'old')).toEqual({ '2026-01-15T00 warning 2026-01-22': 300 });
  expect(noticesOf(story, 'new')).toEqual({
    '2026-01-17T00 warning 2026-01-24': 300,
    '2026-01-23T00 reminder 2026-01-24': 300,
    '2026-01-24T00 disabled': 300,
  });
  expect(story.summary.oops).toBe(0);
});

test.each([
  ['a user publishes', { type: 'published', task: 'acmeCo/a', by: 'user' }, 300],
  [
    'one of them keeps it',
    { type: 'action', task: 'acmeCo/a', by: 'old-0007@acme.test', action: 'keep' },
    299,
  ],
  ['the policy spares it', { type: 'policy', scope: '', set: { warnAfter: '60d' } }, 300],
])(
  'all 300 who hold a date hear with the next scan that it is withdrawn when %s',
  async (_, event, count) => {
    const story = await play({
      until: at(17),
      policy: { mode: 'disable', ...NO_WARM_UP_LIMIT },
      tasks: [failing('acmeCo/a', { owners: people('old', 300) })],
      events: [{ at: at(16), ...event }],
    });
    expect(noticesOf(story, 'old')).toEqual({
      '2026-01-15T00 warning 2026-01-22': 300,
      '2026-01-17T00 withdrawn': count,
    });
    expect(story.summary.oops).toBe(0);
  },
);
