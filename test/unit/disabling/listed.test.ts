import { describe, expect, it } from 'vitest';
import { DAY, HOUR, MINUTE } from '../../../functions/abandonment/time.ts';
import { reportDataPlane } from '../../../functions/catalog/data-planes.ts';
import { undoDisabling } from '../../../functions/disabling/undo.ts';
import { actOnTask } from '../../../functions/owner-page/actions.ts';
import { keys } from '../../../functions/store/keys.ts';
import { A, listedStage } from './listed-stage.ts';

const HALF_HOUR = 30 * MINUTE;
const DUE = 21 * DAY;
const ANA = 'ana@acme.test';

describe('a connector whose date has come', () => {
  it('is stopped in the revision that was listed, and what was kept of it is stored', async () => {
    const stage = await listedStage();
    await stage.due();
    expect(stage.worker.calls).toEqual(['stop a']);
    expect(stage.requests).toMatchObject([{ revision: 'r1', isRepeated: false }]);
    expect(await stage.task()).toMatchObject({
      task: { enabled: false },
      open: null,
      asked: null,
      listed: { revision: 'r1', kept: 'RUNNING' },
      disabledByUs: { at: stage.at(21), episode: 1, revision: 'r1' },
    });
  });

  it('is stopped at once for its owner, with no date to wait for', async () => {
    const stage = await listedStage();
    await stage.scanOn(14);
    await actOnTask(stage.system, A, ANA, { action: 'disable' });
    await stage.work();
    expect(stage.worker.calls).toEqual(['stop a']);
    expect(await stage.acts()).toContainEqual({ act: 'disabled', by: ANA, reason: 'its owner asked for it' });
  });
});

describe('a connector that somebody edited between the decision and the call', () => {
  async function edited() {
    const stage = await listedStage();
    await stage.scanOn(14);
    stage.worker.connectors.set('a', { isOn: true, revision: 'r2' });
    await stage.scanOn(21);
    return stage;
  }

  it('is left alone; the audit says why, and nobody is mailed of a disabling', async () => {
    const stage = await edited();
    const before = stage.mails.length;
    await stage.scanAfter(DUE + 5 * MINUTE);
    expect(stage.worker.calls).toEqual([]);
    expect(stage.mails).toHaveLength(before);
    expect(await stage.task()).toMatchObject({ task: { enabled: true }, open: { number: 1 }, asked: null });
    expect((await stage.task()).open).not.toHaveProperty('disabling');
    expect(await stage.acts()).toContainEqual({
      act: 'disabling taken back',
      by: 'taskwarden',
      reason: 'it was edited',
    });
  });

  it('is decided anew once it was listed again, and not before', async () => {
    const stage = await edited();
    await stage.scanAfter(DUE + 10 * MINUTE - 1);
    expect(stage.requests).toHaveLength(1);
    await stage.scanAfter(DUE + 10 * MINUTE);
    expect(stage.requests).toHaveLength(2);
  });

  it('that is gone is left alone, too', async () => {
    const stage = await listedStage();
    await stage.scanOn(14);
    stage.worker.connectors.clear();
    await stage.scanOn(21);
    expect(await stage.acts()).toContainEqual({
      act: 'disabling taken back',
      by: 'taskwarden',
      reason: 'its control plane knows no such task',
    });
    expect((await stage.task()).open).not.toHaveProperty('disabling');
  });
});

