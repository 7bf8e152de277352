import { describe, expect, it } from 'vitest';
import { DAY } from '../../../functions/abandonment/time.ts';
import {
  type DeliveryRecord,
  deliveryAgainWrites,
  deliveryEndWrites,
  deliveryWrite,
  loadDeliveries,
  loadDelivery,
  orderOf,
} from '../../../functions/store/webhook-deliveries.ts';
import { apply, queriesOf, tableWith } from './applied.ts';

const T = Date.parse('2026-01-15T00:00:00Z');
const event = (seq: number, more: Partial<DeliveryRecord> = {}): DeliveryRecord => ({
  webhook: 'wh_a',
  seq,
  id: `evt_${seq}`,
  type: 'task.warned',
  task: 'acmeCo/a',
  at: T,
  data: { to: 'ana' },
  state: 'due',
  until: T + 7 * DAY,
  attempts: 0,
  nextAt: T,
  reason: null,
  status: null,
  answer: null,
  triedAt: null,
  ended: null,
  ...more,
});
const sent = (seq: number) => event(seq, { state: 'sent', ended: { at: T + DAY, reason: null } });
const place = (seq: number) => ({ webhook: 'wh_a', seq });

describe('an event for a webhook', () => {
  it('is due until it ended, and then kept for thirty days', async () => {
    const table = await tableWith(deliveryWrite(event(7)));
    expect(await table.get({ pk: 'WEBHOOK#wh_a', sk: 'D#000000000007' })).toMatchObject({ v: 1 });
    expect(await loadDelivery(table, place(7), 'D')).toEqual(event(7));
    expect(await loadDelivery(table, place(7), 'E')).toBeUndefined();
    await apply(table, ...deliveryEndWrites(sent(7)));
    expect(await loadDelivery(table, place(7), 'D')).toBeUndefined();
    expect(await loadDelivery(table, place(7), 'E')).toEqual(sent(7));
    const ended = await table.get({ pk: 'WEBHOOK#wh_a', sk: 'E#000000000007' });
    expect(ended?.ttl).toBe((T + 31 * DAY) / 1_000);
  });

  it('has no end while it is due', () => {
    expect(deliveryWrite(event(7)).put).not.toHaveProperty('ttl');
  });

  it('ends once, and is due again once, whoever says so at the same time', async () => {
    const table = await tableWith(deliveryWrite(event(7)));
    await apply(table, ...deliveryEndWrites(sent(7)));
    expect(await table.transact(deliveryEndWrites(sent(7)), 'late')).toMatchObject({ outcome: 'refused' });
    await apply(table, ...deliveryAgainWrites(event(7)));
    expect(await loadDelivery(table, place(7), 'D')).toEqual(event(7));
    expect(await loadDelivery(table, place(7), 'E')).toBeUndefined();
    expect(await table.transact(deliveryAgainWrites(event(7)), 'late')).toMatchObject({ outcome: 'refused' });
  });

  it('keeps the order of its task, of its stream, or none', () => {
    expect(orderOf(event(1))).toBe('acmeCo/a');
    expect(orderOf(event(1, { task: null, stream: 'breaker-open#notify' }))).toBe('breaker-open#notify');
    expect(orderOf(event(1, { task: null }))).toBeNull();
  });
});

describe('the events of a webhook', () => {
  const filled = () =>
    tableWith(
      ...[1, 2, 3, 10].map((seq) => deliveryWrite(event(seq))),
      ...[4, 5].map((seq) => deliveryWrite(sent(seq))),
      deliveryWrite(event(1, { webhook: 'wh_b' })),
    );
  const seqs = (records: DeliveryRecord[]) => records.map(({ seq }) => seq);

  it('come in order, or the newest first, apart from those that ended', async () => {
    const table = await filled();
    const due = await loadDeliveries(table, 'wh_a', 'D', { limit: 9 });
    expect(due).toEqual({ records: [1, 2, 3, 10].map((seq) => event(seq)) });
    const ended = await loadDeliveries(table, 'wh_a', 'E', { limit: 9, newestFirst: true });
    expect(seqs(ended.records)).toEqual([5, 4]);
  });

  it('come page by page', async () => {
    const table = await filled();
    const first = await loadDeliveries(table, 'wh_a', 'D', { limit: 3, cursor: undefined });
    expect(seqs(first.records)).toEqual([1, 2, 3]);
    const { records, cursor } = await loadDeliveries(table, 'wh_a', 'D', { limit: 3, cursor: first.cursor });
    expect([seqs(records), cursor]).toEqual([[10], undefined]);
  });

  it('are read as they stand at that moment', async () => {
    const table = await filled();
    const asked = queriesOf(table);
    await loadDeliveries(table, 'wh_a', 'D', { limit: 1 });
    expect(asked.map(({ consistent }) => consistent)).toEqual([true]);
  });
});
