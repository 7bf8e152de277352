import {
  GetAliasCommand,
  GetEventSourceMappingCommand,
  InvokeCommand,
  type LambdaClient,
  UpdateEventSourceMappingCommand,
} from '@aws-sdk/client-lambda';
import { GetQueueAttributesCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { LIVE_ALIAS } from '../platform/names.ts';
import type { QueueName } from '../platform/ports.ts';
import { PROBE_EVENT } from '../work/probe.ts';
import type { ProbeResult, WorkerControl } from './worker-control.port.ts';

/** Where the worker of a queue is. */
export interface WorkerPlace {
  functionName: string;
  /** The id of the event source mapping that feeds it. */
  mapping: string;
  queueUrl: string;
}

type Sends<Client extends { send: unknown }> = Pick<Client, 'send'>;

const OFF = new Set(['Disabled', 'Disabling']);
const REASON_LENGTH = 300;

/** The workers in Lambda: invoked by their alias, fed by event source mappings. */
export class AwsWorkerControl implements WorkerControl {
  readonly #lambda: Sends<LambdaClient>;
  readonly #sqs: Sends<SQSClient>;
  readonly #places: Readonly<Record<QueueName, WorkerPlace>>;

  /** The Lambda client must wait as long as a worker may run. */
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
    return OFF.has(State ?? '');
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
        AttributeNames: ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible'],
      }),
    );
    return Object.values(Attributes).some((count) => Number(count) > 0);
  }

  async probe(queue: QueueName): Promise<ProbeResult> {
    try {
      const { FunctionError, Payload } = await this.#lambda.send(
        new InvokeCommand({
          FunctionName: this.#places[queue].functionName,
          Qualifier: LIVE_ALIAS,
          Payload: JSON.stringify(PROBE_EVENT),
        }),
      );
      return resultOf(FunctionError, Payload ? new TextDecoder().decode(Payload) : '');
    } catch (error) {
      if (error instanceof Error && error.name === 'TimeoutError') return { failed: 'no answer in time' };
      throw error;
    }
  }

  async #switch(queue: QueueName, on: boolean): Promise<void> {
    const command = new UpdateEventSourceMappingCommand({ UUID: this.#places[queue].mapping, Enabled: on });
    await this.#lambda.send(command);
  }
}

function resultOf(functionError: string | undefined, payload: string): ProbeResult {
  if (functionError === undefined && answers(payload)) return 'passed';
  return { failed: `${functionError ?? 'an answer that is none'}: ${payload}`.slice(0, REASON_LENGTH) };
}

/** Older code takes a probe for an empty batch, and says nothing of what it rests on. */
function answers(payload: string): boolean {
  try {
    return (JSON.parse(payload) as { probe?: unknown } | null)?.probe === 'passed';
  } catch {
    return false;
  }
}
