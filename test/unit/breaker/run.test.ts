import { describe, expect, it } from 'vitest';
import { MINUTE } from '../../../functions/abandonment/time.ts';
import { runBreaker } from '../../../functions/breaker/run.ts';
import type { ProbeResult } from '../../../functions/breaker/worker-control.port.ts';
import { index, keys, sortable } from '../../../functions/store/keys.ts';
import { loadOperatorAlert, operatorAlertWrite } from '../../../functions/store/operator-alerts.ts';
import { recordOops } from '../../../functions/work/oops.ts';
import { countSuccess } from '../../../functions/work/successes.ts';
import { breakerStage, fail, PASSED, START, type Stage } from './stage.ts';

const openAlert = ({ table }: Stage) => table.get(keys.operatorAlert('breaker-open', 'disable'));

describe('a worker whose attempts fail', () => {
  it('is paused, operators are told at once, and its failing is on record', async () => {
    const stage = breakerStage();
    await fail(stage, 5);
    const [report] = await stage.look();
    expect(report).toEqual({ queue: 'disable', phase: 'open', actions: ['pause', 'alert'] });
    expect(stage.control.isOff).toBe(true);
    expect(stage.alerts.map(({ code, subject }) => [code, subject])).toEqual([['breaker-open', 'disable']]);
    expect(await openAlert(stage)).toMatchObject({ active: true, toldAt: stage.system.clock.now() });
    expect(stage.count('BreakerOpen')).toBe(1);
    expect(stage.count('AttemptFailed')).toBe(5);
    expect(stage.logged.map(({ message }) => message)).toContain('failure');
  });

  it('is left alone after four', async () => {
    const stage = breakerStage();
    await fail(stage, 4);
    await stage.look();
    expect(stage.control.done).toEqual([]);
  });

  it('is left alone where most of its attempts go well', async () => {
    const stage = breakerStage();
    for (let done = 0; done < 6; done += 1) countSuccess(stage.system, 'disable');
    await fail(stage, 5);
    await stage.look();
    expect(stage.control.isOff).toBe(false);
  });

  it('is left alone for faults that pass, and for items that are bad themselves', async () => {
    const stage = breakerStage();
    await fail(stage, 20, Object.assign(new Error('slow down'), { name: 'ThrottlingException' }));
    for (let item = 0; item < 20; item += 1) {
      await recordOops(stage.system, {
        worker: 'disable',
        item: `bad${item}`,
        attempt: 1,
        cause: 'permanent',
        error: new Error('no such task'),
      });
    }
    await stage.look();
    expect(stage.control.isOff).toBe(false);
  });

  it('is left alone for what older code did', async () => {
    const stage = breakerStage();
    await fail(stage, 9, new Error('broken'), '6');
    await stage.look();
    expect(stage.control.isOff).toBe(false);
  });

  it.each(['$LATEST', 'none'])(
    'is paused for what code did that tells no version but %s',
    async (version) => {
      const stage = breakerStage();
      await fail(stage, 5, new Error('broken'), version);
      await stage.look();
      expect(stage.control.isOff).toBe(true);
    },
  );

  it('is paused in a bad hour without reading all of its failures', async () => {
    const stage = breakerStage('disable', { pageRows: 100 });
    await fail(stage, 1_200);
    const { query } = stage.table;
    let pages = 0;
    stage.table.query = async (asked) => {
      if (asked.index === 'g2') pages += 1;
      return query.call(stage.table, asked);
    };
    await stage.look();
    expect(stage.control.isOff).toBe(true);
    expect(pages).toBe(5);
  });

  it('is left alone for failures of more than ten minutes ago', async () => {
    const stage = breakerStage();
    await stage.look();
    await fail(stage, 9);
    stage.pass(11);
    await stage.look();
    expect(stage.control.isOff).toBe(false);
  });
});

