import { describe, expect, it } from 'vitest';
import { DAY, MINUTE } from '../../../functions/abandonment/time.ts';
import {
  type BreakerState,
  countedSince,
  NEW_BREAKER,
  nextBreaker,
  type Observation,
  type TriedResult,
} from '../../../functions/breaker/rule.ts';

const NOW = Date.parse('2026-03-01T12:00:00Z');

const work = (more: Partial<Extract<Observation, { seen: 'work' }>> = {}): Observation => ({
  seen: 'work',
  stats: { attempts: 0, failed: 0, since: null },
  waiting: false,
  busy: false,
  version: '7',
  paused: false,
  pausedByOperator: false,
  ...more,
});
const attempts = (made: number, failed: number) => work({ stats: { attempts: made, failed, since: NOW } });
const probed = (result: TriedResult, pausedByOperator = false): Observation => ({
  seen: 'probe',
  result,
  pausedByOperator,
});

/** A breaker that opened at `NOW` for version 7. */
function opened(): BreakerState {
  return nextBreaker(NEW_BREAKER, attempts(5, 5), NOW).state;
}

/** The probe that is due at an instant, and how it went. */
function probedAt(state: BreakerState, at: number, result: TriedResult): BreakerState {
  const step = nextBreaker(state, work({ paused: true }), at);
  expect(step.actions).toEqual(['probe']);
  return nextBreaker(step.state, probed(result), at).state;
}

describe('when it opens', () => {
  it.each([
    [5, 3, true],
    [6, 3, true],
    [5, 2, false],
    [7, 3, false],
    [4, 4, false],
    [1_000, 5, false],
    [0, 0, false],
  ])('of %i attempts %i failing: %s', (made, failed, opens) => {
    const { state, actions } = nextBreaker(NEW_BREAKER, attempts(made, failed), NOW);
    expect(state.phase).toBe(opens ? 'open' : 'closed');
    expect(actions).toEqual(opens ? ['pause', 'alert'] : []);
  });
});

describe('what counts', () => {
  it('is what happened in the last ten minutes', () => {
    expect(countedSince(NEW_BREAKER, '7', NOW)).toBe(NOW - 10 * MINUTE);
  });

  it('is nothing from before a change of the code was seen', () => {
    const before = nextBreaker(NEW_BREAKER, work({ version: '6' }), NOW - MINUTE).state;
    expect(countedSince(before, '7', NOW)).toBe(NOW);
    const after = nextBreaker(before, work({ version: '7' }), NOW).state;
    expect(countedSince(after, '7', NOW + 2 * MINUTE)).toBe(NOW);
  });

  it('is nothing from before it closed', () => {
    const passed = probedAt(opened(), NOW + 5 * MINUTE, 'passed');
    const closed = nextBreaker(passed, work(), NOW + 5 * MINUTE).state;
    expect(closed.phase).toBe('closed');
    expect(countedSince(closed, '7', NOW + 6 * MINUTE)).toBe(NOW + 5 * MINUTE);
  });
});

describe('while it is open', () => {
  it('probes after 5, 10, 20, 30 and again 30 minutes, and alerts once', () => {
    let state = opened();
    const probes: number[] = [];
    for (let minute = 1; minute <= 100; minute += 1) {
      const at = NOW + minute * MINUTE;
      const step = nextBreaker(state, work({ paused: true }), at);
      state = step.state;
      expect(step.actions).not.toContain('alert');
      if (step.actions.includes('probe')) {
        probes.push(minute);
        state = nextBreaker(state, probed('failed'), at).state;
      }
    }
    expect(probes).toEqual([5, 15, 35, 65, 95]);
    expect(state.phase).toBe('open');
  });

  it('probes at once, and once, when the code changed', () => {
    const changed = nextBreaker(opened(), work({ version: '8', paused: true }), NOW + MINUTE);
    expect(changed.actions).toEqual(['probe']);
    const later = nextBreaker(changed.state, work({ version: '8', paused: true }), NOW + 2 * MINUTE);
    expect(later.actions).toEqual([]);
    const due = nextBreaker(changed.state, work({ version: '8', paused: true }), NOW + 6 * MINUTE);
    expect(due.actions).toEqual(['probe']);
  });

  it('pauses again what somebody or something switched on', () => {
    expect(nextBreaker(opened(), work({ paused: false }), NOW + MINUTE).actions).toEqual(['pause']);
  });

  it('stays open, whatever no longer fails', () => {
    const step = nextBreaker(
      opened(),
      work({ stats: { attempts: 100, failed: 0, since: null }, paused: true }),
      NOW + MINUTE,
    );
    expect(step.state.phase).toBe('open');
  });
});

