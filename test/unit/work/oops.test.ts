import { describe, expect, it } from 'vitest';
import { listOops, loadOops } from '../../../functions/store/oops.ts';
import { RowRefused } from '../../../functions/store/table/row-limits.ts';
import { recordCountedOops, recordDeath, recordOops, startFromRow } from '../../../functions/work/oops.ts';
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

describe('the record of a failed attempt', () => {
  const OOPS = {
    worker: 'notify',
    item: 'item',
    attempt: 2,
    cause: 'bug',
    error: new Error('no bo@acme.test'),
  } as const;

  it('says on the log and by a metric what failed, without the address of anybody', async () => {
    const stage = workStage();
    const fingerprint = await recordOops(stage.system, { ...OOPS, version: '6' });
    const [failed, reported] = stage.logged;
    expect(failed).toEqual({
      message: 'attempt failed',
      properties: {
        fingerprint,
        worker: 'notify',
        item: 'item',
        attempt: 2,
        cause: 'bug',
        error: 'Error',
        message: 'no <address>',
        site: 'unknown',
        functionVersion: '6',
      },
    });
    const about = { fingerprint, worker: 'notify', version: '6', why: 'new' };
    expect(reported).toEqual({ message: 'failure reported', properties: about });
    expect([stage.levelOf('attempt failed'), stage.levelOf('failure reported')]).toEqual(['error', 'warn']);
    expect(stage.metrics).toEqual([
      { name: 'AttemptFailed', properties: { worker: 'notify', cause: 'bug', fingerprint } },
      { name: 'FailureReported', properties: about },
    ]);
  });

  it('says what was thrown though it was no error', async () => {
    const stage = workStage();
    await recordOops(stage.system, { ...OOPS, error: 'bo@acme.test is a text' });
    expect(stage.logged[0]?.properties).toMatchObject({ error: 'Error', message: '<address> is a text' });
    expect(await listOops(stage.table)).toMatchObject([{ sample: '<address> is a text' }]);
  });

  it('of what was no attempt is a failure, and no figure of attempts', async () => {
    const stage = workStage();
    const fingerprint = await recordOops(stage.system, { ...OOPS, attempt: null });
    expect(stage.logged[0]).toMatchObject({ message: 'failure', properties: { attempt: 0 } });
    expect(stage.count('AttemptFailed')).toBe(0);
    expect((await loadOops(stage.table, fingerprint, 1))?.occurrences).toMatchObject([
      { attempt: 0, feedsBreaker: false },
    ]);
  });

  it.each<[object, boolean]>([
    [{ cause: 'environment' }, true],
    [{ cause: 'bug' }, true],
    [{ cause: 'died' }, true],
    [{ cause: 'retryable' }, false],
    [{ cause: 'permanent' }, false],
    [{ cause: 'died', uncertain: true }, false],
    [{ cause: 'bug', attempt: null }, false],
  ])('of %j feeds the breaker: %s', async (change, feedsBreaker) => {
    const { system, table } = workStage();
    const fingerprint = await recordOops(system, { ...OOPS, ...change });
    expect((await loadOops(table, fingerprint, 1))?.occurrences).toMatchObject([{ feedsBreaker }]);
  });

  it('tells the breaker of the attempts that went well since the failure before', async () => {
    const stage = workStage();
    const attempts = async (change: object) => {
      const fingerprint = await recordOops(stage.system, { ...OOPS, ...change });
      return (await loadOops(stage.table, fingerprint, 1))?.occurrences[0]?.attempts;
    };
    for (const messageId of ['a', 'b']) await stage.deliver(1, { messageId });
    expect(await attempts({ cause: 'retryable' })).toBe(1);
    expect(await attempts({ cause: 'bug' })).toBe(3);
    expect(await attempts({ cause: 'environment' })).toBe(1);
  });

  it('that cannot be stored is on the log with the reason, and is reported', async () => {
    const stage = workStage();
    stage.breakTable(true);
    const fingerprint = await recordOops(stage.system, OOPS);
    expect(stage.levelOf('OOPS not stored')).toBe('warn');
    expect(stage.logged.find(({ message }) => message === 'OOPS not stored')?.properties).toEqual({
      fingerprint,
      error: 'ServiceUnavailable: the table is down',
    });
    expect(stage.metrics.at(-1)).toMatchObject({
      name: 'FailureReported',
      properties: { why: 'not-stored' },
    });
  });

  it('for who counts by the rows is no record where it cannot be stored', async () => {
    const stage = workStage();
    await recordCountedOops(stage.system, OOPS);
    expect(await listOops(stage.table)).toMatchObject([{ count: 1, lastItem: 'item' }]);
    expect(stage.metrics.map(({ name }) => name)).toEqual(['AttemptFailed', 'FailureReported']);
    stage.breakTable(true);
    await expect(recordCountedOops(stage.system, OOPS)).rejects.toThrow('the table is down');
    expect(stage.count('AttemptFailed')).toBe(2);
  });

  it('of a process that died names the version that it ran, and what it was', async () => {
    const stage = workStage();
    await stage.die(1);
    stage.system.config.functionVersion = '8';
    stage.pass(60_000);
    await stage.deliver(2);
    expect(await listOops(stage.table)).toMatchObject([
      { lastVersion: '7', sample: 'attempt # of version # began and never ended' },
    ]);
    expect(stage.logged[0]?.properties).toMatchObject({
      functionVersion: '7',
      message: 'attempt 1 of version 7 began and never ended',
    });
    expect(stage.metrics.map(({ name }) => name)).toEqual(['AttemptFailed', 'FailureReported']);
  });

  it('of a process that died is left by whoever finds it first', async () => {
    const stage = workStage();
    await stage.die(1);
    const [row] = await stage.rows({ pk: 'W#' });
    stage.pass(60_000);
    expect(await recordDeath(stage.system, row!)).toBe(true);
    expect(await recordDeath(stage.system, row!)).toBe(false);
    expect([stage.count('AttemptFailed'), (await listOops(stage.table))[0]?.count]).toEqual([1, 1]);
  });

  it('is left of no attempt after which another began', async () => {
    const stage = workStage();
    await stage.die(1);
    const [row] = await stage.rows({ pk: 'W#' });
    await stage.die(2);
    expect(await recordDeath(stage.system, row!)).toBe(false);
    expect(stage.count('AttemptFailed')).toBe(0);
    expect(await stage.rows({ pk: 'W#' })).toMatchObject([{ attempt: 2, endedAt: null }]);
  });

  it('of a start that an earlier version wrote counts from there', () => {
    const row = { pk: 'W#1', sk: 's', v: 1, queue: 'notify', item: 'item', attempt: 1, startedAt: START };
    expect(startFromRow(row)).toMatchObject({ startedAt: START, since: START });
    expect(startFromRow({ ...row, since: START - 5 })).toMatchObject({ since: START - 5 });
  });
});
