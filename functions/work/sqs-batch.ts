import { BatchProcessor, EventType, processPartialResponse } from '@aws-lambda-powertools/batch';
import type { SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import { METRIC } from '../platform/names.ts';
import { longestTrial } from '../platform/queues.ts';
import type { Receiver } from '../platform/receiver.port.ts';
import type { System } from '../platform/system.ts';
import { BatchReport } from './batch-report.ts';
import type { Batch, Consumer, Delivery, Outcome } from './consumer.ts';
import { processMessage, recordPutBack } from './pipeline.ts';
import { HISTORY, type TrialAnswer, type TrialEvent, verdictOf } from './trial.ts';

/** A worker of one queue. */
export interface BatchWorker<Message> {
  system: System;
  consumer: Consumer<Message>;
  receiver: Receiver;
  /** The receive after which the broker dead-letters a message. */
  maxReceives: number;
  /** Messages worked at a time; 1 where they get into each other's way. */
  atOnce: number;
}

/** No message is begun with less time left: the longest call to a service, twice. */
const TIME_FOR_ONE_MS = 12_000;

/** A message that is to be delivered again. */
class NotAcknowledged extends Error {
  override readonly name = 'NotAcknowledged';
}

/**
 * Works a batch and answers which records failed. A record counts as acknowledged only when its outcome was carried
 * out to the end; every other one, whatever went wrong, is reported as failed. Never throws, for a throw would give
 * the good ones back as well.
 */
export async function processBatch<Message>(
  worker: BatchWorker<Message>,
  event: SQSEvent,
  remainingMs: () => number,
): Promise<SQSBatchResponse> {
  const acknowledged = new Set<SQSRecord>();
  const report = new BatchReport(worker.consumer.queue);
  const batch = { size: event.Records.length };
  const takeTurn = turns(worker.atOnce);
  const work = (record: SQSRecord) =>
    takeTurn(async () => {
      await workRecord(worker, report, { record, batch }, remainingMs);
      acknowledged.add(record);
    });
  const processor = new BatchProcessor(EventType.SQS);
  await processPartialResponse(event, work, processor, { throwOnFullBatchFailure: false }).catch(
    (error: unknown) => worker.system.telemetry.log('error', 'batch failed', { error: String(error) }),
  );
  report.writeTo(worker.system.telemetry);
  const failed = event.Records.filter((record) => !acknowledged.has(record));
  return { batchItemFailures: failed.map(({ messageId }) => ({ itemIdentifier: messageId })) };
}

/** What a worker answers to a trial of the breaker: as to a batch of one, and how it fared. */
export interface TrialResponse extends SQSBatchResponse {
  trial: TrialAnswer;
}

/** Works the one message of a trial, which uses up none of its deliveries. Never throws. */
export async function processTrial<Message>(
  worker: BatchWorker<Message>,
  { Records: [record] }: TrialEvent,
  remainingMs: () => number,
): Promise<TrialResponse> {
  const { system, consumer } = worker;
  const endsBy = system.clock.now() + longestTrial(consumer.queue, remainingMs());
  const delivery = deliveryOf(record, Number.POSITIVE_INFINITY, endsBy);
  const report = new BatchReport(consumer.queue);
  const outcome = await processMessage(system, consumer, delivery);
  const ended = await carryOut(worker, report, record, outcome).then(
    () => true,
    () => false,
  );
  report.writeTo(system.telemetry);
  const trial = verdictOf(consumer, outcome);
  if (ended) return { batchItemFailures: [], trial };
  const answer = outcome.outcome === 'dead-letter' ? { ...trial, verdict: 'failed' as const } : trial;
  return { batchItemFailures: [{ itemIdentifier: record.messageId }], trial: answer };
}

async function workRecord<Message>(
  worker: BatchWorker<Message>,
  report: BatchReport,
  { record, batch }: { record: SQSRecord; batch: Batch },
  remainingMs: () => number,
): Promise<void> {
  const { system, consumer } = worker;
  const left = remainingMs();
  const delivery = { ...deliveryOf(record, worker.maxReceives, system.clock.now() + left), batch };
  if (left < TIME_FOR_ONE_MS) {
    report.add(METRIC.messageLeft, record.messageId, 'time ran short');
    await recordPutBack(system, consumer, delivery);
    await putBack(worker, record, 0);
  }
  const outcome = await processMessage(system, consumer, delivery);
  await carryOut(worker, report, record, outcome);
}

async function carryOut<Message>(
  worker: BatchWorker<Message>,
  report: BatchReport,
  record: SQSRecord,
  outcome: Outcome,
): Promise<void> {
  const { messageId } = record;
  switch (outcome.outcome) {
    case 'done':
      return report.add(METRIC.messageDone, messageId, outcome.reason);
    case 'skipped':
      return report.add(METRIC.messageSkipped, messageId, outcome.reason);
    case 'dead-letter':
      await worker.receiver.deadLetter(record, outcome.reason);
      return report.add(METRIC.messageDeadLettered, messageId, outcome.reason);
    case 'retry': {
      const metric = outcome.failed ? METRIC.messageRetried : METRIC.messagePostponed;
      const receives = Number(record.attributes.ApproximateReceiveCount);
      report.add(metric, messageId, outcome.reason, receives);
      return putBack(worker, record, outcome.delaySeconds);
    }
  }
}

/** Always throws, so that the record is reported as failed; where the delay cannot be set, visibility runs out. */
async function putBack<Message>(
  worker: BatchWorker<Message>,
  record: SQSRecord,
  seconds: number,
): Promise<never> {
  await worker.receiver.postpone(record, seconds).catch((error: unknown) =>
    worker.system.telemetry.log('warn', 'delay not set', {
      messageId: record.messageId,
      error: String(error),
    }),
  );
  throw new NotAcknowledged('to be delivered again');
}

function deliveryOf(record: SQSRecord, maxReceives: number, endsBy: number): Delivery {
  return {
    body: record.body,
    messageId: record.messageId,
    receiveCount: Number(record.attributes.ApproximateReceiveCount),
    maxReceives,
    endsBy,
    earlierAttempts: wholeOf(record.messageAttributes[HISTORY.attempts]?.stringValue),
    firstReceivedAt: wholeOf(record.attributes.ApproximateFirstReceiveTimestamp),
  };
}

/** What a message says of itself may come from anybody: a whole number, or none. */
function wholeOf(text: string | undefined): number {
  return text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : 0;
}

/** Lets so many run at a time, in the order they came. */
function turns(atOnce: number): (work: () => Promise<void>) => Promise<void> {
  const waiting: (() => void)[] = [];
  let running = 0;
  return async (work) => {
    if (running >= atOnce) await new Promise<void>((resolve) => waiting.push(resolve));
    running += 1;
    try {
      await work();
    } finally {
      running -= 1;
      waiting.shift()?.();
    }
  };
}
