import type { SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { AwsReceiver } from '../platform/aws-receiver.ts';
import { sqsClient } from '../platform/clients.ts';
import { readWorkerEnvironment } from '../platform/environment.ts';
import { handlerOf, type Runtime } from '../platform/runtime.ts';
import type { Consumer } from './consumer.ts';
import { isProbe, type ProbeAnswer, probeWorker } from './probe.ts';
import { processBatch, processTrial, type TrialResponse } from './sqs-batch.ts';
import { isTrial, type TrialEvent } from './trial.ts';

/**
 * The Lambda handler of a queue's worker; `atOnce` messages of a batch are worked at a time. Answers probes and
 * trials of the breaker, too.
 */
export function workerHandler<Message>(runtime: Runtime, consumer: Consumer<Message>, atOnce: number) {
  const { sourceQueueUrl, deadLetterQueueUrl, maxReceives } = readWorkerEnvironment();
  const receiver = new AwsReceiver(sqsClient(), { queue: sourceQueueUrl, deadLetters: deadLetterQueueUrl });
  const worker = { system: runtime.system, consumer, receiver, maxReceives, atOnce };
  type Answer = SQSBatchResponse | TrialResponse | ProbeAnswer;
  return handlerOf<SQSEvent | TrialEvent, Answer>(runtime, (event, context) => {
    if (isProbe(event)) return probeWorker(runtime.system, consumer);
    const remainingMs = () => context.getRemainingTimeInMillis();
    return isTrial(event)
      ? processTrial(worker, event, remainingMs)
      : processBatch(worker, event, remainingMs);
  });
}
