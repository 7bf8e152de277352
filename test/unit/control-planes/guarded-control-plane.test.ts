import { describe, expect, it } from 'vitest';
import { MINUTE, SECOND } from '../../../functions/abandonment/time.ts';
import { GuardedControlPlane } from '../../../functions/control-planes/guarded-control-plane.ts';
import {
  ControlPlaneUnavailable,
  type ListedControlPlane,
} from '../../../functions/platform/control-plane.port.ts';
import { keys } from '../../../functions/store/keys.ts';
import { MemoryTable } from '../../../functions/store/table/memory-table.ts';

const NOW = Date.UTC(2026, 0, 5);

/** A control plane `kafka` that fails as told, seen through two processes that share the table alone. */
function stage() {
  const table = new MemoryTable({ freeze: true });
  const at = { now: NOW };
  let ids = 0;
  const writing = {
    table,
    clock: { now: () => at.now },
    // A wait is as long as it can be.
    random: { next: () => 1, id: () => `w-${ids++}` },
  };
  const asked: number[] = [];
  const mood: { fault: Error | undefined } = { fault: new ControlPlaneUnavailable('kafka', 'HTTP 503') };
  const answer = async () => {
    asked.push(at.now - NOW);
    if (mood.fault) throw mood.fault;
  };
  const inner = { check: answer, get: answer } as unknown as ListedControlPlane;
  const plane = () => new GuardedControlPlane('kafka', inner, writing);
  const [first, other] = [plane(), plane()];
  const fail = async (times: number) => {
    for (let call = 0; call < times; call += 1) await first.check().catch(() => undefined);
  };
  return { table, at, asked, mood, first, other, fail, plane, writing };
}

describe('a control plane that fails five times in a row', () => {
  it('is left alone by all processes for half a minute', async () => {
    const { first, other, fail, asked, at } = stage();
    await fail(5);
    at.now += 30 * SECOND - 1;
    for (const process of [first, other])
      await expect(process.check()).rejects.toMatchObject({
        isUnasked: true,
        retryAfterSeconds: 1,
        message: 'control plane kafka: it is not asked before 2026-01-05T00:00:30Z, for it fails: HTTP 503',
      });
    expect(asked).toHaveLength(5);
  });

  it('is asked as ever after four', async () => {
    const { other, fail, asked } = stage();
    await fail(4);
    await expect(other.check()).rejects.toMatchObject({ isUnasked: false, why: 'HTTP 503' });
    expect(asked).toHaveLength(5);
  });

  it('is tried by one caller for all, and left alone for twice as long where that fails', async () => {
    const { first, other, fail, asked, at } = stage();
    await fail(5);
    at.now = NOW + 30 * SECOND;
    const tried = await Promise.allSettled([first.check(), other.check()]);
    expect(tried).toMatchObject([{ reason: { isUnasked: false } }, { reason: { isUnasked: true } }]);
    at.now += 60 * SECOND - 1;
    await fail(1);
    expect(asked).toHaveLength(5 + 1);
    at.now += 1;
    await fail(1);
    expect(asked).toHaveLength(5 + 2);
  });

  it('doubles its waits up to 15 minutes, and asks once after each', async () => {
    const { first, fail, asked, at } = stage();
    await fail(5);
    for (let second = 1; second <= 45 * 60; second += 1) {
      at.now = NOW + second * SECOND;
      await first.check().catch(() => undefined);
    }
    // After 30 s, 1 min, 2, 4, 8, then 15 each.
    expect(asked.slice(5)).toEqual([0.5, 1.5, 3.5, 7.5, 15.5, 30.5].map((minutes) => minutes * MINUTE));
  });

  it('is asked as ever after one answer, and leaves no row', async () => {
    const { first, other, fail, asked, at, mood, table } = stage();
    await fail(5);
    at.now += MINUTE;
    mood.fault = undefined;
    await first.check();
    await other.check();
    expect(asked).toHaveLength(7);
    expect(await table.get(keys.controlPlaneBreaker('kafka'))).toBeUndefined();
  });

  it('says since when it fails, and why at last', async () => {
    const { fail, at, mood, table } = stage();
    await fail(1);
    at.now += MINUTE;
    mood.fault = new ControlPlaneUnavailable('kafka', 'HTTP 401');
    await fail(1);
    expect(await table.get(keys.controlPlaneBreaker('kafka'))).toMatchObject({
      failures: 2,
      since: NOW,
      why: 'HTTP 401',
    });
  });
});

describe('one caller who died while it tried', () => {
  it('is followed by another after two minutes', async () => {
    const { first, other, fail, asked, at, mood } = stage();
    await fail(5);
    at.now += MINUTE;
    // A bug is no word of the control plane: nothing is stored of it, as if the process had died.
    mood.fault = new Error('killed');
    await expect(first.check()).rejects.toThrow('killed');
    at.now += 2 * MINUTE - 1;
    await expect(other.check()).rejects.toMatchObject({ isUnasked: true });
    at.now += 1;
    mood.fault = undefined;
    await other.check();
    expect(asked).toHaveLength(7);
  });
});

describe('a control plane that asks for a pause', () => {
  it('is not asked before, by anybody', async () => {
    const { first, other, asked, at, mood } = stage();
    mood.fault = new ControlPlaneUnavailable('kafka', 'HTTP 429', 90);
    await expect(first.check()).rejects.toMatchObject({ retryAfterSeconds: 90 });
    mood.fault = undefined;
    at.now += 90 * SECOND - 1;
    await expect(other.check()).rejects.toMatchObject({ isUnasked: true });
    at.now += 1;
    await other.check();
    expect(asked).toHaveLength(2);
  });

  it('cannot ask for more than 15 minutes', async () => {
    const { first, at, mood } = stage();
    mood.fault = new ControlPlaneUnavailable('kafka', 'HTTP 429', 86_400);
    await expect(first.check()).rejects.toThrow();
    mood.fault = undefined;
    at.now += 15 * MINUTE;
    await first.check();
  });
});

describe('a control plane that answers', () => {
  it('costs no write', async () => {
    const { first, table, mood } = stage();
    mood.fault = undefined;
    await first.check();
    expect((await table.scan()).rows).toEqual([]);
  });

  it('is not slowed by another that is down', async () => {
    const { fail, mood, writing } = stage();
    await fail(5);
    mood.fault = undefined;
    const calm = { check: async () => undefined } as unknown as ListedControlPlane;
    await new GuardedControlPlane('ecs', calm, writing).check();
  });
});
