import type { SQSRecord } from 'aws-lambda';
import { describe, expect, it } from 'vitest';
import { ingestConsumer } from '../../../functions/catalog/ingest-consumer.ts';
import { listerConsumer } from '../../../functions/catalog/listings/lister-consumer.ts';
import { disableConsumer } from '../../../functions/disabling/disable-consumer.ts';
import { mailEventsConsumer } from '../../../functions/notices/feedback/mail-events-consumer.ts';
import { notifyConsumer } from '../../../functions/notices/send/notify-consumer.ts';
import { factsOf } from '../../../functions/operators/letter-facts.ts';
import type { Telemetry } from '../../../functions/platform/ports.ts';
import { byQueue, QUEUE_NAMES, type QueueName } from '../../../functions/platform/queues.ts';
import { buildSystem } from '../../../functions/platform/system.ts';
import { MemoryTable } from '../../../functions/store/table/memory-table.ts';
import { webhookConsumer } from '../../../functions/webhooks/webhook-consumer.ts';
import { canaryOf } from '../../../functions/work/canary.ts';
import type { Consumer } from '../../../functions/work/consumer.ts';
import { processBatch } from '../../../functions/work/sqs-batch.ts';
import { SIMULATED_CONFIG } from '../../../simulation/engine/sim-system.ts';
import { sqsRecord } from './sqs-record.ts';

const NOW = Date.parse('2026-03-01T12:00:00Z');

const CONSUMERS: Record<QueueName, Consumer<never>> = {
  ingest: ingestConsumer as Consumer<never>,
  notify: notifyConsumer as Consumer<never>,
  disable: disableConsumer as Consumer<never>,
  'mail-events': mailEventsConsumer as Consumer<never>,
  listing: listerConsumer as Consumer<never>,
  webhook: webhookConsumer as Consumer<never>,
};

const ours = (kind: string, more: object = {}) =>
  JSON.stringify({ v: 1, kind, key: 'acmeCo/a', notAfter: NOW + 60_000, correlationId: 'c', ...more });

/** A message of each queue that its consumer takes. */
const VALID: Record<QueueName, string> = {
  ingest: JSON.stringify({
    id: 'e1',
    source: 'bench',
    account: '1',
    'detail-type': 'Task Deleted',
    detail: { version: 1, task: 'acmeCo/a', at: '2026-03-01T00:00:00Z' },
  }),
  notify: ours('notify'),
  disable: ours('disable', { episode: 1 }),
  'mail-events': JSON.stringify({
    eventType: 'Delivery',
    mail: { messageId: 'm1', timestamp: '2026-03-01T00:00:00Z', destination: ['ana@acme.test'] },
    delivery: { recipients: ['ana@acme.test'], timestamp: '2026-03-01T00:00:00Z' },
  }),
  listing: ours('listing'),
  webhook: ours('webhook'),
};

const down = (sink: string) => () => {
  throw new Error(`${sink} is down`);
};
const DOWN: Telemetry = { log: down('the log'), metric: down('metrics'), metrics: down('metrics') };

/** The table, which takes no record of a failure where that sink is down. */
function tableOf(oopsDown: boolean): MemoryTable {
  const table = new MemoryTable();
  if (!oopsDown) return table;
  const transact = table.transact.bind(table);
  table.transact = async (writes, writer) => {
    const isOops = writes.some((write) => 'put' in write && String(write.put.pk).startsWith('OOPS'));
    return isOops ? down('the table')() : transact(writes, writer);
  };
  return table;
}

/** What became of a canary, of a message that is worked, of one whose work breaks, and of one that nobody can read. */
async function outcomes(
  queue: QueueName,
  { telemetry, oopsDown }: { telemetry?: Telemetry; oopsDown: boolean },
) {
  let ids = 0;
  const system = buildSystem('a test', {
    ...(telemetry && { telemetry }),
    table: tableOf(oopsDown),
    clock: { now: () => NOW },
    random: { next: () => 0, id: () => `id${String(++ids).padStart(24, '0')}` },
    queues: { send: async () => {} },
    operators: { notify: down('the operators’ topic') },
    config: SIMULATED_CONFIG,
  });
  const begun: string[] = [];
  const real = CONSUMERS[queue];
  const consumer: Consumer<never> = {
    ...real,
    act: async (its, message, delivery) => {
      begun.push(delivery.messageId);
      if (delivery.messageId === 'broken') throw new TypeError('a bug');
      return real.act(its, message, delivery);
    },
  };
  const dead: string[] = [];
  const receiver = {
    postpone: async () => {},
    deadLetter: async ({ messageId }: SQSRecord, reason: string) => void dead.push(`${messageId}: ${reason}`),
  };
  const Records = [
    sqsRecord('canary', JSON.stringify(canaryOf('run', NOW, NOW + 60_000))),
    sqsRecord('valid', VALID[queue]),
    sqsRecord('broken', VALID[queue]),
    sqsRecord('unreadable', '{"kind": 7}'),
  ];
  const worker = { system, consumer, receiver, maxReceives: 10, atOnce: 1 };
  const { batchItemFailures } = await processBatch(worker, { Records }, () => 30_000);
  return { begun, dead, failed: batchItemFailures.map(({ itemIdentifier }) => itemIdentifier) };
}

const healthy = byQueue((queue) => outcomes(queue, { oopsDown: false }));

describe.each(QUEUE_NAMES)('the worker of %s', (queue) => {
  it('works, retries and gives up what is given to it', async () => {
    const { begun, failed } = await healthy[queue];
    expect(begun).toContain('broken');
    expect(failed).toContain('broken');
    expect(failed).not.toContain('canary');
  });

  it.each([
    ['logs and metrics fail', { telemetry: DOWN, oopsDown: false }],
    ['the records of failures are refused', { oopsDown: true }],
    ['all of them fail', { telemetry: DOWN, oopsDown: true }],
  ])('does so just the same while %s', async (_, sinks) => {
    expect(await outcomes(queue, sinks)).toEqual(await healthy[queue]);
  });

  it('has dead letters that `dlq show` can read', () => {
    expect(factsOf({ queue, body: VALID[queue] }).kind).not.toBe('unreadable');
  });
});