describe('a worker that dies before its first line runs', () => {
  it('is paused within ten minutes of waiting work, though it records nothing', async () => {
    const stage = breakerStage();
    stage.control.waits = true;
    stage.control.answer = { outcome: 'failed', reason: 'Unhandled: Runtime.ImportModuleError' };
    let minutes = 0;
    while (!stage.control.isOff && minutes < 10) {
      await stage.look();
      stage.pass(1);
      minutes += 1;
    }
    expect(stage.control.isOff).toBe(true);
    expect(minutes).toBeLessThanOrEqual(5);
    expect(stage.count('AttemptFailed')).toBe(5);
  });

  it('is paused whatever version the code that watches it has', async () => {
    const stage = breakerStage();
    Object.assign(stage.system.config, { functionVersion: '3' });
    stage.control.waits = true;
    stage.control.answer = { outcome: 'failed', reason: 'Unhandled: Runtime.ImportModuleError' };
    for (let minute = 0; minute < 6; minute += 1) {
      await stage.look();
      stage.pass(1);
    }
    expect(stage.control.isOff).toBe(true);
  });

  it('is not asked while nothing waits', async () => {
    const stage = breakerStage();
    stage.control.answer = { outcome: 'failed', reason: 'no' };
    await stage.look();
    expect(stage.control.done).toEqual([]);
  });

  it('is not taken for dead where it is too busy to be asked', async () => {
    const stage = breakerStage();
    stage.control.waits = true;
    stage.control.failsTo = 'probe';
    for (let minute = 0; minute < 9; minute += 1) await stage.look();
    expect(stage.control.isOff).toBe(false);
  });
});

describe('an open breaker', () => {
  async function opened(): Promise<Stage> {
    const stage = breakerStage();
    await fail(stage, 5);
    await stage.look();
    stage.control.done.length = 0;
    return stage;
  }

  it('resumes the queue when a probe passes, and takes its alert back', async () => {
    const stage = await opened();
    stage.pass(5);
    const [report] = await stage.look();
    expect(report).toMatchObject({ phase: 'closed', actions: ['probe', 'resume'] });
    expect(stage.control.isOff).toBe(false);
    expect(await openAlert(stage)).toBeUndefined();
  });

  it('does not open again for what failed before', async () => {
    const stage = await opened();
    stage.pass(5);
    await stage.look();
    stage.pass(1);
    await stage.look();
    expect(stage.control.isOff).toBe(false);
  });

  it('keeps the queue off while probes fail', async () => {
    const stage = await opened();
    stage.control.answer = { outcome: 'failed', reason: 'still broken' };
    for (let minute = 0; minute < 40; minute += 1) {
      stage.pass(1);
      await stage.look();
    }
    expect(stage.control.done).toEqual(['probe', 'probe', 'probe']);
    expect(stage.control.isOff).toBe(true);
    expect(stage.alerts).toHaveLength(1);
  });

  it('goes on a minute after the fix is deployed', async () => {
    const stage = await opened();
    stage.control.deployed = '8';
    stage.pass(1);
    await stage.look();
    expect(stage.control.isOff).toBe(false);
  });

  it('never resumes what an operator paused', async () => {
    const stage = await opened();
    await stage.table.transact([{ put: { ...keys.queuePause('disable'), at: 0, by: 'ops' } }], 'w');
    stage.pass(5);
    const [report] = await stage.look();
    expect(report?.phase).toBe('closed');
    expect(stage.control.isOff).toBe(true);
    expect(stage.control.done).toEqual(['probe']);
  });

  it('resumes at its next look where the resuming failed', async () => {
    const stage = await opened();
    stage.pass(5);
    stage.control.failsTo = 'resume';
    expect((await stage.look())[0]?.phase).toBe('unknown');
    stage.control.failsTo = undefined;
    stage.pass(1);
    expect((await stage.look())[0]).toMatchObject({ phase: 'closed', actions: ['resume'] });
    expect(stage.control.isOff).toBe(false);
  });

  it('pauses at its next look where the pausing failed', async () => {
    const stage = breakerStage();
    await fail(stage, 5);
    stage.control.failsTo = 'pause';
    await stage.look();
    stage.control.failsTo = undefined;
    stage.pass(1);
    await stage.look();
    expect(stage.control.isOff).toBe(true);
  });

  it('pauses again what somebody switched on, without asking its worker', async () => {
    const stage = await opened();
    Object.assign(stage.control, { isOff: false, waits: true });
    stage.pass(1);
    expect((await stage.look())[0]).toMatchObject({ phase: 'open', actions: ['pause'] });
    expect(stage.control).toMatchObject({ isOff: true, done: ['pause'] });
  });

  it('leaves telling to the scanner where operators cannot be told', async () => {
    const stage = breakerStage();
    stage.system.operators.notify = async () => {
      throw new Error('SNS is down');
    };
    await fail(stage, 5);
    const [report] = await stage.look();
    expect(report?.phase).toBe('open');
    expect(await openAlert(stage)).toMatchObject({ toldAt: null });
  });
});