describe('when a probe passed', () => {
  it('resumes the queue, and is closed once it runs', () => {
    const probing = nextBreaker(opened(), work({ paused: true }), NOW + 5 * MINUTE).state;
    const passed = nextBreaker(probing, probed('passed'), NOW + 5 * MINUTE);
    expect(passed).toMatchObject({ state: { phase: 'resuming' }, actions: ['resume'] });
    const closed = nextBreaker(passed.state, work(), NOW + 5 * MINUTE);
    expect(closed).toMatchObject({ state: { phase: 'closed' }, actions: [] });
  });

  it('resumes it again where that was lost', () => {
    const passed = probedAt(opened(), NOW + 5 * MINUTE, 'passed');
    expect(nextBreaker(passed, work({ paused: true }), NOW + 6 * MINUTE).actions).toEqual(['resume']);
  });

  it('leaves what an operator paused to the operator', () => {
    const probing = nextBreaker(
      opened(),
      work({ paused: true, pausedByOperator: true }),
      NOW + 5 * MINUTE,
    ).state;
    const passed = nextBreaker(probing, probed('passed', true), NOW + 5 * MINUTE);
    expect(passed).toMatchObject({ state: { phase: 'closed' }, actions: [] });
  });

  it('changes nothing by an answer to a probe that comes where it is not open any more', () => {
    const resuming = probedAt(opened(), NOW + 5 * MINUTE, 'passed');
    const closed = nextBreaker(resuming, work(), NOW + 5 * MINUTE).state;
    for (const state of [NEW_BREAKER, resuming, closed])
      for (const result of ['passed', 'failed', 'undecided'] as const)
        expect(nextBreaker(state, probed(result), NOW + 6 * MINUTE)).toEqual({ state, actions: [] });
  });

  /** Closed after two probes, the first of which failed: 15 minutes after it opened. */
  function closedAgain(): BreakerState {
    const slow = probedAt(opened(), NOW + 5 * MINUTE, 'failed');
    const passed = probedAt(slow, NOW + 15 * MINUTE, 'passed');
    return nextBreaker(passed, work(), NOW + 15 * MINUTE).state;
  }

  it('is the same incident within a day: nobody is told anew, and its waits go on growing', () => {
    const at = NOW + 15 * MINUTE + DAY;
    const again = nextBreaker(closedAgain(), attempts(9, 9), at);
    expect(again.actions).toEqual(['pause']);
    // Its last wait was 20 minutes: 5 before the first probe, 10 before the second.
    expect(again.state).toMatchObject({ incident: NOW, since: at, probeAt: at + 30 * MINUTE });
  });

  it('is a new incident after a closing by older code, which knew of none', () => {
    const closedOnce: BreakerState = { ...NEW_BREAKER, version: '7', since: NOW - 60 * MINUTE };
    const step = nextBreaker(closedOnce, attempts(9, 9), NOW);
    expect(step).toMatchObject({ state: { incident: NOW }, actions: ['pause', 'alert'] });
  });

  it('is a new incident after a day, with an alert and a wait of 5 minutes', () => {
    const at = NOW + 16 * MINUTE + DAY;
    const again = nextBreaker(closedAgain(), attempts(9, 9), at);
    expect(again.actions).toEqual(['pause', 'alert']);
    expect(again.state).toMatchObject({ incident: at, probeAt: at + 5 * MINUTE });
  });
});

describe('where little is tried', () => {
  const few = (failed: number, attempted: number, sinceMinute: number, more = {}) =>
    work({
      stats: { attempts: attempted, failed, since: NOW + sinceMinute * MINUTE },
      waiting: true,
      ...more,
    });
  const opensAt = (minute: number, seen: Observation) =>
    nextBreaker(NEW_BREAKER, seen, NOW + minute * MINUTE).state.phase === 'open';

  it('opens once all of it failed for nine minutes', () => {
    expect(opensAt(8, few(3, 3, 0))).toBe(false);
    expect(opensAt(9, few(2, 2, 0))).toBe(true);
  });

  it('stays closed where one attempt went well, where one alone failed, and where nothing waits any more', () => {
    expect(opensAt(9, few(2, 3, 0))).toBe(false);
    expect(opensAt(9, few(1, 1, 0))).toBe(false);
    expect(opensAt(9, few(2, 2, 0, { waiting: false }))).toBe(false);
  });

  it('counts the nine minutes from its closing: what failed before says nothing', () => {
    const passed = probedAt(opened(), NOW + 5 * MINUTE, 'passed');
    const closed = nextBreaker(passed, work(), NOW + 5 * MINUTE).state;
    const phaseAt = (minute: number) =>
      nextBreaker(closed, few(2, 2, -60), NOW + minute * MINUTE).state.phase;
    expect([phaseAt(13), phaseAt(14)]).toEqual(['closed', 'open']);
  });

  it('opens where no worker is free at any look for nine minutes, and not where one was in between', () => {
    const busy = work({ waiting: true, busy: true });
    const phases = (freeAt: number) => {
      let state = NEW_BREAKER;
      for (let minute = 0; minute <= 9; minute += 1)
        state = nextBreaker(
          state,
          minute === freeAt ? work({ waiting: true }) : busy,
          NOW + minute * MINUTE,
        ).state;
      return state.phase;
    };
    expect([phases(-1), phases(4)]).toEqual(['open', 'closed']);
  });
});

