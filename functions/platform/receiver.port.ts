import type { SQSRecord } from 'aws-lambda';

/** One delivery of a message, as the broker hands it over. */
export type ReceivedMessage = SQSRecord;

/** What a worker can do with a message beside acknowledging it. */
export interface Receiver {
  /** Makes it visible again after so many seconds from now (0 to 12 h). Throws where the delivery is over. */
  postpone(message: ReceivedMessage, delaySeconds: number): Promise<void>;
  /** Puts a copy, with the reason, into the dead-letter queue. Throws where it could not. */
  deadLetter(message: ReceivedMessage, reason: string): Promise<void>;
}
