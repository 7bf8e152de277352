import { describe, expect, it } from 'vitest';
import { MINUTE } from '../../../functions/abandonment/time.ts';
import { endOutage, leftDue } from '../../../functions/disabling/outage.ts';
import { ControlPlaneUnavailable } from '../../../functions/platform/control-plane.port.ts';
import { loadOperatorAlert, operatorAlertWrite } from '../../../functions/store/operator-alerts.ts';
import type { Table } from '../../../functions/store/table/table.port.ts';
import { START, workStage } from '../work/stage.ts';

const DELIVERY = { body: '', messageId: 'm', receiveCount: 3, maxReceives: 10 };
const CODE = 'control-plane-unavailable';
/** `confirmWithin` of the stage. */
const PATIENCE = 30 * MINUTE;

/** A control plane of the name `ecs` that cannot be asked about a task. */
function outageStage() {
  const stage = workStage({ queue: 'disable' });
  const { system } = stage;
  const away = ({ isUnasked = false, dueSince = START, why = 'answers 503' } = {}) => {
    const error = new ControlPlaneUnavailable('ecs', why, undefined, isUnasked);
    return leftDue(system, { error, item: 'ecs/a#1', dueSince }, DELIVERY);
  };
  const alert = () => loadOperatorAlert(stage.table, CODE, 'ecs');
  /** Changes what the table does once the alert was read. */
  const onceRead = (act: () => Promise<unknown>) => {
    const { table } = system;
    system.table = new Proxy(table, {
      get: (target, name: keyof Table) => async (key: never, writer: never) => {
        const answer = await (target[name] as (...given: never[]) => Promise<unknown>)(key, writer);
        if (name === 'get') {
          system.table = table;
          await act();
        }
        return answer;
      },
    });
  };
  return { ...stage, away, alert, onceRead };
}

/** The table stays too busy for any write. */
function busy(stage: ReturnType<typeof outageStage>) {
  const { table } = stage;
  table.transact = async () => ({ outcome: 'busy', reason: 'a conflict' });
}

describe('work that a control plane cannot be asked for', () => {
  it('is left to the state, and no message comes back for it', async () => {
    expect(await outageStage().away()).toEqual({ outcome: 'skipped', reason: CODE });
  });

  it('leaves a record of the call that failed, by the work and the attempt', async () => {
    const stage = outageStage();
    await stage.away();
    expect(await stage.rows({ pk: 'OOPS', sk: '' })).toContainEqual(
      expect.objectContaining({
        worker: 'disable',
        cause: 'retryable',
        error: 'ControlPlaneUnavailable',
        lastItem: 'ecs/a#1',
        lastAttempt: 3,
      }),
    );
  });

  it('leaves none where nothing was sent', async () => {
    const stage = outageStage();
    await stage.away({ isUnasked: true });
    expect(await stage.rows({ pk: 'OOPS' })).toEqual([]);
  });

  it.each([
    ['is not due yet', -MINUTE, false],
    ['is due since now', 0, false],
    ['waits for less than a confirmation may', PATIENCE - 1, false],
    ['waits for as long as a confirmation may', PATIENCE, true],
  ])('and that %s, is told to operators, or is not', async (_what, waits, isTold) => {
    const stage = outageStage();
    stage.pass(PATIENCE);
    await stage.away({ dueSince: START + PATIENCE - waits });
    expect((await stage.alert()) !== undefined).toBe(isTold);
  });

  it('is one alert for all of it: what is known stays as it was told, at no further write', async () => {
    const stage = outageStage();
    stage.pass(PATIENCE);
    await stage.away();
    const facts = {
      code: CODE,
      subject: 'ecs',
      since: START + PATIENCE,
      toldAt: null,
      active: true,
    } as const;
    const alert = { ...facts, detail: 'what is due there waits, and dates move on: answers 503', rev: 1 };
    expect(await stage.alert()).toMatchObject(alert);
    stage.pass(MINUTE);
    const { length } = stage.writes;
    await stage.away({ isUnasked: true, why: 'answers 500' });
    expect(await stage.alert()).toMatchObject(alert);
    expect(stage.writes).toHaveLength(length);
  });

  it('is told by one of two that find it at once', async () => {
    const stage = outageStage();
    stage.pass(PATIENCE);
    stage.onceRead(() => stage.away({ isUnasked: true, why: 'answers 500' }));
    expect(await stage.away({ isUnasked: true })).toMatchObject({ outcome: 'skipped' });
    expect((await stage.alert())?.detail).toMatch(/answers 500$/);
  });

  it('is a fault that names its control plane, where the table is too busy to tell of it', async () => {
    const stage = outageStage();
    stage.pass(PATIENCE);
    busy(stage);
    await expect(stage.away({ isUnasked: true })).rejects.toThrow(
      'the table is too busy for the outage of ecs',
    );
  });
});

describe('a control plane that answers again', () => {
  async function alertedStage() {
    const stage = outageStage();
    stage.pass(PATIENCE);
    await stage.away();
    expect(await stage.alert()).toBeDefined();
    return stage;
  }

  it('is told of no longer, and others are', async () => {
    const stage = await alertedStage();
    await endOutage(stage.system, 'kafka');
    expect(await stage.alert()).toBeDefined();
    await endOutage(stage.system, 'ecs');
    expect(await stage.alert()).toBeUndefined();
  });

  it('writes nothing where nobody was told', async () => {
    const stage = outageStage();
    await endOutage(stage.system, 'ecs');
    expect(stage.writes).toEqual([]);
  });

  it('is told of until its next answer, where operators are told of it at this moment', async () => {
    const stage = await alertedStage();
    stage.onceRead(async () => {
      const alert = await stage.alert();
      if (!alert) throw new Error('there is no alert');
      await stage.table.transact([operatorAlertWrite({ ...alert, toldAt: START })], 'teller');
    });
    await endOutage(stage.system, 'ecs');
    expect(await stage.alert()).toMatchObject({ toldAt: START });
    await endOutage(stage.system, 'ecs');
    expect(await stage.alert()).toBeUndefined();
  });

  it('is a fault that names it, where the table is too busy to end the alert', async () => {
    const stage = await alertedStage();
    busy(stage);
    await expect(endOutage(stage.system, 'ecs')).rejects.toThrow(
      'the table is too busy for the end of the outage of ecs',
    );
  });
});
