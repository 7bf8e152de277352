import { describe, expect, it } from 'vitest';
import { unknownTime } from '../../../functions/abandonment/evidence.ts';
import { withSpan } from '../../../functions/abandonment/spans.ts';
import { DAY, HOUR, type Interval, MINUTE } from '../../../functions/abandonment/time.ts';

const span = (from: number, to: number) => ({ from: from * HOUR, to: to * HOUR });

describe('closed spans of unknown health', () => {
  it('that touch or overlap become one, whatever their order', () => {
    expect(withSpan([span(1, 2), span(5, 6)], span(2, 3))).toEqual([span(1, 3), span(5, 6)]);
    expect(withSpan([span(1, 4), span(5, 6)], span(3, 5))).toEqual([span(1, 6)]);
    expect(withSpan([span(5, 6)], span(1, 2))).toEqual([span(1, 2), span(5, 6)]);
  });

  it('of no length are none', () => {
    expect(withSpan([span(1, 2)], span(4, 4))).toEqual([span(1, 2)]);
  });

  it('are forgotten 400 days after their end', () => {
    const old = span(0, 1);
    const until = 400 * 24 + 1;
    expect(withSpan([old], span(until - 2, until))).toEqual([span(until - 2, until)]);
    expect(withSpan([old], span(until - 2, until - 1 / 60))).toHaveLength(2);
  });

  it('of a plane that flaps every minute for 60 days fit into a row, and take no time away from the unknown', () => {
    let spans: Interval[] = [];
    const flaps = 60 * 24 * 30;
    for (let flap = 0; flap < flaps; flap += 60) {
      const from = flap * 2 * MINUTE;
      spans = withSpan(spans, { from, to: from + MINUTE }, 200);
    }
    expect(spans.length).toBeLessThanOrEqual(200);
    expect(JSON.stringify(spans).length).toBeLessThan(20_000);
    expect(unknownTime(0, 60 * DAY, spans)).toBeGreaterThanOrEqual((flaps / 60) * MINUTE);
    expect(spans.at(-1)).toEqual({ from: (flaps - 60) * 2 * MINUTE, to: (flaps - 60) * 2 * MINUTE + MINUTE });
  });

  it('above the most are joined where the time between them is shortest', () => {
    const spans = [span(0, 1), span(10, 11), span(12, 13)];
    expect(withSpan(spans, span(20, 21), 3)).toEqual([span(0, 1), span(10, 13), span(20, 21)]);
  });
});
