import type { SQSRecord } from 'aws-lambda';

/** A message as SQS hands it to a worker, received so often; it was sent in 1970 unless it says otherwise. */
export const sqsRecord = (messageId: string, body: string, { receives = 1, sentAt = 0 } = {}): SQSRecord => ({
  messageId,
  receiptHandle: `handle-${messageId}`,
  body,
  attributes: {
    ApproximateReceiveCount: `${receives}`,
    SentTimestamp: `${sentAt}`,
    SenderId: 'x',
    ApproximateFirstReceiveTimestamp: `${sentAt}`,
  },
  messageAttributes: {},
  md5OfBody: '',
  eventSource: 'aws:sqs',
  eventSourceARN: 'arn',
  awsRegion: 'eu-west-1',
});
