import { DAY, type Duration, HOUR, type Instant, MINUTE } from '../abandonment/time.ts';

/** Failures are counted over so long. */
const WINDOW: Duration = 10 * MINUTE;
/** Fewer attempts say nothing. */
const LEAST_ATTEMPTS = 5;
/** From this share of failing attempts on the breaker opens. */
const FAILING_SHARE = 0.5;
/** Where few attempts are made, all of them must have failed for so long: below the window, and within ten minutes. */
const LASTING: Duration = 9 * MINUTE;
/** Of work that fails for so long at least. */
const LEAST_LASTING_ATTEMPTS = 2;
/** A breaker that opens again so soon after it closed: the same incident. */
const SAME_INCIDENT: Duration = DAY;
/** What failed is seen again within its visibility or its delay (15 minutes); later nothing that failed is hidden. */
const HIDDEN_AT_MOST: Duration = 20 * MINUTE;
/** A trial that failed shows that probes pass in vain: for so long a queue that is empty says nothing against it. */
const TRIAL_COUNTS: Duration = 2 * HOUR;
const FIRST_WAIT: Duration = 5 * MINUTE;
const LONGEST_WAIT: Duration = 30 * MINUTE;

/** How attempts of one function version went. */
export interface AttemptStats {
  attempts: number;
  /** Of these, those that failed for the environment, a bug or a process that died. */
  failed: number;
  /** Since when the oldest work that failed is tried; null where none failed. */
  since: Instant | null;
}

/**
 * How the two steps of a probe went. `empty`: no message is there to be tried; `undecided`: those that are cannot be
 * had now, or show nothing yet; `failed-in-trial`: the probe passed and real work failed.
 */
export type TriedResult = 'passed' | 'empty' | 'undecided' | 'failed' | 'failed-in-trial';

/** What the breaker of one queue remembers. */
export interface BreakerState {
  /** `resuming`: the probe passed, and the queue is about to be switched on. */
  phase: 'closed' | 'open' | 'resuming';
  /** Since when it is in this phase; 0: never looked. */
  since: Instant;
  /** The version of the worker seen last, and since when: what older code did says nothing of it. */
  version: string | null;
  versionSince: Instant;
  /** Nothing earlier counts: set when it closes. */
  countFrom: Instant;
  /** While open: the version that made it open, and the newest that was probed. */
  trippedBy: string | null;
  probed: string | null;
  /** While open: when to probe next, and the pause before the probe after it. */
  probeAt: Instant | null;
  wait: Duration;
  /** Since when the incident lasts that this opening belongs to; it may have closed in between. Null: none yet. */
  incident: Instant | null;
  /** When operators were notified of that incident last, as far as it is known. */
  toldAt: Instant | null;
  /** Since when no worker was free to be asked, look for look; null: one was. */
  busySince: Instant | null;
  /**
   * While open: when something failed last, null: it was found off and nothing has; when a trial of the deployed
   * version did.
   */
  failedAt: Instant | null;
  trialFailedAt: Instant | null;
}

export const NEW_BREAKER: BreakerState = {
  phase: 'closed',
  since: 0,
  version: null,
  versionSince: 0,
  countFrom: 0,
  trippedBy: null,
  probed: null,
  probeAt: null,
  wait: FIRST_WAIT,
  incident: null,
  toldAt: null,
  busySince: null,
  failedAt: null,
  trialFailedAt: null,
};

/** What is seen of a worker at an instant: how its work goes, or how the two steps of a probe went. */
export type Observation =
  | {
      seen: 'work';
      /** Of the deployed version, since `countedSince(state, version, now)`. */
      stats: AttemptStats;
      /** The version that is deployed now. */
      version: string;
      /** Whether the queue is paused, by whomever. */
      paused: boolean;
      /** Whether an operator paused it: then it is never resumed here. */
      pausedByOperator: boolean;
      /** Whether messages wait; where none do, nothing fails. */
      waiting: boolean;
      /** Whether no worker was free to be asked. */
      busy: boolean;
    }
  | { seen: 'probe'; result: TriedResult; pausedByOperator: boolean };

/** `over`: operators are notified at once that it is; the scanner could not, for no alert stands in the table. */
export type BreakerAction = 'pause' | 'resume' | 'probe' | 'alert' | 'over';

export interface BreakerStep {
  state: BreakerState;
  /** To be done in this order, once the state is stored. */
  actions: BreakerAction[];
}

/** From when on attempts count: within the window, since the breaker closed, and of this version only. */
export function countedSince(state: BreakerState, version: string, now: Instant): Instant {
  const ofVersion = state.version === version || state.version === null ? state.versionSince : now;
  return Math.max(now - WINDOW, state.countFrom, ofVersion);
}

/**
 * The breaker of one queue (docs/rules.md#breaker). It opens when of at least five attempts of the deployed version
 * half failed within ten minutes, or when the little that waits fails for nine minutes and nothing goes well, or no
 * worker is free for as long. While open it probes every 5 minutes growing to 30, and at once when the code changed;
 * it closes only after a probe whose trial passed, too. Within a day of its closing it opens again as the same
 * incident: nobody is notified anew, and its waits go on growing. A queue that is off though nobody noted it counts as
 * open: operators are notified of it once a probe of it fails, and else that it is over once it closes, for whoever paused
 * it may have notified them. Pure and total.
 */
