import { describe, expect, it } from 'vitest';
import { PolicyBook } from '../../../functions/abandonment/policy-book.ts';
import { type LoadOptions, loadNdjson } from '../../../functions/catalog/bulk-load.ts';
import { type TaskEntry, taskRecordFrom } from '../../../functions/catalog/task-entry.ts';
import { at, hour, OPEN, type Stage, stage } from './stage.ts';

const entry = (changes: Record<string, unknown> = {}) => ({
  id: 'acmeCo/a',
  kind: 'capture',
  enabled: true,
  createdAt: hour(0),
  owners: ['ana@acme.test'],
  dataPlane: 'eu-1',
  shards: [{ id: '0', status: 'FAILED' }],
  ...changes,
});

function load(s: Stage, lines: (string | object)[], options: LoadOptions = {}) {
  const open = async function* () {
    for (const line of lines) yield typeof line === 'string' ? line : JSON.stringify(line);
  };
  return loadNdjson(s.system, open, options);
}

const many = (count: number) => Array.from({ length: count }, (_, index) => entry({ id: `acmeCo/${index}` }));

describe('loading tasks from NDJSON', () => {
  it('stores each task with its evidence, its place among what can fire, and the counts of its plane', async () => {
    const s = await stage();
    const lines = [...many(95), entry({ id: 'other/healthy', shards: [{ id: '0', status: 'PRIMARY' }] })];
    expect(await load(s, lines)).toEqual({ loaded: 96, unchanged: 0, bad: [] });
    expect(await s.task('acmeCo/94')).toMatchObject({
      task: { firstSeenAt: at(2_400), version: 1, dekaf: false },
      evidence: { observedAt: at(2_400), statuses: ['FAILED'], lastSeen: {} },
      rev: 1,
    });
    expect(await s.table.get({ pk: 'COUNT#eu-1', sk: 'acmeCo' })).toMatchObject({ eligible: 95, alive: 0 });
    expect(await s.table.get({ pk: 'COUNT#eu-1', sk: 'other' })).toMatchObject({ eligible: 1, alive: 1 });
    expect(await s.table.get({ pk: 'PLANES', sk: 'eu-1' })).toMatchObject({ state: 'up', lifeSignAt: null });
  });

  it('asks for what is known as given already in as many calls as it took to load it, and writes nothing', async () => {
    const s = await stage();
    const calls: string[] = [];
    const table = new Proxy(s.table, {
      get(target, name: string) {
        const own = Reflect.get(target, name, target);
        if (typeof own !== 'function') return own;
        return (...args: unknown[]) => {
          calls.push(name);
          return own.apply(target, args);
        };
      },
    });
    const watched = { ...s, system: { ...s.system, table } } as Stage;
    const lines = many(400);
    expect(await load(watched, lines)).toEqual({ loaded: 400, unchanged: 0, bad: [] });
    const first = calls.splice(0).length;
    expect(await load(watched, lines)).toEqual({ loaded: 0, unchanged: 400, bad: [] });
    expect(calls.length).toBeLessThanOrEqual(first);
    expect(calls).not.toContain('transact');
  });

  it('brings what changed up to date among what did not', async () => {
    const s = await stage();
    await load(s, many(90));
    const changed = many(90).map((task, place) =>
      place === 50 ? { ...task, version: 2, owners: ['bob@acme.test'] } : task,
    );
    expect(await load(s, [...changed, entry({ id: 'acmeCo/new' })])).toEqual({
      loaded: 2,
      unchanged: 89,
      bad: [],
    });
    expect((await s.task('acmeCo/50'))?.task).toMatchObject({ owners: ['bob@acme.test'], version: 2 });
  });

  it('names every bad line with its key, what was wrong and what is allowed, and loads none of the file', async () => {
    const s = await stage();
    const lines = [
      entry({ id: 'acmeCo/1' }),
      '{"id": "acmeCo/2", "kind": ',
      '',
      entry({ id: 'acmeCo/3', kind: 'pipeline' }),
      entry({ id: 'acmeCo/4', createdAt: '2026-01-01T00:00:00' }),
      entry({ id: 'acmeCo/5', owners: ['ana@acme.test\r\nBcc: eve@evil.test'] }),
      entry({ id: 'acmeCo/6', datacentre: 'x', dataPlane: undefined }),
      entry({ id: 'acmeCo/7', createdAt: '2027-01-01T00:00:00Z' }),
      entry({ id: 'acmeCo/1' }),
    ];
    const { bad, loaded } = await load(s, lines);
    expect(loaded).toBe(0);
    expect(bad).toEqual([
      { line: 2, problem: 'is no JSON; allowed: one JSON object per line' },
      {
        line: 4,
        problem:
          'kind is "pipeline"; allowed: "capture", "materialization", "derivation", "service", "connector", "collection", "job"',
      },
      {
        line: 5,
        problem:
          'createdAt is "2026-01-01T00:00:00"; allowed: an instant with a zone such as "2026-01-01T00:00:00Z"',
      },
      {
        line: 6,
        problem:
          'owners[0] ("ana@acme.test\\r\\nBcc: eve@evil.test") is no mail address; allowed: a plain address such as "ana@example.com"',
      },
      {
        line: 7,
        problem: expect.stringMatching(/^dataPlane is missing; allowed: a text; unknown key "datacentre"/),
      },
      { line: 8, problem: 'createdAt lies in the future' },
      {
        line: 9,
        problem: 'id "acmeCo/1" stands on line 1 already and again on line 9; allowed: each id once',
      },
    ]);
    expect(s.table.writes).toBe(0);
  });

  it('loads the good lines where that is asked for', async () => {
    const s = await stage();
    const lines = [entry({ id: 'acmeCo/1' }), 'nonsense', entry({ id: 'acmeCo/3' })];
    expect(await load(s, lines, { skipBad: true })).toMatchObject({ loaded: 2, bad: [{ line: 2 }] });
    expect(await s.task('acmeCo/1')).toBeDefined();
    expect(await s.task('acmeCo/3')).toBeDefined();
  });

  it('holds owners to the allowed domains', async () => {
    const s = await stage({ allowedDomains: ['acme.test'] });
    expect((await load(s, [entry({ owners: ['eve@evil.test'] })])).bad).toEqual([
      { line: 1, problem: 'owners of domain evil.test are not allowed; allowed: acme.test' },
    ]);
  });

  it('changes nothing when a file is loaded again', async () => {
    const s = await stage();
    await load(s, many(50));
    s.table.writes = 0;
    expect(await load(s, many(50))).toEqual({ loaded: 0, unchanged: 50, bad: [] });
    expect(s.table.writes).toBe(0);
  });

  it('brings a known task up to date and leaves its open episode alone', async () => {
    const s = await stage();
    await load(s, [entry()]);
    await s.store('acmeCo/a', (record) => ({ ...record, episodes: 1, open: OPEN }));
    s.setNow(at(2_500));
    const newer = entry({ version: 2, owners: ['bo@acme.test'], shards: [{ id: '0', status: 'PRIMARY' }] });
    expect(await load(s, [newer, entry({ id: 'acmeCo/b' })])).toMatchObject({ loaded: 2, unchanged: 0 });
    expect(await s.task('acmeCo/a')).toMatchObject({
      task: { version: 2, owners: ['bo@acme.test'], firstSeenAt: at(2_400) },
      evidence: { statuses: ['PRIMARY'] },
      open: OPEN,
    });
  });

  it('stores each new task by itself where one became known while it was loading', async () => {
    const s = await stage();
    const transact = s.table.transact.bind(s.table);
    let raced = false;
    s.table.transact = async (writes, writer) => {
      if (!raced && writes.length > 3) {
        raced = true;
        await load(s, [entry({ id: 'acmeCo/2' })]);
      }
      return transact(writes, writer);
    };
    const lines = many(5).map((line) => ({ ...line, lastPrimaryAt: hour(100) }));
    expect(await load(s, lines)).toMatchObject({ loaded: 4, unchanged: 1 });
    expect((await s.task('acmeCo/4'))?.evidence.lastSeen).toEqual({ PRIMARY: at(100) });
    expect(await s.table.get({ pk: 'COUNT#eu-1', sk: 'acmeCo' })).toMatchObject({ eligible: 5 });
  });

  it('tells how far it is', async () => {
    const s = await stage();
    const seen: unknown[] = [];
    await load(s, many(90), { onProgress: (progress) => seen.push(progress) });
    expect(seen.at(-1)).toEqual({ stage: 'loading', done: 90, total: 90 });
  });
});