describe('a control plane that is down when a date comes', () => {
  async function down(ids?: string[]) {
    const stage = await listedStage(ids);
    await stage.scanOn(14);
    stage.worker.mood = 'down';
    await stage.scanOn(21);
    return stage;
  }

  it('uses up no work: nothing is a dead letter, and the breaker of the queue hears nothing', async () => {
    const stage = await down();
    for (let half = 1; half <= 12; half += 1) await stage.scanAfter(DUE + half * HALF_HOUR);
    const { counted, recorded } = await stage.failures();
    expect(counted).toEqual([]);
    expect(recorded.length).toBeGreaterThan(0);
    expect(new Set(recorded.map(({ feedsBreaker }) => feedsBreaker))).toEqual(new Set([false]));
    expect((await stage.task()).open?.disabling).toMatchObject({ asker: { by: 'run' } });
  });

  it('is asked again every half an hour, and the task is disabled once it answers', async () => {
    const stage = await down();
    await stage.scanAfter(DUE + HALF_HOUR - 1);
    expect(stage.requests).toHaveLength(1);
    await stage.scanAfter(DUE + HALF_HOUR);
    expect(stage.requests).toHaveLength(2);
    stage.worker.mood = 'well';
    await stage.scanAfter(DUE + 2 * HALF_HOUR);
    expect(await stage.task()).toMatchObject({ task: { enabled: false }, open: null });
    expect(stage.worker.calls).toEqual(['stop a']);
  });

  it('is told to operators once for all its tasks, after an hour, and again after a week', async () => {
    const stage = await down([A, 'kafka/b']);
    for (let half = 1; half <= 2; half += 1) await stage.scanAfter(DUE + half * HALF_HOUR);
    await stage.scanAfter(DUE + HOUR + 1);
    expect(stage.alerts).toEqual([
      {
        code: 'control-plane-unavailable',
        subject: 'connect',
        detail: 'what is due there waits, and dates move on: cannot be reached',
      },
    ]);
    for (let days = 1; days <= 6; days += 1) await stage.scanAfter(DUE + days * DAY);
    expect(stage.alerts).toHaveLength(1);
    await stage.scanAfter(DUE + 7 * DAY + 2 * HOUR);
    expect(stage.alerts).toHaveLength(2);
  });

  it('is told to operators an hour after an owner asked for it, whatever the date is', async () => {
    const stage = await listedStage();
    await stage.scanOn(14);
    stage.worker.mood = 'down';
    await actOnTask(stage.system, A, ANA, { action: 'disable' });
    await stage.work();
    await stage.scanAfter(14 * DAY + HALF_HOUR);
    await stage.scanAfter(14 * DAY + HOUR - MINUTE);
    expect(stage.alerts).toEqual([]);
    await stage.scanAfter(14 * DAY + HOUR);
    await stage.scanAfter(14 * DAY + HOUR + 1);
    expect(stage.alerts.map(({ code, subject }) => [code, subject])).toEqual([
      ['control-plane-unavailable', 'connect'],
    ]);
  });

  it('is no longer told of once it answers', async () => {
    const stage = await down();
    await stage.scanAfter(DUE + HOUR);
    stage.worker.mood = 'well';
    await stage.scanAfter(DUE + 2 * HOUR);
    expect(await stage.table.get(keys.operatorAlert('control-plane-unavailable', 'connect'))).toBeUndefined();
    expect(await stage.table.get(keys.controlPlaneBreaker('connect'))).toBeUndefined();
  });

  it('decides nothing on old evidence: what is unknown by then is held, and its date moves', async () => {
    const stage = await down();
    await stage.taskwarden(['policy', 'set', '--yes', 'global', 'evidenceMaxAge=1h']);
    await stage.scanAfter(DUE + HALF_HOUR);
    stage.worker.mood = 'well';
    await stage.scanAfter(DUE + HOUR);
    expect(stage.worker.calls).toEqual([]);
    expect(await stage.task()).toMatchObject({ task: { enabled: true }, hold: { reason: 'unknown' } });
  });
});

describe('a control plane that is down for three days around a date', () => {
  it('has nothing decided meanwhile; the date moves by as long, and operators are told once', async () => {
    const stage = await listedStage();
    const { system } = stage;
    await stage.scanOn(14);
    stage.worker.mood = 'down';
    // What its listings come to: its data plane is silent from day 20.5 to 23.5.
    const turn = (state: 'silent' | 'up', days: number) =>
      reportDataPlane(system, { dataPlane: 'eu-1', state, at: stage.at(days), lifeSign: false });
    stage.setNow(stage.at(20.5));
    await turn('silent', 20.5);
    for (let days = 20.6; days < 23.5; days += 0.1) await stage.scanOn(days);
    expect(stage.requests).toEqual([]);
    stage.worker.mood = 'well';
    stage.setNow(stage.at(23.5));
    await turn('up', 23.5);
    await stage.scanOn(23.5);
    await stage.scanAfter(24 * DAY - 1);
    expect(stage.worker.calls).toEqual([]);
    await stage.scanOn(24);
    expect(stage.worker.calls).toEqual(['stop a']);
    expect(stage.alerts.map(({ code }) => code)).toEqual(['data-plane-silent']);
  });
});

describe('a control plane whose answer is lost after it acted', () => {
  it('is asked again as one that may have acted: the task is disabled once, and its owner is told', async () => {
    const stage = await listedStage();
    await stage.scanOn(14);
    stage.worker.mood = 'answers are lost';
    await stage.scanOn(21);
    expect(await stage.task()).toMatchObject({ task: { enabled: true }, asked: { episode: 1 } });
    stage.worker.mood = 'well';
    await stage.scanAfter(DUE + HALF_HOUR);
    expect(stage.requests.map((request) => 'isRepeated' in request && request.isRepeated)).toEqual([
      false,
      true,
    ]);
    expect(stage.worker.calls).toEqual(['stop a']);
    expect(await stage.task()).toMatchObject({ task: { enabled: false }, disabledByUs: { episode: 1 } });
    await stage.scanAfter(DUE + HOUR);
    expect(stage.mails.map(({ subject }) => subject)).toEqual([
      'a will be turned off on 22 January 2026 unless you act',
      'a was turned off',
    ]);
  });

  it('stays asked for while nobody answers, whatever a listing sees meanwhile', async () => {
    const stage = await listedStage();
    await stage.scanOn(14);
    stage.worker.mood = 'answers are lost';
    await stage.scanOn(21);
    stage.worker.mood = 'down';
    // Left alone from the fifth failure on; nothing is sent then.
    for (let half = 1; half <= 8; half += 1) {
      await stage.scanAfter(DUE + half * HALF_HOUR);
      expect((await stage.task()).open?.disabling).toMatchObject({ state: 'requested', unanswered: true });
    }
    expect(stage.alerts.map(({ code }) => code)).toEqual(['control-plane-unavailable']);
  });
});

