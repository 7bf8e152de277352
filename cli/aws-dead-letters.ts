import {
  CancelMessageMoveTaskCommand,
  ChangeMessageVisibilityBatchCommand,
  DeleteMessageBatchCommand,
  GetQueueAttributesCommand,
  ListMessageMoveTasksCommand,
  type Message,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  type SQSClient,
  StartMessageMoveTaskCommand,
} from '@aws-sdk/client-sqs';
import {
  type DeadLetters,
  LETTER_QUEUES,
  type LetterQueue,
  type LookedAt,
  type MoveState,
  type ReceivedLetter,
  type TickLetters,
} from '../functions/operators/dead-letters.ts';
import { amount } from '../functions/platform/amounts.ts';
import { QUEUE_NAMES, type QueueName } from '../functions/platform/queues.ts';
import { letterOf } from './aws-letter.ts';

/** So long a message is hidden while the rest of its queue is read. */
const HIDDEN_SECONDS = 600;
/** A queue is at its end when it gave nothing so often: one answer comes from some of its servers only. */
const EMPTY_ANSWERS = 3;
/** SQS takes so many in one call. */
const AT_ONCE = 10;

/** What an endpoint answers that knows no move tasks. */
const CANNOT_MOVE = /InvalidAction|UnknownOperation|Unsupported|NotImplemented|UnknownAction/i;

/** Where the queues of a stage are. */
export interface LetterUrls {
  deadLetters: Readonly<Record<QueueName, string>>;
  /** Where what they hold is sent back to. */
  work: Readonly<Record<QueueName, string>>;
  /** Absent in deployments of before. */
  ticks: Readonly<Partial<Record<TickLetters, string>>>;
}

/** The dead-letter queues in SQS. */
export class AwsDeadLetters implements DeadLetters {
  readonly #client: SQSClient;
  readonly #urls: LetterUrls;

  constructor(client: SQSClient, urls: LetterUrls) {
    this.#client = client;
    this.#urls = urls;
  }

  get queues(): readonly LetterQueue[] {
    return LETTER_QUEUES.filter((queue) => this.#place(queue) !== undefined);
  }

  #place(queue: LetterQueue): string | undefined {
    return { ...this.#urls.deadLetters, ...this.#urls.ticks }[queue];
  }

  #urlOf(queue: LetterQueue): string {
    const url = this.#place(queue);
    if (url === undefined) throw new Error(`the stage does not say where ${queue} is: deploy it again`);
    return url;
  }

  async look(isMeant: (text: string) => boolean, removes: boolean): Promise<LookedAt[]> {
    const found: LookedAt[] = [];
    for (const queue of QUEUE_NAMES)
      found.push(await this.#lookAt(queue, this.#urlOf(queue), isMeant, removes));
    return found;
  }

  count(queue: LetterQueue): Promise<number> {
    return this.#count(this.#urlOf(queue));
  }

  async *receive(queue: LetterQueue): AsyncGenerator<readonly ReceivedLetter[]> {
    for await (const batch of this.#received(this.#urlOf(queue)))
      yield batch.map((message) => letterOf(queue, message));
  }

  async send(queue: QueueName, letters: readonly ReceivedLetter[]): Promise<ReadonlySet<string>> {
    const unsent = new Set<string>();
    // A batch is bounded in its bytes, too: letters that large go one by one.
    for (const some of batchesOf(letters)) {
      const Entries = some.map(({ body, group }, place) => ({
        Id: String(place),
        MessageBody: body,
        ...(group !== undefined && { MessageGroupId: group }),
      }));
      const { Failed = [] } = await this.#client.send(
        new SendMessageBatchCommand({ QueueUrl: this.#urls.work[queue], Entries }),
      );
      for (const { Id } of Failed) unsent.add(some[Number(Id)]?.id ?? '');
    }
    return unsent;
  }

  async remove(queue: LetterQueue, letters: readonly ReceivedLetter[]): Promise<void> {
    const handles = letters.map(({ handle: ReceiptHandle }) => ({ ReceiptHandle }));
    for (let start = 0; start < handles.length; start += AT_ONCE)
      await this.#remove(this.#urlOf(queue), handles.slice(start, start + AT_ONCE));
  }

  release(queue: LetterQueue, letters: readonly ReceivedLetter[]): Promise<void> {
    return this.#release(
      this.#urlOf(queue),
      letters.map(({ handle }) => handle),
    );
  }

  async startMove(queue: QueueName, perSecond: number): Promise<boolean> {
    const [SourceArn, DestinationArn] = await Promise.all([
      this.#arnOf(this.#urls.deadLetters[queue]),
      this.#arnOf(this.#urls.work[queue]),
    ]);
    try {
      const MaxNumberOfMessagesPerSecond = perSecond;
      await this.#client.send(
        new StartMessageMoveTaskCommand({ SourceArn, DestinationArn, MaxNumberOfMessagesPerSecond }),
      );
      return true;
    } catch (error) {
      if (isUnknownCall(error)) return false;
      throw error;
    }
  }

  async moveState(queue: QueueName): Promise<MoveState> {
    const task = await this.#newestMove(queue);
    const isRunning = task?.Status === 'RUNNING' || task?.Status === 'CANCELLING';
    const moved = task?.ApproximateNumberOfMessagesMoved ?? 0;
    return { isRunning, moved, ...(task?.FailureReason && { failure: task.FailureReason }) };
  }

  async stopMove(queue: QueueName): Promise<void> {
    const { TaskHandle } = (await this.#newestMove(queue)) ?? {};
    // Only one that is running has a handle.
    if (TaskHandle) await this.#client.send(new CancelMessageMoveTaskCommand({ TaskHandle }));
  }

  async #newestMove(queue: QueueName) {
    try {
      const SourceArn = await this.#arnOf(this.#urls.deadLetters[queue]);
      const { Results = [] } = await this.#client.send(
        new ListMessageMoveTasksCommand({ SourceArn, MaxResults: 1 }),
      );
      return Results[0];
    } catch (error) {
      if (isUnknownCall(error)) return undefined;
      throw error;
    }
  }

