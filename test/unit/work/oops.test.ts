import { describe, expect, it } from 'vitest';
import { listOops, loadOops } from '../../../functions/store/oops.ts';
import { RowRefused } from '../../../functions/store/table/row-limits.ts';
import { recordOops } from '../../../functions/work/oops.ts';
import { DONE, START, workStage } from './stage.ts';

const throwing = (error: unknown) => async () => {
  throw error;
};

describe('a failed attempt', () => {
  it('leaves one record: a line, a metric, and rows', async () => {
    const stage = workStage();
    stage.acts(throwing(new TypeError('cannot read x of task 17')));
    await stage.deliver(2);
    expect(stage.count('AttemptFailed')).toBe(1);
    const [kind] = await listOops(stage.table);
    expect(kind).toMatchObject({
      worker: 'notify',
      cause: 'bug',
      error: 'TypeError',
      sample: 'cannot read x of task #',
      firstSeenAt: START,
      lastSeenAt: START,
      count: 1,
      lastItem: 'item',
      lastAttempt: 2,
      lastVersion: '7',
      resolvedAt: null,
    });
    const found = await loadOops(stage.table, kind!.fingerprint, 10);
    expect(found?.occurrences).toMatchObject([{ item: 'item', attempt: 2, version: '7', at: START }]);
    const line = stage.logged.find(({ message }) => message === 'attempt failed');
    expect(line?.properties).toMatchObject({ fingerprint: kind!.fingerprint, item: 'item', attempt: 2 });
  });

  it('is counted with its kind: different items, attempts and ids, one fingerprint', async () => {
    const stage = workStage();
    for (let item = 1; item <= 3; item += 1) {
      stage.acts(throwing(new Error(`acmeCo/task-${item} broke for owner${item}@acme.test`)));
      await stage.deliver(item, { messageId: `m${item}`, body: JSON.stringify({ key: `item${item}` }) });
      stage.pass(1_000);
    }
    const kinds = await listOops(stage.table);
    expect(kinds).toMatchObject([
      { count: 3, firstSeenAt: START, lastSeenAt: START + 2_000, lastItem: 'item3' },
    ]);
    expect(kinds[0]?.sample).toBe('<id> broke for <address>');
  });

  it('is told apart by error, cause and worker', async () => {
    const { system, table } = workStage();
    const error = new Error('x');
    for (const worker of ['notify', 'disable']) {
      await recordOops(system, { worker, item: 'a', attempt: 1, cause: 'fault', error });
      await recordOops(system, { worker, item: 'a', attempt: 1, cause: 'permanent', error });
    }
    await recordOops(system, {
      worker: 'notify',
      item: 'a',
      attempt: 1,
      cause: 'fault',
      error: new RangeError('x'),
    });
    expect(await listOops(table)).toHaveLength(5);
  });

  it('is on the log although the table is down, and fails nothing more', async () => {
    const stage = workStage();
    stage.acts(async () => {
      stage.breakTable(true);
      throw new Error('broken');
    });
    expect(await stage.deliver(1)).toMatchObject({ outcome: 'retry', failed: true });
    expect(stage.logged.map(({ message }) => message)).toContain('attempt failed');
    expect(stage.count('AttemptFailed')).toBe(1);
  });

  it('of one kind at the same time are all counted', async () => {
    const { system, table } = workStage();
    const error = new Error('at once');
    const items = Array.from({ length: 40 }, (_, item) => `item${item}`);
    await Promise.all(
      items.map((item) => recordOops(system, { worker: 'notify', item, attempt: 1, cause: 'bug', error })),
    );
    const [kind] = await listOops(table);
    expect(kind?.count).toBe(40);
    expect((await loadOops(table, kind!.fingerprint, 100))?.occurrences).toHaveLength(40);
  });

  it('that was answered and not thrown is recorded, too, with its reason', async () => {
    const stage = workStage();
    stage.acts(async () => ({
      outcome: 'retry',
      reason: 'the task changed meanwhile',
      delaySeconds: 5,
      failed: true,
    }));
    await stage.deliver(1);
    expect(await listOops(stage.table)).toMatchObject([
      { cause: 'retryable', sample: 'the task changed meanwhile' },
    ]);
  });

  it('that left its record itself is not recorded twice', async () => {
    const stage = workStage();
    stage.acts(async () => {
      await recordOops(stage.system, {
        worker: 'notify',
        item: 'item',
        attempt: 1,
        cause: 'environment',
        error: 'quota',
      });
      return { outcome: 'retry', reason: 'quota', delaySeconds: 5, failed: true, recorded: true };
    });
    await stage.deliver(1);
    expect(stage.count('AttemptFailed')).toBe(1);
  });

  it('is none where a wait was planned', async () => {
    const stage = workStage();
    stage.acts(async () => ({ outcome: 'retry', reason: 'not yet', delaySeconds: 5, failed: false }));
    await stage.deliver(1);
    await stage.deliver(2);
    stage.acts(async () => DONE);
    await stage.deliver(3);
    expect(stage.count('AttemptFailed')).toBe(0);
  });

  it('is one where nobody can read the message, which is dead-lettered with its reason', async () => {
    const stage = workStage();
    expect(await stage.deliver(1, { body: 'no JSON' })).toMatchObject({
      outcome: 'dead-letter',
      reason: 'not JSON',
    });
    expect(await stage.deliver(1, { body: '{}' })).toMatchObject({
      outcome: 'dead-letter',
      reason: 'key: required',
    });
    expect(await listOops(stage.table)).toMatchObject([
      { cause: 'permanent', error: 'unreadable', count: 2 },
    ]);
  });

  it('at what the table never takes ends in the dead-letter queue at once, and feeds no breaker', async () => {
    const stage = workStage({ queue: 'ingest', fromState: false });
    stage.acts(async () => {
      throw new RowRefused('row T#acmeCo/a T has 500000 bytes');
    });
    expect(await stage.deliver(1)).toEqual({
      outcome: 'dead-letter',
      reason: 'RowRefused: row T#acmeCo/a T has 500000 bytes',
      recorded: true,
    });
    const [kind] = await listOops(stage.table);
    expect(kind).toMatchObject({ cause: 'permanent', error: 'RowRefused' });
    const found = await loadOops(stage.table, kind?.fingerprint ?? '', 1);
    expect(found?.occurrences).toMatchObject([{ feedsBreaker: false }]);
  });

  it('of a message of newer code passes with the deployment', async () => {
    const stage = workStage();
    expect(await stage.deliver(1, { body: '{"v":2}' })).toMatchObject({ outcome: 'retry', failed: true });
    expect((await listOops(stage.table)).map(({ cause }) => cause)).toEqual(['retryable']);
  });
});

