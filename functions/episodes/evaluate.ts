import { type Case, type Decision, decide, withJoined } from '../abandonment/decide.ts';
import type { Duration, Instant } from '../abandonment/time.ts';
import type { Topic } from '../abandonment/topics.ts';
import type { TaskRecord } from '../store/tasks.ts';
import { announce } from './announce.ts';
import { fire } from './fire.ts';
import { inform } from './inform.ts';
import type { OpenTask } from './open-task.ts';
import { operatorAlertsBetween } from './operator-alerts.ts';
import { remind } from './remind.ts';
import { resolve } from './resolve.ts';
import { type EpisodeStep, MOST_BESIDE, type Transition } from './transition.ts';
import { withVeto } from './veto.ts';
import { waitFor, withSpellJudged } from './wait.ts';
import { warn } from './warn.ts';
import { withdraw } from './withdraw.ts';

/** What an evaluation rests on besides the task. */
export interface Circumstances {
  /** The case of the task in any of the states it comes through. */
  caseOf(record: TaskRecord): Case;
  /** The topics that are to repeat what people hear. */
  topics: readonly Topic[];
  now: Instant;
  /** How long a requested disabling may stay unconfirmed. */
  confirmWithin: Duration;
}

/** More steps than one evaluation can have: each is taken once, and one after another. */
const MOST_STEPS = 8;

/**
 * Follows `decide()` until it asks for nothing more: fires, resolves, warns, reminds, withdraws, holds; then topics are
 * to hear of it. Pure; it stops at `disable`, which needs the rate limit and the blast radius of the whole run.
 */
export function evaluate(
  before: TaskRecord,
  { caseOf: caseAt, topics, now, confirmWithin }: Circumstances,
): Transition {
  const caseOf = (record: TaskRecord) => withJoined(caseAt(record), now);
  const at = followed(begin(before, decide(caseOf(before), now)), caseOf, now);
  const judged = withSpellJudged(at.record, caseOf(at.record), now);
  const record = waitFor(judged, at.decision, caseOf(judged), now, confirmWithin);
  const waiting = after(at, { record, beside: operatorAlertsBetween(before, record, now) });
  const informed = hasEpisode(waiting)
    ? after(waiting, inform(waiting.record, { taskCase: caseAt(record), room: roomIn(waiting), now }, topics))
    : waiting;
  const basis = { taskCase: caseAt(informed.record), room: roomIn(informed), now };
  return withRestDue(after(informed, announce(informed.record, basis)), now);
}

/** A task as it was read, before any step. */
function begin(record: TaskRecord, decision: Decision): Transition {
  return { record, beside: [], decision, told: new Set(), isCut: false, untold: null };
}

/** Takes one step after another, as long as there is one and the transaction has room. */
function followed(begun: Transition, caseOf: (record: TaskRecord) => Case, now: Instant): Transition {
  let at = begun;
  for (let step = 0; step < MOST_STEPS; step += 1) {
    const next = advance(at, caseOf(at.record), now);
    if (next === at) return at;
    if (next.isCut || roomIn(next) === 0) return { ...next, isCut: true };
    at = { ...next, decision: decide(caseOf(next.record), now) };
  }
  return at;
}

/** One step of the decision; the same transition where nothing is left to do but to wait. */
function advance(at: Transition, taskCase: Case, now: Instant): Transition {
  const { record, decision } = at;
  const basis = { taskCase, room: roomIn(at), now };
  if (decision.answer === 'fire') return after(at, fire(record, basis, decision));
  if (!hasEpisode(at)) return at;
  const { withdraw: holders } = decision.facts;
  const withdrawn = holders.length > 0 ? after(at, withdraw(at.record, basis, holders)) : at;
  return withdrawn.isCut ? withdrawn : advanceOpen(withdrawn, taskCase, now);
}

function advanceOpen(at: Transition<OpenTask>, taskCase: Case, now: Instant): Transition {
  const { record, decision } = at;
  const basis = { taskCase, room: roomIn(at), now };
  switch (decision.answer) {
    case 'resolve': {
      const resolved = resolve(record, basis, decision);
      return after(at, { ...resolved, record: withVeto(resolved.record, decision.reason, taskCase) });
    }
    case 'warn':
      return after(at, warn(record, basis, decision));
    case 'remind':
      return after(at, remind(record, basis, decision));
    default:
      return at;
  }
}

/** With one more step taken. */
function after<Of extends TaskRecord>(at: Transition, step: EpisodeStep<Of>): Transition<Of> {
  return {
    ...at,
    record: step.record,
    beside: [...at.beside, ...(step.beside ?? [])],
    told: new Set([...at.told, ...(step.told ?? [])]),
    isCut: at.isCut || step.isCut === true,
    untold: step.untold ?? at.untold,
  };
}

/** Whether the task's episode is open after the steps taken. */
function hasEpisode(at: Transition): at is Transition<OpenTask> {
  return at.record.open !== null;
}

/** How many more rows fit into the transaction. */
function roomIn({ beside }: Transition): number {
  return Math.max(0, MOST_BESIDE - beside.length);
}

/** Marks where more is to be written: a run that dies here leaves it to the next. */
function withRestDue(at: Transition, now: Instant): Transition {
  return at.isCut ? { ...at, record: { ...at.record, next: { at: now, why: 'look' } } } : at;
}
