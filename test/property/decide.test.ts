import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Decision, deadlineOf, decide, warnedOf } from '../../functions/abandonment/decide.ts';
import { countedTime } from '../../functions/abandonment/evidence.ts';
import { judgeNotice } from '../../functions/abandonment/judge-notice.ts';
import { nextLook } from '../../functions/abandonment/next-look.ts';
import { HOLD_REASONS, RESOLVE_REASONS } from '../../functions/abandonment/task.ts';
import { HOUR } from '../../functions/abandonment/time.ts';
import { anyCase, dueCase, instant, NOW } from './decide-cases.ts';

const REASONS: Record<Decision['answer'], readonly string[]> = {
  ignore: ['deleted', 'disabled', 'kind-without-shards', 'dekaf'],
  healthy: ['alive'],
  unknown: ['data-plane', 'outage', 'paused', 'no-scan', 'stale'],
  waiting: ['under-threshold', 'detecting', 'told', 'grace', 'notice-pending', 'disabling'],
  fire: ['abandoned'],
  warn: ['not-warned', 'joined', 'grace-taken-back'],
  remind: ['rung-due'],
  disable: ['grace-over'],
  hold: HOLD_REASONS,
  resolve: RESOLVE_REASONS,
};

const RUNS = { numRuns: 5_000 };

test('decide answers every case, with a reason of the closed list and finite facts', () => {
  fc.assert(
    fc.property(anyCase, instant, (given, now) => {
      const decision = decide(given, now);
      expect(REASONS[decision.answer]).toContain(decision.reason);
      const { notPrimarySince, counted, abandonedAt, disableAt } = decision.facts;
      for (const fact of [notPrimarySince, counted, abandonedAt, disableAt ?? 0, decision.nextLookAt ?? 0]) {
        expect(Number.isFinite(fact)).toBe(true);
      }
    }),
    RUNS,
  );
});

test('decide answers the same for the same case, and leaves the case as it was', () => {
  fc.assert(
    fc.property(anyCase, (given) => {
      const before = structuredClone(given);
      expect(decide(given, NOW)).toEqual(decide(before, NOW));
      expect(given).toEqual(before);
    }),
    RUNS,
  );
});

test('the order of what was unknown does not matter', () => {
  fc.assert(
    fc.property(anyCase, (given) => {
      const turned = decide({ ...given, unknown: [...given.unknown].reverse() }, NOW);
      const straight = decide(given, NOW);
      expect(turned.facts).toEqual(straight.facts);
      expect(turned.answer).toBe(straight.answer);
    }),
    RUNS,
  );
});

test('without an episode nobody is told and nothing is turned off or resolved', () => {
  fc.assert(
    fc.property(anyCase, (given) => {
      const { answer } = decide({ ...given, episode: null }, NOW);
      expect(['warn', 'remind', 'disable', 'resolve']).not.toContain(answer);
    }),
    RUNS,
  );
});

test('with an episode it does not fire again', () => {
  fc.assert(
    fc.property(anyCase, (given) => {
      fc.pre(given.episode !== null);
      expect(decide(given, NOW).answer).not.toBe('fire');
    }),
    RUNS,
  );
});

test('it fires only with all of the threshold counted, fresh evidence, and no hold', () => {
  let fired = 0;
  fc.assert(
    fc.property(anyCase, (given) => {
      const open = { ...given, episode: null };
      const decision = decide(open, NOW);
      if (decision.answer !== 'fire') return;
      fired += 1;
      expect(decision.facts.counted).toBeGreaterThanOrEqual(given.policy.warnAfter);
      expect(NOW - (given.evidence.observedAt ?? 0)).toBeLessThanOrEqual(given.policy.evidenceMaxAge);
      expect(given.unknown.every(({ to }) => to !== null)).toBe(true);
      expect(given.pauses.evaluate).toBe(false);
      expect(given.keep === null || given.keep.until <= NOW).toBe(true);
      const published = given.task.publishedByUserAt;
      expect(published === undefined || published + given.policy.publicationVeto <= NOW).toBe(true);
      expect(given.task.enabled).toBe(true);
    }),
    RUNS,
  );
  expect(fired).toBeGreaterThan(30);
});

