import { describe, expect, it } from 'vitest';
import { listOops } from '../../functions/store/oops.ts';
import { loadTask } from '../../functions/store/tasks.ts';
import { ingestStage, published, seen } from './ingest-stage.ts';

/**
 * Minutes of 240 for which ingest is off for everybody, by what one source says. Before: 232 by a dozen events for a row
 * that the table refuses (which 6,800 tiny observations could fill), 175 by a dozen of a version that is never released.
 */
describe('a source that wants ingest off', () => {
  it('by a row that is full: gets 0 minutes', async () => {
    const s = await ingestStage();
    await s.say('Task Published', published('eveCo/a'));
    // 6,800 instants, each more than a day after the last, up to now.
    for (let place = 6_800; place > 0; place -= 1)
      await s.say('Shards Observed', seen(s.at((-place * 25) / 24), [['eveCo/a', 'FAILED']]));
    const kept = (await loadTask(s.table, 'eveCo/a'))?.evidence.stale.length;
    expect(kept).toBeLessThanOrEqual(200);
    // Of what lies more than 400 days back nothing is taken.
    expect(s.deadLetters.length).toBe(6_800 - 384);
    expect((await s.rows()).largest).toBeLessThan(20_000);
    for (let place = 0; place < 6; place += 1)
      await s.say('Shards Observed', seen(s.at(place / 1e4), [['eveCo/a', 'FAILED']]));
    expect(await s.minutes(240)).toBe(0);
    expect(await s.feeding()).toBe(0);
  });

  it('by a task whose row the table refuses: gets 0 minutes, and the other tasks of the event are taken', async () => {
    const s = await ingestStage();
    await s.say('Task Published', published('eveCo/a'));
    await s.say('Task Published', published('eveCo/b'));
    const transact = s.table.transact.bind(s.table);
    s.table.transact = async (writes, writer) => {
      if (JSON.stringify(writes).includes('"T#eveCo/a"'))
        throw Object.assign(new Error('Item size has exceeded the maximum allowed size'), {
          name: 'RowRefused',
        });
      return transact(writes, writer);
    };
    for (let place = 1; place <= 12; place += 1) {
      const tasks = [
        ['eveCo/a', 'FAILED'],
        ['eveCo/b', place % 2 ? 'FAILED' : 'PENDING'],
      ] as const;
      await s.say('Shards Observed', seen(s.at(place / 1e4), tasks));
      await s.say('Task Published', published('eveCo/a', { version: place + 1 }));
    }
    expect(await s.minutes(240)).toBe(0);
    expect(await s.feeding()).toBe(0);
    expect((await loadTask(s.table, 'eveCo/b'))?.evidence.statuses).toEqual(['PENDING']);
    expect(s.deadLetters).toHaveLength(12);
    expect(s.deadLetters[0]?.reason).toMatch(/^too-large: /);
    const refused = s.metrics.filter(({ name }) => name === 'EventRefused');
    expect(refused.map(({ properties }) => properties.reason)).toEqual(Array(24).fill('too-large'));
  });

  it('by events of a version that is never released: gets 0 minutes', async () => {
    const s = await ingestStage();
    for (let place = 0; place < 12; place += 1)
      await s.say('Task Published', { ...published('eveCo/a'), version: 2 });
    expect(await s.minutes(240)).toBe(0);
    expect(await s.feeding()).toBe(0);
    expect(s.waiting).toEqual([]);
  });

  it('that nobody registered: is refused at once, whatever version it says', async () => {
    const s = await ingestStage();
    for (const version of [1, 2, 1e9, 'x'])
      await s.say('Task Published', { ...published('eveCo/a'), version }, 'mallory');
    expect(s.waiting).toEqual([]);
    expect(s.deadLetters.map(({ reason }) => reason.split(':')[0])).toEqual(Array(4).fill('unknown-source'));
  });

  it('by text on which a regular expression takes long: gets no second', async () => {
    const s = await ingestStage();
    const long = 'a'.repeat(1_000_000);
    const began = performance.now();
    await s.say('Task Published', published('eveCo/a', { owners: [long] }));
    await s.say('Task Published', published(long));
    await s.say('Task Published', {}, 'eve', { 'detail-type': long });
    await s.say('Task Published', {}, 'eve', { source: long });
    await s.say('Task Published', {
      ...published('eveCo/a'),
      publishedAt: `2026-01-01T00:00:00.${'0'.repeat(9e5)}`,
    });
    expect(performance.now() - began).toBeLessThan(1_000);
    expect(s.deadLetters).toHaveLength(5);
    for (const { reason } of s.deadLetters) expect(reason.length).toBeLessThanOrEqual(1_000);
  });
});

it('no words of a source become the name of a kind of failure', async () => {
  const s = await ingestStage();
  for (let place = 0; place < 200; place += 1) {
    await s.say(`Type${place}x`, { version: 1 });
    await s.say('Task Published', {}, `source${place}y`);
    await s.say('Task Published', { ...published('eveCo/a'), [`k${place}`]: 1, by: `by${place}` });
    await s.say('Task Published', {}, 'eve', { source: 7, id: place });
  }
  // Before: one for each detail type of a version to come, with a row of 400 days.
  expect((await listOops(s.table)).map(({ error }) => error).sort()).toEqual([
    'malformed',
    'unknown-event',
    'unknown-source',
    'unreadable',
  ]);
});
