import { describe, expect, it } from 'vitest';
import { formatDuration } from '../../../functions/abandonment/time.ts';
import {
  CHOSEN,
  DEFAULT_RETENTION,
  KEPT,
  OUTLIVES,
  RETENTIONS,
  readRetention,
  writtenRetention,
} from '../../../functions/platform/retention.ts';
import { keys } from '../../../functions/store/keys.ts';
import { sectionOf, tablesOf, textFiles, textOf } from '../architecture/pages.ts';

const PAGE = 'docs/retention.md';
const tableOf = (heading: string) =>
  (tablesOf(sectionOf(PAGE, heading))[0] ?? []).map((row) => row.map((cell) => cell.replaceAll('`', '')));

describe('docs/retention.md', () => {
  it('has each kind, with how long it is kept and within which limits', () => {
    const documented = tableOf('How long').map(([kind, kept, least, most]) => [kind, kept, least, most]);
    const inDays = (length: number) => `${length / 86_400_000}d`;
    const held = KEPT.map((kind) => {
      const { kept, least, most } = RETENTIONS[kind];
      return [kind, inDays(kept), inDays(least), inDays(most)];
    });
    expect(documented).toEqual(held);
  });

  it('says of each kind what it is, from when it is counted, and why it goes no sooner', () => {
    for (const [, , , , ...words] of tableOf('How long'))
      for (const text of words) expect(text.length).toBeGreaterThan(3);
  });

  it('says of every kind of row when it ends, and of those that end what deletes them', () => {
    const table = tableOf('Every kind of row');
    // These make the partition of others' keys.
    const rows = Object.keys(keys).filter((name) => !['offices', 'workBucket', 'milestones'].includes(name));
    expect(table.map(([key]) => key).sort()).toEqual(rows.sort());
    for (const [, ends, by] of table) expect(by !== '' || ends?.startsWith('never')).toBe(true);
  });

  it('names by each row kinds that there are', () => {
    const named = tableOf('Every kind of row').flatMap(([, , by = '']) =>
      [...by.matchAll(/\((\w+)\)/g)].map(([, kind]) => kind),
    );
    expect(new Set(named)).toEqual(new Set(KEPT));
  });
});

it('an end is written by its kind alone: no other code adds a length to an instant for it', () => {
  const stamping = textFiles().filter(
    (file) => /^functions\/.*\.ts$/.test(file) && /\bttl:/.test(textOf(file)),
  );
  expect(stamping.filter((file) => !file.startsWith('functions/store/table/'))).toEqual([]);
});

describe('what a deployment says of retention', () => {
  it('is the default where it says nothing', () => {
    expect(readRetention('{}')).toEqual(DEFAULT_RETENTION);
    expect(formatDuration(DEFAULT_RETENTION.alerts)).toBe('400d');
  });

  it('comes to the functions as it was said', () => {
    const settings = { alerts: 90 * 86_400, runs: undefined };
    expect(readRetention(writtenRetention(settings))).toEqual({
      ...DEFAULT_RETENTION,
      alerts: 90 * 86_400_000,
    });
  });

  it.each([
    ['shorter than it may be', '{"alerts":7775999}'],
    ['longer than it may be', '{"failures":34560001}'],
    ['of a kind that nobody knows', '{"secrets":8640000}'],
    ['of what is nobody’s choice', '{"waiting":8640000}'],
    ['no number', '{"alerts":"long"}'],
  ])('is refused where it is %s', (_, text) => {
    expect(() => readRetention(text)).toThrow(/^retention: \w+ cannot be kept so long$/);
  });

  it('by default and by its limits lets nothing be kept shorter than what rests on it', () => {
    for (const [longer, shorter] of OUTLIVES) {
      expect(RETENTIONS[longer].kept).toBeGreaterThanOrEqual(RETENTIONS[shorter].kept);
      expect(CHOSEN).toContain(longer);
    }
  });
});
