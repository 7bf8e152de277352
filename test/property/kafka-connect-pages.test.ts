import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { KafkaConnectControlPlane } from '../../functions/control-planes/kafka-connect/kafka-connect-control-plane.ts';
import { kafkaSettings } from '../unit/control-planes/kafka-connect/connect-stage.ts';
import { holds } from './seeds.ts';

const described = (config: object) => ({
  info: { config },
  status: { connector: { state: 'RUNNING' }, tasks: [{ id: 0, state: 'RUNNING' }] },
});

/** The answers of a worker that has these connectors. */
function kafkaWith(names: () => readonly string[], pageSize: number): KafkaConnectControlPlane {
  const all = () => Object.fromEntries(names().map((name) => [name, described({ name })]));
  return new KafkaConnectControlPlane({
    settings: kafkaSettings('http://connect.test'),
    fetch: async (url) => Response.json(String(url).includes('expand=') ? all() : names()),
    credentials: async () => undefined,
    clock: { now: () => 0 },
    pause: async () => {},
    pageSize,
  });
}

/** Names as people give them, and as nobody should; those that look like numbers come first in an object of JavaScript. */
const name = fc.oneof(
  fc.string({ minLength: 1, unit: 'binary' }),
  fc.string({ minLength: 500, maxLength: 600 }),
  fc.nat().map(String),
  fc.constantFrom('__proto__', 'constructor', '.', '..', 'a/b', 'a%2Fb'),
);
const names = fc.uniqueArray(name, { maxLength: 12 });

async function listAll(kafka: KafkaConnectControlPlane, between: () => void = () => {}): Promise<string[]> {
  const seen: string[] = [];
  let cursor: string | null = null;
  do {
    const page = await kafka.list(cursor);
    if (page === 'notModified') throw new Error('no tag was given');
    seen.push(...page.tasks.map(({ id }) => id), ...page.refused.map(({ task }) => task));
    ({ cursor } = page);
    expect(Buffer.byteLength(cursor ?? '')).toBeLessThanOrEqual(4_096);
    between();
  } while (cursor !== null);
  return seen;
}

const listedAs = (connector: string) => `kafka/${connector}`.slice(0, 512);

describe('the pages of a listing', () => {
  it('have each connector once, whatever its name and however many a page takes', async () => {
    await holds(
      fc.asyncProperty(names, fc.integer({ min: 1, max: 5 }), async (all, pageSize) => {
        const seen = await listAll(kafkaWith(() => all, pageSize));
        expect(seen.toSorted()).toEqual(all.map(listedAs).toSorted());
      }),
      { numRuns: 100 },
    );
  });

  it('miss none that stays, and have none twice, while others come and go between them', async () => {
    await holds(
      fc.asyncProperty(names, names, fc.integer({ min: 1, max: 5 }), async (staying, others, pageSize) => {
        const passing = others.filter((connector) => !staying.includes(connector));
        let now = [...staying, ...passing];
        let turn = 0;
        const kafka = kafkaWith(() => now, pageSize);
        const seen = await listAll(kafka, () => {
          turn += 1;
          now = [...staying, ...passing.filter((_, place) => (place + turn) % 2 === 0)];
        });
        expect(new Set(seen).size).toBe(seen.length);
        expect(seen).toEqual(expect.arrayContaining(staying.map(listedAs)));
      }),
      { numRuns: 100 },
    );
  });
});