const NO_ANSWER: ProbeResult = { outcome: 'failed', reason: 'the table is away' };

describe('while the table fails', () => {
  /** From when on until when nothing can be read or written; only written where `reads`. */
  function failing(stage: Stage, { reads = false } = {}) {
    const { get, query, transact } = stage.table;
    const fails = async () => {
      throw new Error('the table is away');
    };
    Object.assign(stage.table, { transact: fails, ...(reads ? {} : { get: fails, query: fails }) });
    return () => Object.assign(stage.table, { get, query, transact });
  }

  it('a queue whose worker does not answer is paused, and operators are told once', async () => {
    const stage = breakerStage();
    stage.control.waits = true;
    stage.control.answer = { outcome: 'failed', reason: 'the table is away' };
    failing(stage);
    expect(await stage.look()).toEqual([{ queue: 'disable', phase: 'unknown', actions: ['pause'] }]);
    stage.pass(1);
    expect((await stage.look())[0]?.actions).toEqual([]);
    expect(stage.control).toMatchObject({ isOff: true, done: ['probe', 'pause'] });
    expect(stage.alerts.map(({ code, subject }) => [code, subject])).toEqual([['breaker-open', 'disable']]);
  });

  it('a queue whose worker does not answer is paused where only nothing can be written', async () => {
    const stage = breakerStage();
    stage.control.waits = true;
    stage.control.answer = { outcome: 'failed', reason: 'the table takes nothing' };
    failing(stage, { reads: true });
    expect((await stage.look())[0]).toMatchObject({ phase: 'unknown', actions: ['pause'] });
    expect(stage.control.isOff).toBe(true);
    expect(stage.alerts).toHaveLength(1);
  });

  it.each([
    ['whose worker answers', { waits: true }],
    ['on which nothing waits', { answer: NO_ANSWER }],
    ['whose worker cannot be asked', { waits: true, answer: NO_ANSWER, failsTo: 'probe' }],
    ['whose worker is too busy to be asked', { waits: true, answer: { outcome: 'busy' } as const }],
  ])('a queue is left alone %s', async (_, worker) => {
    const stage = breakerStage();
    Object.assign(stage.control, worker);
    failing(stage);
    expect(await stage.look()).toEqual([{ queue: 'disable', phase: 'unknown', actions: [] }]);
    expect(stage.control.isOff).toBe(false);
    expect(stage.alerts).toEqual([]);
    expect(stage.logs('breaker: cannot do without the table')).toEqual([]);
  });

  it('a queue whose worker answers is left alone where only nothing can be written', async () => {
    const stage = breakerStage();
    stage.control.waits = true;
    failing(stage, { reads: true });
    expect((await stage.look())[0]).toMatchObject({ phase: 'unknown', actions: [] });
    expect(stage.control.isOff).toBe(false);
  });

  it('operators hear why the queue is off, and that it goes on by itself', async () => {
    const stage = breakerStage();
    Object.assign(stage.control, { waits: true, answer: NO_ANSWER });
    failing(stage);
    await stage.look();
    const [alert] = stage.alerts;
    expect(alert?.detail).toContain('the disable queue is off, for the table fails');
    expect(alert?.detail).toContain('nothing is lost, and it goes on by itself once the table is back');
  });

  it('the queue is paused all the same where operators cannot be told, and the log says so', async () => {
    const stage = breakerStage();
    Object.assign(stage.control, { waits: true, answer: NO_ANSWER });
    stage.system.operators.notify = async () => {
      throw new Error('SNS is down');
    };
    failing(stage);
    expect((await stage.look())[0]).toMatchObject({ phase: 'unknown', actions: ['pause'] });
    expect(stage.control.isOff).toBe(true);
    expect(stage.logs('breaker: cannot do without the table')).toEqual([
      { level: 'error', queue: 'disable', error: 'Error: SNS is down' },
    ]);
  });

  it('a queue that failed before it is paused, though that cannot be noted', async () => {
    const stage = breakerStage();
    await fail(stage, 5);
    failing(stage, { reads: true });
    expect((await stage.look())[0]).toMatchObject({ phase: 'unknown', actions: ['pause'] });
    expect(stage.control.isOff).toBe(true);
    expect(stage.alerts).toHaveLength(1);
  });

  it('what was paused goes on at the first look that finds the table and an answering worker', async () => {
    const stage = breakerStage();
    stage.control.waits = true;
    stage.control.answer = { outcome: 'failed', reason: 'the table is away' };
    const mend = failing(stage);
    await stage.look();
    mend();
    stage.control.answer = PASSED;
    stage.control.waits = false;
    stage.control.messages = [{ messageId: 'm1', firstSentAt: START, trials: 0 }];
    stage.pass(400);
    expect((await stage.look())[0]).toMatchObject({ phase: 'closed', actions: ['probe', 'resume', 'over'] });
    expect(stage.control.isOff).toBe(false);
    expect(await openAlert(stage)).toBeUndefined();
    const about = { code: 'breaker-open', subject: 'disable' };
    expect(stage.alerts).toEqual([
      { ...about, detail: expect.stringContaining('the table fails') },
      {
        ...about,
        detail:
          'over since 2026-03-01T18:40:00Z: the disable queue was found off, and its worker works; ' +
          'since when it was off is not known',
        isOver: true,
      },
    ]);
    stage.pass(1);
    expect((await stage.look())[0]?.actions).toEqual([]);
  });

  it('what was paused goes on where operators cannot be notified of it, and the log says so', async () => {
    const stage = breakerStage();
    stage.control.isOff = true;
    stage.system.operators.notify = async () => {
      throw new Error('SNS is down');
    };
    expect((await stage.look())[0]).toMatchObject({ phase: 'closed', actions: ['probe', 'resume', 'over'] });
    expect(stage.control.isOff).toBe(false);
    expect(stage.logs('operators not notified')).toEqual([
      { level: 'error', code: 'breaker-open', queue: 'disable', error: 'Error: SNS is down' },
    ]);
  });

  it('of what was paused and failed since the scanner notifies of the end, as of any other', async () => {
    const stage = breakerStage();
    stage.control.isOff = true;
    stage.control.answer = NO_ANSWER;
    await stage.look();
    stage.control.answer = PASSED;
    stage.pass(5);
    expect((await stage.look())[0]).toMatchObject({ phase: 'closed', actions: ['probe', 'resume'] });
    expect(stage.alerts.map(({ isOver }) => isOver)).toEqual([undefined]);
  });

  it('of what opened again and operators were notified of, the scanner notifies of the end as well', async () => {
    const stage = breakerStage();
    stage.control.isOff = true;
    await stage.look();
    stage.control.isOff = true;
    stage.control.messages = [{ messageId: 'hidden', firstSentAt: START, trials: 0, delay: 30_000 }];
    stage.pass(60);
    expect((await stage.look())[0]).toMatchObject({ phase: 'open', actions: ['probe'] });
    const alert = await loadOperatorAlert(stage.table, 'breaker-open', 'disable');
    if (!alert) throw new Error('there is no alert');
    const notified = operatorAlertWrite({ ...alert, toldAt: START + 60 * 60_000 });
    await stage.table.transact([notified], 'scanner');
    stage.control.messages = [];
    stage.pass(1);
    expect((await stage.look())[0]).toMatchObject({ phase: 'closed', actions: ['probe', 'resume'] });
  });

  it('what was paused stays off and is told of while its worker does not answer', async () => {
    const stage = breakerStage();
    stage.control.isOff = true;
    stage.control.answer = { outcome: 'failed', reason: 'no' };
    expect((await stage.look())[0]).toMatchObject({ phase: 'open', actions: ['probe', 'alert'] });
    expect(await openAlert(stage)).toMatchObject({ active: true });
    stage.pass(4);
    expect((await stage.look())[0]?.actions).toEqual([]);
    stage.pass(1);
    expect((await stage.look())[0]?.actions).toEqual(['probe']);
    expect(stage.alerts).toHaveLength(1);
  });

  it('what an operator paused is not taken for forgotten', async () => {
    const stage = breakerStage();
    Object.assign(stage.control, { isOff: true, waits: true });
    const pause = { ...keys.queuePause('disable'), v: 1, by: 'olga', at: 0 };
    await stage.table.transact([{ put: pause }], 'olga');
    expect((await stage.look())[0]).toMatchObject({ phase: 'closed', actions: [] });
    expect(stage.control.done).toEqual([]);
  });
});

