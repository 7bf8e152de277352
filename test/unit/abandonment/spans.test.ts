import { describe, expect, it } from 'vitest';
import { unknownTime } from '../../../functions/abandonment/evidence.ts';
import { placeOfLeast, withSpan } from '../../../functions/abandonment/spans.ts';
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

  it('within another one add nothing', () => {
    expect(withSpan([span(1, 9)], span(3, 5))).toEqual([span(1, 9)]);
    expect(withSpan([span(3, 5)], span(1, 9))).toEqual([span(1, 9)]);
  });

  it('above the most are joined one after the other, of equally near ones the oldest', () => {
    const spans = [span(0, 1), span(3, 4), span(6, 7), span(9, 10)];
    expect(withSpan(spans, span(20, 21), 4)).toEqual([span(0, 4), span(6, 7), span(9, 10), span(20, 21)]);
    expect(withSpan(spans, span(20, 21), 3)).toEqual([span(0, 7), span(9, 10), span(20, 21)]);
    expect(withSpan(spans, span(20, 21), 1)).toEqual([span(0, 21)]);
    expect(withSpan(spans, span(20, 21), 5)).toHaveLength(5);
  });
});

describe('a span that is still open', () => {
  const open = (from: number) => ({ from: from * HOUR, to: null });

  it('takes in what begins with it or after it, and what touches it', () => {
    expect(withSpan([open(5)], span(6, 8))).toEqual([open(5)]);
    expect(withSpan([open(5)], span(4, 6))).toEqual([open(4)]);
    expect(withSpan([open(5)], span(4, 5))).toEqual([open(4)]);
    expect(withSpan([open(5), open(7)], span(1, 2))).toEqual([span(1, 2), open(5)]);
  });

  it('stays apart from what ended before it, and is never forgotten', () => {
    expect(withSpan([open(5)], span(1, 4))).toEqual([span(1, 4), open(5)]);
    const late = 500 * 24;
    expect(withSpan([open(5)], span(late, late + 1))).toEqual([open(5)]);
  });

  it('is joined with the nearest one, where there are too many', () => {
    expect(withSpan([span(0, 1), open(12)], span(10, 11), 2)).toEqual([span(0, 1), open(10)]);
  });
});

it('the place of the least number is the first of equal ones', () => {
  expect(placeOfLeast([3, 1, 2, 1])).toBe(1);
  expect(placeOfLeast([1, 1])).toBe(0);
  expect(placeOfLeast([2, 1])).toBe(1);
  expect(placeOfLeast([5])).toBe(0);
});
