import { describe, expect, it } from 'vitest';
import type { WebhookScope } from '../../../functions/store/pauses.ts';
import type { MemoryTable } from '../../../functions/store/table/memory-table.ts';
import {
  eachNews,
  loadNews,
  type News,
  type NewsRecord,
  newsTaken,
  newsWrites,
  placeOf,
} from '../../../functions/store/webhook-news.ts';
import { apply, queriesOf, tableWith } from './applied.ts';

const T = Date.parse('2026-01-15T00:00:00.250Z');
const scope = (id: string, more: Partial<WebhookScope> = {}): WebhookScope => ({
  id,
  prefix: '',
  types: [],
  ...more,
});
const WARNED: News = { type: 'task.warned', data: { to: 'ana' } };
const KEPT: News = { type: 'task.kept', data: {} };
const TASK = { id: 'acmeCo/a', rev: 12 };

function named() {
  let ids = 0;
  return { at: T, id: () => `01${++ids}` };
}

async function newsOf(table: MemoryTable, after: string | null = null): Promise<NewsRecord[]> {
  const found: NewsRecord[] = [];
  for await (const record of eachNews(table, after)) found.push(record);
  return found;
}

describe('what happened', () => {
  it('waits under its task until each webhook that hears of it has it, and is forgotten after thirty days', async () => {
    const table = await tableWith(...newsWrites([scope('a'), scope('b')], TASK, [WARNED, KEPT], named()));
    const { rows } = await table.query({ pk: 'WEBHOOK-NEWS' });
    // The first whole second after thirty days.
    expect(rows).toMatchObject([
      { sk: 'acmeCo/a#000000000012', v: 1, ttl: Date.parse('2026-02-14T00:00:01Z') / 1_000 },
    ]);
    const [record] = await newsOf(table);
    expect(record).toMatchObject({
      task: 'acmeCo/a',
      rev: 12,
      at: T,
      events: [
        { ...WARNED, id: 'evt_011' },
        { ...KEPT, id: 'evt_012' },
      ],
      webhooks: ['a', 'b'],
    });
    expect(record).not.toHaveProperty('stream');
  });

  it('is written for those that hear of any of it alone', () => {
    const scopes = [
      scope('a', { types: ['task.kept'] }),
      scope('b', { prefix: 'other/' }),
      scope('c', { prefix: 'acmeCo/' }),
    ];
    expect(newsWrites(scopes, TASK, [WARNED, KEPT], named())).toMatchObject([
      { put: { webhooks: ['a', 'c'] } },
    ]);
    expect(newsWrites(scopes, TASK, [WARNED], named())).toMatchObject([{ put: { webhooks: ['c'] } }]);
  });

  it('is not written where none hears of it, or there is none', () => {
    expect(newsWrites([scope('a', { prefix: 'other/' })], TASK, [WARNED], named())).toEqual([]);
    expect(newsWrites([scope('a')], TASK, [], named())).toEqual([]);
    expect(newsWrites([], TASK, [WARNED], named())).toEqual([]);
    expect(newsWrites(undefined, TASK, [WARNED], named())).toEqual([]);
  });

  it('of no task keeps the order of its stream', async () => {
    const alert = { id: '', rev: T, stream: 'breaker-open#notify' };
    const table = await tableWith(
      ...newsWrites([scope('a')], alert, [{ type: 'operator.alert.raised', data: {} }], named()),
    );
    const [record] = await newsOf(table);
    expect(record).toMatchObject({ task: '', stream: 'breaker-open#notify', rev: T });
    expect(record && placeOf(record)).toBe('breaker-open#notify#1768435200250');
  });
});

describe('a webhook that has it', () => {
  const written = () => tableWith(...newsWrites([scope('a'), scope('b')], TASK, [WARNED], named()));

  it('is taken off, and the last one takes all of it away', async () => {
    const table = await written();
    const [both] = (await newsOf(table)) as [NewsRecord];
    await apply(table, newsTaken(both, 'a'));
    const [left] = (await newsOf(table)) as [NewsRecord];
    expect(left).toMatchObject({ webhooks: ['b'], events: both.events });
    await apply(table, newsTaken(left, 'b'));
    expect(await newsOf(table)).toEqual([]);
  });

  it('is not, where another was taken off meanwhile', async () => {
    const table = await written();
    const [both] = (await newsOf(table)) as [NewsRecord];
    await apply(table, newsTaken(both, 'a'));
    expect(await table.transact([newsTaken(both, 'b')], 'late')).toMatchObject({ outcome: 'refused' });
    const [left] = (await newsOf(table)) as [NewsRecord];
    await apply(table, newsTaken(left, 'b'));
    expect(await table.transact([newsTaken(left, 'b')], 'late')).toMatchObject({ outcome: 'refused' });
  });
});

describe('all that is not in a history', () => {
  const written = () =>
    tableWith(
      ...[
        { id: 'b', rev: 9 },
        { id: 'a', rev: 10 },
        { id: 'a', rev: 9 },
        { id: 'c', rev: 1 },
      ].flatMap((task) => newsWrites([scope('a')], task, [WARNED], named())),
    );
  const places = (records: NewsRecord[]) => records.map(({ task, rev }) => `${task}${rev}`);

  it('comes by task, each in the order of its writes', async () => {
    expect(places(await newsOf(await written()))).toEqual(['a9', 'a10', 'b9', 'c1']);
  });

  it('goes on from a place, that one included', async () => {
    const table = await written();
    const second = (await newsOf(table))[1]!;
    expect(places(await newsOf(table, placeOf(second)))).toEqual(['a10', 'b9', 'c1']);
  });

  it('is read as it stands at that moment', async () => {
    const table = await written();
    const asked = queriesOf(table);
    await newsOf(table);
    expect(asked).toEqual([{ pk: 'WEBHOOK-NEWS', consistent: true }]);
  });

  it('is read again in its order, without what was taken away meanwhile', async () => {
    const table = await written();
    const before = await newsOf(table);
    await apply(table, newsTaken(before[1]!, 'a'));
    expect(places(await loadNews(table, [...before].reverse()))).toEqual(['c1', 'b9', 'a9']);
  });
});
