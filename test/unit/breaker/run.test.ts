import { describe, expect, it } from 'vitest';
import { MINUTE } from '../../../functions/abandonment/time.ts';
import { runBreaker } from '../../../functions/breaker/run.ts';
import type { ProbeResult } from '../../../functions/breaker/worker-control.port.ts';
import { index, keys, sortable } from '../../../functions/store/keys.ts';
import { recordOops } from '../../../functions/work/oops.ts';
import { countSuccess } from '../../../functions/work/successes.ts';
import { fail, PASSED, START, type Stage, stage } from './stage.ts';

const openAlert = ({ table }: Stage) => table.get(keys.operatorAlert('breaker-open', 'disable'));

describe('a worker whose attempts fail', () => {
  it('is paused, operators are told at once, and its failing is on record', async () => {
    const given = stage();
    await fail(given, 5);
    const [report] = await given.look();
    expect(report).toEqual({ queue: 'disable', phase: 'open', actions: ['pause', 'alert'] });
    expect(given.control.isOff).toBe(true);
    expect(given.told.map(({ code, subject }) => [code, subject])).toEqual([['breaker-open', 'disable']]);
    expect(await openAlert(given)).toMatchObject({ active: true, toldAt: given.system.clock.now() });
    expect(given.count('BreakerOpen')).toBe(1);
    expect(given.count('AttemptFailed')).toBe(5);
    expect(given.logged.map(({ message }) => message)).toContain('failure');
  });

  it('is left alone after four', async () => {
    const given = stage();
    await fail(given, 4);
    await given.look();
    expect(given.control.done).toEqual([]);
  });

  it('is left alone where most of its attempts go well', async () => {
    const given = stage();
    for (let done = 0; done < 6; done += 1) countSuccess(given.system, 'disable');
    await fail(given, 5);
    await given.look();
    expect(given.control.isOff).toBe(false);
  });

  it('is left alone for faults that pass, and for items that are bad themselves', async () => {
    const given = stage();
    await fail(given, 20, Object.assign(new Error('slow down'), { name: 'ThrottlingException' }));
    for (let item = 0; item < 20; item += 1) {
      await recordOops(given.system, {
        worker: 'disable',
        item: `bad${item}`,
        attempt: 1,
        cause: 'permanent',
        error: new Error('no such task'),
      });
    }
    await given.look();
    expect(given.control.isOff).toBe(false);
  });

  it('is left alone for what older code did', async () => {
    const given = stage();
    await fail(given, 9, new Error('broken'), '6');
    await given.look();
    expect(given.control.isOff).toBe(false);
  });

  it.each(['$LATEST', 'none'])(
    'is paused for what code did that tells no version but %s',
    async (version) => {
      const given = stage();
      await fail(given, 5, new Error('broken'), version);
      await given.look();
      expect(given.control.isOff).toBe(true);
    },
  );

  it('is paused in a bad hour without reading all of its failures', async () => {
    const given = stage('disable', { pageRows: 100 });
    await fail(given, 1_200);
    const { query } = given.table;
    let pages = 0;
    given.table.query = async (asked) => {
      if (asked.index === 'g2') pages += 1;
      return query.call(given.table, asked);
    };
    await given.look();
    expect(given.control.isOff).toBe(true);
    expect(pages).toBe(5);
  });

  it('is left alone for failures of more than ten minutes ago', async () => {
    const given = stage();
    await given.look();
    await fail(given, 9);
    given.pass(11);
    await given.look();
    expect(given.control.isOff).toBe(false);
  });
});

