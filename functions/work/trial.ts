import type { SQSRecord } from 'aws-lambda';
import { type Duration, SECOND } from '../abandonment/time.ts';
import type { Consumer, Outcome } from './consumer.ts';
import { isProof } from './pipeline.ts';

/** Hands a worker one message outside its event source mapping; code that knows no trials takes it for a batch. */
export interface TrialEvent {
  trial: true;
  Records: [SQSRecord];
}

/** So much longer the breaker waits for the answer, for a cold start; then it takes silence for a failure. */
export const COLD_START: Duration = 10 * SECOND;

/** How the one message of a trial fared. */
export interface TrialAnswer {
  /**
   * `passed`: work of this queue can be done; `failed`: it could not; `nothing`: the message ended and shows neither;
   * `later`: it waits as planned and shows neither.
   */
  verdict: 'passed' | 'failed' | 'nothing' | 'later';
  reason: string;
  /** After which wait the worker wants it again; absent where it ended, or nobody said. */
  delaySeconds?: number;
}

/** On a message that a trial put in the place of another: attempts at the same work before, trials, first sending. */
export const HISTORY = { attempts: 'earlierAttempts', trials: 'trials', firstSentAt: 'firstSentAt' } as const;

/** Whether an event is a trial and no batch of the event source mapping. */
export function isTrial(event: unknown): event is TrialEvent {
  return typeof event === 'object' && event !== null && 'trial' in event && event.trial === true;
}

/** What an outcome says of whether the work of its queue can be done. */
export function verdictOf(
  consumer: Pick<Consumer<never>, 'restsOnTableAlone'>,
  outcome: Outcome,
): TrialAnswer {
  const { reason } = outcome;
  const proves = isProof(consumer, outcome);
  if (outcome.outcome !== 'retry') return { verdict: proves ? 'passed' : 'nothing', reason };
  const { delaySeconds, failed, itself } = outcome;
  if (failed && !itself) return { verdict: 'failed', reason, delaySeconds };
  return { verdict: proves ? 'passed' : 'later', reason, delaySeconds };
}
