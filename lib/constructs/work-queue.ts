import { Duration } from 'aws-cdk-lib';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { QUEUES, type QueueName } from '../../functions/platform/queues.ts';
import { type Config, visibilitySeconds } from '../config.ts';
import { deadLetterQueue, LONGEST_RETENTION, SOURCE_RETENTION } from './dead-letter-queue.ts';

/** A standard queue and its dead-letter queue. */
export class WorkQueue extends Construct {
  readonly queue: Queue;
  readonly deadLetters: Queue;

  constructor(scope: Construct, id: string, { queues }: Config, name: QueueName) {
    super(scope, id);
    const tuning = queues[name];
    this.deadLetters = deadLetterQueue(this, 'DeadLetters');
    this.queue = new Queue(this, 'Queue', {
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      retentionPeriod: QUEUES[name].isUnrepeated ? LONGEST_RETENTION : SOURCE_RETENTION,
      visibilityTimeout: Duration.seconds(visibilitySeconds(tuning)),
      deadLetterQueue: { queue: this.deadLetters, maxReceiveCount: tuning.maxReceiveCount },
    });
  }
}
