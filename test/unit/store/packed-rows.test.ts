import { expect, test } from 'vitest';
import type { RecipientPart } from '../../../functions/abandonment/task.ts';
import { type AlertRecord, alertFromRow, alertWrite } from '../../../functions/store/alerts.ts';
import { episodeToRow } from '../../../functions/store/episode-row.ts';
import { packed, unpacked } from '../../../functions/store/packed-episode.ts';
import { measureRow } from '../../../functions/store/table/row-limits.ts';
import { fired } from '../abandonment/decide-builders.ts';
import { anAlert } from './filled-table.ts';

const keyOf = (place: number) => String(place).padStart(32, '0');
const parts = (count: number): Record<string, RecipientPart> =>
  Object.fromEntries(
    Array.from({ length: count }, (_, place) => [
      keyOf(place),
      { address: `${place}@acme.test`, grace: 1, warning: 'accepted', dated: true, acceptedAt: 1 },
    ]),
  );

test('an episode with few recipients stands plainly in its row, one with many is packed, and read back whole', () => {
  const few = { ...fired(), told: parts(100) };
  expect(packed(few)).toEqual(episodeToRow(few));
  const many = { ...fired(), told: parts(2_000), mails: ['a', 'b'] };
  const row = packed(many);
  expect(row).toMatchObject({ told: {}, mails: [], number: many.number });
  expect(unpacked(JSON.parse(JSON.stringify(row)))).toEqual(many);
});

const alert = (untold: AlertRecord['untold']): AlertRecord =>
  anAlert({
    resolvedAt: 1,
    reason: 'disabled',
    mails: Array.from(
      { length: 3_000 },
      (_, place) => `01JH4ZQ8Y3V5C6D7E8F9G0${String(place).padStart(4, '0')}`,
    ),
    untold,
    holders: Array.from({ length: 1_000 }, (_, place) => keyOf(place)),
  });

test('an alert that lists 1,000 notices and as many obsolete ones is a row that DynamoDB takes', () => {
  const pending = () => ({
    notice: 'disabled' as const,
    since: 1,
    notBefore: 2,
    facts: { since: 0, restarts: 3 },
  });
  const listed = Array.from({ length: 1_000 }, (_, place) => ({
    key: keyOf(place),
    address: `${'o'.repeat(50)}${place}@acme.test`,
    pending: pending(),
  }));
  const obsolete = Array.from({ length: 1_000 }, (_, place) => ({
    key: keyOf(place + 1_000),
    pending: null,
  }));
  const record = alert([...listed, ...obsolete]);
  const { put } = alertWrite(record);
  expect(measureRow(put)).toBeLessThan(400 * 1024);
  expect(alertFromRow(put)).toEqual(record);
  // As earlier code reads it.
  expect((put.untold as unknown[]).at(-1)).toEqual({ key: keyOf(1_999), address: '', pending: null });
});

test('an alert of an older version, which says of each of what they are to be notified and knows no holders, is read', () => {
  const untold = [
    {
      key: 'k',
      address: 'a@b.test',
      pending: { notice: 'withdrawn' as const, since: 1, notBefore: 1, facts: { since: 0, restarts: 0 } },
    },
  ];
  const { holders: _, ...old } = alert(untold);
  expect(alertFromRow({ pk: 'T#acmeCo/a', sk: 'A#000001', ...old })).toMatchObject({ untold, holders: [] });
});
