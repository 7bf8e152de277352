import { describe, expect, it } from 'vitest';
import { MINUTE } from '../../../functions/abandonment/time.ts';
import { keys } from '../../../functions/store/keys.ts';
import { listOops } from '../../../functions/store/oops.ts';
import { loadOperatorAlert, operatorAlertWrite } from '../../../functions/store/operator-alerts.ts';
import { fail, START, type Stage, stage } from './stage.ts';

async function failingStage(): Promise<Stage> {
  const given = stage();
  await fail(given, 5);
  return given;
}

const alertOf = ({ table }: Stage) => loadOperatorAlert(table, 'breaker-open', 'disable');

async function kindOf({ table }: Stage, error: string) {
  return (await listOops(table)).find((kind) => kind.error === error);
}

/** Moves the clock a minute at a time, and looks. */
async function lookFor(given: Stage, minutes: number): Promise<void> {
  for (let minute = 0; minute < minutes; minute += 1) {
    given.pass(1);
    await given.look();
  }
}

describe('what operators hear of a breaker that opens', () => {
  it('says which queue is off, since when, for which version, and that nothing is lost', async () => {
    const given = await failingStage();
    await given.look();
    const [told] = given.told;
    expect(told?.detail).toContain('the disable queue is off since 2026-03-01T12:00:00Z');
    expect(told?.detail).toContain('its worker fails (version 7)');
    expect(told?.detail).toContain(
      'nothing is lost, and it goes on by itself once its worker works a message',
    );
    // The scanner repeats the same each week.
    expect(await alertOf(given)).toMatchObject({ ...told, since: START, toldAt: START });
  });

  it('is a failure of the environment among the others, and no attempt that the breaker would count', async () => {
    const given = await failingStage();
    await given.look();
    expect(await kindOf(given, 'BreakerOpened')).toMatchObject({
      worker: 'disable',
      cause: 'environment',
      lastItem: 'breaker',
      count: 1,
      sample: expect.stringContaining('queue is off'),
    });
    expect(given.count('AttemptFailed')).toBe(5);
  });

  it('is in the log as it is paused, probed and resumed', async () => {
    const given = await failingStage();
    await given.look();
    await lookFor(given, 5);
    const about = { level: 'warn', queue: 'disable' };
    expect(given.logs('breaker: pause')).toEqual([{ ...about, phase: 'open' }]);
    expect(given.logs('breaker: alert')).toEqual([{ ...about, phase: 'open' }]);
    expect(given.logs('breaker: probe')).toEqual([{ ...about, phase: 'open' }]);
    expect(given.logs('breaker: probed')).toEqual([
      { level: 'info', queue: 'disable', outcome: 'passed', worked: 0 },
    ]);
    expect(given.logs('breaker: resume')).toEqual([{ ...about, phase: 'resuming' }]);
  });

  it('counts the queue as off at each look, by its name, until it is on', async () => {
    const given = await failingStage();
    await given.look();
    await lookFor(given, 5);
    const open = given.metrics.filter(({ name }) => name === 'BreakerOpen');
    expect(open).toEqual(Array(5).fill({ name: 'BreakerOpen', properties: { queue: 'disable' } }));
  });

  it('is left as it stands where the scanner told it first', async () => {
    const given = await failingStage();
    const scannerToldAt = START + 1;
    given.system.operators.tell = async () => {
      const alert = await alertOf(given);
      if (!alert) throw new Error('there is no alert');
      await given.table.transact([operatorAlertWrite({ ...alert, toldAt: scannerToldAt })], 'scanner');
    };
    await given.look();
    expect(await alertOf(given)).toMatchObject({ toldAt: scannerToldAt, rev: 2 });
  });

  it('does not come back where it was taken back meanwhile', async () => {
    const given = await failingStage();
    given.system.operators.tell = async () => {
      await given.table.transact([{ delete: keys.operatorAlert('breaker-open', 'disable') }], 'another');
    };
    await given.look();
    expect(await alertOf(given)).toBeUndefined();
  });

  it('is in the log where operators cannot be told; the next scan finds an alert that is untold', async () => {
    const given = await failingStage();
    given.system.operators.tell = async () => {
      throw new Error('SNS is down');
    };
    await given.look();
    expect(given.logs('operators not notified')).toEqual([
      { level: 'error', code: 'breaker-open', queue: 'disable', error: 'Error: SNS is down' },
    ]);
    expect(await alertOf(given)).toMatchObject({ active: true, toldAt: null, rev: 1 });
  });
});

