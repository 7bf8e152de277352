import { describe, expect, it } from 'vitest';
import { DAY, HOUR } from '../../../../functions/abandonment/time.ts';
import { withOutage } from '../../../../functions/scanner/steps/outages.ts';
import type { OutageRecord } from '../../../../functions/store/data-planes.ts';

function outage(day: number, endedAt: number | null = day + 0.5): OutageRecord {
  const from = day * DAY;
  return {
    from,
    membersUntil: from + HOUR,
    members: 10,
    countedTo: from + HOUR,
    endedAt: endedAt === null ? null : endedAt * DAY,
  };
}

describe('the outages of a plane', () => {
  it('are forgotten 400 days after their end', () => {
    const last = outage(400.5, null);
    expect(withOutage([outage(0, 0.25), outage(0.25, 0.5), outage(0.5, 0.75)], last)).toEqual([
      outage(0.5, 0.75),
      last,
    ]);
  });

  it('are kept as long as they last, however long ago they began', () => {
    const lasting = outage(1, null);
    const last = outage(900, null);
    expect(withOutage([outage(0), lasting], last)).toEqual([lasting, last]);
  });

  it('are bounded: the nearest two are taken for one, whose members stand still at least as long', () => {
    const outages = [outage(0), outage(5), outage(6)];
    expect(withOutage(outages, outage(9, null), 3)).toEqual([
      outage(0),
      { ...outage(6), from: 5 * DAY, members: 20 },
      outage(9, null),
    ]);
  });

  it('of years of daily outages fit into a row', () => {
    let outages: OutageRecord[] = [];
    for (let day = 0; day < 1_000; day += 0.5) outages = withOutage(outages, outage(day, day + 0.25));
    expect(outages.length).toBeLessThanOrEqual(500);
    expect(JSON.stringify(outages).length).toBeLessThan(100_000);
  });
});