describe('an incident that opens again', () => {
  const AWAY = { verdict: 'failed', reason: 'away' } as const;

  /** Opened, told, and closed after five minutes, for its probe passed and nothing was on the queue. */
  async function closed(): Promise<Stage> {
    const stage = breakerStage();
    await fail(stage, 5);
    await stage.look();
    stage.pass(5);
    expect((await stage.look())[0]?.phase).toBe('closed');
    return stage;
  }

  it('puts its alert back as it was told, and tells nobody anew', async () => {
    const stage = await closed();
    const toldAt = stage.system.clock.now() - 5 * 60_000;
    stage.pass(60);
    await fail(stage, 5);
    expect((await stage.look())[0]).toMatchObject({ phase: 'open', actions: ['pause'] });
    expect(stage.alerts).toHaveLength(1);
    expect(await openAlert(stage)).toMatchObject({ active: true, toldAt });
  });

  it('and is found off is of the same incident, of whose end the scanner notifies', async () => {
    const stage = await closed();
    stage.control.isOff = true;
    stage.pass(60);
    expect((await stage.look())[0]).toMatchObject({ phase: 'closed', actions: ['probe', 'resume'] });
    expect(stage.alerts).toHaveLength(1);
  });

  it('is told as a new one after more than a day', async () => {
    const stage = await closed();
    stage.pass(24 * 60 + 1);
    await fail(stage, 5);
    expect((await stage.look())[0]?.actions).toEqual(['pause', 'alert']);
    expect(stage.alerts).toHaveLength(2);
  });

  it('stays off while a real message fails, though its probe passes, and goes on once one is worked', async () => {
    const stage = breakerStage();
    await fail(stage, 5);
    await stage.look();
    stage.control.messages = [{ messageId: 'm', firstSentAt: START, trials: 0 }];
    stage.control.answers = { m: AWAY };
    stage.pass(5);
    expect((await stage.look())[0]).toMatchObject({ phase: 'open', actions: ['probe'] });
    expect(stage.control.isOff).toBe(true);
    stage.control.messages = stage.control.messages.map(({ delay: _, ...message }) => message);
    stage.control.answers = {};
    stage.pass(10);
    expect((await stage.look())[0]).toMatchObject({ phase: 'closed', actions: ['probe', 'resume'] });
  });

  it('is tried at once when the code changed', async () => {
    const stage = breakerStage();
    await fail(stage, 5);
    await stage.look();
    stage.control.messages = [{ messageId: 'm', firstSentAt: START, trials: 1 }];
    stage.control.deployed = '8';
    stage.pass(1);
    expect((await stage.look())[0]?.phase).toBe('closed');
    expect(stage.control.done).toContain('try m');
  });

  it('that an operator paused is probed and never tried', async () => {
    const stage = breakerStage();
    await fail(stage, 5);
    await stage.look();
    stage.control.messages = [{ messageId: 'm', firstSentAt: START, trials: 0 }];
    await stage.table.transact([{ put: { ...keys.queuePause('disable'), at: 0, by: 'ops' } }], 'w');
    stage.pass(5);
    await stage.look();
    expect(stage.control.done).not.toContain('try m');
    expect(stage.control.isOff).toBe(true);
  });
});