describe('a task as an entry gives it', () => {
  const policy = new PolicyBook(new Map()).global;
  const listed: TaskEntry = {
    id: 'acmeCo/a',
    kind: 'capture',
    enabled: true,
    createdAt: at(0),
    owners: [],
    dataPlane: 'eu-1',
    shards: [{ status: 'FAILED' }],
  };

  it('that is not PRIMARY and was last so at an instant has no loss: a first inventory is none', () => {
    const { evidence } = taskRecordFrom({ ...listed, lastPrimaryAt: at(5) }, at(9), policy);
    expect(evidence.lastSeen).toEqual({ PRIMARY: at(5) });
    expect(evidence.lostAt).toBeUndefined();
  });

  it('that is not PRIMARY and has no such instant was never seen so', () => {
    expect(taskRecordFrom(listed, at(9), policy).evidence.lastSeen).toEqual({});
  });

  it('that is PRIMARY is so now, whatever it was last', () => {
    const primary: TaskEntry = { ...listed, shards: [{ status: 'PRIMARY' }], lastPrimaryAt: at(5) };
    expect(taskRecordFrom(primary, at(9), policy).evidence).toMatchObject({
      statuses: ['PRIMARY'],
      lastSeen: {},
    });
  });

  it('has as many restarts behind it as it says, and none since', () => {
    const { evidence } = taskRecordFrom({ ...listed, restarts: 12 }, at(9), policy);
    expect(evidence.restarts).toEqual({ total: 12, atLoss: 12 });
  });
});