describe('the alert of a breaker that stays open', () => {
  it('stays as it was told, however often probes fail', async () => {
    const given = await failingStage();
    await given.look();
    const told = await alertOf(given);
    given.control.answer = { outcome: 'failed', reason: 'still broken' };
    await lookFor(given, 40);
    expect(await alertOf(given)).toEqual(told);
  });

  it('says again which queue is off where it opens again', async () => {
    const given = await failingStage();
    await given.look();
    await lookFor(given, 5);
    given.pass(60);
    await fail(given, 5);
    await given.look();
    expect(await alertOf(given)).toMatchObject({
      detail: expect.stringContaining('the disable queue is off since 2026-03-01T13:05:00Z'),
      since: START + 65 * MINUTE,
      toldAt: START,
    });
  });

  it('is none where the code of a queue that is worked changes within a day of an incident', async () => {
    const given = await failingStage();
    await given.look();
    await lookFor(given, 5);
    given.control.deployed = '8';
    await lookFor(given, 1);
    expect(await alertOf(given)).toBeUndefined();
  });

  it('comes of a queue that is found off once a probe of it fails, not before', async () => {
    const given = stage();
    given.control.isOff = true;
    given.control.messages = [{ messageId: 'hidden', firstSentAt: START, trials: 0, delay: 30_000 }];
    expect((await given.look())[0]).toMatchObject({ phase: 'open', actions: ['probe'] });
    expect(await alertOf(given)).toBeUndefined();
    given.control.answer = { outcome: 'failed', reason: 'no' };
    given.pass(1);
    expect((await given.look())[0]).toMatchObject({ phase: 'open', actions: ['probe', 'alert'] });
    expect(await alertOf(given)).toMatchObject({
      active: true,
      since: START + MINUTE,
      toldAt: START + MINUTE,
    });
    await lookFor(given, 30);
    expect(given.told).toHaveLength(1);
  });
});

describe('what is known of a worker that does not answer', () => {
  it('is a death of its version at a probe, with what it answered', async () => {
    const given = stage();
    given.control.waits = true;
    given.control.answer = { outcome: 'failed', reason: 'Unhandled: no such module' };
    given.control.deployed = '9';
    await given.look();
    expect(await kindOf(given, 'WorkerDoesNotAnswer')).toMatchObject({
      worker: 'disable',
      cause: 'died',
      lastItem: 'probe',
      lastAttempt: 1,
      lastVersion: '9',
      sample: 'the worker does not answer: Unhandled: no such module',
    });
  });

  it('is a line of the log where it could not be asked', async () => {
    const given = stage();
    given.control.waits = true;
    given.control.failsTo = 'probe';
    await given.look();
    expect(given.logs('breaker: not asked')).toEqual([
      { level: 'info', queue: 'disable', error: 'Error: could not probe' },
    ]);
    expect(await listOops(given.table)).toEqual([]);
  });
});

describe('a look that fails', () => {
  it('is a failure of the breaker at that queue', async () => {
    const given = stage();
    given.control.failsTo = 'version';
    await given.look();
    expect(await listOops(given.table)).toMatchObject([
      { worker: 'breaker', lastItem: 'disable', lastAttempt: 1, cause: 'bug', sample: 'no version' },
    ]);
  });
});
