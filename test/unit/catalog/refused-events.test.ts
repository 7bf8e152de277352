import { describe, expect, it } from 'vitest';
import { DAY, HOUR, MINUTE, SECOND } from '../../../functions/abandonment/time.ts';
import { ingestConsumer } from '../../../functions/catalog/ingest-consumer.ts';
import { withRefused } from '../../../functions/catalog/refused-events.ts';
import { keys } from '../../../functions/store/keys.ts';
import { loadRefusedEvents, type RefusedKind } from '../../../functions/store/refused-events.ts';
import { processMessage } from '../../../functions/work/pipeline.ts';
import { at, hour, observation, publication, stage } from './stage.ts';

const NOW = at(2_400);

/** A catalog that takes events as its queue delivers them, and the writes of its note of refused ones. */
async function listening() {
  const s = await stage({ sources: [{ name: 'acme', prefixes: ['acmeCo/'], dataPlanes: ['eu-1'] }] });
  let writes = 0;
  const { transact } = s.table;
  s.table.transact = async (some, writer) => {
    writes += some.filter((write) => 'put' in write && write.put.sk === keys.refusedEvents().sk).length;
    return transact.call(s.table, some, writer);
  };
  let number = 0;
  const hear = async (detailType: string, detail: object, source = 'acme') => {
    number += 1;
    const body = { id: `e${number}`, 'detail-type': detailType, source, detail: { version: 1, ...detail } };
    const delivery = { messageId: `m${number}`, receiveCount: 1, maxReceives: 10 };
    return processMessage(s.system, ingestConsumer, { body: JSON.stringify(body), ...delivery });
  };
  return { ...s, hear, noted: () => loadRefusedEvents(s.table), written: () => writes };
}

describe('what is refused of events', () => {
  it('is noted with its source, its key and its reason, once for each kind', async () => {
    const s = await listening();
    await s.hear('Task Published', publication({ kind: 'pipeline' }));
    await s.hear('Task Published', publication({ id: 'other/a' }));
    s.setNow(NOW + HOUR);
    await s.hear('Task Published', publication({ kind: 'topic' }));
    const detail = expect.stringContaining('task.kind is "pipeline"; allowed: "capture"');
    expect((await s.noted()).kinds).toEqual([
      {
        source: 'acme',
        isRegistered: true,
        detailType: 'Task Published',
        reason: 'malformed',
        key: 'task.kind',
        detail,
        count: 2,
        firstAt: NOW,
        lastAt: NOW + HOUR,
      },
      expect.objectContaining({ reason: 'task-not-covered', key: 'task', count: 1 }),
    ]);
  });

  it('is counted for each task of an event, under the one key that they share', async () => {
    const s = await listening();
    const tasks = ['a', 'b', 'c'].map((name) => ({
      task: `acmeCo/${name}`,
      shards: [{ id: '0', status: name === 'a' ? 'PRIMARY' : 'GONE' }],
    }));
    await s.hear('Shards Observed', { ...observation(1, {}), tasks });
    expect((await s.noted()).kinds).toMatchObject([
      { key: 'tasks[].shards[].status', reason: 'malformed', count: 2 },
    ]);
  });

  it.each<[string, string, object, string, string]>([
    ['a stranger', 'Task Published', publication(), 'stranger', 'source'],
    ['an unknown event', 'Task Renamed', {}, 'acme', 'detail-type'],
    ['the future', 'Task Published', publication({ publishedAt: hour(2_500) }), 'acme', 'at'],
    ['another plane', 'Task Published', publication({ dataPlane: 'us-1' }), 'acme', 'dataPlane'],
  ])('names the key of %s', async (_, detailType, detail, source, key) => {
    const s = await listening();
    await s.hear(detailType, detail, source);
    expect((await s.noted()).kinds).toMatchObject([{ source, key }]);
  });

  it('has no address', async () => {
    const s = await listening();
    await s.hear('Task Published', publication({ owners: ['ana@acme.test\nBcc: eve@evil.test'] }));
    await s.hear('Task Published', publication(), 'eve@evil.test');
    const row = JSON.stringify(await s.table.get(keys.refusedEvents()));
    expect(row).toContain('task.owners[]');
    expect(row).not.toMatch(/evil|ana@|acme\.test/);
  });

  it('costs an event that is taken no write, and no read', async () => {
    const s = await listening();
    await s.hear('Task Published', publication());
    expect(s.written()).toBe(0);
  });
});

