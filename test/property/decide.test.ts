import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  type Case,
  type Decision,
  deadlineOf,
  decide,
  type Recipient,
  warnedOf,
} from '../../functions/abandonment/decide.ts';
import { countedTime } from '../../functions/abandonment/evidence.ts';
import { judgeNotice } from '../../functions/abandonment/judge-notice.ts';
import { nextEvaluation } from '../../functions/abandonment/next-look.ts';
import { HOLD_REASONS, RESOLVE_REASONS } from '../../functions/abandonment/task.ts';
import { DAY, HOUR } from '../../functions/abandonment/time.ts';
import { anyCase, dueCase, instant, NOW, openCase, past, TOPICS } from './decide-cases.ts';
import { holds } from './seeds.ts';

const REASONS: Record<Decision['answer'], readonly string[]> = {
  ignore: ['deleted', 'disabled', 'kind-without-shards', 'dekaf', 'job'],
  healthy: ['alive'],
  unknown: ['data-plane', 'outage', 'paused', 'no-scan', 'stale'],
  waiting: ['under-threshold', 'detecting', 'told', 'grace', 'notice-pending', 'disabling'],
  fire: ['abandoned', 'overdue'],
  warn: ['not-warned', 'joined', 'grace-taken-back', 'restored'],
  remind: ['rung-due'],
  disable: ['grace-over'],
  hold: HOLD_REASONS,
  resolve: RESOLVE_REASONS,
};

const RUNS = { numRuns: 2_500 };

