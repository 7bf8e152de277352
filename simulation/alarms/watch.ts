import { type AlarmState, rangeOf, stateBy } from './alarm-state.ts';
import { type Series, workOut } from './metric-math.ts';
import type { Metrics } from './metrics.ts';
import type { TemplateAlarm } from './template-alarms.ts';

/** What CloudWatch does not say of itself; a night is judged by each of them. */
export interface Reading {
  /** Whether periods end at each look, or where the clock says: an hour at full hours. */
  windows: 'sliding' | 'aligned';
  fillsEmpty: boolean;
}

export const READINGS: readonly Reading[] = [
  { windows: 'sliding', fillsEmpty: true },
  { windows: 'sliding', fillsEmpty: false },
  { windows: 'aligned', fillsEmpty: true },
  { windows: 'aligned', fillsEmpty: false },
];

/** An alarm changed its state in this minute. */
export interface Change {
  alarm: string;
  minute: number;
  state: AlarmState;
}

export interface Span {
  from: number;
  to: number;
  /** Minutes between two looks; CloudWatch's is one. */
  step?: number;
}

/** What is said in a minute is seen in the next. */
const SEEN_AFTER = 1;

/** The account's quota of concurrency. */
const QUOTA = 1_000;

/** All changes of the alarms' states over a span of minutes, each alarm OK before it. */
export function changesOf(
  alarms: readonly TemplateAlarm[],
  metrics: Metrics,
  { from, to, step = 1 }: Span,
  reading: Reading,
): Change[] {
  const heard = new Set(metrics.keys());
  return alarms.flatMap((alarm) => {
    // Of what nothing is ever said of, one look tells all.
    const isSilent = alarm.missing === 'notBreaching' && alarm.metrics.every(({ key }) => !heard.has(key));
    const looks = isSilent ? [from] : minutes(from, to, step);
    return changesOfOne(alarm, metrics, looks, reading);
  });
}

function minutes(from: number, to: number, step: number): number[] {
  return Array.from({ length: Math.ceil((to - from) / step) }, (_, at) => from + at * step);
}

function changesOfOne(
  alarm: TemplateAlarm,
  metrics: Metrics,
  looks: readonly number[],
  reading: Reading,
): Change[] {
  const changes: Change[] = [];
  let state: AlarmState = 'OK';
  let lastEnd = Number.NaN;
  for (const minute of looks) {
    const end = endOf(alarm, minute, reading);
    if (end === lastEnd) continue;
    lastEnd = end;
    const next = stateBy(pointsOf(alarm, metrics, end, reading), alarm, state);
    if (next !== state) changes.push({ alarm: alarm.name, minute, state: next });
    state = next;
  }
  return changes;
}

/** Where the newest period ends that an alarm sees in a minute. */
function endOf({ periodSeconds }: TemplateAlarm, minute: number, { windows }: Reading): number {
  const seen = minute - SEEN_AFTER;
  if (windows === 'sliding') return seen;
  const period = periodSeconds / 60;
  return Math.floor(seen / period) * period;
}

function pointsOf(
  alarm: TemplateAlarm,
  metrics: Metrics,
  end: number,
  { fillsEmpty }: Reading,
): (boolean | null)[] {
  const range = rangeOf(alarm);
  const period = alarm.periodSeconds / 60;
  // One more, which the oldest of the range is compared with.
  const places = Array.from({ length: range + 1 }, (_, at) => end - (range + 1 - at) * period);
  const series: Record<string, Series> = Object.fromEntries(
    alarm.metrics.map((watched) => [
      watched.id,
      places.map((from) => metrics.point(watched, from, from + period)),
    ]),
  );
  const worked = workOut(alarm.expression, { series, quota: QUOTA, fillsEmpty });
  return worked.slice(-range).map((point) => {
    if (point === null) return null;
    return alarm.isBelow ? point < alarm.threshold : point >= alarm.threshold;
  });
}
