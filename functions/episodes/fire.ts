import type { Case } from '../abandonment/decide.ts';
import type { Episode } from '../abandonment/task.ts';
import type { Instant } from '../abandonment/time.ts';
import { alertWrite } from '../store/alerts.ts';
import { evidenceOf } from './evidence-of.ts';
import { type OpenTransition, type Transition, withBeside } from './transition.ts';

/** Opens the next episode of a task, with its alert in the history. Nobody is warned yet: that is the next step. */
export function fire(at: Transition, given: Case, now: Instant): OpenTransition {
  const { record, decision } = at;
  const open = firedEpisode(record.episodes + 1, given, decision.facts.notPrimarySince, now);
  const fired = { ...record, episodes: open.number, open, hold: null, next: null };
  const alert = alertWrite({
    task: record.task.id,
    episode: open.number,
    type: 'task_abandoned',
    stage: given.policy.mode,
    since: open.since,
    firedAt: now,
    resolvedAt: null,
    reason: null,
    evidence: evidenceOf(given, decision),
    mails: [],
    run: null,
    untold: [],
    holders: [],
  });
  return withBeside({ ...at, record: fired }, alert);
}

/** An episode as it begins: no grace, nobody told. */
function firedEpisode(number: number, { policy }: Case, since: Instant, now: Instant): Episode {
  return {
    number,
    firedAt: now,
    since,
    warnAfter: policy.warnAfter,
    grace: 0,
    disableAfter: policy.disableAfter,
    graceMode: 'detect',
    told: {},
    dates: [],
    rungs: [],
    mails: [],
  };
}
