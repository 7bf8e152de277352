import { describe, expect, it } from 'vitest';
import type { Telemetry } from '../../../functions/platform/ports.ts';
import { BatchReport } from '../../../functions/work/batch-report.ts';

type Ended = Parameters<BatchReport['add']>;

/** What is logged and counted at the end of a batch whose messages ended so. */
function toldOf(ended: Ended[], { inOneLine = true } = {}) {
  const logged: unknown[] = [];
  const figures: unknown[] = [];
  const telemetry: Telemetry = {
    log: (...line) => void logged.push(line),
    metric: (...figure) => void figures.push(figure),
    ...(inOneLine && { metrics: (counts) => void figures.push(counts) }),
  };
  const report = new BatchReport('notify');
  for (const each of ended) report.add(...each);
  report.writeTo(telemetry);
  return { logged, figures };
}

const DONE: Ended = ['MessageDone', 'a', 'sent'];
const CANARY: Ended = ['MessageDone', 'c', 'canary'];
const failed = (receives: number): Ended => ['MessageRetried', 'b', 'fault', receives];

describe('what a batch tells at its end', () => {
  it('is nothing where nothing ended', () => {
    expect(toldOf([])).toEqual({ logged: [], figures: [] });
  });

  it('is a line that names no message where all were worked', () => {
    expect(toldOf([DONE, DONE, ['MessageSkipped', 's', 'over']])).toEqual({
      logged: [
        [
          'info',
          'batch',
          { queue: 'notify', reasons: { sent: 2, over: 1 }, MessageDone: 2, MessageSkipped: 1 },
        ],
      ],
      figures: [{ MessageDone: 2, MessageSkipped: 1 }],
    });
  });

  it('is a count for each figure where there is no line of them', () => {
    const about = { queue: 'notify', reasons: { sent: 2 } };
    expect(toldOf([DONE, DONE], { inOneLine: false }).figures).toEqual([['MessageDone', 2, 'Count', about]]);
  });

  it('has no figures of canaries, and takes them off no other figure', () => {
    expect(toldOf([CANARY]).figures).toEqual([]);
    expect(toldOf([CANARY, CANARY, DONE, failed(1)]).figures).toEqual([
      { MessageDone: 1, MessageRetried: 1 },
    ]);
  });

  it.each([
    ['failed twice', [failed(2)], undefined],
    ['failed three times', [failed(3)], 3],
    ['failed more often than the others', [failed(4), failed(9), failed(3)], 9],
    [
      'waits as planned, however often it came',
      [['MessagePostponed', 'p', 'not yet', 9], failed(1)],
      undefined,
    ],
  ] as [string, Ended[], number | undefined][])(
    'says how often a message that %s was received, from the third time on',
    (_what, ended, receives) => {
      expect(toldOf(ended).figures[0]).toHaveProperty('MessageRetried');
      expect((toldOf(ended).figures[0] as Record<string, number>).FailedReceives).toBe(receives);
    },
  );
});
