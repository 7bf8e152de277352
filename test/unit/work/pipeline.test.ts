import { describe, expect, it } from 'vitest';
import { MINUTE } from '../../../functions/abandonment/time.ts';
import type { Outcome } from '../../../functions/work/consumer.ts';
import { retryDelaySeconds } from '../../../functions/work/pipeline.ts';
import { untoldSuccesses } from '../../../functions/work/successes.ts';
import { START, workStage } from './stage.ts';

describe('the delay before an attempt is made again', () => {
  it.each([
    { attempt: 1, least: 10, most: 20 },
    { attempt: 2, least: 20, most: 40 },
    { attempt: 3, least: 40, most: 80 },
    { attempt: 5, least: 160, most: 320 },
    { attempt: 6, least: 320, most: 640 },
    // Twice as long would be 1,280 s: no delay is longer than a quarter of an hour.
    { attempt: 7, least: 450, most: 900 },
    { attempt: 10, least: 450, most: 900 },
    { attempt: 5_000, least: 450, most: 900 },
  ])('is $least s to $most s after attempt $attempt', ({ attempt, least, most }) => {
    expect([0, 0.5, 1].map((chance) => retryDelaySeconds(attempt, chance))).toEqual([
      least,
      (least + most) / 2,
      most,
    ]);
  });

  it('is of whole seconds, which SQS asks for', () => {
    expect(retryDelaySeconds(1, 0.123)).toBe(11);
    expect(retryDelaySeconds(1, 0.19)).toBe(12);
  });

  it('grows over all messages that a trial left of the same work', async () => {
    const stage = workStage();
    stage.acts(async () => {
      throw new Error('broken');
    });
    expect(await stage.deliver(1, { earlierAttempts: 2 })).toMatchObject({ delaySeconds: 40 });
    expect(await stage.deliver(3)).toMatchObject({ delaySeconds: 40 });
  });
});

describe('what shows that the work of a queue can be done', () => {
  const LATER = { outcome: 'retry', reason: 'its mail is under way', delaySeconds: 60 } as const;
  const cases: { what: string; outcome: Outcome; onTable: boolean; onMore: boolean }[] = [
    { what: 'done', outcome: { outcome: 'done', reason: 'sent' }, onTable: true, onMore: true },
    { what: 'skipped', outcome: { outcome: 'skipped', reason: 'over' }, onTable: true, onMore: false },
    { what: 'a wait that was planned', outcome: { ...LATER, failed: false }, onTable: true, onMore: false },
    { what: 'a failed attempt', outcome: { ...LATER, failed: true }, onTable: false, onMore: false },
    {
      what: 'what is given up',
      outcome: { outcome: 'dead-letter', reason: 'refused' },
      onTable: false,
      onMore: false,
    },
  ];

  /** How many attempts count as gone well after one with such an outcome. */
  async function wellAfter(how: () => Promise<Outcome>, restsOnTableAlone: boolean): Promise<number> {
    const stage = workStage();
    stage.consumer.restsOnTableAlone = restsOnTableAlone;
    stage.acts(how);
    await stage.deliver(1);
    return untoldSuccesses(stage.system, 'notify');
  }

  it.each(cases)('$what: $onTable where it rests on the table alone, else $onMore', async (given) => {
    expect(await wellAfter(async () => given.outcome, true)).toBe(given.onTable ? 1 : 0);
    expect(await wellAfter(async () => given.outcome, false)).toBe(given.onMore ? 1 : 0);
  });

  it('no attempt that broke off', async () => {
    const breaks = async () => {
      throw new Error('broken');
    };
    expect(await wellAfter(breaks, true)).toBe(0);
    expect(await wellAfter(breaks, false)).toBe(0);
  });

  it('a canary only where the work rests on the table alone', async () => {
    const canary = { v: 1, kind: 'canary', key: 'r', at: START, notAfter: START, correlationId: 'r' };
    for (const [restsOnTableAlone, well] of [
      [true, 1],
      [false, 0],
    ] as const) {
      const stage = workStage();
      stage.consumer.restsOnTableAlone = restsOnTableAlone;
      expect(await stage.deliver(1, { body: JSON.stringify(canary) })).toEqual({
        outcome: 'done',
        reason: 'canary',
      });
      expect(untoldSuccesses(stage.system, 'notify')).toBe(well);
    }
  });
});

describe('a message with an end', () => {
  it('is worked up to its last instant, and skipped from then on', async () => {
    for (const [late, reason] of [
      [0, 'worked'],
      [1, 'expired'],
    ] as const) {
      const stage = workStage();
      stage.consumer.notAfter = () => START + MINUTE;
      stage.pass(MINUTE + late);
      expect(await stage.deliver(1)).toMatchObject({ reason });
    }
  });
});
