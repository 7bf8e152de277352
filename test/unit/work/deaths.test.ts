import { describe, expect, it } from 'vitest';
import { listOops } from '../../../functions/store/oops.ts';
import { countDeaths } from '../../../functions/work/deaths.ts';
import { START, workStage } from './stage.ts';

const SECOND = 1_000;

describe('attempts that began and were not heard of', () => {
  it('count once their time is up, each once, though no next attempt came', async () => {
    const stage = workStage();
    await stage.die(1, { messageId: 'a' });
    await stage.die(1, { messageId: 'b', body: JSON.stringify({ key: 'other' }) });
    stage.pass(44 * SECOND);
    await countDeaths(stage.system, 'notify');
    expect(await listOops(stage.table)).toEqual([]);
    stage.pass(SECOND);
    await countDeaths(stage.system, 'notify');
    await countDeaths(stage.system, 'notify');
    expect(await listOops(stage.table)).toMatchObject([{ worker: 'notify', cause: 'died', count: 2 }]);
  });

  it('of another queue are left to its own worker', async () => {
    const stage = workStage();
    await stage.die(1);
    stage.pass(60 * SECOND);
    await countDeaths(stage.system, 'disable');
    expect(await listOops(stage.table)).toEqual([]);
  });

  it('of a queue whose name comes before are left to that one, too', async () => {
    const stage = workStage({ queue: 'disable' });
    await stage.die(1);
    stage.pass(60 * SECOND);
    await countDeaths(stage.system, 'notify');
    expect(await listOops(stage.table)).toEqual([]);
    await countDeaths(stage.system, 'disable');
    expect(await listOops(stage.table)).toMatchObject([{ worker: 'disable', count: 1 }]);
  });

  it('are counted fifty at a time, and the others with the next batch', async () => {
    const stage = workStage();
    for (let item = 0; item < 52; item += 1)
      await stage.die(1, { messageId: `m${item}`, body: JSON.stringify({ key: `item${item}` }) });
    stage.pass(60 * SECOND);
    await countDeaths(stage.system, 'notify');
    expect(await listOops(stage.table)).toMatchObject([{ count: 50 }]);
    await countDeaths(stage.system, 'notify');
    expect(await listOops(stage.table)).toMatchObject([{ count: 52 }]);
  });

  it('are no attempts that ended and said so: counting costs no write for them', async () => {
    const stage = workStage();
    stage.acts(async () => {
      throw new Error('broken');
    });
    await stage.deliver(1);
    stage.pass(60 * SECOND);
    stage.writes.length = 0;
    await countDeaths(stage.system, 'notify');
    expect(stage.writes).toEqual([]);
  });

  it('are not counted again by the next attempt', async () => {
    const stage = workStage();
    await stage.die(1, { firstReceivedAt: START });
    stage.pass(60 * SECOND);
    await countDeaths(stage.system, 'notify');
    await stage.deliver(2);
    expect(await listOops(stage.table)).toMatchObject([{ count: 1 }]);
  });
});

describe('an attempt whose process dies at the records of earlier ones', () => {
  it('left its own start', async () => {
    const stage = workStage();
    const { transact } = stage.table;
    let written = 0;
    Object.assign(stage.table, {
      transact: (...args: Parameters<typeof transact>) => {
        written += 1;
        return written > 1 ? new Promise(() => {}) : transact.apply(stage.table, args);
      },
    });
    void stage.deliver(3);
    await new Promise((resolve) => setTimeout(resolve, 20));
    Object.assign(stage.table, { transact });
    stage.pass(60 * SECOND);
    await countDeaths(stage.system, 'notify');
    expect(await listOops(stage.table)).toMatchObject([{ cause: 'died', lastAttempt: 3 }]);
  });
});
