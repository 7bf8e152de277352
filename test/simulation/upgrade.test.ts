import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, test } from 'vitest';
import { DAY } from '../../functions/abandonment/time.ts';
import type { Row } from '../../functions/store/table/table.port.ts';
import { LAST_INSTANT, ROLLED_BACK_AT, runFleet, TAKEN_OVER_AT } from './release-fleet.ts';
import { type RowShapes, shapesOf, unreadable } from './row-shapes.ts';
import { at } from './story.ts';

const FIXTURES = join(import.meta.dirname, '..', 'fixtures');

/** What each release stored of the fleet; written by `scripts/release-rows.ts`. */
const RELEASES = readdirSync(FIXTURES)
  .filter((name) => name.startsWith('rows-'))
  .map((name) => JSON.parse(readFileSync(join(FIXTURES, name), 'utf8')))
  .map(({ version, rows, shapes }) => ({ version, rows: rows as Row[], shapes: shapes as RowShapes }));

describe.each(RELEASES)('a table of $version', ({ rows, shapes }) => {
  // Whoever runs the fleet hears of a promise that breaks: it throws.
  const taken = runFleet(LAST_INSTANT, { rows, at: TAKEN_OVER_AT });
  test('has something in each state when it is taken over', () => {
    const open = rows
      .filter(({ sk, open }) => sk === 'T' && open)
      .map((row) => row.open as Record<string, unknown>);
    expect(open.some(({ grace }) => grace === 0)).toBe(true);
    expect(open.some(({ brake }) => brake !== undefined)).toBe(true);
    expect(open.some(({ alert }) => alert === 'task_overdue')).toBe(true);
    const holds = rows.flatMap(({ hold }) => (hold ? [(hold as { reason: string }).reason] : []));
    expect(new Set(holds)).toEqual(new Set(['unknown', 'blast-radius', 'kept']));
    const mails = rows.filter(({ sk }) => sk === 'G').map(({ state }) => state);
    expect(new Set(mails)).toEqual(new Set(['delivered', 'bounced', 'rejected', 'sending']));
    expect(rows.some(({ pending }) => pending)).toBe(true);
    expect(rows.some(({ dead, soft }) => dead || (soft as unknown[] | undefined)?.length)).toBe(true);
  });

  test('keeps what it was promised: dates, windows, holds and acts of people', async () => {
    const story = (await taken).told.story;
    // Six hours after the mail of day 22, 9 h, to the same owner.
    expect(story).toContain('T+22d15h mail ana@acme.test: warning warn/waits #1 until T+29d15h');
    // Of unknown outcome for twelve hours: told again, with a full grace.
    expect(story).toContain('T+23d mail lou@acme.test: warning lost/answer #1 until T+30d');
    // Held by a spike at their dates, and let go on day 23, 2 h.
    expect(story).toContain('T+23d2h disabled spike/a #1 due T+22d');
    expect(story).toContain('T+23d2h disabled warn/a #1 due T+23d');
    expect(story).toContain('T+23d2h disabled jobs/overdue #1 due T+23d');
    expect(story).toContain('T+24d disabled jobs/announced #1 due T+24d');
    // Four days of a silent plane moved its date.
    expect(story).toContain('T+29d disabled plane/silent #1 due T+29d');
    expect(story).toContain('T+22d20h resolved warn/recovers #1 recovered');
    // Kept for twenty days from day 17.
    expect(story).toContain('T+37d fired warn/kept #2 since T+2d (disable)');
    expect(
      story.filter((line) => line.includes('disabled notify/a') || line.includes('quiet/a #1 until')),
    ).toEqual([]);
  });

  test('goes on as it would have under one release', async () => {
    const alone = (await runFleet(LAST_INSTANT)).told.story;
    expect((await taken).told.story).toEqual(alone);
  });

  test('would not be taken over in silence where a date in it were read wrongly', async () => {
    const spoilt = structuredClone(rows).map((row) => {
      if (row.pk !== 'T#warn/before' || row.sk !== 'T') return row;
      const open = row.open as {
        dates: { disableAt: number }[];
        told: Record<string, { acceptedAt?: number }>;
      };
      for (const date of open.dates) date.disableAt -= 3 * DAY;
      for (const part of Object.values(open.told)) if (part.acceptedAt) part.acceptedAt -= 3 * DAY;
      return row;
    });
    await expect(runFleet(LAST_INSTANT, { rows: spoilt, at: TAKEN_OVER_AT })).rejects.toThrow(
      /promise \d+ broken/,
    );
  });

  it.each([ROLLED_BACK_AT, at(30, 0.5), LAST_INSTANT])(
    'can be read by its release again at %s',
    async (until) => {
      const { rows: now } = await runFleet(until, { rows, at: TAKEN_OVER_AT });
      expect(unreadable(shapes, now)).toEqual([]);
    },
  );
});

describe('shapes of rows', () => {
  const row = (fields: object): Row => ({ pk: 'T#a', sk: 'T', v: 1, ...fields });
  const shapes = shapesOf([
    row({ task: { id: 'a', owners: ['x'] }, hold: null, rev: 1 }),
    row({ task: { id: 'b', owners: [] }, hold: { reason: 'kept' }, rev: 2, keep: { until: 1 } }),
  ]);

  it.each<[string, Record<string, unknown>, string[]]>([
    ['what was there', { task: { id: 'c', owners: [] }, hold: null, rev: 3 }, []],
    ['what was added', { task: { id: 'c', owners: [], team: 't' }, hold: null, rev: 3, mark: 1 }, []],
    ['what is gone', { task: { id: 'c' }, hold: null, rev: 3 }, ['T T.task.owners is gone']],
    [
      'another type',
      { task: { id: 'c', owners: 'x' }, hold: null, rev: '3' },
      ['T T.rev is string, not !number', 'T T.task.owners is string, not !list'],
    ],
    [
      'another type in a list',
      { task: { id: 'c', owners: [{}] }, hold: null, rev: 3 },
      ['T T.task.owners[] is object, not string'],
    ],
    [
      'what belongs to something that may be absent',
      { task: { id: 'c', owners: [] }, hold: {}, rev: 3, keep: {} },
      ['T T.keep.until is gone'],
    ],
  ])('%s', (_, spoilt, problems) => {
    expect(unreadable(shapes, [row(spoilt)])).toEqual(problems);
  });
});