describe('a worker that dies before its first line runs', () => {
  it('is paused within ten minutes of waiting work, though it records nothing', async () => {
    const given = stage();
    given.control.waits = true;
    given.control.answer = { outcome: 'failed', reason: 'Unhandled: Runtime.ImportModuleError' };
    let minutes = 0;
    while (!given.control.isOff && minutes < 10) {
      await given.look();
      given.pass(1);
      minutes += 1;
    }
    expect(given.control.isOff).toBe(true);
    expect(minutes).toBeLessThanOrEqual(5);
    expect(given.count('AttemptFailed')).toBe(5);
  });

  it('is paused whatever version the code that watches it has', async () => {
    const given = stage();
    Object.assign(given.system.config, { functionVersion: '3' });
    given.control.waits = true;
    given.control.answer = { outcome: 'failed', reason: 'Unhandled: Runtime.ImportModuleError' };
    for (let minute = 0; minute < 6; minute += 1) {
      await given.look();
      given.pass(1);
    }
    expect(given.control.isOff).toBe(true);
  });

  it('is not asked while nothing waits', async () => {
    const given = stage();
    given.control.answer = { outcome: 'failed', reason: 'no' };
    await given.look();
    expect(given.control.done).toEqual([]);
  });

  it('is not taken for dead where it is too busy to be asked', async () => {
    const given = stage();
    given.control.waits = true;
    given.control.failsTo = 'probe';
    for (let minute = 0; minute < 9; minute += 1) await given.look();
    expect(given.control.isOff).toBe(false);
  });
});

describe('an open breaker', () => {
  async function opened(): Promise<Stage> {
    const given = stage();
    await fail(given, 5);
    await given.look();
    given.control.done.length = 0;
    return given;
  }

  it('resumes the queue when a probe passes, and takes its alert back', async () => {
    const given = await opened();
    given.pass(5);
    const [report] = await given.look();
    expect(report).toMatchObject({ phase: 'closed', actions: ['probe', 'resume'] });
    expect(given.control.isOff).toBe(false);
    expect(await openAlert(given)).toBeUndefined();
  });

  it('does not open again for what failed before', async () => {
    const given = await opened();
    given.pass(5);
    await given.look();
    given.pass(1);
    await given.look();
    expect(given.control.isOff).toBe(false);
  });

  it('keeps the queue off while probes fail', async () => {
    const given = await opened();
    given.control.answer = { outcome: 'failed', reason: 'still broken' };
    for (let minute = 0; minute < 40; minute += 1) {
      given.pass(1);
      await given.look();
    }
    expect(given.control.done).toEqual(['probe', 'probe', 'probe']);
    expect(given.control.isOff).toBe(true);
    expect(given.told).toHaveLength(1);
  });

  it('goes on a minute after the fix is deployed', async () => {
    const given = await opened();
    given.control.deployed = '8';
    given.pass(1);
    await given.look();
    expect(given.control.isOff).toBe(false);
  });

  it('never resumes what an operator paused', async () => {
    const given = await opened();
    await given.table.transact([{ put: { ...keys.queuePause('disable'), at: 0, by: 'ops' } }], 'w');
    given.pass(5);
    const [report] = await given.look();
    expect(report?.phase).toBe('closed');
    expect(given.control.isOff).toBe(true);
    expect(given.control.done).toEqual(['probe']);
  });

  it('resumes at its next look where the resuming failed', async () => {
    const given = await opened();
    given.pass(5);
    given.control.failsTo = 'resume';
    expect((await given.look())[0]?.phase).toBe('unknown');
    given.control.failsTo = undefined;
    given.pass(1);
    expect((await given.look())[0]).toMatchObject({ phase: 'closed', actions: ['resume'] });
    expect(given.control.isOff).toBe(false);
  });

  it('pauses at its next look where the pausing failed', async () => {
    const given = stage();
    await fail(given, 5);
    given.control.failsTo = 'pause';
    await given.look();
    given.control.failsTo = undefined;
    given.pass(1);
    await given.look();
    expect(given.control.isOff).toBe(true);
  });

  it('pauses again what somebody switched on, without asking its worker', async () => {
    const given = await opened();
    Object.assign(given.control, { isOff: false, waits: true });
    given.pass(1);
    expect((await given.look())[0]).toMatchObject({ phase: 'open', actions: ['pause'] });
    expect(given.control).toMatchObject({ isOff: true, done: ['pause'] });
  });

  it('leaves telling to the scanner where operators cannot be told', async () => {
    const given = stage();
    given.system.operators.tell = async () => {
      throw new Error('SNS is down');
    };
    await fail(given, 5);
    const [report] = await given.look();
    expect(report?.phase).toBe('open');
    expect(await openAlert(given)).toMatchObject({ toldAt: null });
  });
});