describe('where little is tried', () => {
  /** An item for each, which fails now and is tried since so many minutes. */
  async function failSince(stage: Stage, ...minutes: number[]): Promise<void> {
    for (const [item, ago] of minutes.entries())
      await recordOops(stage.system, {
        worker: 'disable',
        item: `t${item}`,
        attempt: 1,
        cause: 'fault',
        error: new Error('broken'),
        since: stage.system.clock.now() - ago * MINUTE,
      });
  }

  it.each([
    ['the oldest of it for nine minutes', [0, 9], true],
    ['the oldest of it for nine minutes, which was told first', [9, 0], true],
    ['all of it for less', [8, 8], false],
  ])('opens where it failed %s: %j %s', async (_, ago, opens) => {
    const stage = breakerStage();
    stage.control.waits = true;
    await stage.look();
    stage.pass(60);
    await failSince(stage, ...ago);
    await stage.look();
    expect(stage.control.isOff).toBe(opens);
  });

  it('opens for what code of before recorded, which did not say since when it was tried', async () => {
    const stage = breakerStage();
    stage.control.waits = true;
    const place = (at: number) => ({ g2pk: index.failures('disable'), g2sk: `${sortable(at)}#x` });
    const rows = [0, 1].map((minute) => {
      const at = START + minute * MINUTE;
      const row = { ...keys.oopsOccurrence('f', at, `x${minute}`), v: 1, ...place(at) };
      return { put: { ...row, p: { version: '7', attempts: 1 } } };
    });
    await stage.table.transact(rows, 'before');
    const phases: unknown[] = [];
    for (const minutes of [8, 1]) {
      stage.pass(minutes);
      phases.push((await stage.look())[0]?.phase);
    }
    expect(phases).toEqual(['closed', 'open']);
  });

  it.each([
    ['open', ['pause']],
    ['closed', ['pause', 'alert']],
  ])('opens, where code of before left it %s, and does: %j', async (phase, actions) => {
    const stage = breakerStage();
    const [openedAt, wait] = [START - MINUTE, 5 * MINUTE];
    const versions = { version: '7', versionSince: openedAt, trippedBy: '7', probed: '7' };
    const times = { since: openedAt, countFrom: openedAt, probeAt: openedAt + wait, wait };
    const put = { ...keys.breaker('disable'), v: 1, rev: 1, phase, ...versions, ...times };
    await stage.table.transact([{ put }], 'before');
    stage.control.isOff = phase === 'open';
    stage.pass(5);
    expect((await stage.look())[0]?.phase).toBe('closed');
    stage.pass(1);
    await fail(stage, 5);
    expect((await stage.look())[0]).toEqual({ queue: 'disable', phase: 'open', actions });
  });

  it('opens for attempts that began and were never heard of again, while messages wait', async () => {
    const opens = async (waits: boolean) => {
      const stage = breakerStage();
      stage.control.waits = waits;
      await Promise.all([1, 2, 3, 4, 5].map((item) => begin(stage, `t${item}`)));
      stage.pass(2);
      await stage.look();
      return [stage.control.isOff, stage.count('AttemptFailed')];
    };
    expect([await opens(true), await opens(false)]).toEqual([
      [true, 5],
      [false, 0],
    ]);
  });

  /** The row of an attempt that begins now and may take a minute. */
  async function begin({ system, table }: Stage, item: string): Promise<void> {
    const now = system.clock.now();
    const start = { queue: 'disable', item, messageId: item, attempt: 1, startedAt: now, since: now };
    const put = { ...keys.work('disable', item, item), v: 1, ...start };
    await table.transact(
      [{ put: { ...put, endsBy: now + MINUTE, endedAt: null, functionVersion: '7' } }],
      item,
    );
  }

  it('opens at nine minutes of failing, and not where the worker says that others went well', async () => {
    const opens = async (worked: number) => {
      const stage = breakerStage();
      stage.control.waits = true;
      stage.control.answer = { outcome: 'passed', worked };
      const since = stage.system.clock.now();
      for (let attempt = 1; attempt <= 2; attempt += 1) {
        const error = new Error('broken');
        await recordOops(stage.system, {
          worker: 'disable',
          item: 'a',
          attempt,
          cause: 'fault',
          error,
          since,
        });
      }
      stage.pass(9);
      await stage.look();
      return stage.control.isOff;
    };
    expect([await opens(0), await opens(1)]).toEqual([true, false]);
  });

  it('opens where no worker is free to be asked for nine minutes', async () => {
    const stage = breakerStage();
    stage.control.waits = true;
    stage.control.answer = { outcome: 'busy' };
    for (let minute = 0; minute < 9; minute += 1) {
      await stage.look();
      stage.pass(1);
    }
    expect(stage.control.isOff).toBe(false);
    await stage.look();
    expect(stage.control.isOff).toBe(true);
  });

  it('does not take the time for which an operator paused it for time in which no worker was free', async () => {
    const stage = breakerStage();
    const pause = keys.queuePause('disable');
    await stage.table.transact([{ put: { ...pause, v: 1, by: 'olga', at: START } }], 'pause');
    Object.assign(stage.control, { isOff: true, waits: true, answer: { outcome: 'busy' } });
    await stage.look();
    stage.pass(30);
    await stage.table.transact([{ delete: pause }], 'resume');
    stage.control.isOff = false;
    expect((await stage.look())[0]).toMatchObject({ phase: 'closed', actions: [] });
  });
});

