import { describe, expect, it } from 'vitest';
import { ingestConsumer } from '../../../functions/catalog/ingest-consumer.ts';
import { processMessage } from '../../../functions/work/pipeline.ts';
import { at, hour, OPEN, observation, publication, type Stage, stage } from './stage.ts';

const LIMITED = { sources: [{ name: 'acme', prefixes: ['acmeCo/'], dataPlanes: ['eu-1'] }] };

/** As SQS delivers what EventBridge put on the queue. */
function deliver(s: Stage, body: unknown) {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return processMessage(s.system, ingestConsumer, {
    body: text,
    messageId: 'm-1',
    receiveCount: 1,
    maxReceives: 10,
  });
}

const onBus = (detailType: string, detail: unknown, source = 'estate') => ({
  version: '0',
  id: 'event-1',
  'detail-type': detailType,
  source,
  account: '000000000000',
  time: '2026-01-01T00:00:00Z',
  region: 'eu-west-1',
  resources: [],
  detail,
});

describe('an event that is refused', () => {
  it.each<[string, string, string, Record<string, unknown>, string]>([
    ['an unknown source', 'unknown-source', 'Task Published', publication(), 'stranger'],
    [
      'a task outside its prefixes',
      'task-not-covered',
      'Task Published',
      publication({ id: 'other/a' }),
      'acme',
    ],
    [
      'a task whose id only begins alike',
      'task-not-covered',
      'Task Published',
      publication({ id: 'acmeCo2/a' }),
      'acme',
    ],
    [
      'a plane that is not its own',
      'data-plane-not-covered',
      'Task Published',
      publication({ dataPlane: 'us-1' }),
      'acme',
    ],
    [
      'observations of another plane',
      'data-plane-not-covered',
      'Shards Observed',
      observation(1, {}, 'us-1'),
      'acme',
    ],
    [
      'the state of another plane',
      'data-plane-not-covered',
      'Data Plane Reported',
      { dataPlane: 'us-1', state: 'down', at: hour(1) },
      'acme',
    ],
    ["another's deletion", 'task-not-covered', 'Task Deleted', { task: 'other/a', at: hour(1) }, 'acme'],
    [
      "another's confirmation",
      'task-not-covered',
      'Task Disabled',
      { task: 'other/a', at: hour(1), taskVersion: 2 },
      'acme',
    ],
    ['an unknown event', 'unknown-event', 'Task Renamed', {}, 'acme'],
    ['an inherited name for an event', 'unknown-event', 'constructor', {}, 'acme'],
    ['an unknown kind', 'malformed', 'Task Published', publication({ kind: 'pipeline' }), 'acme'],
    [
      'a line break in an address',
      'malformed',
      'Task Published',
      publication({ owners: ['a@b.test\nBcc: c@d.test'] }),
      'acme',
    ],
    [
      'a task first seen next year',
      'from-the-future',
      'Task Published',
      { ...publication(), firstSeenAt: '2027-01-01T00:00:00Z' },
      'acme',
    ],
    [
      'an instant of next year',
      'from-the-future',
      'Shards Observed',
      observation(10_000, { 'acmeCo/a': 'FAILED' }),
      'acme',
    ],
  ])(
    'for %s is counted, logged, and goes to the dead-letter queue with its reason',
    async (_, reason, type, detail, source) => {
      const s = await stage(LIMITED);
      const outcome = await s.ingest(type, detail, source);
      expect(outcome).toMatchObject({
        outcome: 'dead-letter',
        reason: expect.stringMatching(`^${reason}: `),
      });
      expect(s.refusals()).toEqual([reason]);
      expect(s.logs).toMatchObject([{ message: 'event refused', reason, detailType: type, source }]);
      expect(s.table.writes).toBe(0);
    },
  );

  it('names the key, what was wrong and what is allowed', async () => {
    const s = await stage();
    expect(await s.ingest('Task Published', publication({ kind: 'pipeline', enabled: 'yes' }))).toMatchObject(
      {
        reason:
          'malformed: task.kind is "pipeline"; allowed: "capture", "materialization", "derivation", "service", "connector", "collection", "job"; ' +
          'task.enabled is "yes"; allowed: true or false',
      },
    );
  });

  it('names an owner outside the allowed domains by the domain alone', async () => {
    const s = await stage({ allowedDomains: ['Acme.test'] });
    expect(await s.ingest('Task Published', publication({ owners: ['ana@acme.test'] }))).toMatchObject({
      outcome: 'done',
    });
    const outcome = await s.ingest(
      'Task Published',
      publication({ version: 2, owners: ['eve@acme.test.evil.test'] }),
    );
    expect(outcome).toEqual({
      outcome: 'dead-letter',
      reason: 'owner-domain: owners of domain acme.test.evil.test are not allowed; allowed: Acme.test',
    });
  });

  it('is dead-lettered as a whole only where each of its tasks is refused', async () => {
    const s = await stage(LIMITED);
    await s.ingest('Task Published', publication(), 'acme');
    const some = observation(1, { 'acmeCo/a': 'FAILED', 'other/a': 'FAILED' });
    expect(await s.ingest('Shards Observed', some, 'acme')).toMatchObject({ outcome: 'done' });
    const none = observation(2, { 'other/a': 'FAILED', 'other/b': 'FAILED' });
    expect(await s.ingest('Shards Observed', none, 'acme')).toEqual({
      outcome: 'dead-letter',
      reason: 'all-refused: each of its 2 tasks was refused',
    });
    expect(s.refusals()).toEqual(['task-not-covered', 'task-not-covered', 'task-not-covered']);
    expect(await s.table.get({ pk: 'T#other/a', sk: 'O' })).toBeUndefined();
  });
});