const NO_ANSWER: ProbeResult = { outcome: 'failed', reason: 'the table is away' };

describe('while the table fails', () => {
  /** From when on until when nothing can be read or written; only written where `reads`. */
  function failing(given: Stage, { reads = false } = {}) {
    const { get, query, transact } = given.table;
    const fails = async () => {
      throw new Error('the table is away');
    };
    Object.assign(given.table, { transact: fails, ...(reads ? {} : { get: fails, query: fails }) });
    return () => Object.assign(given.table, { get, query, transact });
  }

  it('a queue whose worker does not answer is paused, and operators are told once', async () => {
    const given = stage();
    given.control.waits = true;
    given.control.answer = { outcome: 'failed', reason: 'the table is away' };
    failing(given);
    expect(await given.look()).toEqual([{ queue: 'disable', phase: 'unknown', actions: ['pause'] }]);
    given.pass(1);
    expect((await given.look())[0]?.actions).toEqual([]);
    expect(given.control).toMatchObject({ isOff: true, done: ['probe', 'pause'] });
    expect(given.told.map(({ code, subject }) => [code, subject])).toEqual([['breaker-open', 'disable']]);
  });

  it('a queue whose worker does not answer is paused where only nothing can be written', async () => {
    const given = stage();
    given.control.waits = true;
    given.control.answer = { outcome: 'failed', reason: 'the table takes nothing' };
    failing(given, { reads: true });
    expect((await given.look())[0]).toMatchObject({ phase: 'unknown', actions: ['pause'] });
    expect(given.control.isOff).toBe(true);
    expect(given.told).toHaveLength(1);
  });

  it.each([
    ['whose worker answers', { waits: true }],
    ['on which nothing waits', { answer: NO_ANSWER }],
    ['whose worker cannot be asked', { waits: true, answer: NO_ANSWER, failsTo: 'probe' }],
    ['whose worker is too busy to be asked', { waits: true, answer: { outcome: 'busy' } as const }],
  ])('a queue is left alone %s', async (_, worker) => {
    const given = stage();
    Object.assign(given.control, worker);
    failing(given);
    expect(await given.look()).toEqual([{ queue: 'disable', phase: 'unknown', actions: [] }]);
    expect(given.control.isOff).toBe(false);
    expect(given.told).toEqual([]);
    expect(given.logs('breaker: cannot do without the table')).toEqual([]);
  });

  it('a queue whose worker answers is left alone where only nothing can be written', async () => {
    const given = stage();
    given.control.waits = true;
    failing(given, { reads: true });
    expect((await given.look())[0]).toMatchObject({ phase: 'unknown', actions: [] });
    expect(given.control.isOff).toBe(false);
  });

  it('operators hear why the queue is off, and that it goes on by itself', async () => {
    const given = stage();
    Object.assign(given.control, { waits: true, answer: NO_ANSWER });
    failing(given);
    await given.look();
    const [told] = given.told;
    expect(told?.detail).toContain('the disable queue is off, for the table fails');
    expect(told?.detail).toContain('nothing is lost, and it goes on by itself once the table is back');
  });

  it('the queue is paused all the same where operators cannot be told, and the log says so', async () => {
    const given = stage();
    Object.assign(given.control, { waits: true, answer: NO_ANSWER });
    given.system.operators.tell = async () => {
      throw new Error('SNS is down');
    };
    failing(given);
    expect((await given.look())[0]).toMatchObject({ phase: 'unknown', actions: ['pause'] });
    expect(given.control.isOff).toBe(true);
    expect(given.logs('breaker: cannot do without the table')).toEqual([
      { level: 'error', queue: 'disable', error: 'Error: SNS is down' },
    ]);
  });

  it('a queue that failed before it is paused, though that cannot be noted', async () => {
    const given = stage();
    await fail(given, 5);
    failing(given, { reads: true });
    expect((await given.look())[0]).toMatchObject({ phase: 'unknown', actions: ['pause'] });
    expect(given.control.isOff).toBe(true);
    expect(given.told).toHaveLength(1);
  });

  it('what was paused goes on at the first look that finds the table and an answering worker', async () => {
    const given = stage();
    given.control.waits = true;
    given.control.answer = { outcome: 'failed', reason: 'the table is away' };
    const mend = failing(given);
    await given.look();
    mend();
    given.control.answer = PASSED;
    given.control.waits = false;
    given.control.messages = [{ messageId: 'm1', firstSentAt: START, trials: 0 }];
    given.pass(400);
    expect((await given.look())[0]).toMatchObject({ phase: 'closed', actions: ['probe', 'resume'] });
    expect(given.control.isOff).toBe(false);
    expect(given.told).toHaveLength(1);
    expect(await openAlert(given)).toBeUndefined();
  });

  it('what was paused stays off and is told of while its worker does not answer', async () => {
    const given = stage();
    given.control.isOff = true;
    given.control.answer = { outcome: 'failed', reason: 'no' };
    expect((await given.look())[0]).toMatchObject({ phase: 'open', actions: ['probe', 'alert'] });
    expect(await openAlert(given)).toMatchObject({ active: true });
    given.pass(4);
    expect((await given.look())[0]?.actions).toEqual([]);
    given.pass(1);
    expect((await given.look())[0]?.actions).toEqual(['probe']);
    expect(given.told).toHaveLength(1);
  });

  it('what an operator paused is not taken for forgotten', async () => {
    const given = stage();
    Object.assign(given.control, { isOff: true, waits: true });
    const pause = { ...keys.queuePause('disable'), v: 1, by: 'olga', at: 0 };
    await given.table.transact([{ put: pause }], 'olga');
    expect((await given.look())[0]).toMatchObject({ phase: 'closed', actions: [] });
    expect(given.control.done).toEqual([]);
  });
});