  async #arnOf(url: string): Promise<string> {
    const { Attributes = {} } = await this.#client.send(
      new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: ['QueueArn'] }),
    );
    return Attributes.QueueArn ?? '';
  }

  async #lookAt(
    queue: QueueName,
    url: string,
    isMeant: (text: string) => boolean,
    removes: boolean,
  ): Promise<LookedAt> {
    const before = await this.#count(url);
    const naming = new Set<string>();
    const staying = new Map<string, string>();
    let removed = 0;
    try {
      for await (const batch of this.#received(url)) {
        const meant = batch.filter((message) => isMeant(textOf(message)));
        for (const { MessageId = '' } of meant) naming.add(MessageId);
        if (removes) removed += await this.#remove(url, meant);
        const rest = removes ? batch.filter((message) => !meant.includes(message)) : batch;
        for (const { MessageId = '', ReceiptHandle = '' } of rest) staying.set(MessageId, ReceiptHandle);
      }
    } finally {
      await this.#release(url, [...staying.values()]);
    }
    const looked = staying.size + removed;
    return { queue, looked, naming: [...naming], removed, unseen: Math.max(0, before - looked) };
  }

  async #count(url: string): Promise<number> {
    const { Attributes = {} } = await this.#client.send(
      new GetQueueAttributesCommand({
        QueueUrl: url,
        AttributeNames: ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible'],
      }),
    );
    return Object.values(Attributes).reduce((sum, count) => sum + Number(count), 0);
  }

  /** All messages, batch by batch, until there are no more or one comes again. */
  async *#received(url: string): AsyncGenerator<Message[]> {
    const seen = new Set<string | undefined>();
    for (let empty = 0; empty < EMPTY_ANSWERS; ) {
      const { Messages: batch = [] } = await this.#client.send(
        new ReceiveMessageCommand({
          QueueUrl: url,
          MaxNumberOfMessages: AT_ONCE,
          VisibilityTimeout: HIDDEN_SECONDS,
          WaitTimeSeconds: 1,
          MessageAttributeNames: ['All'],
          MessageSystemAttributeNames: ['All'],
        }),
      );
      empty = batch.length === 0 ? empty + 1 : 0;
      if (batch.length > 0) yield batch;
      if (batch.some(({ MessageId }) => seen.has(MessageId))) return;
      for (const { MessageId } of batch) seen.add(MessageId);
    }
  }

  async #remove(url: string, messages: readonly Message[]): Promise<number> {
    if (messages.length === 0) return 0;
    const Entries = messages.map(({ ReceiptHandle }, place) => ({ Id: String(place), ReceiptHandle }));
    const { Failed = [] } = await this.#client.send(
      new DeleteMessageBatchCommand({ QueueUrl: url, Entries }),
    );
    const [first] = Failed;
    if (first) throw new Error(`${amount(Failed.length, 'dead letter')} could not be deleted: ${first.Code}`);
    return messages.length;
  }

  /** Gives what stays back at once; one that cannot be comes back by itself when its time is over. */
  async #release(url: string, handles: readonly string[]): Promise<void> {
    for (let start = 0; start < handles.length; start += AT_ONCE) {
      const Entries = handles.slice(start, start + AT_ONCE).map((ReceiptHandle, place) => ({
        Id: String(place),
        ReceiptHandle,
        VisibilityTimeout: 0,
      }));
      await this.#client.send(new ChangeMessageVisibilityBatchCommand({ QueueUrl: url, Entries }));
    }
  }
}

/** SQS takes so much in one call: 1 MiB, some of it for what is around the bodies. */
const MOST_BYTES = 1_000_000;

/** As many together as one call takes. */
function batchesOf(letters: readonly ReceivedLetter[]): ReceivedLetter[][] {
  const batches: ReceivedLetter[][] = [];
  let bytes = Number.POSITIVE_INFINITY;
  for (const letter of letters) {
    const size = Buffer.byteLength(letter.body);
    const last = batches.at(-1);
    if (last && last.length < AT_ONCE && bytes + size <= MOST_BYTES) last.push(letter);
    else batches.push([letter]);
    bytes = batches.at(-1)?.length === 1 ? size : bytes + size;
  }
  return batches;
}

function isUnknownCall(error: unknown): boolean {
  return error instanceof Error && CANNOT_MOVE.test(error.name);
}

/** All that a message says; body and attributes are texts of their own. */
function textOf({ Body = '', MessageAttributes = {} }: Message): string {
  const attributes = Object.values(MessageAttributes).map(({ StringValue = '' }) => StringValue);
  return JSON.stringify([Body, ...attributes]);
}
