import { Duration } from 'aws-cdk-lib';
import { MathExpression, Metric, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import { METRIC } from '../functions/platform/names.ts';
import type { Alarms } from './constructs/alarms.ts';

/**
 * The alarms that belong to no single queue: refused events, mail that may not go, feedback that stays away.
 */
export function addServiceAlarms(alarms: Alarms, scanEverySeconds: number): void {
  const ofScan = scanPeriod(scanEverySeconds);
  const fiveMinutes = Duration.minutes(5);
  alarms.add({
    name: 'events-refused',
    impact:
      'a system says things it may not say, or in a form nobody can read; what it says of tasks is not known.',
    metric: alarms.own(METRIC.eventRefused, 'ingest', fiveMinutes),
    threshold: 1,
    silence: 'fine',
  });
  alarms.add({
    name: 'scan-part-failing',
    impact:
      'a part of the scan fails each time; what it looks after (the text of the failure names it) stands still.',
    metric: alarms.own(METRIC.stepFailed, 'scanner', ofScan),
    threshold: 1,
    ...LASTING,
    silence: 'fine',
  });
  alarms.add({
    name: 'generator-failing',
    impact:
      'a source of work beside the scan fails each time; what it looks after (its name is on the metric) stands still.',
    metric: alarms.own(METRIC.generatorFailing, 'scanner', ofScan),
    threshold: 1,
    ...REPEATED,
    silence: 'fine',
  });
  alarms.add({
    name: 'mail-refused',
    impact: 'SES takes no mail of ours (quota, pause, sandbox or identity); owners are not warned.',
    metric: alarms.own(METRIC.mailEnvironmentRefused, 'notifier', fiveMinutes),
    threshold: 1,
    silence: 'fine',
  });
  alarms.add({
    name: 'mail-unsent',
    impact:
      'SES took a mail and did not send it for what it says; its notices are sent again, and may fail again.',
    metric: alarms.own(METRIC.mailUnsent, 'mail-events', fiveMinutes),
    threshold: 1,
    silence: 'fine',
  });
  addWatchAlarms(alarms, ofScan);
  addFeedbackAlarm(alarms);
  addReputationAlarms(alarms);
}

/** What says the same at each scan speaks in every period of this length: no shorter than the time between two. */
function scanPeriod(scanEverySeconds: number): Duration {
  return Duration.seconds(Math.max(15 * 60, scanEverySeconds));
}

/** A scan that takes longer than the last one can leave a period empty: one in three may be. */
const LASTING = { periods: 3, ringing: 2 };
/** And a state that every scan repeats must not end in such a period, to begin anew in the next. */
const REPEATED = { periods: 2, ringing: 1 };

/** What the scanner misses that should be heard; that it runs at all is watched by an alarm of its own. */
function addWatchAlarms(alarms: Alarms, period: Duration): void {
  alarms.add({
    name: 'canary-missed',
    impact:
      'a queue did not work the last canary in time (its name is on the metric); its work waits as long.',
    metric: alarms.own(METRIC.canaryMissed, 'scanner', period),
    threshold: 1,
    ...LASTING,
    silence: 'fine',
  });
  alarms.add({
    name: 'feedback-silent',
    impact: 'SES took mails and said nothing of any for a day; a bounced warning counts as given.',
    metric: alarms.own(METRIC.feedbackSilent, 'scanner', period),
    threshold: 1,
    ...REPEATED,
    silence: 'fine',
  });
  alarms.add({
    name: 'feedback-canary-missed',
    impact: 'SES does not answer the canary mails; nothing is disabled and no unsure mail is sent again.',
    metric: alarms.own(METRIC.feedbackCanaryMissed, 'scanner', period),
    threshold: 1,
    ...REPEATED,
    silence: 'fine',
  });
  alarms.add({
    name: 'feed-silent',
    impact:
      'no event of any control plane comes in; what is known of tasks grows old, and their clocks freeze.',
    metric: alarms.own(METRIC.feedSilent, 'scanner', period),
    threshold: 1,
    ...REPEATED,
    silence: 'fine',
  });
}

/** Mail went out and SES said nothing of it: bounces would go unseen. */
function addFeedbackAlarm(alarms: Alarms): void {
  const period = Duration.hours(1);
  alarms.add({
    name: 'mail-feedback-silent',
    impact: 'SES reports nothing about mails that were sent; a bounced warning would count as given.',
    metric: new MathExpression({
      expression: 'IF(FILL(accepted, 0) >= 5 AND FILL(reported, 0) == 0, 1, 0)',
      usingMetrics: {
        accepted: alarms.own(METRIC.mailAccepted, 'notifier', period),
        reported: alarms.own(METRIC.mailEvent, 'mail-events', period),
      },
      period,
    }),
    threshold: 1,
    periods: 2,
    silence: 'fine',
  });
}

/**
 * SES pauses an account at 10 % bounces or 0.5 % complaints; its advice is to act at half of that or
 * earlier.
 */
function addReputationAlarms(alarms: Alarms): void {
  const rate = (metricName: string) =>
    new Metric({ namespace: 'AWS/SES', metricName, statistic: Stats.AVERAGE, period: Duration.hours(1) });
  alarms.add({
    name: 'mail-bounces',
    impact: 'so much mail bounces that SES may pause the account; then nobody is warned.',
    metric: rate('Reputation.BounceRate'),
    threshold: 0.05,
    silence: 'fine',
  });
  alarms.add({
    name: 'mail-complaints',
    impact: 'so many complain that SES may pause the account; then nobody is warned.',
    metric: rate('Reputation.ComplaintRate'),
    threshold: 0.001,
    silence: 'fine',
  });
}