test('nothing is turned off without a living recipient whose dated warning is disableAfter of counted time old', () => {
  let disabled = 0;
  fc.assert(
    fc.property(fc.oneof(anyCase, dueCase), (given) => {
      const decision = decide(given, NOW);
      if (decision.answer !== 'disable') return;
      disabled += 1;
      const { episode, recipients, policy, unknown, evidence } = given;
      const spans = [...unknown, ...evidence.stale];
      expect(policy.stage).toBe('disable');
      const ages = warnedOf(episode!, recipients)
        .filter(({ told }) => told.dated)
        .map(({ told }) => countedTime(told.acceptedAt!, NOW, spans));
      expect(Math.max(...ages)).toBeGreaterThanOrEqual(policy.disableAfter);
      for (const { disableAt } of episode!.dates) expect(NOW).toBeGreaterThanOrEqual(disableAt);
      expect(decision.disableAt).toBeLessThanOrEqual(NOW);
      expect(episode!.disabling).toBeUndefined();
      expect(episode!.brake === undefined || episode!.brake.approvedAt !== undefined).toBe(true);
    }),
    RUNS,
  );
  expect(disabled).toBeGreaterThan(5);
});

test('below stage disable nothing is turned off, nobody reminded, and no date mailed', () => {
  fc.assert(
    fc.property(anyCase, fc.constantFrom('detect' as const, 'notify' as const), (given, stage) => {
      const lower = { ...given, policy: { ...given.policy, stage } };
      expect(['disable', 'remind']).not.toContain(decide(lower, NOW).answer);
      for (const { key } of given.recipients) {
        for (const notice of ['warning', 'reminder'] as const) {
          const verdict = judgeNotice(lower, key, notice, NOW);
          if (verdict.verdict === 'send') expect(verdict.disableAt).toBeNull();
        }
      }
    }),
    RUNS,
  );
});

test('only living recipients of today are warned or reminded', () => {
  fc.assert(
    fc.property(anyCase, (given) => {
      const decision = decide(given, NOW);
      if (decision.answer !== 'warn' && decision.answer !== 'remind') return;
      for (const one of decision.to) expect(given.recipients).toContainEqual(one);
      if (decision.answer === 'remind') for (const one of decision.to) expect(one.declined).toBe(false);
      if (decision.answer === 'warn') expect(decision.to.length).toBeGreaterThan(0);
    }),
    RUNS,
  );
});

test('a mailed date lies ahead, and never before one that was printed', () => {
  fc.assert(
    fc.property(
      fc.oneof(anyCase, dueCase),
      fc.constantFrom('warning' as const, 'reminder' as const),
      (given, notice) => {
        for (const { key } of given.recipients) {
          const verdict = judgeNotice(given, key, notice, NOW);
          if (verdict.verdict !== 'send' || verdict.disableAt === null) continue;
          expect(verdict.disableAt).toBeGreaterThan(NOW);
          for (const { disableAt } of given.episode!.dates) {
            expect(verdict.disableAt).toBeGreaterThanOrEqual(disableAt);
          }
        }
      },
    ),
    RUNS,
  );
});

test('a reminder is due within its lead of the date, and not after it', () => {
  let reminded = 0;
  fc.assert(
    fc.property(fc.oneof(anyCase, dueCase), (given) => {
      const decision = decide(given, NOW);
      if (decision.answer !== 'remind') return;
      reminded += 1;
      expect(decision.deadline - decision.lead).toBeLessThanOrEqual(NOW);
      expect(decision.deadline).toBeGreaterThan(NOW);
      expect(given.policy.reminders).toContain(decision.lead);
    }),
    RUNS,
  );
  expect(reminded).toBeGreaterThan(5);
});

test('a next look is an instant, and a look at something due is not put off', () => {
  fc.assert(
    fc.property(anyCase, (given) => {
      const look = nextLook(decide(given, NOW), given.episode, NOW, HOUR);
      if (look !== null) expect(Number.isFinite(look.at)).toBe(true);
      if (look?.why === 'disable') expect(look.at).toBe(decide(given, NOW).facts.disableAt);
    }),
    RUNS,
  );
});

test('a deadline says the same as the answer that rests on it', () => {
  fc.assert(
    fc.property(dueCase, (given) => {
      const decision = decide(given, NOW);
      if (decision.answer !== 'disable') return;
      const spans = [...given.unknown, ...given.evidence.stale];
      const deadline = deadlineOf(given.episode!, given.recipients, given.policy, spans, NOW);
      expect(decision.disableAt).toBe(deadline?.disableAt);
    }),
    RUNS,
  );
});