test('decide answers every case, with a reason of the closed list and finite facts', () => {
  holds(
    fc.property(anyCase, instant, (taskCase, now) => {
      const decision = decide(taskCase, now);
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
  holds(
    fc.property(anyCase, (taskCase) => {
      const before = structuredClone(taskCase);
      expect(decide(taskCase, NOW)).toEqual(decide(before, NOW));
      expect(taskCase).toEqual(before);
    }),
    RUNS,
  );
});

test('the order of what was unknown does not matter', () => {
  holds(
    fc.property(anyCase, (taskCase) => {
      const turned = decide({ ...taskCase, unknown: [...taskCase.unknown].reverse() }, NOW);
      const straight = decide(taskCase, NOW);
      expect(turned.facts).toEqual(straight.facts);
      expect(turned.answer).toBe(straight.answer);
    }),
    RUNS,
  );
});

test('without an episode nobody is told and nothing is turned off or resolved', () => {
  holds(
    fc.property(anyCase, (taskCase) => {
      const { answer } = decide({ ...taskCase, episode: null }, NOW);
      expect(['warn', 'remind', 'disable', 'resolve']).not.toContain(answer);
    }),
    RUNS,
  );
});

test('with an episode it does not fire again', () => {
  holds(
    fc.property(anyCase, (taskCase) => {
      fc.pre(taskCase.episode !== null);
      expect(decide(taskCase, NOW).answer).not.toBe('fire');
    }),
    RUNS,
  );
});

test('it fires only with all of the threshold counted, fresh evidence, and no hold', () => {
  let fired = 0;
  holds(
    fc.property(anyCase, (taskCase) => {
      const open = { ...taskCase, episode: null };
      const decision = decide(open, NOW);
      if (decision.answer !== 'fire') return;
      fired += 1;
      expect(decision.facts.counted).toBeGreaterThanOrEqual(taskCase.policy.warnAfter);
      expect(NOW - (taskCase.evidence.observedAt ?? 0)).toBeLessThanOrEqual(taskCase.policy.evidenceMaxAge);
      expect(taskCase.unknown.every(({ to }) => to !== null)).toBe(true);
      expect(taskCase.pauses.evaluate).toBe(false);
      expect(taskCase.keep === null || taskCase.keep.until <= NOW).toBe(true);
      const published = taskCase.task.publishedByUserAt;
      expect(published === undefined || published + taskCase.policy.publicationVeto <= NOW).toBe(true);
      expect(taskCase.task.enabled).toBe(true);
    }),
    RUNS,
  );
  expect(fired).toBeGreaterThan(30);
});

test('nothing is turned off without a living recipient whose dated warning is disableAfter of counted time old', () => {
  let disabled = 0;
  holds(
    fc.property(fc.oneof(anyCase, dueCase), (taskCase) => {
      const decision = decide(taskCase, NOW);
      if (decision.answer !== 'disable') return;
      disabled += 1;
      const { episode, recipients, policy, unknown, evidence } = taskCase;
      const spans = [...unknown, ...evidence.stale];
      expect(policy.mode).toBe('disable');
      const ages = warnedOf(episode!, recipients)
        .filter(({ part }) => part.dated)
        .map(({ part }) => countedTime(part.acceptedAt!, NOW, spans));
      expect(Math.max(...ages)).toBeGreaterThanOrEqual(policy.disableAfter);
      for (const { disableAt } of episode!.dates) expect(NOW).toBeGreaterThanOrEqual(disableAt);
      expect(decision.disableAt).toBeLessThanOrEqual(NOW);
      expect(episode!.disabling).toBeUndefined();
      expect(taskCase.feedbackSilent).toBe(false);
      expect(policy.modeRaisedAt ?? 0).toBeLessThanOrEqual(episode!.modeRaisedAt ?? 0);
      expect(episode!.brake === undefined || episode!.brake.approvedAt !== undefined).toBe(true);
    }),
    RUNS,
  );
  expect(disabled).toBeGreaterThan(5);
});

test('below mode disable nothing is turned off, nobody reminded, and no date mailed', () => {
  holds(
    fc.property(anyCase, fc.constantFrom('detect' as const, 'notify' as const), (taskCase, mode) => {
      const lower = { ...taskCase, policy: { ...taskCase.policy, mode } };
      expect(['disable', 'remind']).not.toContain(decide(lower, NOW).answer);
      for (const { key } of taskCase.recipients) {
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
  const count = { warn: 0, remind: 0 };
  holds(
    fc.property(fc.oneof(anyCase, dueCase, openCase), (taskCase) => {
      const decision = decide(taskCase, NOW);
      if (decision.answer !== 'warn' && decision.answer !== 'remind') return;
      count[decision.answer] += 1;
      for (const recipient of decision.to) expect(taskCase.recipients).toContainEqual(recipient);
      if (decision.answer === 'remind')
        for (const recipient of decision.to) expect(recipient.declined).toBe(false);
      if (decision.answer === 'warn') expect(decision.to.length).toBeGreaterThan(0);
    }),
    RUNS,
  );
  expect(count.warn).toBeGreaterThan(100);
  expect(count.remind).toBeGreaterThan(5);
});

test('all are warned where a grace begins, else exactly those who hold no warning of the grace that runs', () => {
  const count = { new: 0, joined: 0 };
  holds(
    fc.property(fc.oneof(anyCase, dueCase, openCase), (taskCase) => {
      const decision = decide(taskCase, NOW);
      if (decision.answer !== 'warn') return;
      const { episode, recipients, policy } = taskCase;
      count[decision.newGrace ? 'new' : 'joined'] += 1;
      const holdsNone = ({ key }: Recipient) => {
        const part = episode!.told[key];
        const isOfGrace = part !== undefined && !part.left && part.grace >= episode!.grace;
        return !isOfGrace || part.warning === 'failed' || (policy.mode === 'disable' && !part.dated);
      };
      expect(decision.to).toEqual(decision.newGrace ? recipients : recipients.filter(holdsNone));
      expect(decision.reason === 'joined').toBe(!decision.newGrace);
    }),
    RUNS,
  );
  expect(count.new).toBeGreaterThan(50);
  expect(count.joined).toBeGreaterThan(20);
});

test('a raise of the mode that the grace does not know of warns all anew, one that it knows of changes nothing', () => {
  holds(
    fc.property(dueCase, past, fc.integer({ min: 1, max: 9 * DAY }), (taskCase, at, before) => {
      const knows = (modeRaisedAt: number): Case => ({
        ...taskCase,
        policy: { ...taskCase.policy, modeRaisedAt: at },
        episode: { ...taskCase.episode!, modeRaisedAt },
      });
      expect(decide(knows(at - before), NOW)).toMatchObject({
        answer: 'warn',
        newGrace: true,
        to: taskCase.recipients,
      });
      const never = { ...taskCase, policy: { ...taskCase.policy, modeRaisedAt: null } };
      expect(decide(knows(at), NOW)).toEqual(decide(never, NOW));
    }),
    RUNS,
  );
});

test('while SES says nothing of mails nothing is turned off, and all else is as it was', () => {
  let held = 0;
  holds(
    fc.property(fc.oneof(anyCase, dueCase, openCase), (taskCase) => {
      const silent = decide({ ...taskCase, feedbackSilent: true }, NOW);
      const heard = decide({ ...taskCase, feedbackSilent: false }, NOW);
      expect(silent.answer).not.toBe('disable');
      if (silent.reason !== 'feedback-silent') {
        expect(silent).toEqual(heard);
        return;
      }
      held += 1;
      expect(['grace-over', 'quiet-hours', 'disabling']).toContain(heard.reason);
      expect(silent.facts).toEqual(heard.facts);
    }),
    RUNS,
  );
  expect(held).toBeGreaterThan(5);
});

test('a topic decides nothing', () => {
  let informed = 0;
  holds(
    fc.property(fc.oneof(anyCase, dueCase, openCase), (taskCase) => {
      if (!taskCase.episode?.informed) return;
      informed += 1;
      const { informed: _, ...episode } = taskCase.episode;
      expect(decide(taskCase, NOW)).toEqual(decide({ ...taskCase, episode }, NOW));
    }),
    RUNS,
  );
  expect(informed).toBeGreaterThan(100);
});

test('a topic hears nothing before a person was warned, and no date but the one that stands, ahead', () => {
  const count = { dated: 0, undated: 0 };
  holds(
    fc.property(
      fc.oneof(anyCase, dueCase, openCase),
      fc.constantFrom('warning' as const, 'reminder' as const),
      fc.boolean(),
      (taskCase, notice, again) => {
        for (const key of TOPICS.filter((topic) => taskCase.episode?.informed?.[topic])) {
          const verdict = judgeNotice(taskCase, key, notice, NOW, again);
          if (verdict.verdict !== 'send') continue;
          const { episode, recipients, policy, unknown, evidence } = taskCase;
          count[verdict.disableAt === null ? 'undated' : 'dated'] += 1;
          expect(warnedOf(episode!, recipients).length).toBeGreaterThan(0);
          expect(verdict.disableAt === null).toBe(policy.mode !== 'disable');
          if (verdict.disableAt === null) continue;
          const spans = [...unknown, ...evidence.stale];
          expect(verdict).toMatchObject(deadlineOf(episode!, recipients, policy, spans, NOW)!);
          expect(verdict.disableAt).toBeGreaterThan(NOW);
        }
      },
    ),
    RUNS,
  );
  expect(count.dated).toBeGreaterThan(10);
  expect(count.undated).toBeGreaterThan(10);
});

test('a mailed date lies ahead, and never before one that was printed', () => {
  holds(
    fc.property(
      fc.oneof(anyCase, dueCase),
      fc.constantFrom('warning' as const, 'reminder' as const),
      (taskCase, notice) => {
        for (const { key } of taskCase.recipients) {
          const verdict = judgeNotice(taskCase, key, notice, NOW);
          if (verdict.verdict !== 'send' || verdict.disableAt === null) continue;
          expect(verdict.disableAt).toBeGreaterThan(NOW);
          for (const { disableAt } of taskCase.episode!.dates) {
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
  holds(
    fc.property(fc.oneof(anyCase, dueCase), (taskCase) => {
      const decision = decide(taskCase, NOW);
      if (decision.answer !== 'remind') return;
      reminded += 1;
      expect(decision.deadline - decision.lead).toBeLessThanOrEqual(NOW);
      expect(decision.deadline).toBeGreaterThan(NOW);
      expect(taskCase.policy.reminders).toContain(decision.lead);
    }),
    RUNS,
  );
  expect(reminded).toBeGreaterThan(5);
});

test('a next look is an instant, and a look at something due is not put off', () => {
  holds(
    fc.property(anyCase, (taskCase) => {
      const look = nextEvaluation(decide(taskCase, NOW), taskCase.episode, NOW, HOUR);
      if (look !== null) expect(Number.isFinite(look.at)).toBe(true);
      if (look?.why === 'disable') expect(look.at).toBe(decide(taskCase, NOW).facts.disableAt);
    }),
    RUNS,
  );
});

test('a deadline says the same as the answer that rests on it', () => {
  holds(
    fc.property(dueCase, (taskCase) => {
      const decision = decide(taskCase, NOW);
      if (decision.answer !== 'disable') return;
      const spans = [...taskCase.unknown, ...taskCase.evidence.stale];
      const deadline = deadlineOf(taskCase.episode!, taskCase.recipients, taskCase.policy, spans, NOW);
      expect(decision.disableAt).toBe(deadline?.disableAt);
    }),
    RUNS,
  );
});
