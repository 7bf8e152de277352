import { expect, test } from 'vitest';
import { HOUR, MINUTE } from '../../functions/abandonment/time.ts';
import { at, failing, play, T } from './story.ts';

const ANA = 'ana@acme.test';

/** RFC 3339 of T + minutes. */
const minutes = (count: number) =>
  new Date(Date.parse(T) + count * MINUTE).toISOString().replace('.000Z', 'Z');

const mailsOf = (lines: { type: string }[]) =>
  lines
    .filter((line) => line.type === 'mail')
    .map((line) => {
      const {
        at: when,
        to,
        items,
      } = line as unknown as {
        at: string;
        to: string;
        items: { task: string; notice: string; disableAt: string | null }[];
      };
      return {
        at: when,
        to,
        items: items.map((item) => `${item.notice} ${item.task} ${item.disableAt}`).sort(),
      };
    });

const QUARTERLY = {
  scanEvery: '15m',
  tasks: [0, 15, 30, 60, 90].map((minute, index) =>
    failing(`acmeCo/t${index}`, { lastPrimaryAt: minutes(minute) }),
  ),
};

test('warnings of one recipient come at most once in digestEvery, each with a full grace', async () => {
  const { lines } = await play({ ...QUARTERLY, until: at(15) });
  const fired = lines.filter((line) => line.type === 'alert-fired').map((line) => line.at);
  expect(fired).toEqual([0, 15, 30, 60, 90].map((minute) => minutes(14 * 24 * 60 + minute)));
  const until = (hours: number) => at(21, hours);
  expect(mailsOf(lines)).toEqual([
    { at: at(14), to: ANA, items: [`warning acmeCo/t0 ${until(0)}`] },
    {
      at: at(14, 1),
      to: ANA,
      items: [1, 2, 3].map((index) => `warning acmeCo/t${index} ${until(1)}`),
    },
    { at: at(14, 2), to: ANA, items: [`warning acmeCo/t4 ${until(2)}`] },
  ]);
});

test('reminders keep their instants, gathered for digestEvery', async () => {
  const { lines } = await play({ ...QUARTERLY, until: at(19) });
  expect(mailsOf(lines).slice(3)).toEqual([
    { at: at(18), to: ANA, items: [`reminder acmeCo/t0 ${at(21)}`] },
    { at: at(18, 1), to: ANA, items: [1, 2, 3].map((index) => `reminder acmeCo/t${index} ${at(21, 1)}`) },
    { at: at(18, 2), to: ANA, items: [`reminder acmeCo/t4 ${at(21, 2)}`] },
  ]);
});

test('a window of twelve hours puts the second warning off by twelve hours', async () => {
  const { lines } = await play({
    until: at(15),
    policy: { mode: 'disable', digestEvery: '12h' },
    tasks: [failing('acmeCo/a'), failing('acmeCo/b', { lastPrimaryAt: at(0, 1) })],
  });
  expect(mailsOf(lines)).toEqual([
    { at: at(14), to: ANA, items: [`warning acmeCo/a ${at(21)}`] },
    { at: at(14, 12), to: ANA, items: [`warning acmeCo/b ${at(21, 12)}`] },
  ]);
});

test('other recipients do not wait for the window of one', async () => {
  const { lines } = await play({
    until: at(14, 2),
    policy: { mode: 'disable', digestEvery: '12h' },
    tasks: [
      failing('acmeCo/a'),
      failing('acmeCo/b', { lastPrimaryAt: at(0, 1), owners: [ANA, 'bob@acme.test'] }),
    ],
  });
  expect(mailsOf(lines)).toEqual([
    { at: at(14), to: ANA, items: [`warning acmeCo/a ${at(21)}`] },
    { at: at(14, 1), to: 'bob@acme.test', items: [`warning acmeCo/b ${at(21, 1)}`] },
  ]);
});

