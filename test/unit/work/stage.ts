import { MINUTE, SECOND } from '../../../functions/abandonment/time.ts';
import type { LogLevel, QueueName } from '../../../functions/platform/ports.ts';
import { buildSystem } from '../../../functions/platform/system.ts';
import { MemoryTable } from '../../../functions/store/table/memory-table.ts';
import type { Key } from '../../../functions/store/table/table.port.ts';
import type { Consumer, Delivery, Outcome } from '../../../functions/work/consumer.ts';
import { processMessage } from '../../../functions/work/pipeline.ts';

export const START = Date.parse('2026-03-01T12:00:00Z');
export const DONE: Outcome = { outcome: 'done', reason: 'worked' };

interface Options {
  queue?: QueueName;
  /** Whether the state queues the work again, as for `notify` and `disable`. */
  fromState?: boolean;
  canaries?: boolean;
}

/** A worker of one queue on a table in memory; what an item's work does is up to each test. */
export function workStage({ queue = 'notify', fromState = true, canaries = false }: Options = {}) {
  const table = new MemoryTable({ freeze: true });
  let now = START;
  let ids = 0;
  let broken = false;
  const logged: { message: string; properties: Record<string, unknown> }[] = [];
  const levels = new Map<string, LogLevel>();
  const metrics: { name: string; properties: Record<string, unknown> }[] = [];
  const sent: { queue: QueueName; body: string }[] = [];
  const handedBack: string[] = [];
  const writes: number[] = [];
  const guarded = new Proxy(table, {
    get(target, name: keyof MemoryTable) {
      const method = target[name].bind(target) as (...args: unknown[]) => unknown;
      return async (...args: unknown[]) => {
        if (broken) throw Object.assign(new Error('the table is down'), { name: 'ServiceUnavailable' });
        if (name === 'transact') writes.push((args[0] as unknown[]).length);
        return method(...args);
      };
    },
  });
  const system = buildSystem('a test', {
    clock: { now: () => now },
    random: { next: () => 0, id: () => `id${String(++ids).padStart(6, '0')}` },
    table: guarded,
    queues: {
      send: async (to, messages) => void sent.push(...messages.map(({ body }) => ({ queue: to, body }))),
    },
    mailer: { send: async () => ({ outcome: 'accepted', messageId: 'm' }) },
    events: { publish: async () => undefined },
    operators: { notify: async () => undefined },
    telemetry: {
      log: (level, message, properties = {}) => {
        levels.set(message, level);
        logged.push({ message, properties });
      },
      metric: (name, _value, _unit, properties = {}) => void metrics.push({ name, properties }),
    },
    config: {
      stage: 'test',
      functionVersion: '7',
      contact: 'us',
      controlPlane: 'own',
      gatherDisabled: 0,
      confirmWithin: 30 * MINUTE,
      sendLease: MINUTE,
      allowedDomains: null,
      canaries,
    },
  });
  let act: () => Promise<Outcome> = async () => DONE;
  const consumer: Consumer<{ key: string }> = {
    queue,
    parse: (body) => {
      const { key, v } = body as { key?: unknown; v?: unknown };
      if (typeof key === 'string') return { ok: true, message: { key } };
      return { ok: false, reason: v === 2 ? 'version 2 is newer' : 'key: required', newer: v === 2 };
    },
    nameOf: ({ key }) => key,
    notAfter: () => undefined,
    queuedAgainFromState: fromState,
    restsOnTableAlone: true,
    handBack: async (_system, { key }) => void handedBack.push(key),
    act: () => act(),
  };
  const deliver = (receiveCount: number, more: Partial<Delivery> = {}) =>
    processMessage(system, consumer, {
      body: JSON.stringify({ key: 'item' }),
      messageId: 'message',
      receiveCount,
      maxReceives: 10,
      ...more,
    });
  return {
    system,
    table,
    consumer,
    logged,
    /** How loud a message was logged last; undefined where it never was. */
    levelOf: (message: string) => levels.get(message),
    metrics,
    sent,
    handedBack,
    writes,
    /** Lets the items' work be done like this. */
    acts: (how: () => Promise<Outcome>) => {
      act = how;
    },
    /** Lets every call to the table fail, or work again. */
    breakTable: (isBroken: boolean) => {
      broken = isBroken;
    },
    pass: (milliseconds: number) => {
      now += milliseconds;
    },
    deliver,
    /** An attempt whose process dies in the middle of its work. */
    die: (receiveCount: number, more: Partial<Delivery> = {}) => {
      const started = new Promise<void>((resolve) => {
        act = () => {
          resolve();
          return new Promise<Outcome>(() => {});
        };
      });
      void deliver(receiveCount, { endsBy: now + 30 * SECOND, ...more });
      return started.then(() => {
        act = async () => DONE;
      });
    },
    scan: async () => {
      // Half of the code hangs on it, and most tests need none of that.
      const { runScan } = await import('../../../functions/scanner/scan.ts');
      return runScan(system, { scheduledAt: now, remainingMs: () => 900_000 });
    },
    rows: async (key: Partial<Key>) => {
      const { rows } = await table.scan();
      return rows.filter(({ pk, sk }) => pk.startsWith(key.pk ?? '') && sk.startsWith(key.sk ?? ''));
    },
    count: (name: string) => metrics.filter((metric) => metric.name === name).length,
  };
}
