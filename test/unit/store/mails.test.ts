import { describe, expect, it } from 'vitest';
import { DAY, HOUR, type Instant, MINUTE } from '../../../functions/abandonment/time.ts';
import { type DigestRecord, digestWrite, newDigest } from '../../../functions/store/digests.ts';
import { keys } from '../../../functions/store/keys.ts';
import { eachMail, eachMailOf, mailsBetween, mailsToAny } from '../../../functions/store/mails.ts';
import { MemoryTable } from '../../../functions/store/table/memory-table.ts';
import type { Key } from '../../../functions/store/table/table.port.ts';

const T = Date.parse('2026-01-15T00:00:00Z');

/** A mail each minute, in turn to ana and to bob; their ids are no order. */
async function mailed(count: number, step = MINUTE): Promise<MemoryTable> {
  const table = new MemoryTable({ pageRows: 7 });
  for (let place = 0; place < count; place += 1) {
    const claimedAt = T + place * step;
    const recipient = place % 2 === 0 ? 'ana' : 'bob';
    const claim = { id: idOf(place), recipient, address: `${recipient}@acme.test`, claimedAt };
    const write = digestWrite(newDigest({ ...claim, leaseUntil: claimedAt + HOUR }), { lookAt: claimedAt });
    await table.transact([write], `writer-${place}`);
  }
  return table;
}

const idOf = (place: number) => `mail-${(place * 7919) % 1_000}-${place}`;
const idsOf = (places: readonly number[]) => places.map(idOf);
const upTo = (count: number) => Array.from({ length: count }, (_, place) => place);

async function read(mails: AsyncIterable<DigestRecord>): Promise<string[]> {
  const found: string[] = [];
  for await (const { id } of mails) found.push(id);
  return found;
}

const keysOf = (places: readonly number[]) => idsOf(places).map(keys.digest);

/** The keys of rows that a table is asked for from now on, reading by reading. */
function readingsOf(table: MemoryTable): Key[][] {
  const rows = table.batchGet.bind(table);
  const asked: Key[][] = [];
  table.batchGet = (wanted) => {
    asked.push(wanted);
    return rows(wanted);
  };
  return asked;
}

describe('the list of mails', () => {
  it.each([0, 1, 49, 50, 51, 120])('has all of %i, the newest first', async (count) => {
    expect(await read(eachMail(await mailed(count)))).toEqual(idsOf(upTo(count).reverse()));
  });

  it('has those since an instant, that one included', async () => {
    const table = await mailed(20);
    expect(await read(eachMail(table, { since: T + 17 * MINUTE }))).toEqual(idsOf([19, 18, 17]));
    expect(await read(eachMail(table, { since: T + 17 * MINUTE + 1 }))).toEqual(idsOf([19, 18]));
  });

  it('has those to one recipient alone, where that is asked', async () => {
    const table = await mailed(120);
    expect(await read(eachMail(table, { recipient: 'bob' }))).toEqual(
      idsOf(
        upTo(120)
          .filter((place) => place % 2 === 1)
          .reverse(),
      ),
    );
    expect(await read(eachMail(table, { recipient: 'bo' }))).toEqual([]);
  });

  it('has each mail of one instant', async () => {
    expect((await read(eachMail(await mailed(30, 0)))).sort()).toEqual(idsOf(upTo(30)).sort());
  });

  it('leaves out a mail that is no more, and that an index still shows', async () => {
    const table = await mailed(5);
    const rows = table.batchGet.bind(table);
    table.batchGet = (wanted) => rows(wanted.filter(({ pk }) => pk !== keys.digest(idOf(3)).pk));
    expect(await read(eachMail(table))).toEqual(idsOf([4, 2, 1, 0]));
  });

  it('reads fifty mails at a time, each once, and no more than that for who looks at the newest alone', async () => {
    const table = await mailed(120);
    const asked = readingsOf(table);
    for await (const { id } of eachMail(table)) {
      expect(id).toBe(idOf(119));
      break;
    }
    expect(asked).toEqual([keysOf(upTo(120).reverse().slice(0, 50))]);
    asked.length = 0;
    await read(eachMail(table));
    expect(asked.map(({ length }) => length)).toEqual([50, 50, 20]);
    expect(asked.flat()).toEqual(keysOf(upTo(120).reverse()));
  });
});

describe('the mails of a span', () => {
  const span = (from: Instant, to: Instant) => ({ from, to });
  const hours = span(T + 10 * MINUTE, T + 69 * MINUTE);

  it('are all that were claimed in it, ends included', async () => {
    const table = await mailed(120);
    expect((await read(eachMailOf(table, hours))).sort()).toEqual(
      idsOf(upTo(120).filter((place) => place >= 10 && place <= 69)).sort(),
    );
    expect(await read(eachMailOf(table, span(T + 5 * MINUTE, T + 5 * MINUTE)))).toEqual([idOf(5)]);
    expect(await read(eachMailOf(table, span(T + 5 * MINUTE + 1, T + 6 * MINUTE - 1)))).toEqual([]);
    expect((await read(eachMailOf(table, span(T - DAY, T + DAY)))).length).toBe(120);
  });

  it('come bucket by bucket, each in the order in which they were claimed', async () => {
    const table = await mailed(60);
    const once = await read(eachMailOf(table, span(T, T + DAY)));
    expect(await read(eachMailOf(table, span(T, T + DAY)))).toEqual(once);
    const placeOf = (id: string) => Number(id.split('-')[2]);
    const falls = once.filter((id, at) => at > 0 && placeOf(id) < placeOf(once[at - 1] ?? ''));
    // Eight buckets have at most seven boundaries.
    expect(falls.length).toBeLessThanOrEqual(7);
  });

  it('are read fifty at a time, each once', async () => {
    const table = await mailed(120);
    const asked = readingsOf(table);
    await read(eachMailOf(table, span(T, T + DAY)));
    expect(asked.map(({ length }) => length)).toEqual([50, 50, 20]);
    expect(asked.flat()).toEqual(expect.arrayContaining(keysOf(upTo(120))));
    asked.length = 0;
    await mailsBetween(table, 'ana', span(T, T + DAY));
    expect(asked.map(({ length }) => length)).toEqual([60]);
  });

  it('are asked of one recipient, or of several', async () => {
    const table = await mailed(20);
    const some = span(T + 2 * MINUTE, T + 5 * MINUTE);
    const idsIn = async (mails: Promise<DigestRecord[]>) => (await mails).map(({ id }) => id).sort();
    expect(await idsIn(mailsBetween(table, 'ana', some))).toEqual(idsOf([2, 4]).sort());
    expect(await idsIn(mailsBetween(table, 'bob', some))).toEqual(idsOf([3, 5]).sort());
    expect(await idsIn(mailsToAny(table, new Set(['ana', 'bob', 'eve']), some))).toEqual(
      idsOf([2, 3, 4, 5]).sort(),
    );
    expect(await idsIn(mailsToAny(table, new Set(), some))).toEqual([]);
  });
});
