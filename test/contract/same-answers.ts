import fc from 'fast-check';
import { expect, it } from 'vitest';
import { MemoryTable } from '../../functions/store/table/memory-table.ts';
import type { Condition, Page, Query, Row, Table, Write } from '../../functions/store/table/table.port.ts';
import { holds } from '../property/seeds.ts';

/** With each of the two seeds. */
const RUNS = 30;

/** Without the sign of zero, which is not kept. */
function rounded(number: number): number {
  return Math.round(number * 1000) / 1000 + 0;
}

const pk = fc.constantFrom('a', 'b');
const sk = fc.constantFrom('1', '12', '2', '\uffee', '😀');
const key = fc.record({ pk, sk });
const amount = fc.integer({ min: -2, max: 2 });

const leaf = fc.oneof(
  amount,
  fc.double({ min: -1e9, max: 1e9 }).map(rounded),
  fc.string(),
  fc.boolean(),
  fc.constant(null),
);
const names = fc.string({ minLength: 1 }).filter((name) => name !== '__proto__');
const value = fc.oneof(leaf, fc.array(leaf), fc.dictionary(names, fc.array(leaf)));

const indexKeys = fc.record({ g1pk: pk, g1sk: sk, g2pk: pk, g2sk: sk, p: value }, { requiredKeys: [] });
const row = fc.tuple(
  key,
  indexKeys,
  fc.record({ n: amount, s: fc.constantFrom('x', '', null) }, { requiredKeys: [] }),
);

const plain: fc.Arbitrary<Condition> = fc.oneof(
  fc.constant<Condition>({ absent: true }),
  fc.constant<Condition>({ exists: true }),
  fc
    .tuple(fc.constantFrom('n', 's'), fc.oneof(amount, fc.constantFrom('x', '', null)))
    .map((equals) => ({ equals })),
  fc.tuple(fc.constantFrom('n', 's'), fc.oneof(amount, fc.constant('x'))).map((atMost) => ({ atMost })),
);
const condition = fc.oneof(
  plain,
  plain.map((absentOr): Condition => ({ absentOr })),
);
const conditions = fc.array(condition, { maxLength: 2 });

const write: fc.Arbitrary<Write> = fc.oneof(
  fc.record({ put: row.map((parts): Row => Object.assign({}, ...parts)), if: conditions }),
  fc.record({ delete: key, if: conditions }),
  fc.record({ check: key, if: fc.array(condition, { minLength: 1, maxLength: 2 }) }),
  fc.record({ add: key, by: amount.map((n) => ({ n })) }),
);

const bounds = fc.oneof(
  fc.record({ from: sk, to: sk }, { requiredKeys: [] }),
  fc.record({ prefix: fc.constantFrom('', '1', '12', '😀') }),
);
const query: fc.Arbitrary<Query> = fc.record(
  {
    pk,
    index: fc.constantFrom('g1' as const, 'g2' as const),
    sk: bounds,
    descending: fc.boolean(),
    limit: fc.integer({ min: 1, max: 3 }),
  },
  { requiredKeys: ['pk'] },
);

type Step = { writes: Write[] } | { query: Query };

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({
    writes: fc.array(write, { minLength: 1, maxLength: 4 }),
  }),
  fc.record({ query }),
);

/** Faults as data: their texts differ, that there is one does not. */
async function answerOf(table: Table, call: Step, writer: string): Promise<unknown> {
  try {
    if ('writes' in call) return await table.transact(call.writes, writer);
    return sortedTies(await everyRow(table, call.query), call.query);
  } catch {
    return 'a fault';
  }
}

async function everyRow(table: Table, asked: Query): Promise<Row[]> {
  const rows: Row[] = [];
  let page: Page = await table.query(asked);
  rows.push(...page.rows);
  while (page.cursor !== undefined) {
    page = await table.query({ ...asked, cursor: page.cursor });
    rows.push(...page.rows);
  }
  return rows;
}

/** Rows with the same sort key of an index come in any order. */
function sortedTies(rows: Row[], { index }: Query): Row[][] {
  const groups: Row[][] = [];
  for (const found of rows) {
    const last = groups.at(-1);
    const sort = `${index ?? ''}sk`;
    if (last && last[0]![sort] === found[sort]) last.push(found);
    else groups.push([found]);
  }
  return groups.map((group) => group.sort((a, b) => (a.pk + a.sk < b.pk + b.sk ? -1 : 1)));
}

/** Whatever is written and asked, the table answers as the one in memory does. */
export function sameAnswers(name: string, makeTable: () => Promise<Table>): void {
  it(`${name} and the table in memory give the same answers`, { timeout: 120_000 }, async () => {
    await holds(
      fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 25 }), async (steps) => {
        const [table, memory] = [await makeTable(), new MemoryTable()];
        for (const [number, call] of steps.entries()) {
          const writer = `writer-${number}`;
          expect(await answerOf(table, call, writer)).toEqual(await answerOf(memory, call, writer));
        }
        const all = [await table.scan(), await memory.scan()].map(({ rows }) =>
          sortedTies(rows, { pk: '' }).flat(),
        );
        const [stored, remembered] = all.map((rows) =>
          rows.sort((a, b) => (a.pk + a.sk < b.pk + b.sk ? -1 : 1)),
        );
        expect(stored).toEqual(remembered);
      }),
      { numRuns: RUNS },
    );
  });
}
