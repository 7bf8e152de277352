import { describe, expect, it } from 'vitest';
import { longestTrial, type QueueName } from '../../../functions/platform/queues.ts';

describe('the trial of a message', () => {
  it.each<[QueueName, number, number]>([
    ['ingest', 30_000, 30_000],
    ['disable', 300_000, 300_000],
    ['listing', 60_000, 30_000],
    ['listing', 20_000, 20_000],
    ['webhook', 60_000, 30_000],
  ])('of %s, whose worker may run for %i ms, takes %i ms at most', (queue, limit, longest) => {
    expect(longestTrial(queue, limit)).toBe(longest);
  });
});
