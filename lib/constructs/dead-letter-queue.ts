import { Duration } from 'aws-cdk-lib';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';

/**
 * SQS's longest: what lies here waits for a person. A message keeps its first enqueue time when it is moved.
 */
export const DEAD_LETTER_RETENTION = Duration.days(14);

/**
 * How long a source queue keeps messages: well below the dead-letter queue's, for the clock runs on there.
 */
export const SOURCE_RETENTION = Duration.days(4);

/** Of what nothing sends again, which must outlast a worker that is broken for long. */
export const LONGEST_RETENTION = Duration.days(14);

/** A queue for what was given up. */
export function deadLetterQueue(scope: Construct, id: string): Queue {
  return new Queue(scope, id, {
    encryption: QueueEncryption.SQS_MANAGED,
    enforceSSL: true,
    retentionPeriod: DEAD_LETTER_RETENTION,
  });
}