test('a reminder step whose window would close before does not wait for digestEvery', async () => {
  const { lines } = await play({
    until: at(22),
    policy: { mode: 'disable', disableAfter: '2d', digestEvery: '36h', reminders: ['1d'] },
    tasks: [failing('acmeCo/a'), failing('acmeCo/b', { lastPrimaryAt: at(0.9375) })],
  });
  const mails = mailsOf(lines);
  // The reminder of a is due T+15d and void from T+16d on; the window of the warning of T+14d closes T+15d12h.
  const reminder = mails.find(({ items }) => items.some((item) => item.startsWith('reminder acmeCo/a')));
  expect(Date.parse(reminder!.at)).toBeLessThan(Date.parse(at(16)));
});

test('disabled notices of one recipient are gathered into one mail', async () => {
  const { lines, summary } = await play({
    until: at(22),
    tasks: [failing('acmeCo/a'), failing('acmeCo/b'), failing('acmeCo/c')],
  });
  const mails = mailsOf(lines);
  expect(mails.map(({ items }) => items.length)).toEqual([3, 3, 3, 3]);
  expect(mails[3]!.items).toEqual(['a', 'b', 'c'].map((name) => `disabled acmeCo/${name} null`));
  const late = Date.parse(mails[3]!.at) - Date.parse(at(21));
  expect(late).toBeGreaterThanOrEqual(0);
  expect(late).toBeLessThanOrEqual(15 * MINUTE);
  expect(summary).toMatchObject({ alertsFired: 3, mails: 4, disabled: 3 });
});

test('a withdrawal does not wait for digestEvery', async () => {
  const { lines } = await play({
    until: at(15),
    policy: { mode: 'disable', digestEvery: '24h' },
    events: [{ at: at(14, 2), type: 'published', task: 'acmeCo/a', by: 'user' }],
  });
  expect(mailsOf(lines)[1]).toEqual({ at: at(14, 2), to: ANA, items: ['withdrawn acmeCo/a null'] });
});

test('fifty tasks of one owner, through their whole life: four mails of fifty items', async () => {
  const { lines, summary } = await play({
    policy: { mode: 'disable', blastRadius: { shareFloor: 50 } },
    tasks: Array.from({ length: 50 }, (_, index) => failing(`acmeCo/t${index}`)),
  });
  expect(mailsOf(lines).map(({ items }) => [items[0]!.split(' ')[0], items.length])).toEqual([
    ['warning', 50],
    ['reminder', 50],
    ['reminder', 50],
    ['disabled', 50],
  ]);
  expect(summary).toMatchObject({ alertsFired: 50, mails: 4, disabled: 50, oops: 0 });
});

test('at most rampPerDay recipients are newly warned in 24 hours; alerts fire all the same', async () => {
  const { lines } = await play({
    until: at(17),
    policy: { mode: 'disable', rampPerDay: 2 },
    tasks: [1, 2, 3, 4, 5].map((index) => failing(`acmeCo/t${index}`, { owners: [`o${index}@acme.test`] })),
  });
  expect(lines.filter((line) => line.type === 'alert-fired').map((line) => line.at)).toEqual(
    Array(5).fill(at(14)),
  );
  const warnings = mailsOf(lines).filter(({ items }) => items.some((item) => item.startsWith('warning')));
  expect(warnings.map((mail) => mail.at)).toEqual([at(14), at(14), at(15), at(15), at(16)]);
  for (const mail of warnings) {
    const promised = Date.parse(mail.items[0]!.split(' ')[2]!) - Date.parse(mail.at);
    expect(promised).toBe(7 * 24 * HOUR);
  }
});

test('a date is the instant of the claim + the grace, rounded up to the minute', async () => {
  const { lines } = await play({
    scanEvery: '90s',
    until: minutes(5),
    tasks: [failing('acmeCo/a', { lastPrimaryAt: new Date(Date.parse(at(-14)) + 45_000).toISOString() })],
  });
  expect(lines.find(({ type }) => type === 'alert-fired')).toMatchObject({ at: '2026-01-01T00:01:30Z' });
  expect(mailsOf(lines)).toEqual([
    { at: '2026-01-01T00:01:30Z', to: ANA, items: ['warning acmeCo/a 2026-01-08T00:02:00Z'] },
  ]);
});
