import type { System } from '../platform/system.ts';
import { OverlayTable } from '../store/table/overlay-table.ts';
import { keyOf } from '../store/table/row-limits.ts';
import type { Key, Write } from '../store/table/table.port.ts';

/** One thing that would be written, or would leave. */
export interface Effect {
  /** `put T/A`, `queue notify`, `operator alert canary-lost`. */
  kind: string;
  /** The key of what is written, or what is said. */
  what: string;
}

/** What would come of something, in the order in which it would. */
export interface Effects {
  writes: Effect[];
  /** All that would leave by a port: to queues, operators, the bus, by mail and the rest. */
  messages: Effect[];
  /** By the metric's name, the sum of what is measured. */
  metrics: Map<string, number>;
}

/**
 * A System of which nothing leaves: writes stay in memory, where later reads find them, and what would be sent, told, called
 * or measured is only noted.
 */
export function recordingSystem(system: System): { system: System; effects: Effects } {
  const effects: Effects = { writes: [], messages: [], metrics: new Map() };
  const { clock, config } = system;
  const note = (kind: string, what: unknown) =>
    void effects.messages.push({ kind, what: typeof what === 'string' ? what : JSON.stringify(what) });
  const time = { now: () => clock.now(), retention: config.retention };
  const table = new OverlayTable(system.table, time, (writes) =>
    effects.writes.push(...writes.flatMap(effectOf)),
  );
  return { system: { ...system, table, ...recordingPorts(system, effects, note) }, effects };
}

type Note = (kind: string, what: unknown) => void;

const ACCEPTED = { outcome: 'accepted', messageId: 'dry-run' } as const;

function recordingPorts({ webhooks, openControlPlane }: System, { metrics }: Effects, note: Note) {
  const accept = async (kind: string, what: unknown) => {
    note(kind, what);
    return ACCEPTED;
  };
  return {
    queues: {
      send: async (queue, messages) => {
        for (const { body } of messages) note(`queue ${queue}`, body);
      },
    },
    mailer: { send: ({ to, subject }) => accept('mail', { to, subject }) },
    topics: { publish: ({ topic, subject }) => accept('topic', { topic, subject }) },
    events: { publish: async (detailType, detail) => note(`event ${detailType}`, detail) },
    operators: {
      notify: async (alert, others = []) => {
        for (const { code, subject, detail, isOver } of [alert, ...others])
          note(`operator alert ${code}${isOver ? ' is over' : ''}`, { subject, detail });
      },
    },
    telemetry: {
      log: () => {},
      metric: (name, value) => void metrics.set(name, (metrics.get(name) ?? 0) + value),
    },
    ...(webhooks && { webhooks: { ...webhooks, call: ({ url }) => notCalled(note, url) } }),
    ...(openControlPlane && {
      openControlPlane: ({ name }) => {
        note('control plane', name);
        throw new Error('a dry run asks no control plane');
      },
    }),
  } satisfies Partial<System>;
}

async function notCalled(note: Note, url: string) {
  note('webhook', url);
  return { outcome: 'failed', reason: 'not-connected', detail: 'a dry run' } as const;
}

/** A check changes nothing. */
function effectOf(write: Write): Effect[] {
  if ('check' in write) return [];
  const act = 'put' in write ? 'put' : 'delete' in write ? 'delete' : 'add';
  const key = keyOf(write);
  return [{ kind: `${act} ${kindOf(key)}`, what: `${key.pk} ${key.sk}` }];
}

/** Partitions in which rows of several kinds stand, told apart by their sort keys. */
const SHARED = new Set(['T', 'R', 'META', 'LISTED']);

function kindOf({ pk, sk }: Key): string {
  const [kind = ''] = pk.split('#', 1);
  return SHARED.has(kind) ? `${kind}/${sk.split('#', 1)[0]}` : kind;
}