describe('somebody who sends thousands of bad events', () => {
  it('makes six writes a minute, and what came meanwhile is counted with the next one', async () => {
    const s = await listening();
    for (let place = 0; place < 300; place += 1) {
      s.setNow(NOW + place * 100);
      await s.hear('Task Published', publication(), `stranger-${place}`);
    }
    expect(s.written()).toBe(6);
    s.setNow(NOW + MINUTE + 30 * SECOND);
    await s.hear('Task Published', publication(), 'stranger-0');
    expect(s.written()).toBe(7);
    const { kinds, more } = await s.noted();
    const counted = kinds.reduce((sum, { count }) => sum + count, more?.count ?? 0);
    expect(counted).toBe(301);
    // Whatever they call themselves, they have 20 places together.
    expect(kinds).toHaveLength(20);
  });

  it('leaves room for those who are registered', async () => {
    const s = await listening();
    for (let place = 0; place < 40; place += 1) {
      s.setNow(NOW + place * MINUTE);
      await s.hear('Task Published', publication(), `stranger-${place}`);
    }
    await s.hear('Task Published', publication({ kind: 'pipeline' }));
    expect((await s.noted()).kinds.filter(({ source }) => source === 'acme')).toHaveLength(1);
  });

  const kind = (source: string, key: string, more: Partial<RefusedKind> = {}): RefusedKind => ({
    source,
    isRegistered: true,
    detailType: 'Task Published',
    reason: 'malformed',
    key,
    detail: 'it is wrong',
    count: 1,
    firstAt: NOW,
    lastAt: NOW,
    ...more,
  });
  const NOTHING = { kinds: [], more: null };

  it('has ten places under one name, and leaves the others theirs', () => {
    const some = Array.from({ length: 12 }, (_, place) => kind('acme', `key-${place}`));
    const { kinds, more } = withRefused(NOTHING, { kinds: [...some, kind('bo', 'key')], more: null }, NOW);
    expect(kinds.map(({ source }) => source)).toEqual([...Array<string>(10).fill('acme'), 'bo']);
    expect(more).toEqual({ count: 2, lastAt: NOW });
  });

  it('makes no row of more than 64 KB, whatever they write', async () => {
    const s = await listening();
    for (let place = 0; place < 25; place += 1) {
      s.setNow(NOW + place * MINUTE);
      await s.hear('\u{1f4a3}'.repeat(64), {}, `${place} ${'\u{1f4a3}'.repeat(120)}`);
    }
    const { kinds } = await s.noted();
    expect(kinds).toHaveLength(20);
    const [longest] = kinds.map((noted) => Buffer.byteLength(JSON.stringify(noted))).sort((x, y) => y - x);
    // A hundred places.
    expect((longest ?? 0) * 100).toBeLessThan(65_536);
    const registered = Array.from({ length: 200 }, (_, place) => kind(`source-${place}`, 'key'));
    expect(withRefused({ kinds, more: null }, { kinds: registered, more: null }, NOW).kinds).toHaveLength(
      100,
    );
  });

  it('is forgotten after a week without another, to the millisecond', () => {
    const noted = { kinds: [kind('acme', 'a')], more: { count: 1, lastAt: NOW } };
    expect(withRefused(noted, NOTHING, NOW + 7 * DAY - 1)).toEqual(noted);
    expect(withRefused(noted, NOTHING, NOW + 7 * DAY)).toEqual(NOTHING);
  });
});

it('a table that takes no note keeps no event from its end', async () => {
  const s = await listening();
  const { transact } = s.table;
  s.table.transact = async (some, writer) => {
    const isNote = some.some((write) => 'put' in write && write.put.sk === keys.refusedEvents().sk);
    if (isNote) throw new Error('the table is away');
    return transact.call(s.table, some, writer);
  };
  const ended = await s.hear('Task Published', publication({ kind: 'pipeline' }));
  expect(ended).toMatchObject({ outcome: 'dead-letter' });
  expect(s.logs).toContainEqual(expect.objectContaining({ message: 'refused events not noted' }));
});
