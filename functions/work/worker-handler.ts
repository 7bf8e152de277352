import type { SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { AwsReceiver } from '../platform/aws-receiver.ts';
import { sqsClient } from '../platform/clients.ts';
import { readWorkerEnvironment } from '../platform/environment.ts';
import { handlerOf, type Runtime } from '../platform/runtime.ts';
import type { Consumer } from './pipeline.ts';
import { isProbe, type ProbeAnswer, probeWorker } from './probe.ts';
import { processBatch } from './sqs-batch.ts';

/** The Lambda handler of a queue's worker; `atOnce` messages of a batch are worked at a time. Answers probes, too. */
export function workerHandler<Message>(runtime: Runtime, consumer: Consumer<Message>, atOnce: number) {
  const { sourceQueueUrl, deadLetterQueueUrl, maxReceives } = readWorkerEnvironment();
  const receiver = new AwsReceiver(sqsClient(), { queue: sourceQueueUrl, deadLetters: deadLetterQueueUrl });
  const worker = { system: runtime.system, consumer, receiver, maxReceives, atOnce };
  return handlerOf<SQSEvent, SQSBatchResponse | ProbeAnswer>(runtime, (event, context) =>
    isProbe(event)
      ? probeWorker(runtime.system, consumer)
      : processBatch(worker, event, () => context.getRemainingTimeInMillis()),
  );
}