export function nextBreaker(before: BreakerState, seen: Observation, now: Instant): BreakerStep {
  if (seen.seen === 'probe') return afterProbe(before, seen, now);
  const state = sighted(before, seen, now);
  switch (state.phase) {
    case 'closed':
      if (seen.paused && !seen.pausedByOperator) return foundOff(state, now);
      return isFailing(state, seen, now) ? opened(state, now) : { state, actions: [] };
    case 'resuming':
      return seen.paused && !seen.pausedByOperator ? { state, actions: ['resume'] } : closed(state, now);
    case 'open':
      return whileOpen(state, seen.paused, now);
  }
}

type Work = Extract<Observation, { seen: 'work' }>;

function sighted(before: BreakerState, { version, busy }: Work, now: Instant): BreakerState {
  const busySince = busy ? (before.busySince ?? now) : null;
  const state = busySince === before.busySince ? before : { ...before, busySince };
  if (state.version === version) return state;
  const versionSince = state.version === null ? state.versionSince : now;
  return { ...state, version, versionSince, trialFailedAt: null };
}

function isFailing(state: BreakerState, { stats, version, waiting }: Work, now: Instant): boolean {
  const { attempts, failed, since } = stats;
  if (attempts >= LEAST_ATTEMPTS && failed >= attempts * FAILING_SHARE) return true;
  if (!waiting) return false;
  if (state.busySince !== null && now - state.busySince >= LASTING) return true;
  if (since === null || failed < LEAST_LASTING_ATTEMPTS || failed < attempts) return false;
  return now - Math.max(since, countedSince(state, version, now)) >= LASTING;
}

function opened(state: BreakerState, now: Instant): BreakerStep {
  const { version } = state;
  const again = state.incident !== null && now - state.since <= SAME_INCIDENT;
  const wait = again ? longer(state.wait) : FIRST_WAIT;
  const open: BreakerState = {
    ...state,
    phase: 'open',
    since: now,
    trippedBy: version,
    probed: version,
    probeAt: now + wait,
    wait,
    incident: again ? state.incident : now,
    toldAt: again ? state.toldAt : null,
    busySince: null,
    failedAt: now,
    trialFailedAt: null,
  };
  return { state: open, actions: again ? ['pause'] : ['pause', 'alert'] };
}

function longer(wait: Duration): Duration {
  return Math.min(LONGEST_WAIT, wait * 2);
}

/** Off, and nobody noted it: it was paused while the table took no note. Open, and probed at once. */
function foundOff(state: BreakerState, now: Instant): BreakerStep {
  return { state: { ...opened(state, now).state, failedAt: null }, actions: ['probe'] };
}

function whileOpen(state: BreakerState, paused: boolean, now: Instant): BreakerStep {
  const pause: BreakerAction[] = paused ? [] : ['pause'];
  const changed = state.version !== state.probed;
  if (!changed && state.probeAt !== null && now < state.probeAt) return { state, actions: pause };
  const wait = changed ? FIRST_WAIT : longer(state.wait);
  const probing: BreakerState = { ...state, probed: state.version, probeAt: now + wait, wait };
  return { state: probing, actions: [...pause, 'probe'] };
}

function afterProbe(
  state: BreakerState,
  { result, pausedByOperator }: Extract<Observation, { seen: 'probe' }>,
  now: Instant,
): BreakerStep {
  if (state.phase !== 'open') return { state, actions: [] };
  if (!isDecided(state, result, now)) return { state: soonAgain(state, now), actions: [] };
  if (result === 'failed' || result === 'failed-in-trial') {
    const isNews = state.failedAt === null && state.incident === state.since;
    const trialFailedAt = result === 'failed-in-trial' ? now : state.trialFailedAt;
    return { state: { ...state, failedAt: now, trialFailedAt }, actions: isNews ? ['alert'] : [] };
  }
  if (pausedByOperator) return closed(state, now);
  return { state: { ...state, phase: 'resuming', since: now }, actions: ['resume'] };
}

/**
 * An empty queue needs no trial, and messages that are hidden for longer than anything that failed would be say nothing
 * against closing; but where the last trial failed, its work may come again with the next scan.
 */
function isDecided(state: BreakerState, result: TriedResult, now: Instant): boolean {
  if (result !== 'empty' && result !== 'undecided') return true;
  const { failedAt, since, trialFailedAt } = state;
  if (trialFailedAt !== null && now - trialFailedAt < TRIAL_COUNTS) return false;
  return result === 'empty' || now - (failedAt ?? since) >= HIDDEN_AT_MOST;
}

/** Nothing was learnt: the next look tries again, and the waits do not grow for it. */
function soonAgain(state: BreakerState, now: Instant): BreakerState {
  return { ...state, probeAt: now, wait: Math.max(FIRST_WAIT, state.wait / 2) };
}

/** Closed again; what was counted before says nothing of the code that passed. The incident is not over yet. */
function closed(state: BreakerState, now: Instant): BreakerStep {
  const next: BreakerState = {
    ...state,
    phase: 'closed',
    since: now,
    countFrom: now,
    trippedBy: null,
    probed: null,
    probeAt: null,
    busySince: null,
    failedAt: null,
    trialFailedAt: null,
  };
  return { state: next, actions: isUnknownToTable(state) ? ['over'] : [] };
}

/** It was found off and nothing failed since: where operators know of it, nothing in the table says so. */
function isUnknownToTable({ failedAt, toldAt }: BreakerState): boolean {
  return failedAt === null && toldAt === null;
}
