import { describe, expect, it } from 'vitest';
import { DAY } from '../../../functions/abandonment/time.ts';
import {
  type AlertRecord,
  alertFromRow,
  alertOf,
  alertWrite,
  loadAlert,
} from '../../../functions/store/alerts.ts';
import { bucketOf, keys } from '../../../functions/store/keys.ts';
import type { PendingNotice } from '../../../functions/store/notices.ts';
import { day, fired, T0 } from '../abandonment/decide-builders.ts';
import { anAlert, filledTable } from './filled-table.ts';

const A = 'acmeCo/a';
const BUCKET = bucketOf(A);

const RESOLVED = { resolvedAt: day(21), reason: 'disabled' } as const;

const disabled = (restarts: number): PendingNotice => ({
  notice: 'disabled',
  since: day(21),
  notBefore: day(21),
  facts: { since: T0, restarts, disabledAt: day(21) },
});

/** The alert as it is read once it was stored, and its row. */
async function stored(alert: AlertRecord) {
  const table = await filledTable(alertWrite(alert));
  const row = await table.get(keys.alert(A, alert.episode));
  const found = async (index: 'g1' | 'g2', pk: string) =>
    (await table.query({ index, pk })).rows.map((shown) => shown[`${index}sk`]);
  return { read: await loadAlert(table, A, alert.episode), row, found };
}

describe('an alert', () => {
  it.each<[string, AlertRecord]>([
    ['that is open', anAlert()],
    ['that is resolved', anAlert({ ...RESOLVED, mails: [], holders: ['ana'] })],
    [
      'that held a while',
      anAlert({ holds: [{ reason: 'paused', from: day(15), to: day(16) }], run: 'run-1' }),
    ],
    [
      'of which several are to be notified alike, and one something else',
      anAlert({
        ...RESOLVED,
        untold: [
          { key: 'ana', address: 'ana@acme.test', pending: disabled(1) },
          { key: 'bob', address: 'bob@acme.test', pending: disabled(2) },
          { key: 'eve', address: 'eve@acme.test', pending: disabled(1) },
        ],
      }),
    ],
    [
      'of which notices are to be deleted, before and behind one to be notified',
      anAlert({
        ...RESOLVED,
        untold: [
          { key: 'ana', pending: null },
          { key: 'bob', address: 'bob@acme.test', pending: disabled(1) },
          { key: 'eve', pending: null },
        ],
      }),
    ],
    [
      'of which notices are to be deleted alone',
      anAlert({ ...RESOLVED, untold: [{ key: 'ana', pending: null }] }),
    ],
  ])('says what it said: %s', async (_, alert) => {
    expect((await stored(alert)).read).toEqual(alert);
  });

  it('is unknown where there was none of the number', async () => {
    const table = await filledTable(alertWrite(anAlert({ episode: 2 })));
    expect(await loadAlert(table, A, 1)).toBeUndefined();
  });

  it('says once of what most are to be notified: its row has an end', async () => {
    const untold = Array.from({ length: 100 }, (_, place) => ({
      key: `k${place}`,
      address: `k${place}@acme.test`,
      pending: disabled(1),
    }));
    const deleted = { key: 'k', pending: null };
    const { row } = await stored(anAlert({ ...RESOLVED, untold: [deleted, ...untold] }));
    expect(JSON.stringify(row).match(/disabledAt/g)).toHaveLength(1);
    // One that says nothing of that has no room for it.
    expect((await stored(anAlert())).row).not.toHaveProperty('parting');
  });

  it('of an older row says of each of what they are to be notified, or that it is to be deleted', () => {
    const row = {
      ...keys.alert(A, 1),
      untold: [
        { key: 'ana', address: 'ana@acme.test', pending: disabled(1) },
        { key: 'bob', address: '' },
      ],
    };
    expect(alertFromRow(row).untold).toEqual([
      { key: 'ana', address: 'ana@acme.test', pending: disabled(1) },
      { key: 'bob', pending: null },
    ]);
    expect(alertFromRow({ ...keys.alert(A, 1) })).toMatchObject({ untold: [], holders: [] });
  });

  it('is kept for 400 days from its end, and as long as somebody is still to be notified', async () => {
    const ttlOf = async (more: Partial<AlertRecord>) => (await stored(anAlert(more))).row?.ttl;
    expect(await ttlOf({})).toBeUndefined();
    expect(await ttlOf(RESOLVED)).toBe((day(21) + 400 * DAY) / 1_000);
    expect(await ttlOf({ ...RESOLVED, untold: [{ key: 'ana', pending: null }] })).toBeUndefined();
  });

  it('is found by when it fired; while notices are still to be written, by its task, too', async () => {
    const calm = await stored(anAlert(RESOLVED));
    expect(await calm.found('g2', `A#${BUCKET}`)).toEqual([`2026-01-15T00:00:00.000Z#${A}`]);
    expect(await calm.found('g1', `U#${BUCKET}`)).toEqual([]);
    const untold = await stored(anAlert({ ...RESOLVED, untold: [{ key: 'ana', pending: null }] }));
    expect(await untold.found('g1', `U#${BUCKET}`)).toEqual([`${A}#1`]);
    expect(untold.row).toMatchObject({ v: 1, b: 8 });
  });

  it('is of the type of its episode: abandoned, where that says nothing', () => {
    expect(alertOf(fired())).toBe('task_abandoned');
    expect(alertOf(fired({ alert: 'task_overdue' }))).toBe('task_overdue');
  });
});
