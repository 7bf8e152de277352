import { Duration } from 'aws-cdk-lib';
import { EventBus, Match, Rule } from 'aws-cdk-lib/aws-events';
import { SqsQueue } from 'aws-cdk-lib/aws-events-targets';
import { Construct } from 'constructs';
import { EVENT_SOURCE } from '../../functions/platform/names.ts';
import type { WorkQueue } from './work-queue.ts';

/**
 * The bus that control planes put their events on, and the way from it to the ingest queue. All events but
 * our own go there: whether a source may say what it says is judged, and a refusal counted, by the code
 * behind the queue.
 */
export class EventsIntake extends Construct {
  readonly bus: EventBus;

  constructor(scope: Construct, id: string, ingest: WorkQueue) {
    super(scope, id);
    this.bus = new EventBus(this, 'Bus', { description: 'What control planes tell Taskwarden, and it them' });
    new Rule(this, 'ToIngest', {
      eventBus: this.bus,
      eventPattern: { source: Match.anythingBut(EVENT_SOURCE) },
      targets: [
        new SqsQueue(ingest.queue, {
          deadLetterQueue: ingest.deadLetters,
          maxEventAge: Duration.days(1),
          retryAttempts: 185,
        }),
      ],
    });
  }
}
