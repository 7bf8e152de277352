import { describe, expect, it } from 'vitest';
import { MINUTE } from '../../../functions/abandonment/time.ts';
import { keys } from '../../../functions/store/keys.ts';
import { listOops } from '../../../functions/store/oops.ts';
import { loadOperatorAlert, operatorAlertWrite } from '../../../functions/store/operator-alerts.ts';
import { breakerStage, fail, START, type Stage } from './stage.ts';

async function failingStage(): Promise<Stage> {
  const stage = breakerStage();
  await fail(stage, 5);
  return stage;
}

const alertOf = ({ table }: Stage) => loadOperatorAlert(table, 'breaker-open', 'disable');

async function kindOf({ table }: Stage, error: string) {
  return (await listOops(table)).find((kind) => kind.error === error);
}

/** Moves the clock a minute at a time, and looks. */
async function lookFor(stage: Stage, minutes: number): Promise<void> {
  for (let minute = 0; minute < minutes; minute += 1) {
    stage.pass(1);
    await stage.look();
  }
}

describe('what operators hear of a breaker that opens', () => {
  it('says which queue is off, since when, for which version, and that nothing is lost', async () => {
    const stage = await failingStage();
    await stage.look();
    const [alert] = stage.alerts;
    expect(alert?.detail).toContain('the disable queue is off since 2026-03-01T12:00:00Z');
    expect(alert?.detail).toContain('its worker fails (version 7)');
    expect(alert?.detail).toContain(
      'nothing is lost, and it goes on by itself once its worker works a message',
    );
    // The scanner repeats the same each week.
    expect(await alertOf(stage)).toMatchObject({ ...alert, since: START, toldAt: START });
  });

  it('is a failure of the environment among the others, and no attempt that the breaker would count', async () => {
    const stage = await failingStage();
    await stage.look();
    expect(await kindOf(stage, 'BreakerOpened')).toMatchObject({
      worker: 'disable',
      cause: 'environment',
      lastItem: 'breaker',
      count: 1,
      sample: expect.stringContaining('queue is off'),
    });
    expect(stage.count('AttemptFailed')).toBe(5);
  });

  it('is in the log as it is paused, probed and resumed', async () => {
    const stage = await failingStage();
    await stage.look();
    await lookFor(stage, 5);
    const about = { level: 'warn', queue: 'disable' };
    expect(stage.logs('breaker: pause')).toEqual([{ ...about, phase: 'open' }]);
    expect(stage.logs('breaker: alert')).toEqual([{ ...about, phase: 'open' }]);
    expect(stage.logs('breaker: probe')).toEqual([{ ...about, phase: 'open' }]);
    expect(stage.logs('breaker: probed')).toEqual([
      { level: 'info', queue: 'disable', outcome: 'passed', worked: 0 },
    ]);
    expect(stage.logs('breaker: resume')).toEqual([{ ...about, phase: 'resuming' }]);
  });

  it('counts the queue as off at each look, by its name, until it is on', async () => {
    const stage = await failingStage();
    await stage.look();
    await lookFor(stage, 5);
    const open = stage.metrics.filter(({ name }) => name === 'BreakerOpen');
    expect(open).toEqual(Array(5).fill({ name: 'BreakerOpen', properties: { queue: 'disable' } }));
  });

  it('is left as it stands where the scanner told it first', async () => {
    const stage = await failingStage();
    const scannerToldAt = START + 1;
    stage.system.operators.notify = async () => {
      const alert = await alertOf(stage);
      if (!alert) throw new Error('there is no alert');
      await stage.table.transact([operatorAlertWrite({ ...alert, toldAt: scannerToldAt })], 'scanner');
    };
    await stage.look();
    expect(await alertOf(stage)).toMatchObject({ toldAt: scannerToldAt, rev: 2 });
  });

  it('does not come back where it was taken back meanwhile', async () => {
    const stage = await failingStage();
    stage.system.operators.notify = async () => {
      await stage.table.transact([{ delete: keys.operatorAlert('breaker-open', 'disable') }], 'another');
    };
    await stage.look();
    expect(await alertOf(stage)).toBeUndefined();
  });

  it('is in the log where operators cannot be told; the next scan finds an alert that is untold', async () => {
    const stage = await failingStage();
    stage.system.operators.notify = async () => {
      throw new Error('SNS is down');
    };
    await stage.look();
    expect(stage.logs('operators not notified')).toEqual([
      { level: 'error', code: 'breaker-open', queue: 'disable', error: 'Error: SNS is down' },
    ]);
    expect(await alertOf(stage)).toMatchObject({ active: true, toldAt: null, rev: 1 });
  });
});

