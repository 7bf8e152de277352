import {
  GetAliasCommand,
  GetEventSourceMappingCommand,
  InvokeCommand,
  type LambdaClient,
  UpdateEventSourceMappingCommand,
} from '@aws-sdk/client-lambda';
import {
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import { type Duration, SECOND } from '../abandonment/time.ts';
import { LIVE_ALIAS } from '../platform/names.ts';
import { longestTrial, QUEUES, type QueueName } from '../platform/queues.ts';
import { PROBE_EVENT } from '../work/probe.ts';
import { COLD_START, type TrialAnswer } from '../work/trial.ts';
import { type AwsMessage, copyOf, eventOf, jsonOf, takenOf, trialAnswerOf } from './aws-trial.ts';
import type { ProbeResult, WorkerControl } from './worker-control.port.ts';

/** Where the worker of a queue is. */
export interface WorkerPlace {
  functionName: string;
  /** The id of the event source mapping that feeds it. */
  mapping: string;
  queueUrl: string;
  /** How long it may run. @default as its queue has it where nothing is configured */
  timeoutSeconds?: number;
}

type Sends<Client extends { send: unknown }> = Pick<Client, 'send'>;

const OFF: ReadonlySet<string | undefined> = new Set(['Disabled', 'Disabling']);
const REASON_LENGTH = 300;

/** The workers in Lambda: invoked by their alias, fed by event source mappings. */
export class AwsWorkerControl implements WorkerControl<AwsMessage> {
  readonly #lambda: Sends<LambdaClient>;
  readonly #sqs: Sends<SQSClient>;
  readonly #places: Readonly<Record<QueueName, WorkerPlace>>;

  /** The Lambda client must wait for a probe as long as a worker may run by default. */
  constructor(
    lambda: Sends<LambdaClient>,
    sqs: Sends<SQSClient>,
    places: Readonly<Record<QueueName, WorkerPlace>>,
  ) {
    this.#lambda = lambda;
    this.#sqs = sqs;
    this.#places = places;
  }

  async pause(queue: QueueName): Promise<void> {
    await this.#switch(queue, false);
  }

  async resume(queue: QueueName): Promise<void> {
    await this.#switch(queue, true);
  }

  async isPaused(queue: QueueName): Promise<boolean> {
    const command = new GetEventSourceMappingCommand({ UUID: this.#places[queue].mapping });
    const { State } = await this.#lambda.send(command);
    return OFF.has(State);
  }

  async version(queue: QueueName): Promise<string> {
    const { functionName } = this.#places[queue];
    const { FunctionVersion } = await this.#lambda.send(
      new GetAliasCommand({ FunctionName: functionName, Name: LIVE_ALIAS }),
    );
    if (!FunctionVersion) throw new Error(`the alias ${LIVE_ALIAS} of ${functionName} names no version`);
    return FunctionVersion;
  }

  async isWaiting(queue: QueueName): Promise<boolean> {
    const { Attributes = {} } = await this.#sqs.send(
      new GetQueueAttributesCommand({
        QueueUrl: this.#places[queue].queueUrl,
        AttributeNames: [
          'ApproximateNumberOfMessages',
          'ApproximateNumberOfMessagesNotVisible',
          'ApproximateNumberOfMessagesDelayed',
        ],
      }),
    );
    return Object.values(Attributes).some((count) => Number(count) > 0);
  }

  async probe(queue: QueueName): Promise<ProbeResult> {
    const invoked = await this.#invoke(queue, PROBE_EVENT);
    if ('broken' in invoked) {
      return invoked.isBusy ? { outcome: 'busy' } : { outcome: 'failed', reason: invoked.broken };
    }
    const worked = workedOf(invoked.payload);
    if (worked !== undefined) return { outcome: 'passed', worked };
    return {
      outcome: 'failed',
      reason: `an answer that is none: ${invoked.payload}`.slice(0, REASON_LENGTH),
    };
  }

  async take(queue: QueueName): Promise<AwsMessage | undefined> {
    const { Messages: [message] = [] } = await this.#sqs.send(
      new ReceiveMessageCommand({
        QueueUrl: this.#places[queue].queueUrl,
        MaxNumberOfMessages: 1,
        // Waiting at all has every server of the queue asked.
        WaitTimeSeconds: 1,
        MessageSystemAttributeNames: ['All'],
        MessageAttributeNames: ['All'],
      }),
    );
    return message && takenOf(message);
  }

  async hand(queue: QueueName, message: AwsMessage): Promise<TrialAnswer> {
    const { timeoutSeconds = QUEUES[queue].timeoutSeconds } = this.#places[queue];
    const wait = longestTrial(queue, timeoutSeconds * SECOND) + COLD_START;
    const invoked = await this.#invoke(queue, eventOf(message), { requestTimeout: wait });
    if ('broken' in invoked) return { verdict: 'failed', reason: invoked.broken };
    return trialAnswerOf(invoked.payload);
  }

  async remove(queue: QueueName, { receiptHandle }: AwsMessage): Promise<void> {
    const QueueUrl = this.#places[queue].queueUrl;
    await this.#sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: receiptHandle }));
  }

  async copy(queue: QueueName, message: AwsMessage, delay: Duration): Promise<void> {
    const QueueUrl = this.#places[queue].queueUrl;
    const DelaySeconds = Math.round(delay / SECOND);
    await this.#sqs.send(new SendMessageCommand({ QueueUrl, DelaySeconds, ...copyOf(message) }));
  }

  /** The worker's answer; or how it broke off, and whether none was free to be asked. */
  async #invoke(
    queue: QueueName,
    event: unknown,
    options: { requestTimeout?: number } = {},
  ): Promise<{ payload: string } | { broken: string; isBusy?: true }> {
    const command = new InvokeCommand({
      FunctionName: this.#places[queue].functionName,
      Qualifier: LIVE_ALIAS,
      Payload: JSON.stringify(event),
    });
    try {
      const { FunctionError, Payload } = await this.#lambda.send(command, options);
      const payload = Payload ? new TextDecoder().decode(Payload) : '';
      return FunctionError === undefined
        ? { payload }
        : { broken: `${FunctionError}: ${payload}`.slice(0, REASON_LENGTH) };
    } catch (error) {
      const { name } = error as Error;
      if (name === 'TimeoutError') return { broken: 'no answer in time' };
      if (name === 'TooManyRequestsException') return { broken: 'no worker is free', isBusy: true };
      throw error;
    }
  }

  async #switch(queue: QueueName, on: boolean): Promise<void> {
    const command = new UpdateEventSourceMappingCommand({ UUID: this.#places[queue].mapping, Enabled: on });
    await this.#lambda.send(command);
  }
}

/**
 * How many attempts a worker that passed says went well; undefined where it did not pass: older code takes a probe for
 * an empty batch, and says nothing of what it rests on.
 */
function workedOf(payload: string): number | undefined {
  const answer = jsonOf(payload) as { probe?: unknown; worked?: unknown } | null | undefined;
  if (answer?.probe !== 'passed') return undefined;
  return typeof answer.worked === 'number' ? answer.worked : 0;
}
