import { describe, expect, test } from 'vitest';
import { type Case, decide } from '../../../functions/abandonment/decide.ts';
import { DAY, MINUTE } from '../../../functions/abandonment/time.ts';
import { decidedOn } from '../../../functions/episodes/decided-on.ts';
import { aCase, aPolicy, aTask, day, evidenceOf, fired, graced, T0 } from '../abandonment/decide-builders.ts';

const decidedAt = (now: number, more: Partial<Case> = {}) => {
  const taskCase = aCase(now, more);
  return decidedOn(taskCase, decide(taskCase, now));
};

/** What decides about the disabling of an abandoned task, at its defaults: what is not set is left out. */
const DEFAULTS = {
  mode: 'disable',
  ...{ warnAfter: 14 * DAY, disableAfter: 7 * DAY, reminders: [3 * DAY, DAY] },
  ...{ publicationVeto: 14 * DAY, aliveStatuses: ['PRIMARY'], minHealthy: 0, evidenceMaxAge: DAY },
};

describe('what a disabling was decided on', () => {
  test('is the evidence, the counted time and the thresholds', () => {
    const steps = [{ grace: 1, lead: DAY, deadline: day(21) }];
    expect(decidedAt(day(21), { episode: graced({ rungs: steps }), task: aTask({ version: 4 }) })).toEqual({
      ...{ answer: 'disable', reason: 'grace-over' },
      ...{ notPrimarySince: T0, counted: 21 * DAY, abandonedAt: day(14) },
      ...{ statuses: ['FAILED'], observedAt: day(21), restarts: 0, version: 4, grace: 1 },
      policy: DEFAULTS,
      from: {},
    });
  });

  test('has what a failed task failed of, its restarts and short spells, where they are known', () => {
    const restarts = { total: 9, atLoss: 2 };
    const evidence = evidenceOf(day(21), {
      cause: 'schema',
      restarts,
      twitches: { count: 3, lastAt: day(2) },
    });
    expect(decidedAt(day(21), { evidence })).toMatchObject({ cause: 'schema', restarts: 7, twitches: 3 });
    const { observedAt: _, ...unseen } = evidenceOf(day(21));
    expect(decidedAt(day(21), { evidence: unseen })).toMatchObject({ observedAt: null });
    expect(decidedAt(day(21))).not.toHaveProperty('cause');
    expect(decidedAt(day(21))).not.toHaveProperty('grace');
    expect(decidedAt(day(21))).not.toHaveProperty('deadline');
  });

  test('says where each threshold came from, but for those at their default', () => {
    const source = {
      mode: 'global',
      warnAfter: 'acmeCo/',
      disableAfter: 'default',
      stillOff: 'global',
      atDeadline: 'global',
    };
    const quietHours = { from: '22:00', to: '06:00', zone: 'UTC' };
    const quietDays = { weekdays: ['Sun' as const], zone: 'UTC' };
    const basis = decidedAt(day(21), {
      policy: aPolicy({ source, quietHours, quietDays, minHealthy: MINUTE }),
    });
    expect(basis.from).toStrictEqual({ mode: 'global', warnAfter: 'acmeCo/' });
    expect(basis.policy).toEqual({ ...DEFAULTS, quietHours, quietDays, minHealthy: MINUTE });
  });

  test('of a task that outlives its deadline has that, and what decides about it, as it is written', () => {
    const written = aPolicy({
      ...{ mode: 'disable', stopNotice: 3 * DAY, atDeadline: 'alert', failAfter: null },
      source: { stopNotice: 'acmeCo/', atDeadline: 'global' },
    });
    const policy = aPolicy({ ...written, mode: 'notify', reminders: [] });
    const episode = fired({ alert: 'task_overdue', since: day(14) });
    const basis = decidedAt(day(21), { written, policy, episode, task: aTask({ deadline: day(14) }) });
    expect(basis).toMatchObject({
      ...{ deadline: day(14), grace: 0 },
      policy: { ...DEFAULTS, stopNotice: 3 * DAY, atDeadline: 'alert' },
      from: { stopNotice: 'acmeCo/', atDeadline: 'global' },
    });
    expect(basis.policy).not.toHaveProperty('failAfter');
    const job = aTask({ kind: 'job', startedAt: day(10) });
    const failing = aPolicy({ failAfter: 4 * DAY, atDeadline: 'alert' });
    expect(decidedAt(day(21), { policy: failing, task: job })).toMatchObject({
      deadline: day(14),
      policy: { failAfter: 4 * DAY },
    });
  });
});
