import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  comparePositions,
  type Entry,
  type Position,
  SortedPartitions,
} from '../../../../functions/store/table/sorted-partitions.ts';
import type { Query } from '../../../../functions/store/table/table.port.ts';
import { holds } from '../../../property/seeds.ts';

const sort = fc.constantFrom('1', '12', '2', '21', '\u{ffee}', '😀');
const name = fc.constantFrom('a', 'b');
const position: fc.Arbitrary<Position> = fc.record({ sort, pk: name, sk: name });
const entry: fc.Arbitrary<Entry> = fc
  .record({ sort, pk: name, sk: name, n: fc.nat(9) })
  .map(({ n, ...place }) => ({
    ...place,
    row: { pk: place.pk, sk: place.sk, n },
  }));
const partition = fc.constantFrom('P', 'Q');

type Act = { appended: Entry[] } | { put: Entry } | { remove: Position };
const act: fc.Arbitrary<Act & { partition: string }> = fc.oneof(
  fc.record({ partition, appended: fc.array(entry, { maxLength: 6 }) }),
  fc.record({ partition, put: entry }),
  fc.record({ partition, remove: position }),
);
const bounds = fc.oneof(
  fc.record({ from: sort, to: sort }, { requiredKeys: [] }),
  fc.record({ prefix: fc.constantFrom('', '1', '12', '2', '3', '😀') }),
);
const query: fc.Arbitrary<Query> = fc.record(
  { pk: fc.constantFrom('P', 'Q', 'none'), sk: bounds, descending: fc.boolean() },
  { requiredKeys: ['pk'] },
);

const bytes = (text: string) => Buffer.from(text);
const compare = (left: string, right: string) => Buffer.compare(bytes(left), bytes(right));
const inOrder = (left: Position, right: Position) =>
  compare(left.sort, right.sort) || compare(left.pk, right.pk) || compare(left.sk, right.sk);

/** The same, as a list that is gone through each time. */
class Plainly {
  entries: { partition: string; entry: Entry }[] = [];

  remove(partition: string, place: Position): void {
    this.entries = this.entries.filter(
      (held) => held.partition !== partition || inOrder(held.entry, place) !== 0,
    );
  }

  put(partition: string, entry: Entry): void {
    this.remove(partition, entry);
    this.entries.push({ partition, entry });
  }

  all(partition: string): Entry[] {
    return this.entries
      .filter((held) => held.partition === partition)
      .map(({ entry }) => entry)
      .sort(inOrder);
  }

  range({ pk, sk = {}, descending }: Query, limit: number, after: Position | undefined): Entry[] {
    const within = this.all(pk).filter(({ sort }) =>
      'prefix' in sk
        ? sort.startsWith(sk.prefix)
        : (sk.from === undefined || compare(sort, sk.from) >= 0) &&
          (sk.to === undefined || compare(sort, sk.to) <= 0),
    );
    const ordered = descending ? within.reverse() : within;
    const rest = after
      ? ordered.filter((entry) => inOrder(entry, after) * (descending ? -1 : 1) > 0)
      : ordered;
    return rest.slice(0, limit);
  }
}

function both(acts: readonly (Act & { partition: string })[]) {
  const [partitions, plainly] = [new SortedPartitions(), new Plainly()];
  for (const { partition, ...act } of acts) {
    if ('put' in act) {
      partitions.put(partition, act.put);
      plainly.put(partition, act.put);
    } else if ('remove' in act) {
      partitions.remove(partition, act.remove);
      plainly.remove(partition, act.remove);
    } else {
      for (const entry of act.appended) {
        partitions.append(partition, entry);
        plainly.put(partition, entry);
      }
      partitions.sort();
    }
  }
  return { partitions, plainly };
}

describe('partitions that are kept sorted', () => {
  it('answer what a list answers that is gone through each time', () => {
    holds(
      fc.property(
        fc.array(act, { maxLength: 12 }),
        query,
        fc.oneof(fc.integer({ min: 1, max: 4 }), fc.constant(Number.POSITIVE_INFINITY)),
        fc.option(position, { nil: undefined }),
        (acts, asked, limit, after) => {
          const { partitions, plainly } = both(acts);
          expect(partitions.range(asked, limit, after)).toEqual(plainly.range(asked, limit, after));
        },
      ),
      { numRuns: 300 },
    );
  });

  it('find what stands at a place, and all that there is, by partition', () => {
    holds(
      fc.property(fc.array(act, { maxLength: 12 }), position, (acts, place) => {
        const { partitions, plainly } = both(acts);
        expect(partitions.all()).toEqual([...plainly.all('P'), ...plainly.all('Q')]);
        const found = plainly.all('P').find((entry) => inOrder(entry, place) === 0);
        expect(partitions.find('P', place)).toEqual(found);
        expect(partitions.find('none', place)).toBeUndefined();
      }),
      { numRuns: 200 },
    );
  });

  it('stand in the order of their bytes', () => {
    holds(
      fc.property(position, position, (left, right) => {
        expect(Math.sign(comparePositions(left, right))).toBe(Math.sign(inOrder(left, right)));
      }),
    );
  });
});
