import { Duration } from 'aws-cdk-lib';
import { MathExpression, Metric, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { METRIC, WHOLE_STAGE } from '../functions/platform/names.ts';
import { QUEUE_NAMES, QUEUES, type QueueName } from '../functions/platform/queues.ts';
import type { Config } from './config.ts';
import type { Alarms } from './constructs/alarms.ts';
import { DEAD_LETTER_RETENTION } from './constructs/dead-letter-queue.ts';
import type { WorkQueue } from './constructs/work-queue.ts';

interface Watched {
  readonly config: Config;
  readonly queues: Record<QueueName, WorkQueue>;
  /** Where pages go. */
  readonly pages: ITopic;
}

/**
 * One of what outweighs takes away as many of the other. `SUM` and `MAX` of a list take the points that are there, so nothing hangs on
 * what CloudWatch fills in for a metric that has none.
 */
const OUTWEIGHS = 1_000_000;

const FIVE_MINUTES = Duration.minutes(5);

/**
 * Of what comes now and then: one in an hour rings, and it ends an hour after the last. So what happens every 20 minutes is
 * one incident and not three an hour.
 */
const AN_HOUR_AFTER_THE_LAST = { periods: 12, ringing: 1 };

/** A scan that takes longer than the last one can leave a period empty: one in three may be. */
const LASTING = { periods: 3, ringing: 2 };
/** And a state that every scan repeats must not end in such a period, to begin anew in the next. */
const REPEATED = { periods: 2, ringing: 1 };

/**
 * The alarms that belong to no single queue: refused events, mail that may not go, feedback that stays away, what several queues
 * have in common, and the alarms themselves.
 */
export function addServiceAlarms(alarms: Alarms, watched: Watched): void {
  const period = scanPeriod(watched.config.scanEvery);
  addEventAlarms(alarms, period);
  addScanAlarms(alarms, period);
  addMailAlarms(alarms, watched.config);
  addFeedbackAlarm(alarms);
  addReputationAlarms(alarms);
  addLostWorkAlarms(alarms, watched.queues);
  addFailureAlarm(alarms);
  addAccountAlarms(alarms, watched);
}

/** What says the same at each scan speaks in every period of this length: no shorter than the time between two. */
function scanPeriod(scanEverySeconds: number): Duration {
  return Duration.seconds(Math.max(15 * 60, scanEverySeconds));
}

function addEventAlarms(alarms: Alarms, period: Duration): void {
  alarms.add({
    name: 'events-refused',
    severity: 'ticket',
    impact:
      'a system says things it may not say, or in a form nobody can read; what it says of tasks is not known.',
    metric: alarms.own(METRIC.eventRefused, 'ingest', FIVE_MINUTES),
    threshold: 1,
    ...AN_HOUR_AFTER_THE_LAST,
    silence: 'fine',
  });
  alarms.add({
    name: 'feed-silent',
    severity: 'ticket',
    impact:
      'no event of any control plane comes in; what is known of tasks grows old, and their clocks freeze.',
    metric: alarms.own(METRIC.feedSilent, 'scanner', period),
    threshold: 1,
    ...REPEATED,
    silence: 'fine',
  });
}

/** What the scanner misses that should be heard; that it runs at all is watched by an alarm of its own. */
function addScanAlarms(alarms: Alarms, period: Duration): void {
  alarms.add({
    name: 'scan-part-failing',
    severity: 'ticket',
    impact:
      'a part of the scan fails each time; what it looks after (the text of the failure names it) stands still.',
    metric: alarms.own(METRIC.stepFailed, 'scanner', period),
    threshold: 1,
    ...LASTING,
    silence: 'fine',
  });
  alarms.add({
    name: 'generator-failing',
    severity: 'ticket',
    impact:
      'a source of work beside the scan fails each time; what it looks after (its name is on the metric) stands still.',
    metric: alarms.own(METRIC.generatorFailing, 'scanner', period),
    threshold: 1,
    ...REPEATED,
    silence: 'fine',
  });
  alarms.add({
    name: 'canary-missed',
    severity: 'page',
    impact:
      'a queue did not work the last canary in time (its name is on the metric), and not because the breaker keeps it off; ' +
      'its work waits as long.',
    metric: new MathExpression({
      expression: `SUM([missed, open * (0 - ${OUTWEIGHS})])`,
      usingMetrics: {
        missed: alarms.own(METRIC.canaryMissed, 'scanner', period),
        open: alarms.own(METRIC.breakerOpen, 'breaker', period),
      },
      period,
    }),
    threshold: 1,
    ...LASTING,
    silence: 'fine',
  });
}

function addMailAlarms(alarms: Alarms, { ses }: Config): void {
  alarms.add({
    name: 'mail-refused',
    severity: 'ticket',
    impact: 'SES takes no mail of ours (quota, pause, sandbox or identity); owners are not warned.',
    metric: alarms.own(METRIC.mailEnvironmentRefused, 'notifier', FIVE_MINUTES),
    threshold: 1,
    ...AN_HOUR_AFTER_THE_LAST,
    silence: 'fine',
  });
  alarms.add({
    name: 'mail-unsent',
    severity: 'ticket',
    impact:
      'SES took a mail and did not send it for what it says; its notices are sent again, and may fail again.',
    metric: alarms.own(METRIC.mailUnsent, 'mail-events', FIVE_MINUTES),
    threshold: 1,
    ...AN_HOUR_AFTER_THE_LAST,
    silence: 'fine',
  });
  if (ses.mailsPerDay === null) return;
  alarms.add({
    name: 'mail-quota',
    severity: 'ticket',
    impact: 'four fifths of the mails that SES takes in a day are used up; after the last, nobody is warned.',
    metric: sumOf(
      new Metric({
        namespace: 'AWS/SES',
        metricName: 'Send',
        statistic: Stats.SUM,
        period: Duration.days(1),
      }),
    ),
    threshold: Math.ceil(ses.mailsPerDay * HEADROOM),
    silence: 'fine',
  });
}

/**
 * A sum that is zero where nothing was counted. Where the newest period has no point, CloudWatch judges an older one once more, and
 * what was over rings again.
 */
function sumOf(metric: Metric): MathExpression {
  return new MathExpression({
    expression: 'FILL(counted, 0)',
    usingMetrics: { counted: metric },
    period: metric.period,
  });
}

/** So much of a quota may be used before somebody hears of it. */
const HEADROOM = 0.8;

/**
 * Bounces would go unseen: SES says nothing of mails of the last hours, nothing for a day, or nothing of the canary. One alarm,
 * for one path is broken.
 */
function addFeedbackAlarm(alarms: Alarms): void {
  const period = Duration.hours(1);
  alarms.add({
    name: 'feedback-silent',
    severity: 'page',
    impact:
      'SES says nothing of mails that it took; a bounced warning would count as given. ' +
      'Once the canary mails are missed, nothing is disabled.',
    metric: new MathExpression({
      expression: `SUM([silent, missed, IF(SUM([accepted, reported * (0 - ${OUTWEIGHS})]) >= 5, 1, 0)])`,
      usingMetrics: {
        silent: alarms.own(METRIC.feedbackSilent, 'scanner', period),
        missed: alarms.own(METRIC.feedbackCanaryMissed, 'scanner', period),
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
    severity: 'ticket',
    impact: 'so much mail bounces that SES may pause the account; then nobody is warned.',
    metric: rate('Reputation.BounceRate'),
    threshold: 0.05,
    silence: 'fine',
  });
  alarms.add({
    name: 'mail-complaints',
    severity: 'ticket',
    impact: 'so many complain that SES may pause the account; then nobody is warned.',
    metric: rate('Reputation.ComplaintRate'),
    threshold: 0.001,
    silence: 'fine',
  });
}

/** A failure that nobody has heard of, or that says something new: not those that are known and go on as they did. */
function addFailureAlarm(alarms: Alarms): void {
  alarms.add({
    name: 'failures-reported',
    severity: 'ticket',
    impact:
      'an attempt failed in a way that is new, came back, or comes with a new version or more often; what it was to do is tried again.',
    metric: alarms.own(METRIC.failureReported, WHOLE_STAGE, FIVE_MINUTES),
    threshold: 1,
    ...AN_HOUR_AFTER_THE_LAST,
    silence: 'fine',
  });
}

/** A second loss while the first is open, and letters that are soon gone for good. */
function addLostWorkAlarms(alarms: Alarms, queues: Record<QueueName, WorkQueue>): void {
  const deadLettersOf = (names: readonly QueueName[]) => names.map((name) => queues[name].deadLetters);
  alarms.addGrowth(
    {
      name: 'dead-letters-growing',
      severity: 'page',
      impact: 'a queue that already had dead letters gave more messages up: its cause goes on.',
    },
    deadLettersOf(QUEUE_NAMES),
  );
  const only = QUEUE_NAMES.filter((name) => QUEUES[name].isUnrepeated);
  alarms.addAge(
    {
      name: 'dead-letters-old',
      severity: 'ticket',
      impact: `dead letters of ${only.join(' or ')} are past half of their life, and exist nowhere else.`,
    },
    deadLettersOf(only),
    Duration.seconds(DEAD_LETTER_RETENTION.toSeconds() / 2),
  );
}

/** More messages than these in six hours are six alarms that rang and ended: somebody stops reading them. */
const MOST_PAGES = 12;

/** What the account has left, and whether the alarms are worth hearing. */
function addAccountAlarms(alarms: Alarms, { pages }: Watched): void {
  const usage = new Metric({
    namespace: 'AWS/Usage',
    metricName: 'ResourceCount',
    dimensionsMap: { Class: 'None', Resource: 'ConcurrentExecutions', Service: 'Lambda', Type: 'Resource' },
    statistic: Stats.MAXIMUM,
    period: FIVE_MINUTES,
  });
  alarms.add({
    name: 'concurrency-short',
    severity: 'ticket',
    impact: 'the account’s Lambda concurrency is nearly used up; what comes next is throttled, scans too.',
    metric: new MathExpression({
      expression: 'usage / SERVICE_QUOTA(usage)',
      usingMetrics: { usage },
      period: FIVE_MINUTES,
    }),
    threshold: HEADROOM,
    periods: 3,
    silence: 'fine',
  });
  alarms.add({
    name: 'too-many-pages',
    severity: 'ticket',
    impact: 'whoever is on call is paged so often that a page says nothing any more.',
    metric: sumOf(
      new Metric({
        namespace: 'AWS/SNS',
        metricName: 'NumberOfMessagesPublished',
        dimensionsMap: { TopicName: pages.topicName },
        statistic: Stats.SUM,
        period: Duration.hours(6),
      }),
    ),
    threshold: MOST_PAGES,
    silence: 'fine',
  });
}
