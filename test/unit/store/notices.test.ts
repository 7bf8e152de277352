import { describe, expect, it } from 'vitest';
import { DAY } from '../../../functions/abandonment/time.ts';
import { bucketOf } from '../../../functions/store/keys.ts';
import {
  DISCLAIMED_EPISODE,
  factsOf,
  loadNotice,
  type NoticeRecord,
  noticeClosed,
  noticeDelete,
  noticeFromRow,
  noticePlaceIn,
  noticeWrite,
  noticeWrites,
  type PendingNotice,
  STOPPING_EPISODE,
} from '../../../functions/store/notices.ts';
import { apply, tableWith } from './applied.ts';

const T = Date.parse('2026-01-15T00:00:00Z');
const TASK = 'acmeCo/a';
const TOPIC = 'arn:aws:sns:eu-west-1:123456789012:task-news';
const ORDER = { firedAt: T, since: T - 14 * DAY };
const WARNING: PendingNotice = { notice: 'warning', since: T, notBefore: T + 1, order: ORDER };
const FACTS = { since: T - 14 * DAY, restarts: 2 };
const aNotice = (more: Partial<NoticeRecord> = {}): NoticeRecord => ({
  recipient: 'ana',
  address: 'ana@acme.test',
  task: TASK,
  episode: 1,
  pending: WARNING,
  ...more,
});
const waiting = (pending: PendingNotice, address = 'ana@acme.test') =>
  noticePlaceIn(noticeWrite(aNotice({ pending, address })).put);

it('what is of no episode stands beside the notices of episodes, which count from 1', () => {
  expect(new Set([STOPPING_EPISODE, DISCLAIMED_EPISODE]).size).toBe(2);
  for (const number of [STOPPING_EPISODE, DISCLAIMED_EPISODE]) expect(number).toBeLessThan(1);
});

describe('a notice that waits for a mail', () => {
  it('is found by its recipient, among those that wait', () => {
    expect(noticeWrite(aNotice()).put).toEqual({
      pk: 'R#ana',
      sk: 'N#acmeCo/a#000001',
      v: 1,
      b: 8,
      ...aNotice(),
      g1pk: `Q#${bucketOf('ana')}`,
      g1sk: 'ana#acmeCo/a#1',
      p: { notBefore: T + 1, notice: 'warning', order: { ...ORDER, address: 'ana@acme.test' } },
    });
  });

  it.each<[string, PendingNotice, object]>([
    ['a warning without an order', { notice: 'warning', since: T, notBefore: T }, {}],
    [
      'an alert, which no warm-up limit admits',
      { notice: 'overdue', since: T, notBefore: T, order: ORDER },
      {},
    ],
    [
      'a reminder: its window',
      { notice: 'reminder', since: T, notBefore: T, lead: DAY, by: T + 5 },
      { by: T + 5 },
    ],
    [
      'a notice of a deadline: that',
      { notice: 'stopping', since: T, notBefore: T, by: T + 9 },
      { by: T + 9 },
    ],
    ['what is past', { notice: 'recovered', since: T, notBefore: T, facts: FACTS }, {}],
  ])(
    'shows when and what it is to say, and no more than who puts it on the queue needs: %s',
    (_, pending, more) => {
      expect(waiting(pending)).toEqual({ notBefore: T, notice: pending.notice, ...more });
    },
  );

  it('shows that it is for a topic, which the warm-up limit does not count', () => {
    const past: PendingNotice = { notice: 'disabled', since: T, notBefore: T, facts: FACTS };
    expect(waiting(past, TOPIC)).toEqual({ notBefore: T, notice: 'disabled', informs: true });
    expect(waiting(past)).not.toHaveProperty('informs');
  });
});

it('a notice that went stays while its episode is open, and no scan finds it', () => {
  const { put } = noticeWrite(aNotice({ pending: null }));
  expect(put).toEqual({ pk: 'R#ana', sk: 'N#acmeCo/a#000001', v: 1, b: 8, ...aNotice({ pending: null }) });
});

it('a notice of a deadline ends with that; others end otherwise', () => {
  expect(noticeWrite(aNotice({ until: T })).put.ttl).toEqual({ kind: 'deadlines', from: T });
  expect(noticeWrite(aNotice()).put).not.toHaveProperty('ttl');
});

it('the notices of an episode are written for each recipient', () => {
  const key = (recipient: string) => ({
    key: recipient,
    address: `${recipient}@acme.test`,
    pending: WARNING,
  });
  expect(noticeWrites(TASK, 2, [key('ana'), key('bob')])).toEqual([
    noticeWrite(aNotice({ episode: 2 })),
    noticeWrite(aNotice({ episode: 2, recipient: 'bob', address: 'bob@acme.test' })),
  ]);
  expect(noticeWrites(TASK, 2, [])).toEqual([]);
});

describe('a notice is read', () => {
  it('with the name of who stored it', async () => {
    const table = await tableWith(noticeWrite(aNotice()));
    const found = await loadNotice(table, 'ana', TASK, 1);
    expect(found).toEqual({ ...aNotice(), w: expect.stringMatching(/^writer-/) });
    for (const [recipient, task, episode] of [
      ['bob', TASK, 1],
      ['ana', 'acmeCo/b', 1],
      ['ana', TASK, 2],
    ] as const)
      expect(await loadNotice(table, recipient, task, episode)).toBeUndefined();
  });

  it('without one where its row has none', () => {
    expect(noticeFromRow(noticeWrite(aNotice()).put)).toEqual(aNotice());
  });
});

describe('a notice is deleted', () => {
  it('whatever stands there', async () => {
    const table = await tableWith(noticeWrite(aNotice()));
    await apply(table, noticeDelete('ana', TASK, 1));
    expect(await loadNotice(table, 'ana', TASK, 1)).toBeUndefined();
  });

  it('or only as long as nobody wrote it anew', async () => {
    const table = await tableWith(noticeWrite(aNotice()));
    const { w } = (await loadNotice(table, 'ana', TASK, 1)) ?? {};
    await apply(table, noticeWrite(aNotice()));
    expect(await table.transact([noticeDelete('ana', TASK, 1, w)], 'x')).toMatchObject({
      outcome: 'refused',
    });
    const { w: newest } = (await loadNotice(table, 'ana', TASK, 1)) ?? {};
    await apply(table, noticeDelete('ana', TASK, 1, newest));
    expect(await loadNotice(table, 'ana', TASK, 1)).toBeUndefined();
  });
});

it('what a notice says of the past is frozen in it; a warning says nothing of that', () => {
  expect(factsOf({ notice: 'recovered', since: T, notBefore: T, facts: FACTS })).toBe(FACTS);
  expect(factsOf(WARNING)).toBeUndefined();
  expect(factsOf(null)).toBeUndefined();
});

describe('a notice that waits no longer', () => {
  const kept = (more: Partial<NoticeRecord> = {}) => noticeWrite(aNotice({ pending: null, ...more })).put;

  it.each<[string, Partial<NoticeRecord>, boolean, object]>([
    ['is kept without it', { w: 'me' }, true, { put: kept(), if: [{ equals: ['w', 'me'] }] }],
    ['is kept whatever stands there, of a row that says no writer', {}, true, { put: kept() }],
    ['is kept until its deadline', { until: T }, true, { put: kept({ until: T }) }],
    ['is gone', { w: 'me' }, false, noticeDelete('ana', TASK, 1, 'me')],
  ])('%s', (_what, more, isKept, write) => {
    expect(noticeClosed(aNotice(more), isKept)).toEqual(write);
  });
});