describe('after it closed', () => {
  it('what fails within the next minute counts', async () => {
    const stage = breakerStage();
    await fail(stage, 5);
    await stage.look();
    stage.pass(5);
    expect((await stage.look())[0]?.phase).toBe('closed');
    stage.pass(0.5);
    await fail(stage, 5);
    stage.pass(0.5);
    expect((await stage.look())[0]).toMatchObject({ phase: 'open', actions: ['pause'] });
  });
});

describe('a look that learns nothing', () => {
  /** How many rows a look writes. */
  async function written(stage: Stage): Promise<number> {
    const { transact } = stage.table;
    let rows = 0;
    stage.table.transact = async (writes, id) => {
      rows += writes.length;
      return transact.call(stage.table, writes, id);
    };
    await stage.look();
    stage.table.transact = transact;
    return rows;
  }

  it('writes nothing, whether the queue is worked or off', async () => {
    const stage = breakerStage();
    stage.control.waits = true;
    await stage.look();
    stage.pass(1);
    expect(await written(stage)).toBe(0);
    await fail(stage, 5);
    await stage.look();
    stage.pass(1);
    expect(await written(stage)).toBe(0);
    expect(stage.control).toMatchObject({ isOff: true, done: ['probe', 'probe', 'probe', 'pause'] });
  });

  it('writes one row where the code changed', async () => {
    const stage = breakerStage();
    await stage.look();
    stage.control.deployed = '8';
    expect(await written(stage)).toBe(1);
  });
});