describe('a connector that somebody stopped while its control plane was left alone', () => {
  it('is not taken for ours: nothing was ever asked', async () => {
    const stage = await listedStage();
    await stage.scanOn(14);
    const until = stage.at(21) + MINUTE;
    const breaker = { controlPlane: 'connect', failures: 5, since: stage.at(20), why: 'HTTP 503', rev: 1 };
    const row = { ...keys.controlPlaneBreaker('connect'), v: 1, ...breaker };
    await stage.table.transact(
      [{ put: { ...row, notBefore: until, wait: MINUTE, triedUntil: null } }],
      'breaker',
    );
    await stage.scanOn(21);
    expect(await stage.task()).toMatchObject({
      asked: null,
      open: { disabling: { state: 'queued', attempts: 0 } },
    });
    expect((await stage.failures()).recorded).toEqual([]);
    stage.worker.connectors.set('a', { isOn: false, revision: 'r1' });
    await stage.scanAfter(DUE + HALF_HOUR);
    expect(stage.requests).toMatchObject([{ isRepeated: false }]);
    expect((await stage.task()).disabledByUs).toBeNull();
    expect(await stage.acts()).toContainEqual({
      act: 'disabling taken back',
      by: 'taskwarden',
      reason: 'it is off already',
    });
  });
});

describe('a control plane that refuses to stop a connector', () => {
  it('is asked again after a day, and what somebody stopped meanwhile is not taken for ours', async () => {
    const stage = await listedStage();
    await stage.scanOn(14);
    stage.worker.mood = 'says no';
    await stage.scanOn(21);
    expect((await stage.task()).open?.disabling).toMatchObject({ state: 'refused' });
    stage.worker.mood = 'well';
    stage.worker.connectors.set('a', { isOn: false, revision: 'r1' });
    await stage.scanAfter(DUE + DAY);
    expect(stage.requests.map((request) => 'isRepeated' in request && request.isRepeated)).toEqual([
      false,
      false,
    ]);
    expect((await stage.task()).disabledByUs).toBeNull();
  });
});

