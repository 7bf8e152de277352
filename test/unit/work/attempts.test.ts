import { describe, expect, it } from 'vitest';
import { MINUTE, SECOND } from '../../../functions/abandonment/time.ts';
import { listOops, loadOops } from '../../../functions/store/oops.ts';
import { DONE, START, workStage } from './stage.ts';

const running = (stage: ReturnType<typeof workStage>) => stage.rows({ pk: 'W#' });

describe('an attempt that goes well', () => {
  it('leaves nothing behind, and costs two writes', async () => {
    const stage = workStage();
    expect(await stage.deliver(1)).toEqual(DONE);
    expect(stage.writes).toEqual([1, 1]);
    expect(await running(stage)).toEqual([]);
  });

  it('costs none where the broker keeps the message', async () => {
    const stage = workStage({ queue: 'ingest', fromState: false });
    expect(await stage.deliver(1)).toEqual(DONE);
    expect(stage.writes).toEqual([]);
  });

  it('is recorded for an item that is called canary as for any other', async () => {
    const stage = workStage();
    await stage.deliver(1, { body: JSON.stringify({ key: 'canary' }) });
    expect(stage.writes).toEqual([1, 1]);
  });

  it('does not act where its start cannot be recorded', async () => {
    const stage = workStage();
    let hasRun = false;
    stage.acts(async () => {
      hasRun = true;
      return DONE;
    });
    stage.breakTable(true);
    expect(await stage.deliver(1)).toMatchObject({ outcome: 'retry', failed: true });
    expect(hasRun).toBe(false);
  });

  it('is done although its end cannot be recorded', async () => {
    const stage = workStage();
    stage.acts(async () => {
      stage.breakTable(true);
      return DONE;
    });
    expect(await stage.deliver(1)).toEqual(DONE);
    expect(stage.count('AttemptFailed')).toBe(0);
    expect(stage.levelOf('the end of an attempt is not recorded')).toBe('warn');
    expect(stage.logged.find(({ message }) => message.startsWith('the end'))?.properties).toEqual({
      queue: 'notify',
      item: 'item',
      error: 'ServiceUnavailable: the table is down',
    });
  });

  it('says what could not be written where the table is too busy for its start', async () => {
    const stage = workStage();
    const { transact } = stage.table;
    let calls = 0;
    stage.table.transact = async (...args) => {
      calls += 1;
      return calls <= 3 ? { outcome: 'busy', reason: 'a conflict' } : transact.apply(stage.table, args);
    };
    expect(await stage.deliver(1)).toMatchObject({ outcome: 'retry', failed: true });
    expect(await listOops(stage.table)).toMatchObject([
      { cause: 'retryable', sample: 'the table is too busy for the record of an attempt' },
    ]);
  });

  it('on a later receive leaves nothing behind either where the broker keeps the message', async () => {
    const stage = workStage({ queue: 'ingest', fromState: false });
    await stage.die(1);
    expect(await stage.deliver(2)).toEqual(DONE);
    expect(await running(stage)).toEqual([]);
  });
});