describe('the ingest queue', () => {
  it('takes what EventBridge puts on it', async () => {
    const s = await stage();
    expect(await deliver(s, onBus('Task Published', { version: 1, ...publication() }))).toEqual({
      outcome: 'done',
      reason: 'written',
    });
    expect((await s.task('acmeCo/a'))?.task.version).toBe(1);
  });

  describe('takes in a confirmation', () => {
    const requestId = 'acmeCo/a#1';
    const confirmation = (more: Record<string, unknown>) =>
      onBus('Task Disabled', {
        version: 1,
        task: 'acmeCo/a',
        taskVersion: 1,
        at: hour(3),
        episode: 1,
        ...more,
      });

    /** The owning system was asked to turn the task off. */
    async function asked() {
      const s = await stage();
      Object.assign(s.system, { queues: { send: async () => undefined } });
      Object.assign(s.system.config, { gatherDisabled: 0 });
      await s.ingest('Task Published', publication());
      const open = { ...OPEN, firedAt: at(1) };
      const asker = { by: 'run', run: hour(2), disableAt: at(2) } as const;
      const wanted = { at: at(2), episode: 1, asker, since: at(0) };
      await s.store('acmeCo/a', (record) => ({ ...record, episodes: 1, open, asked: wanted }));
      return s;
    }

    it('of what we asked for: it is off, and by us', async () => {
      const s = await asked();
      expect(await deliver(s, confirmation({ requestId, taskVersion: 8 }))).toEqual({
        outcome: 'done',
        reason: 'confirmed',
      });
      expect(await s.task('acmeCo/a')).toMatchObject({
        task: { enabled: false, version: 8 },
        open: null,
        asked: null,
        disabledByUs: { at: at(3), episode: 1, run: hour(2) },
      });
    });

    it('of what we did not ask for: it is off, and not by us', async () => {
      const s = await asked();
      await deliver(s, confirmation({ requestId: 'theirs' }));
      expect(await s.task('acmeCo/a')).toMatchObject({ task: { enabled: false }, disabledByUs: null });
    });

    it.each<[string, Record<string, unknown>, string]>([
      ['with a version that leaves no room', { taskVersion: Number.MAX_SAFE_INTEGER }, 'version-jump'],
      ['of the future', { at: hour(2_402) }, 'from-the-future'],
    ])('not where it comes %s', async (_what, more, reason) => {
      const s = await asked();
      expect(await deliver(s, confirmation({ requestId, ...more }))).toMatchObject({
        outcome: 'dead-letter',
      });
      expect(s.refusals()).toEqual([reason]);
      expect(await s.task('acmeCo/a')).toMatchObject({ task: { enabled: true }, disabledByUs: null });
    });
  });

  it('leaves an event of a newer version for the next release', async () => {
    const s = await stage();
    const outcome = await deliver(s, onBus('Task Published', { version: 2, ...publication() }));
    expect(outcome).toMatchObject({ outcome: 'retry', reason: 'newer-version' });
  });

  it.each([
    ['no JSON', '{', 'not JSON'],
    ['no event', { hello: 'world' }, 'no event: id is missing; allowed: a text'],
  ])('puts %s into the dead-letter queue with its reason', async (_, body, reason) => {
    const s = await stage();
    expect(await deliver(s, body)).toMatchObject({
      outcome: 'dead-letter',
      reason: expect.stringContaining(reason),
    });
  });
});

describe('an event from an account', () => {
  const fleet = { name: 'fleet', prefixes: ['*'], dataPlanes: ['*'] };
  const from = (account: string | undefined) => ({
    ...onBus('Task Published', { version: 1, ...publication() }, 'fleet'),
    account,
  });

  it.each([
    ['its own', '210987654321', 'done'],
    ['another', '000000000000', 'dead-letter'],
    ['none that it says', undefined, 'dead-letter'],
  ])('that is held to one is taken from that alone: from %s', async (_, account, outcome) => {
    const s = await stage({ sources: [{ ...fleet, account: '210987654321' }] });
    const result = await deliver(s, from(account));
    expect(result.outcome).toBe(outcome);
    expect(await s.task('acmeCo/a')).toEqual(outcome === 'done' ? expect.anything() : undefined);
    expect(s.refusals()).toEqual(outcome === 'done' ? [] : ['account-not-covered']);
  });

  it('is not held to any where its registration names none', async () => {
    const s = await stage({ sources: [fleet] });
    expect((await deliver(s, from('000000000000'))).outcome).toBe('done');
  });
});