describe('when there is nothing to be tried', () => {
  /** Probed at so many minutes with that result, after a trial that failed at 5 minutes. */
  const afterFailedTrial = (minute: number, version: string) => {
    const failed = probedAt(opened(), NOW + 5 * MINUTE, 'failed-in-trial');
    const seen = work({ paused: true, version });
    const at = NOW + minute * MINUTE;
    return nextBreaker(nextBreaker(failed, seen, at).state, probed('empty'), at).actions;
  };

  it('closes on the probe alone, also after a probe that failed where nothing was tried', () => {
    const failed = probedAt(opened(), NOW + 5 * MINUTE, 'failed');
    expect(probedAt(failed, NOW + 15 * MINUTE, 'empty').phase).toBe('resuming');
    const due = nextBreaker(opened(), work({ paused: true }), NOW + 5 * MINUTE).state;
    expect(nextBreaker(due, probed('empty'), NOW + 5 * MINUTE).actions).toEqual(['resume']);
  });

  it('stays open for two hours after a trial that failed, and not where the code changed', () => {
    expect(afterFailedTrial(124, '7')).toEqual([]);
    expect(afterFailedTrial(125, '7')).toEqual(['resume']);
    expect(afterFailedTrial(6, '8')).toEqual(['resume']);
  });
});

describe('when a trial is undecided', () => {
  it('is probed again at the next look, and its waits do not grow for it', () => {
    const due = nextBreaker(opened(), work({ paused: true }), NOW + 5 * MINUTE).state;
    const step = nextBreaker(due, probed('undecided'), NOW + 5 * MINUTE);
    expect(step.actions).toEqual([]);
    expect(step.state).toMatchObject({ phase: 'open', probeAt: NOW + 5 * MINUTE, wait: 5 * MINUTE });
  });

  it('goes on with the waits it had: after 5 and 10 minutes, one more look, and 20 minutes', () => {
    let state = opened();
    const probes: number[] = [];
    for (let minute = 1; minute <= 40; minute += 1) {
      const at = NOW + minute * MINUTE;
      const step = nextBreaker(state, work({ paused: true }), at);
      state = step.state;
      if (!step.actions.includes('probe')) continue;
      probes.push(minute);
      state = nextBreaker(state, probed(minute === 15 ? 'undecided' : 'failed'), at).state;
    }
    expect(probes).toEqual([5, 15, 16, 36]);
  });

  it('closes once nothing that failed can be hidden any more', () => {
    const due = { ...opened(), probeAt: NOW + 20 * MINUTE };
    const probing = nextBreaker(due, work({ paused: true }), NOW + 20 * MINUTE).state;
    expect(nextBreaker(probing, probed('undecided'), NOW + 20 * MINUTE).actions).toEqual(['resume']);
  });
});

describe('a queue that is off though nobody noted it', () => {
  const found = () => nextBreaker(NEW_BREAKER, work({ paused: true }), NOW);

  it('is open and probed at once; who paused it as an operator is left alone', () => {
    expect(found()).toMatchObject({ state: { phase: 'open', incident: NOW }, actions: ['probe'] });
    const wanted = nextBreaker(NEW_BREAKER, work({ paused: true, pausedByOperator: true }), NOW);
    expect(wanted).toMatchObject({ state: { phase: 'closed' }, actions: [] });
  });

  it.each<[string, TriedResult[], string[][]]>([
    ['its first probe', ['failed', 'failed'], [['alert'], []]],
    ['a probe after one that decided nothing', ['undecided', 'failed', 'failed'], [[], ['alert'], []]],
    ['a trial after one that decided nothing', ['undecided', 'failed-in-trial'], [[], ['alert']]],
  ])('is told of once, where %s fails', (_, results, alerts) => {
    let { state } = found();
    const actions = results.map((result, minute) => {
      const step = nextBreaker(state, probed(result), NOW + minute * MINUTE);
      ({ state } = step);
      return step.actions;
    });
    expect(actions).toEqual(alerts);
  });

  it('is told of by nobody within a day of an incident, however it fails: that goes on', () => {
    const passed = probedAt(opened(), NOW + 5 * MINUTE, 'passed');
    const closed = nextBreaker(passed, work(), NOW + 5 * MINUTE).state;
    const again = nextBreaker(closed, work({ paused: true }), NOW + 60 * MINUTE);
    expect(again).toMatchObject({ state: { phase: 'open', incident: NOW }, actions: ['probe'] });
    expect(nextBreaker(again.state, probed('failed'), NOW + 60 * MINUTE).actions).toEqual([]);
  });

  it('is told of by nobody where it goes on by itself', () => {
    expect(nextBreaker(found().state, probed('passed'), NOW).actions).toEqual(['resume']);
    const waited = nextBreaker(found().state, probed('undecided'), NOW).state;
    expect(nextBreaker(waited, probed('undecided'), NOW + 20 * MINUTE).actions).toEqual(['resume']);
  });
});