describe('an incident that opens again', () => {
  const AWAY = { verdict: 'failed', reason: 'away' } as const;

  /** Opened, told, and closed after five minutes, for its probe passed and nothing was on the queue. */
  async function closed(): Promise<Stage> {
    const given = stage();
    await fail(given, 5);
    await given.look();
    given.pass(5);
    expect((await given.look())[0]?.phase).toBe('closed');
    return given;
  }

  it('puts its alert back as it was told, and tells nobody anew', async () => {
    const given = await closed();
    const toldAt = given.system.clock.now() - 5 * 60_000;
    given.pass(60);
    await fail(given, 5);
    expect((await given.look())[0]).toMatchObject({ phase: 'open', actions: ['pause'] });
    expect(given.told).toHaveLength(1);
    expect(await openAlert(given)).toMatchObject({ active: true, toldAt });
  });

  it('is told as a new one after more than a day', async () => {
    const given = await closed();
    given.pass(24 * 60 + 1);
    await fail(given, 5);
    expect((await given.look())[0]?.actions).toEqual(['pause', 'alert']);
    expect(given.told).toHaveLength(2);
  });

  it('stays off while a real message fails, though its probe passes, and goes on once one is worked', async () => {
    const given = stage();
    await fail(given, 5);
    await given.look();
    given.control.messages = [{ messageId: 'm', firstSentAt: START, trials: 0 }];
    given.control.answers = { m: AWAY };
    given.pass(5);
    expect((await given.look())[0]).toMatchObject({ phase: 'open', actions: ['probe'] });
    expect(given.control.isOff).toBe(true);
    given.control.messages = given.control.messages.map(({ delay: _, ...message }) => message);
    given.control.answers = {};
    given.pass(10);
    expect((await given.look())[0]).toMatchObject({ phase: 'closed', actions: ['probe', 'resume'] });
  });

  it('is tried at once when the code changed', async () => {
    const given = stage();
    await fail(given, 5);
    await given.look();
    given.control.messages = [{ messageId: 'm', firstSentAt: START, trials: 1 }];
    given.control.deployed = '8';
    given.pass(1);
    expect((await given.look())[0]?.phase).toBe('closed');
    expect(given.control.done).toContain('try m');
  });

  it('that an operator paused is probed and never tried', async () => {
    const given = stage();
    await fail(given, 5);
    await given.look();
    given.control.messages = [{ messageId: 'm', firstSentAt: START, trials: 0 }];
    await given.table.transact([{ put: { ...keys.queuePause('disable'), at: 0, by: 'ops' } }], 'w');
    given.pass(5);
    await given.look();
    expect(given.control.done).not.toContain('try m');
    expect(given.control.isOff).toBe(true);
  });
});