describe('the alert of a breaker that stays open', () => {
  it('stays as it was told, however often probes fail', async () => {
    const stage = await failingStage();
    await stage.look();
    const alert = await alertOf(stage);
    stage.control.answer = { outcome: 'failed', reason: 'still broken' };
    await lookFor(stage, 40);
    expect(await alertOf(stage)).toEqual(alert);
  });

  it('says again which queue is off where it opens again', async () => {
    const stage = await failingStage();
    await stage.look();
    await lookFor(stage, 5);
    stage.pass(60);
    await fail(stage, 5);
    await stage.look();
    expect(await alertOf(stage)).toMatchObject({
      detail: expect.stringContaining('the disable queue is off since 2026-03-01T13:05:00Z'),
      since: START + 65 * MINUTE,
      toldAt: START,
    });
  });

  it('is none where the code of a queue that is worked changes within a day of an incident', async () => {
    const stage = await failingStage();
    await stage.look();
    await lookFor(stage, 5);
    stage.control.deployed = '8';
    await lookFor(stage, 1);
    expect(await alertOf(stage)).toBeUndefined();
  });

  it('comes of a queue that is found off once a probe of it fails, not before', async () => {
    const stage = breakerStage();
    stage.control.isOff = true;
    stage.control.messages = [{ messageId: 'hidden', firstSentAt: START, trials: 0, delay: 30_000 }];
    expect((await stage.look())[0]).toMatchObject({ phase: 'open', actions: ['probe'] });
    expect(await alertOf(stage)).toBeUndefined();
    stage.control.answer = { outcome: 'failed', reason: 'no' };
    stage.pass(1);
    expect((await stage.look())[0]).toMatchObject({ phase: 'open', actions: ['probe', 'alert'] });
    expect(await alertOf(stage)).toMatchObject({
      active: true,
      since: START + MINUTE,
      toldAt: START + MINUTE,
    });
    await lookFor(stage, 30);
    expect(stage.alerts).toHaveLength(1);
  });
});

describe('what is known of a worker that does not answer', () => {
  it('is a death of its version at a probe, with what it answered', async () => {
    const stage = breakerStage();
    stage.control.waits = true;
    stage.control.answer = { outcome: 'failed', reason: 'Unhandled: no such module' };
    stage.control.deployed = '9';
    await stage.look();
    expect(await kindOf(stage, 'WorkerDoesNotAnswer')).toMatchObject({
      worker: 'disable',
      cause: 'died',
      lastItem: 'probe',
      lastAttempt: 1,
      lastVersion: '9',
      sample: 'the worker does not answer: Unhandled: no such module',
    });
  });

  it('is a line of the log where it could not be asked', async () => {
    const stage = breakerStage();
    stage.control.waits = true;
    stage.control.failsTo = 'probe';
    await stage.look();
    expect(stage.logs('breaker: not asked')).toEqual([
      { level: 'info', queue: 'disable', error: 'Error: could not probe' },
    ]);
    expect(await listOops(stage.table)).toEqual([]);
  });
});

describe('a look that fails', () => {
  it('is a failure of the breaker at that queue', async () => {
    const stage = breakerStage();
    stage.control.failsTo = 'version';
    await stage.look();
    expect(await listOops(stage.table)).toMatchObject([
      { worker: 'breaker', lastItem: 'disable', lastAttempt: 1, cause: 'bug', sample: 'no version' },
    ]);
  });
});
