import { describe, expect, it } from 'vitest';
import type { Outcome } from '../../../functions/work/consumer.ts';
import { isProbe } from '../../../functions/work/probe.ts';
import { COLD_START, HISTORY, isTrial, type TrialAnswer, verdictOf } from '../../../functions/work/trial.ts';

describe('what a worker is called with', () => {
  it.each<[string, unknown, 'trial' | 'probe' | 'batch']>([
    ['a trial', { trial: true, Records: [] }, 'trial'],
    ['a probe', { probe: true }, 'probe'],
    ['a batch', { Records: [] }, 'batch'],
    ['what says that it is no trial', { trial: false, Records: [] }, 'batch'],
    ['what says that it is no probe', { probe: false }, 'batch'],
    ['a word for it', { trial: 'true', probe: 'true' }, 'batch'],
    ['nothing', null, 'batch'],
    ['no value', undefined, 'batch'],
    ['a text', 'trial', 'batch'],
    ['a function with such a field', Object.assign(() => {}, { trial: true, probe: true }), 'batch'],
  ])('%s is known for what it is', (_what, event, kind) => {
    expect([isTrial(event), isProbe(event)]).toEqual([kind === 'trial', kind === 'probe']);
  });
});

describe('what the one message of a trial says of its queue', () => {
  const later = { outcome: 'retry', reason: 'r', delaySeconds: 9 } as const;
  const verdict = (name: TrialAnswer['verdict']) => ({ verdict: name, reason: 'r' });
  const waits = (name: TrialAnswer['verdict']) => ({ ...verdict(name), delaySeconds: 9 });

  it.each<[string, Outcome, TrialAnswer, TrialAnswer]>([
    ['done', { outcome: 'done', reason: 'r' }, verdict('passed'), verdict('passed')],
    ['skipped', { outcome: 'skipped', reason: 'r' }, verdict('nothing'), verdict('passed')],
    ['given up', { outcome: 'dead-letter', reason: 'r' }, verdict('nothing'), verdict('nothing')],
    ['failed', { ...later, failed: true }, waits('failed'), waits('failed')],
    ['failed by its own doing', { ...later, failed: true, itself: true }, waits('later'), waits('later')],
    ['put off as planned', { ...later, failed: false }, waits('later'), waits('passed')],
  ])('%s', (_what, outcome, onMore, onTableAlone) => {
    expect(verdictOf({ restsOnTableAlone: false }, outcome)).toEqual(onMore);
    expect(verdictOf({ restsOnTableAlone: true }, outcome)).toEqual(onTableAlone);
  });

  it('comes ten seconds before the breaker takes silence for a failure, under names that stay on messages', () => {
    expect(COLD_START).toBe(10_000);
    expect(HISTORY).toEqual({ attempts: 'earlierAttempts', trials: 'trials', firstSentAt: 'firstSentAt' });
  });
});