describe('a process that died', () => {
  it('is counted by the next attempt, once', async () => {
    const stage = workStage();
    await stage.die(1);
    stage.pass(3 * MINUTE);
    await stage.deliver(2);
    expect(await listOops(stage.table)).toMatchObject([
      { worker: 'notify', cause: 'died', count: 1, lastItem: 'item', lastAttempt: 1, lastVersion: '7' },
    ]);
    expect(stage.count('AttemptFailed')).toBe(1);
    expect(await running(stage)).toEqual([]);
  });

  it('three times is counted three times, as one kind', async () => {
    const stage = workStage();
    for (const receive of [1, 2, 3]) {
      await stage.die(receive);
      stage.pass(3 * MINUTE);
    }
    expect(await stage.deliver(4)).toEqual(DONE);
    expect(await listOops(stage.table)).toMatchObject([{ cause: 'died', count: 3 }]);
  });

  it('is counted by the watchdog where its message does not come back', async () => {
    const stage = workStage();
    await stage.die(1);
    stage.pass(5 * MINUTE + 29 * SECOND);
    await stage.scan();
    expect(stage.count('AttemptFailed')).toBe(0);
    stage.pass(SECOND);
    await stage.scan();
    stage.pass(MINUTE);
    await stage.scan();
    expect(await listOops(stage.table)).toMatchObject([{ cause: 'died', count: 1, lastItem: 'item' }]);
    expect(stage.count('AttemptFailed')).toBe(1);
  });

  it('is not counted again by the next attempt after the watchdog', async () => {
    const stage = workStage();
    await stage.die(1);
    stage.pass(15 * MINUTE);
    await stage.scan();
    await stage.deliver(2);
    expect(stage.count('AttemptFailed')).toBe(1);
    expect(await running(stage)).toEqual([]);
  });

  it('is one kind of failure, whoever found it', async () => {
    const stage = workStage();
    await stage.die(1, { messageId: 'a' });
    await stage.die(1, { messageId: 'b' });
    stage.pass(3 * MINUTE);
    await stage.deliver(2, { messageId: 'a' });
    stage.pass(15 * MINUTE);
    await stage.scan();
    expect(await listOops(stage.table)).toMatchObject([{ count: 2 }]);
  });

  it('is found again where the table failed meanwhile', async () => {
    const stage = workStage();
    await stage.die(1);
    stage.pass(3 * MINUTE);
    stage.breakTable(true);
    await stage.deliver(2);
    stage.breakTable(false);
    await stage.deliver(3);
    expect(
      (await listOops(stage.table)).map(({ cause, lastAttempt }) => [cause, lastAttempt]),
    ).toContainEqual(['died', 1]);
  });

  it('before it could write that it began is counted by the next attempt that can', async () => {
    const stage = workStage();
    await stage.die(1);
    stage.pass(9 * MINUTE);
    await stage.deliver(4);
    expect((await listOops(stage.table)).map(({ count }) => count).sort()).toEqual([1, 2]);
    expect(stage.count('AttemptFailed')).toBe(3);
  });

  it('is not seen in a message that is delivered again after it is done with', async () => {
    const stage = workStage();
    await stage.deliver(1);
    stage.pass(3 * MINUTE);
    await stage.deliver(2);
    expect(stage.count('AttemptFailed')).toBe(0);
  });

  it('does not count as died while it may still run', async () => {
    const stage = workStage();
    await stage.die(1);
    stage.pass(SECOND);
    await stage.deliver(2);
    expect(stage.count('AttemptFailed')).toBe(0);
  });

  it.each([
    [30 * SECOND - 1, 0],
    [30 * SECOND, 1],
  ])(
    'counts as died after the 30 s of a function of which nobody says more (%i ms: %i)',
    async (after, dead) => {
      const stage = workStage();
      const begun = new Promise<void>((resolve) => {
        stage.acts(() => {
          resolve();
          return new Promise(() => {});
        });
      });
      void stage.deliver(1);
      await begun;
      stage.acts(async () => DONE);
      stage.pass(after);
      await stage.deliver(2);
      expect(stage.count('AttemptFailed')).toBe(dead);
    },
  );

  it('is known by its message, tried since that was received first', async () => {
    const stage = workStage();
    await stage.die(1, { firstReceivedAt: START - MINUTE });
    stage.pass(3 * MINUTE);
    await stage.deliver(2);
    const [kind] = await listOops(stage.table);
    const found = await loadOops(stage.table, kind!.fingerprint, 10);
    expect(found?.occurrences).toMatchObject([{ attempt: 1, since: START - MINUTE, feedsBreaker: true }]);
  });

  it('without a trace is counted by its number, and is nothing for the breaker to judge by', async () => {
    const stage = workStage();
    await stage.die(1);
    stage.pass(9 * MINUTE);
    await stage.deliver(4);
    const kinds = await listOops(stage.table);
    const untraced = kinds.find(({ sample }) => sample.includes('left no trace'));
    expect(untraced?.sample).toBe('attempt # left no trace: it died or never began, or its answer was lost');
    const found = await loadOops(stage.table, untraced!.fingerprint, 10);
    expect(found?.occurrences.map(({ attempt, feedsBreaker }) => [attempt, feedsBreaker]).sort()).toEqual([
      [2, false],
      [3, false],
    ]);
  });

  it('is not confused with one that failed and said so', async () => {
    const stage = workStage();
    stage.acts(async () => {
      throw new Error('broken');
    });
    await stage.deliver(1);
    stage.acts(async () => DONE);
    stage.pass(20 * MINUTE);
    await stage.scan();
    await stage.deliver(2);
    expect((await listOops(stage.table)).map(({ cause, count }) => [cause, count])).toEqual([['bug', 1]]);
  });

  it('is counted from the second receive on where the broker keeps the message', async () => {
    const stage = workStage({ queue: 'ingest', fromState: false });
    await stage.die(1);
    stage.pass(3 * MINUTE);
    await stage.die(2);
    stage.pass(3 * MINUTE);
    await stage.deliver(3);
    const kinds = await listOops(stage.table);
    expect(kinds.map(({ cause, lastAttempt }) => [cause, lastAttempt]).sort()).toEqual([
      ['died', 1],
      ['died', 2],
    ]);
    expect(stage.count('AttemptFailed')).toBe(2);
  });
});

describe('the last allowed receive', () => {
  it('hands work back that the state queues again', async () => {
    const stage = workStage();
    stage.acts(async () => {
      throw new Error('broken');
    });
    expect(await stage.deliver(10)).toEqual({ outcome: 'skipped', reason: 'left-to-the-scanner' });
    expect(stage.handedBack).toEqual(['item']);
    expect(await running(stage)).toEqual([]);
    expect(stage.count('AttemptFailed')).toBe(1);
  });

  it('leaves the message to the broker where only the broker keeps it', async () => {
    const stage = workStage({ queue: 'ingest', fromState: false });
    stage.acts(async () => {
      throw new Error('broken');
    });
    expect(await stage.deliver(10)).toMatchObject({ outcome: 'retry' });
    expect(stage.handedBack).toEqual([]);
  });
});
