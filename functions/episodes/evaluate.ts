import { type Case, decide, withJoined } from '../abandonment/decide.ts';
import type { Duration, Instant } from '../abandonment/time.ts';
import type { Topic } from '../abandonment/topics.ts';
import type { TaskRecord } from '../store/tasks.ts';
import { announce } from './announce.ts';
import { fire } from './fire.ts';
import { inform } from './inform.ts';
import { operatorAlertsBetween } from './operator-alerts.ts';
import { remind } from './remind.ts';
import { resolve } from './resolve.ts';
import {
  begin,
  hasEpisode,
  type OpenTransition,
  roomIn,
  type Transition,
  withBeside,
  withRestDue,
} from './transition.ts';
import { withVeto } from './veto.ts';
import { waitFor, withSpellJudged } from './wait.ts';
import { warn } from './warn.ts';
import { withdraw } from './withdraw.ts';

/** What an evaluation rests on besides the task. */
export interface Circumstances {
  /** The case of the task in any of the states it comes through. */
  caseOf(record: TaskRecord): Case;
  /** The topics that are to hear what people are told. */
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
  const waiting = at.isCut ? withRestDue({ ...at, record }, now) : { ...at, record };
  const told = withBeside(waiting, ...operatorAlertsBetween(before, waiting.record, now));
  const informed = hasEpisode(told) ? inform(told, caseAt(told.record), topics, now) : told;
  return announce(informed, caseAt(informed.record), now);
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
function advance(at: Transition, given: Case, now: Instant): Transition {
  if (at.decision.answer === 'fire') return fire(at, given, now);
  if (!hasEpisode(at)) return at;
  const { withdraw: holders } = at.decision.facts;
  const withdrawn = holders.length > 0 ? withdraw(at, given, holders, now) : at;
  return withdrawn.isCut ? withdrawn : advanceOpen(withdrawn, given, now);
}

function advanceOpen(at: OpenTransition, given: Case, now: Instant): Transition {
  const { decision } = at;
  switch (decision.answer) {
    case 'resolve': {
      const resolved = resolve(at, given, decision.reason, now);
      return { ...resolved, record: withVeto(resolved.record, decision.reason, given) };
    }
    case 'warn':
      return warn(at, given, decision, now);
    case 'remind':
      return remind(at, decision, now);
    default:
      return at;
  }
}