describe('two breakers that look at once', () => {
  it('do what follows once: who stores it first', async () => {
    const stage = breakerStage();
    await fail(stage, 5);
    await Promise.all([stage.look(), stage.look()]);
    expect(stage.control.done).toEqual(['pause']);
    expect(stage.alerts).toHaveLength(1);
    expect(await openAlert(stage)).toMatchObject({ toldAt: START });
  });

  it('resume nothing where the other stored something else meanwhile: the queue counts as off', async () => {
    const stage = breakerStage();
    await fail(stage, 5);
    await stage.look();
    const { probe } = stage.control;
    stage.control.probe = async () => {
      const row = await stage.table.get(keys.breaker('disable'));
      if (row) await stage.table.transact([{ put: { ...row, rev: Number(row.rev) + 1 } }], 'another');
      return probe.call(stage.control);
    };
    stage.pass(5);
    const open = stage.count('BreakerOpen');
    await stage.look();
    expect(stage.control).toMatchObject({ isOff: true, done: ['pause', 'probe'] });
    expect(stage.count('BreakerOpen')).toBe(open + 1);
  });

  it('probe once, also where both know of earlier looks', async () => {
    const stage = breakerStage();
    await fail(stage, 5);
    await stage.look();
    stage.pass(5);
    await Promise.all([stage.look(), stage.look()]);
    expect(stage.control.done).toEqual(['pause', 'probe', 'resume']);
  });
});

describe('all queues', () => {
  it('are looked at, one whose look fails or not: then the heartbeat stays away', async () => {
    const stage = breakerStage();
    const { control } = stage;
    const version = async (queue: string) => {
      if (queue === 'notify') throw new Error('no version');
      return '7';
    };
    const ports = { control: Object.assign(control, { version }) };
    const reports = await runBreaker(stage.system, ports, START);
    // No control plane is listed here.
    expect(reports.map(({ queue, phase }) => [queue, phase])).toEqual([
      ['ingest', 'closed'],
      ['notify', 'unknown'],
      ['disable', 'closed'],
      ['mail-events', 'closed'],
      ['webhook', 'closed'],
    ]);
    expect(stage.count('BreakerRan')).toBe(0);
  });
});

describe('the heartbeat', () => {
  it('says that all queues were looked at', async () => {
    const stage = breakerStage();
    await stage.look();
    expect(stage.count('BreakerRan')).toBe(1);
  });

  it('stays away where a look failed', async () => {
    const stage = breakerStage();
    stage.control.failsTo = 'version';
    expect((await stage.look())[0]?.phase).toBe('unknown');
    expect(stage.count('BreakerRan')).toBe(0);
  });
});
