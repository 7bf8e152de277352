import { Duration } from 'aws-cdk-lib';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { type QueueConfig, visibilitySeconds } from '../config.ts';
import { deadLetterQueue, LONGEST_RETENTION, SOURCE_RETENTION } from './dead-letter-queue.ts';

/** A standard queue and its dead-letter queue. */
export class WorkQueue extends Construct {
  readonly queue: Queue;
  readonly deadLetters: Queue;

  /** `isOnlyTold`: its messages come from elsewhere, and no state of ours sends them again. */
  constructor(scope: Construct, id: string, config: QueueConfig, isOnlyTold = false) {
    super(scope, id);
    this.deadLetters = deadLetterQueue(this, 'DeadLetters');
    this.queue = new Queue(this, 'Queue', {
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      retentionPeriod: isOnlyTold ? LONGEST_RETENTION : SOURCE_RETENTION,
      visibilityTimeout: Duration.seconds(visibilitySeconds(config)),
      deadLetterQueue: { queue: this.deadLetters, maxReceiveCount: config.maxReceiveCount },
    });
  }
}
