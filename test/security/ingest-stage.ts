import type { SQSRecord } from 'aws-lambda';
import { formatInstant, type Instant, MINUTE } from '../../functions/abandonment/time.ts';
import { ingestConsumer } from '../../functions/catalog/ingest-consumer.ts';
import type { System } from '../../functions/platform/system.ts';
import { index } from '../../functions/store/keys.ts';
import type { SourceRecord } from '../../functions/store/sources.ts';
import { sourceWrite } from '../../functions/store/sources.ts';
import { measureRow } from '../../functions/store/table/row-limits.ts';
import type { Row, Write } from '../../functions/store/table/table.port.ts';
import { processBatch } from '../../functions/work/sqs-batch.ts';
import { breakerStage, START } from '../unit/breaker/stage.ts';

export { START };

/** What a source of one tenant may say, and one whose tenant is harmed or not. */
const SOURCES: SourceRecord[] = [
  { name: 'eve', prefixes: ['eveCo/'], dataPlanes: ['*'] },
  { name: 'acme', prefixes: ['acmeCo/'], dataPlanes: ['*'] },
];

const MOST_RECEIVES = 10;

interface Waiting {
  record: SQSRecord;
  receives: number;
  visibleAt: Instant;
}

/** The ingest queue, its worker and its breaker, with what they wrote and what they cost. */
export async function ingestStage() {
  const base = breakerStage('ingest');
  const cost = { reads: 0, writes: 0 };
  const counted = new Proxy(base.table, {
    get(target, name: keyof typeof base.table) {
      const method = Reflect.get(target, name);
      if (typeof method !== 'function') return method;
      return (...args: unknown[]) => {
        if (name === 'get' || name === 'query') cost.reads += 1;
        if (name === 'batchGet') cost.reads += (args[0] as unknown[]).length;
        if (name === 'transact') cost.writes += (args[0] as Write[]).length;
        return (method as (...args: unknown[]) => unknown).apply(target, args);
      };
    },
  });
  const system: System = { ...base.system, table: counted };
  for (const source of SOURCES) await base.table.transact([sourceWrite(source)], `source-${source.name}`);
  const deadLetters: { messageId: string; reason: string }[] = [];
  const waiting: Waiting[] = [];
  let sent = 0;
  const receiver = {
    postpone: async ({ messageId }: { messageId: string }, seconds: number) => {
      const message = waiting.find(({ record }) => record.messageId === messageId);
      if (message) message.visibleAt = system.clock.now() + seconds * 1_000;
    },
    deadLetter: async ({ messageId }: { messageId: string }, reason: string) =>
      void deadLetters.push({ messageId, reason }),
  };
  const worker = { system, consumer: ingestConsumer, receiver, maxReceives: MOST_RECEIVES, atOnce: 1 };

  /** Receives what is visible, as long as the breaker leaves the queue on. */
  async function work(): Promise<void> {
    if (base.control.isOff) return;
    for (const message of [...waiting]) {
      if (message.visibleAt > system.clock.now()) continue;
      message.receives += 1;
      message.visibleAt = system.clock.now() + 3 * MINUTE;
      message.record.attributes.ApproximateReceiveCount = String(message.receives);
      const answer = await processBatch(worker, { Records: [message.record] }, () => 30_000);
      const isOver = answer.batchItemFailures.length === 0 || message.receives === MOST_RECEIVES;
      if (isOver) waiting.splice(waiting.indexOf(message), 1);
    }
  }

  return {
    ...base,
    cost,
    deadLetters,
    waiting,
    now: () => system.clock.now(),
    /** Puts an event on the bus and works the queue. */
    say: async (detailType: string, detail: Record<string, unknown>, source = 'eve', more = {}) => {
      sent += 1;
      const id = `event-${sent}`;
      const event = {
        id,
        source,
        'detail-type': detailType,
        account: '1',
        detail: { version: 1, ...detail },
      };
      const attributes = { ApproximateReceiveCount: '1', SentTimestamp: String(system.clock.now()) };
      const record = {
        messageId: `message-${sent}`,
        receiptHandle: 'r',
        body: JSON.stringify({ ...event, ...more }),
        attributes,
        messageAttributes: {},
      } as unknown as SQSRecord;
      waiting.push({ record, receives: 0, visibleAt: system.clock.now() });
      await work();
    },
    /** Lets minutes pass, with the queue worked and the breaker looking in each; gives for how many it was off. */
    minutes: async (count: number): Promise<number> => {
      let off = 0;
      for (let minute = 0; minute < count; minute += 1) {
        base.pass(1);
        await work();
        await base.look();
        if (base.control.isOff) off += 1;
      }
      return off;
    },
    /** Attempts on record that the breaker judges the queue by. */
    feeding: async () => (await base.table.query({ index: 'g2', pk: index.failures('ingest') })).rows.length,
    /** All rows, and how large the largest is. */
    rows: async (): Promise<{ rows: Row[]; largest: number }> => {
      const { rows } = await base.table.scan();
      return { rows, largest: Math.max(...rows.map(exactly)) };
    },
    at: (days: number) => formatInstant(START + days * 24 * 60 * MINUTE),
  };
}

export type IngestStage = Awaited<ReturnType<typeof ingestStage>>;

/** By DynamoDB's count, not by its upper bound. */
function exactly(row: Row): number {
  measureRow(row);
  return Buffer.byteLength(JSON.stringify(row));
}

/** The detail of a publication of a task of `tenant`. */
export function published(id: string, more: Record<string, unknown> = {}): Record<string, unknown> {
  const { publishedAt = formatInstant(START), ...task } = more;
  return {
    task: {
      id,
      kind: 'capture',
      owners: ['ana@acme.test'],
      dataPlane: 'eu-1',
      enabled: true,
      createdAt: '2025-06-01T00:00:00Z',
      version: 1,
      ...task,
    },
    publishedAt,
    by: 'system',
  };
}

/** The detail of an observation of tasks on `eu-1`. */
export function seen(observedAt: string, tasks: readonly (readonly [task: string, status: string])[]) {
  return {
    dataPlane: 'eu-1',
    observedAt,
    tasks: tasks.map(([task, status]) => ({ task, shards: [{ id: '0', status }] })),
  };
}