describe('where little is tried', () => {
  /** An item for each, which fails now and is tried since so many minutes. */
  async function failSince(given: Stage, ...minutes: number[]): Promise<void> {
    for (const [item, ago] of minutes.entries())
      await recordOops(given.system, {
        worker: 'disable',
        item: `t${item}`,
        attempt: 1,
        cause: 'fault',
        error: new Error('broken'),
        since: given.system.clock.now() - ago * MINUTE,
      });
  }

  it.each([
    ['the oldest of it for nine minutes', [0, 9], true],
    ['the oldest of it for nine minutes, which was told first', [9, 0], true],
    ['all of it for less', [8, 8], false],
  ])('opens where it failed %s: %j %s', async (_, ago, opens) => {
    const given = stage();
    given.control.waits = true;
    await given.look();
    given.pass(60);
    await failSince(given, ...ago);
    await given.look();
    expect(given.control.isOff).toBe(opens);
  });

  it('opens for what code of before recorded, which did not say since when it was tried', async () => {
    const given = stage();
    given.control.waits = true;
    const place = (at: number) => ({ g2pk: index.failures('disable'), g2sk: `${sortable(at)}#x` });
    const rows = [0, 1].map((minute) => {
      const at = START + minute * MINUTE;
      const row = { ...keys.oopsOccurrence('f', at, `x${minute}`), v: 1, ...place(at) };
      return { put: { ...row, p: { version: '7', attempts: 1 } } };
    });
    await given.table.transact(rows, 'before');
    const phases: unknown[] = [];
    for (const minutes of [8, 1]) {
      given.pass(minutes);
      phases.push((await given.look())[0]?.phase);
    }
    expect(phases).toEqual(['closed', 'open']);
  });

  it('opens for attempts that began and were never heard of again, while messages wait', async () => {
    const opens = async (waits: boolean) => {
      const given = stage();
      given.control.waits = waits;
      await Promise.all([1, 2, 3, 4, 5].map((item) => begin(given, `t${item}`)));
      given.pass(2);
      await given.look();
      return [given.control.isOff, given.count('AttemptFailed')];
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
      const given = stage();
      given.control.waits = true;
      given.control.answer = { outcome: 'passed', worked };
      const since = given.system.clock.now();
      for (let attempt = 1; attempt <= 2; attempt += 1) {
        const error = new Error('broken');
        await recordOops(given.system, {
          worker: 'disable',
          item: 'a',
          attempt,
          cause: 'fault',
          error,
          since,
        });
      }
      given.pass(9);
      await given.look();
      return given.control.isOff;
    };
    expect([await opens(0), await opens(1)]).toEqual([true, false]);
  });

  it('opens where no worker is free to be asked for nine minutes', async () => {
    const given = stage();
    given.control.waits = true;
    given.control.answer = { outcome: 'busy' };
    for (let minute = 0; minute < 9; minute += 1) {
      await given.look();
      given.pass(1);
    }
    expect(given.control.isOff).toBe(false);
    await given.look();
    expect(given.control.isOff).toBe(true);
  });

  it('does not take the time for which an operator paused it for time in which no worker was free', async () => {
    const given = stage();
    const pause = keys.queuePause('disable');
    await given.table.transact([{ put: { ...pause, v: 1, by: 'olga', at: START } }], 'pause');
    Object.assign(given.control, { isOff: true, waits: true, answer: { outcome: 'busy' } });
    await given.look();
    given.pass(30);
    await given.table.transact([{ delete: pause }], 'resume');
    given.control.isOff = false;
    expect((await given.look())[0]).toMatchObject({ phase: 'closed', actions: [] });
  });
});

