/** How an alarm takes a period without a data point. */
export type Missing = 'breaching' | 'notBreaching' | 'missing' | 'ignore';
export type AlarmState = 'OK' | 'ALARM' | 'INSUFFICIENT_DATA';

export interface Judged {
  /** N: so many periods are judged. */
  periods: number;
  /** M: so many of them ring. */
  ringing: number;
  missing: Missing;
}

/** CloudWatch gets more points than it judges; its one example has 5 for 3. */
const RANGE_BEYOND = 2;

/** How many periods an alarm looks back over. */
export function rangeOf({ periods }: Pick<Judged, 'periods'>): number {
  return periods + RANGE_BEYOND;
}

/**
 * The state of an alarm by the points of its evaluation range, oldest first: true where one is on the wrong side, null where there
 * is none (docs/alarms.md#rules).
 */
export function stateBy(
  points: readonly (boolean | null)[],
  { periods, ringing, missing }: Judged,
  before: AlarmState,
): AlarmState {
  const real = points.filter((point) => point !== null);
  const by = (judged: readonly boolean[]): AlarmState =>
    judged.filter(Boolean).length >= ringing ? 'ALARM' : 'OK';
  if (real.length >= periods) return by(real.slice(-periods));
  const lacking = Array<boolean>(periods - real.length);
  if (missing === 'breaching') return by([...real, ...lacking.fill(true)]);
  if (missing === 'notBreaching') return by(real);
  if (real.length === 0) return missing === 'ignore' ? before : 'INSUFFICIENT_DATA';
  const isPremature = real.every(Boolean) && points.length - points.indexOf(true) >= ringing;
  if (!isPremature) return by(real);
  return missing === 'ignore' ? before : 'ALARM';
}