describe('what a failure means', () => {
  it.each([
    [Object.assign(new Error('slow down'), { name: 'ThrottlingException' }), 1, 'retryable'],
    [Object.assign(new Error('cut'), { code: 'ECONNRESET' }), 1, 'retryable'],
    [Object.assign(new Error('oh'), { $metadata: { httpStatusCode: 503 } }), 1, 'retryable'],
    [Object.assign(new Error('slow down'), { name: 'ThrottlingException' }), 4, 'environment'],
    [Object.assign(new Error('no'), { name: 'AccessDeniedException' }), 1, 'environment'],
    [Object.assign(new Error('no'), { $metadata: { httpStatusCode: 400 } }), 1, 'environment'],
    [Object.assign(new Error('refused'), { code: 'ECONNREFUSED' }), 1, 'environment'],
    [
      new Error('not sent', { cause: Object.assign(new Error('x'), { name: 'QueueDoesNotExist' }) }),
      1,
      'environment',
    ],
    [new TypeError('x is undefined'), 1, 'bug'],
    ['a text', 1, 'bug'],
    [undefined, 1, 'bug'],
  ])('%s at attempt %i: %s', async (error, attempt, cause) => {
    const { system, metrics } = workStage();
    await recordOops(system, { worker: 'notify', item: 'a', attempt, cause: 'fault', error });
    expect(metrics[0]?.properties.cause).toBe(cause);
  });
});
