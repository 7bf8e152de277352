import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Case, decide } from '../../../functions/abandonment/decide.ts';
import type { Episode } from '../../../functions/abandonment/task.ts';
import { DAY, HOUR, type Instant } from '../../../functions/abandonment/time.ts';
import { anyCase } from '../../property/decide-cases.ts';
import { holds } from '../../property/seeds.ts';
import {
  aCase,
  ana,
  answerOf,
  aPolicy,
  aTask,
  day,
  evidenceOf,
  graced,
  reminderSteps,
  warnedAt,
} from './decide-builders.ts';

const RESTORED = day(20);
const at = (now: Instant, more: Partial<Case> = {}) =>
  decide(aCase(now, { restoredAt: RESTORED, ...more }), now);
const open = (now: Instant, episode: Episode, more: Partial<Case> = {}) => at(now, { episode, ...more });
/** Not observed since a minute before the restore. */
const old = { evidence: evidenceOf(RESTORED - 60_000) };

describe('evidence from before the table was restored', () => {
  test('lets nothing fire, though it is young enough', () => {
    expect(answerOf(at(RESTORED + HOUR, old))).toBe('hold unknown');
    expect(answerOf(at(RESTORED + HOUR))).toBe('fire abandoned');
  });

  test('an observation of the very instant counts', () => {
    expect(answerOf(at(RESTORED + HOUR, { evidence: evidenceOf(RESTORED) }))).toBe('fire abandoned');
  });

  test('holds an open episode, at its date too', () => {
    expect(answerOf(open(day(21), graced(), old))).toBe('hold unknown');
  });

  test('time does not count until it is observed again', () => {
    const { facts } = at(RESTORED + 2 * DAY, { ...old, policy: aPolicy({ evidenceMaxAge: 9 * DAY }) });
    expect(facts.counted).toBe(20 * DAY);
  });
});

describe('an episode from before the table was restored', () => {
  test('all are warned again, with a new grace, though its date has come', () => {
    expect(open(day(21), graced({ rungs: reminderSteps(day(21), 3 * DAY, DAY) }))).toMatchObject({
      answer: 'warn',
      reason: 'restored',
      newGrace: true,
      to: [ana],
    });
  });

  test('a grace that knows of the restore goes on to its date', () => {
    const parts = { ana: warnedAt(day(20), { grace: 2 }) };
    const again = graced({ grace: 2, restoredAt: RESTORED, told: parts, rungs: [] });
    expect(answerOf(open(day(27) - 1, again, { policy: aPolicy({ reminders: [] }) }))).toBe('waiting grace');
    expect(answerOf(open(day(27), again, { policy: aPolicy({ reminders: [] }) }))).toBe('disable grace-over');
  });

  test('of which nobody was notified is warned of as any other', () => {
    expect(answerOf(open(day(21), graced({ grace: 0, graceMode: 'detect', told: {}, dates: [] })))).toBe(
      'warn not-warned',
    );
  });

  test('one that fired after it is as any other', () => {
    expect(answerOf(open(day(23), graced({ firedAt: RESTORED, rungs: [] })))).toBe('disable grace-over');
  });

  test('an announcement from before binds no more: who outlives a deadline is warned', () => {
    const task = aTask({ deadline: day(21) });
    const policy = aPolicy({ stopNotice: 7 * DAY, atDeadline: 'disable' });
    const announced = {
      address: ana.address,
      last: { deadline: day(21), moves: 0 },
      acceptedAt: day(14),
      binds: true as const,
    };
    const stopping = { moves: 0, seen: day(21), told: { ana: announced } };
    const late = graced({
      alert: 'task_overdue',
      firedAt: day(21),
      grace: 0,
      graceMode: 'detect',
      told: {},
      dates: [],
    });
    const more = { task, policy, stopping, hearers: [ana] };
    expect(answerOf(open(day(21), late, more))).toBe('warn not-warned');
    const { restoredAt: _, ...never } = aCase(day(21), { episode: late, ...more });
    expect(answerOf(decide(never, day(21)))).toBe('disable grace-over');
  });
});

test('whatever was known before, nothing is disabled and nobody is reminded at an old date', () => {
  const restoredAt = Date.parse('2026-06-01T00:00:00Z');
  holds(
    fc.property(anyCase, fc.boolean(), (taskCase, isHeard) => {
      const { observedAt: _, ...evidence } = taskCase.evidence;
      const heard = isHeard ? { ...evidence, observedAt: restoredAt } : taskCase.evidence;
      const { answer } = decide({ ...taskCase, evidence: heard, restoredAt }, restoredAt + HOUR);
      expect(['disable', 'remind']).not.toContain(answer);
    }),
    { numRuns: 2_500 },
  );
});
