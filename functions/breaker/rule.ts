import { type Duration, type Instant, MINUTE } from '../abandonment/time.ts';
import type { ProbeResult } from './worker-control.port.ts';

/** Failures are counted over so long. */
export const WINDOW: Duration = 10 * MINUTE;
/** Fewer attempts say nothing. */
export const LEAST_ATTEMPTS = 5;
/** From this share of failing attempts on the breaker opens. */
export const FAILING_SHARE = 0.5;
const FIRST_WAIT: Duration = 5 * MINUTE;
const LONGEST_WAIT: Duration = 30 * MINUTE;

/** How attempts of one function version went. */
export interface AttemptStats {
  attempts: number;
  /** Of these, those that failed for the environment, a bug or a process that died. */
  failed: number;
}

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
};

/** What is seen of a worker at an instant: how its work goes, or how a probe that was asked for went. */
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
    }
  | { seen: 'probe'; result: ProbeResult; pausedByOperator: boolean };

export type BreakerAction = 'pause' | 'resume' | 'probe' | 'alert';

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
 * The breaker of one queue (design.md section 8). It opens when of at least five attempts of the deployed version
 * half failed within ten minutes; while open it probes every 5 minutes growing to 30, and at once when the code
 * changed; it closes only after a probe that passed. A queue that is off though nobody noted it counts as open, and
 * operators are told of it where its first probe fails. Pure and total.
 */
export function nextBreaker(before: BreakerState, seen: Observation, now: Instant): BreakerStep {
  if (seen.seen === 'probe') return afterProbe(before, seen, now);
  const state = sighted(before, seen.version, now);
  switch (state.phase) {
    case 'closed':
      if (seen.paused && !seen.pausedByOperator) return foundOff(state, now);
      return isFailing(seen.stats) ? opened(state, now) : { state, actions: [] };
    case 'resuming':
      return seen.paused && !seen.pausedByOperator ? { state, actions: ['resume'] } : closed(state, now);
    case 'open':
      return whileOpen(state, seen.paused, now);
  }
}

function sighted(state: BreakerState, version: string, now: Instant): BreakerState {
  if (state.version === version) return state;
  return { ...state, version, versionSince: state.version === null ? state.versionSince : now };
}

function isFailing({ attempts, failed }: AttemptStats): boolean {
  return attempts >= LEAST_ATTEMPTS && failed >= attempts * FAILING_SHARE;
}

function opened(state: BreakerState, now: Instant): BreakerStep {
  const { version } = state;
  const open: BreakerState = {
    ...state,
    phase: 'open',
    since: now,
    trippedBy: version,
    probed: version,
    probeAt: now + FIRST_WAIT,
    wait: FIRST_WAIT,
  };
  return { state: open, actions: ['pause', 'alert'] };
}

/** Off, and nobody noted it: it was paused while the table took no note. Open, and probed at once. */
function foundOff(state: BreakerState, now: Instant): BreakerStep {
  return { state: opened(state, now).state, actions: ['probe'] };
}

function whileOpen(state: BreakerState, paused: boolean, now: Instant): BreakerStep {
  const pause: BreakerAction[] = paused ? [] : ['pause'];
  const changed = state.version !== state.probed;
  if (!changed && state.probeAt !== null && now < state.probeAt) return { state, actions: pause };
  const wait = changed ? FIRST_WAIT : Math.min(LONGEST_WAIT, state.wait * 2);
  const probing: BreakerState = { ...state, probed: state.version, probeAt: now + wait, wait };
  return { state: probing, actions: [...pause, 'probe'] };
}

function afterProbe(
  state: BreakerState,
  { result, pausedByOperator }: Extract<Observation, { seen: 'probe' }>,
  now: Instant,
): BreakerStep {
  if (state.phase !== 'open') return { state, actions: [] };
  if (result !== 'passed') return { state, actions: state.since === now ? ['alert'] : [] };
  if (pausedByOperator) return closed(state, now);
  return { state: { ...state, phase: 'resuming', since: now }, actions: ['resume'] };
}

/** Closed again; what was counted before says nothing of the code that passed. */
function closed(state: BreakerState, now: Instant): BreakerStep {
  const next: BreakerState = {
    ...state,
    phase: 'closed',
    since: now,
    countFrom: now,
    trippedBy: null,
    probed: null,
    probeAt: null,
    wait: FIRST_WAIT,
  };
  return { state: next, actions: [] };
}