describe('an undoing by an operator', () => {
  async function off() {
    const stage = await listedStage();
    await stage.due();
    stage.setNow(stage.at(22));
    const undo = () => stage.taskwarden(['undo', '--task', A, '--reason', 'it is needed']);
    return { ...stage, undo };
  }

  it('is asked for by the disabler, in the revision that was disabled', async () => {
    const stage = await off();
    expect((await stage.undo()).out).toBe('kafka/a is asked for at its owning system\n');
    expect(stage.worker.calls).toEqual(['stop a']);
    await stage.work();
    expect(stage.worker.calls).toEqual(['stop a', 'resume a']);
    expect(stage.requests[1]).toMatchObject({
      revision: 'r1',
      kept: 'RUNNING',
      by: 'olga',
      reason: 'it is needed',
      requestId: 'kafka/a#1#undo',
    });
    expect(await stage.task()).toMatchObject({
      task: { enabled: true, enabledAt: stage.at(22) },
      disabledByUs: null,
      listed: { revision: 'r1' },
    });
    expect((await stage.task()).listed).not.toHaveProperty('kept');
    expect((await stage.acts()).slice(-2)).toEqual([
      { act: 'ask to enable', by: 'olga', reason: 'it is needed' },
      { act: 'enabled', by: 'olga', reason: 'it is needed' },
    ]);
  });

  it('is told to those who were told of the disabling, with the next scan', async () => {
    const stage = await off();
    await stage.undo();
    await stage.work();
    const before = stage.mails.length;
    await stage.scanAfter(22 * DAY + HOUR);
    expect(stage.mails.slice(before).map(({ to }) => to)).toEqual([ANA]);
  });

  it('whose message is lost is queued by the next scan', async () => {
    const stage = await off();
    await stage.undo();
    stage.waiting().length = 0;
    await stage.scanAfter(22 * DAY + MINUTE);
    expect(stage.worker.calls).toEqual(['stop a', 'resume a']);
    expect((await stage.task()).task.enabled).toBe(true);
  });

  it('waits for a control plane that is down, and operators hear of that after an hour', async () => {
    const stage = await off();
    stage.worker.mood = 'down';
    await stage.undo();
    await stage.work();
    for (let half = 1; half <= 3; half += 1) await stage.scanAfter(22 * DAY + half * HALF_HOUR);
    expect(await stage.task()).toMatchObject({ task: { enabled: false }, disabledByUs: { enabling: {} } });
    expect(stage.alerts.map(({ code, subject }) => [code, subject])).toEqual([
      ['control-plane-unavailable', 'connect'],
    ]);
    expect((await stage.failures()).counted).toEqual([]);
    stage.worker.mood = 'well';
    await stage.scanAfter(22 * DAY + 4 * HALF_HOUR);
    expect((await stage.task()).task.enabled).toBe(true);
  });

  it('is settled by asking again where its answer was lost', async () => {
    const stage = await off();
    stage.worker.mood = 'answers are lost';
    await stage.undo();
    await stage.work();
    expect((await stage.task()).task.enabled).toBe(false);
    stage.worker.mood = 'well';
    await stage.scanAfter(22 * DAY + HALF_HOUR);
    expect(stage.worker.calls).toEqual(['stop a', 'resume a']);
    expect(await stage.task()).toMatchObject({ task: { enabled: true }, disabledByUs: null });
  });

  it('of a connector that was edited since is refused: it stays off, and operators hear why', async () => {
    const stage = await off();
    stage.worker.connectors.set('a', { isOn: false, revision: 'r2' });
    await stage.undo();
    await stage.work();
    const after = await stage.task();
    expect(after).toMatchObject({ task: { enabled: false }, undo: null, next: null });
    expect(after.disabledByUs).toEqual({
      at: stage.at(21),
      episode: 1,
      counted: { cell: { plane: 'eu-1', mode: 'disable', cause: 'failed' }, perDay: 0 },
      run: expect.any(String),
      revision: 'r1',
    });
    expect((await stage.acts()).at(-1)).toEqual({
      act: 'enable refused',
      by: 'olga',
      reason: 'it is needed',
    });
    await stage.scanAfter(22 * DAY + HOUR);
    expect(stage.alerts).toEqual([
      {
        code: 'enable-refused',
        subject: A,
        detail: 'it stays disabled, though olga asked for it to be enabled: it was edited',
      },
    ]);
    // Not weekly: a refusal is over once it is told.
    await stage.scanAfter(30 * DAY);
    expect(stage.alerts).toHaveLength(1);
    expect((await stage.undo()).code).toBe(0);
  });

  it('of a scan takes back all that it disabled', async () => {
    const stage = await listedStage([A, 'kafka/b']);
    await stage.due();
    stage.setNow(stage.at(22));
    await stage.taskwarden(['undo', '--run', '2026-01-22T00:00:00Z', '--yes', '--wait']);
    await stage.work();
    expect(stage.worker.calls.slice(2).sort()).toEqual(['resume a', 'resume b']);
  });
});

describe('an undoing by an owner on their page', () => {
  it('is one act, however often they post it', async () => {
    const stage = await listedStage();
    await stage.due();
    const undo = { task: A, by: ANA, reason: 'asked for on the owner’s page', isOperator: false };
    expect(await undoDisabling(stage.system, undo)).toEqual({ outcome: 'requested' });
    expect(await undoDisabling(stage.system, undo)).toEqual({ outcome: 'requested', isRepeat: true });
    expect(stage.waiting()).toHaveLength(1);
    await stage.work();
    expect(stage.worker.calls).toEqual(['stop a', 'resume a']);
    expect((await stage.acts()).at(-1)).toMatchObject({ act: 'enabled', by: ANA });
  });

  it('may be asked for again where the first time was refused', async () => {
    const stage = await listedStage();
    await stage.due();
    const undo = { task: A, by: ANA, reason: 'needed', isOperator: false };
    stage.worker.connectors.set('a', { isOn: false, revision: 'r2' });
    await undoDisabling(stage.system, undo);
    await stage.work();
    stage.worker.connectors.set('a', { isOn: false, revision: 'r1' });
    expect(await undoDisabling(stage.system, undo)).toEqual({ outcome: 'requested' });
    await stage.work();
    expect((await stage.task()).task.enabled).toBe(true);
  });
});

describe('a control plane that lists, and refuses to change anything', () => {
  it('is told to operators, though it answers in between', async () => {
    const stage = await listedStage();
    await stage.scanOn(14);
    stage.worker.mood = 'only reads';
    await stage.scanOn(21);
    await stage.scanAfter(DUE + HALF_HOUR);
    await stage.scanAfter(DUE + HOUR);
    await stage.scanAfter(DUE + HOUR + 1);
    expect(stage.alerts.map(({ code, detail }) => [code, detail])).toEqual([
      ['control-plane-unavailable', 'what is due there waits, and dates move on: answers 403'],
    ]);
  });
});
