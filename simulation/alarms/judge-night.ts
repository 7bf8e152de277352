import { metricsOf, type Night } from './nights.ts';
import { healthyStage } from './streams.ts';
import type { TemplateAlarm } from './template-alarms.ts';
import { type Change, changesOf, READINGS, type Reading } from './watch.ts';

/** What one alarm did in a night, by the reading in which it was last to ring. */
interface Rang {
  alarm: string;
  severity: TemplateAlarm['severity'];
  /** Minutes after the fault. */
  after: number;
  times: number;
  ended: boolean;
}

export interface NightReport {
  night: string;
  rang: Rang[];
  /** What was not as the night expects. */
  wrong: string[];
}

/** Runs a night against the alarms of a template, by every reading of what CloudWatch does not say. */
export function judgeNight(alarms: readonly TemplateAlarm[], night: Night, seed = 1): NightReport {
  const { metrics, from, to } = metricsOf(night, seed);
  // An hour before the fault, to see that nothing rings by then.
  const step = night.minutes > 2 * 1_440 ? 5 : 1;
  const span = { from: from - 60, to, step };
  const reports = READINGS.map((reading) => {
    const rang = rangIn(alarms, changesOf(alarms, metrics, span, reading), from);
    return { rang, wrong: wrongIn(rang, night.rings, reading) };
  });
  return {
    night: night.name,
    rang: lastOf(reports.map(({ rang }) => rang)),
    wrong: reports.flatMap(({ wrong }) => wrong),
  };
}

/** The alarms that ring in a healthy stage of so many days: none is to. */
export function judgeHealthy(alarms: readonly TemplateAlarm[], days: number, seed: number): string[] {
  const to = days * 1_440;
  const metrics = healthyStage(to, seed);
  return READINGS.flatMap((reading) =>
    changesOf(alarms, metrics, { from: 180, to, step: 5 }, reading)
      .filter(({ state }) => state !== 'OK')
      .map(({ alarm, minute }) => `${alarm} at minute ${minute} (${textOf(reading)})`),
  );
}

function rangIn(alarms: readonly TemplateAlarm[], changes: readonly Change[], fault: number): Rang[] {
  return alarms.flatMap(({ name, severity }) => {
    const own = changes.filter(({ alarm }) => alarm === name);
    const [first, ...more] = own.filter(({ state }) => state === 'ALARM');
    if (!first) return [];
    const ended = own.at(-1)?.state === 'OK';
    return [{ alarm: name, severity, after: first.minute - fault, times: 1 + more.length, ended }];
  });
}

function wrongIn(rang: readonly Rang[], expected: Night['rings'], reading: Reading): string[] {
  const problems = rang.flatMap(({ alarm, after, times, ended }) => {
    const wanted = expected[alarm];
    if (!wanted) return [`${alarm} rang after ${after} min`];
    return [
      ...(after < 0 || after > wanted.within
        ? [`${alarm} rang after ${after} min, not ${wanted.within}`]
        : []),
      ...(times === (wanted.times ?? 1) ? [] : [`${alarm} rang ${times} times, not ${wanted.times ?? 1}`]),
      ...(ended === (wanted.ends ?? false) ? [] : [`${alarm} ${ended ? 'ended' : 'rings on'}`]),
    ];
  });
  const silent = Object.keys(expected).filter((name) => !rang.some(({ alarm }) => alarm === name));
  const missing = silent.map((name) => `${name} did not ring`);
  return [...problems, ...missing].map((problem) => `${problem} (${textOf(reading)})`);
}

function lastOf(reports: readonly (readonly Rang[])[]): Rang[] {
  const last = new Map<string, Rang>();
  for (const ringing of reports.flat()) {
    const before = last.get(ringing.alarm);
    if (!before || ringing.after > before.after) last.set(ringing.alarm, ringing);
  }
  return [...last.values()].sort((a, b) => a.after - b.after);
}

function textOf({ windows, fillsEmpty }: Reading): string {
  return `${windows} windows, ${fillsEmpty ? 'empty metrics filled' : 'empty metrics not filled'}`;
}