describe('after it closed', () => {
  it('what fails within the next minute counts', async () => {
    const given = stage();
    await fail(given, 5);
    await given.look();
    given.pass(5);
    expect((await given.look())[0]?.phase).toBe('closed');
    given.pass(0.5);
    await fail(given, 5);
    given.pass(0.5);
    expect((await given.look())[0]).toMatchObject({ phase: 'open', actions: ['pause'] });
  });
});

describe('a look that learns nothing', () => {
  /** How many rows a look writes. */
  async function written(given: Stage): Promise<number> {
    const { transact } = given.table;
    let rows = 0;
    given.table.transact = async (writes, id) => {
      rows += writes.length;
      return transact.call(given.table, writes, id);
    };
    await given.look();
    given.table.transact = transact;
    return rows;
  }

  it('writes nothing, whether the queue is worked or off', async () => {
    const given = stage();
    given.control.waits = true;
    await given.look();
    given.pass(1);
    expect(await written(given)).toBe(0);
    await fail(given, 5);
    await given.look();
    given.pass(1);
    expect(await written(given)).toBe(0);
    expect(given.control).toMatchObject({ isOff: true, done: ['probe', 'probe', 'probe', 'pause'] });
  });

  it('writes one row where the code changed', async () => {
    const given = stage();
    await given.look();
    given.control.deployed = '8';
    expect(await written(given)).toBe(1);
  });
});

describe('two breakers that look at once', () => {
  it('do what follows once: who stores it first', async () => {
    const given = stage();
    await fail(given, 5);
    await Promise.all([given.look(), given.look()]);
    expect(given.control.done).toEqual(['pause']);
    expect(given.told).toHaveLength(1);
    expect(await openAlert(given)).toMatchObject({ toldAt: START });
  });

  it('resume nothing where the other stored something else meanwhile: the queue counts as off', async () => {
    const given = stage();
    await fail(given, 5);
    await given.look();
    const { probe } = given.control;
    given.control.probe = async () => {
      const row = await given.table.get(keys.breaker('disable'));
      if (row) await given.table.transact([{ put: { ...row, rev: Number(row.rev) + 1 } }], 'another');
      return probe.call(given.control);
    };
    given.pass(5);
    const open = given.count('BreakerOpen');
    await given.look();
    expect(given.control).toMatchObject({ isOff: true, done: ['pause', 'probe'] });
    expect(given.count('BreakerOpen')).toBe(open + 1);
  });

  it('probe once, also where both know of earlier looks', async () => {
    const given = stage();
    await fail(given, 5);
    await given.look();
    given.pass(5);
    await Promise.all([given.look(), given.look()]);
    expect(given.control.done).toEqual(['pause', 'probe', 'resume']);
  });
});

describe('all queues', () => {
  it('are looked at, one whose look fails or not: then the heartbeat stays away', async () => {
    const given = stage();
    const { control } = given;
    const version = async (queue: string) => {
      if (queue === 'notify') throw new Error('no version');
      return '7';
    };
    const ports = { control: Object.assign(control, { version }) };
    const reports = await runBreaker(given.system, ports, START);
    // No control plane is listed here.
    expect(reports.map(({ queue, phase }) => [queue, phase])).toEqual([
      ['ingest', 'closed'],
      ['notify', 'unknown'],
      ['disable', 'closed'],
      ['mail-events', 'closed'],
      ['webhook', 'closed'],
    ]);
    expect(given.count('BreakerRan')).toBe(0);
  });
});

describe('the heartbeat', () => {
  it('says that all queues were looked at', async () => {
    const given = stage();
    await given.look();
    expect(given.count('BreakerRan')).toBe(1);
  });

  it('stays away where a look failed', async () => {
    const given = stage();
    given.control.failsTo = 'version';
    expect((await given.look())[0]?.phase).toBe('unknown');
    expect(given.count('BreakerRan')).toBe(0);
  });
});
