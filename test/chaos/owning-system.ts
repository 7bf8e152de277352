import { PutRuleCommand, PutTargetsCommand } from '@aws-sdk/client-eventbridge';
import { SubscribeCommand } from '@aws-sdk/client-sns';
import {
  CreateQueueCommand,
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
} from '@aws-sdk/client-sqs';
import { formatInstant } from '../../functions/abandonment/time.ts';
import { EVENT_SOURCE } from '../../functions/platform/names.ts';
import type { LocalAws } from '../../local/local-aws.ts';
import { type FleetNews, putOnBus } from '../../local/owning-system.ts';
import type { LocalStage } from '../../local/stage.ts';
import type { TakenRequest } from './verifier.ts';

const RULE = 'chaos-requests';
const LONGEST_ANSWER = 10;

interface Asked extends TakenRequest {
  taskVersion: number;
  episode: number;
}

/** The system that owns the tasks: hears requests on the bus, turns each task off once, and confirms. */
export class OwningSystem {
  /** All requests as they came, repetitions too. */
  readonly requests: TakenRequest[] = [];
  readonly #stage: LocalStage;
  readonly #queue: string;

  private constructor(stage: LocalStage, queue: string) {
    this.#stage = stage;
    this.#queue = queue;
  }

  /** Lets the bus bring the requests of Taskwarden to a queue of its own. */
  static async connect(stage: LocalStage): Promise<OwningSystem> {
    const { aws, deployment } = stage;
    const { url, arn } = await makeQueue(aws, RULE);
    const pattern = { source: [EVENT_SOURCE], 'detail-type': ['Task Disable Requested'] };
    const rule = { Name: RULE, EventBusName: deployment.bus };
    await aws.eventBridge.send(new PutRuleCommand({ ...rule, EventPattern: JSON.stringify(pattern) }));
    const Targets = [{ Id: 'queue', Arn: arn }];
    await aws.eventBridge.send(new PutTargetsCommand({ Rule: RULE, EventBusName: deployment.bus, Targets }));
    return new OwningSystem(stage, url);
  }

  /** Works all that was asked so far. `times`: how often each confirmation is sent. */
  async work(times = 1): Promise<void> {
    for (let asked = await this.#take(); asked.length > 0; asked = await this.#take()) {
      const news = asked.map((request) => this.#confirmation(request));
      for (let time = 0; time < times; time += 1) await putOnBus(this.#stage, news.toReversed());
    }
  }

  async #take(): Promise<Asked[]> {
    const messages = await takeAll(this.#stage.aws, this.#queue);
    const asked = messages.map(({ body }) => (JSON.parse(body) as { detail: Asked }).detail);
    this.requests.push(...asked.map(({ requestId, task }) => ({ requestId, task })));
    return asked;
  }

  #confirmation({ task, taskVersion, requestId, episode }: Asked): FleetNews {
    const at = formatInstant(this.#stage.clock.now());
    const detail = { version: 1, task, taskVersion: taskVersion + 1, at, requestId, episode };
    return { detailType: 'Task Disabled', detail };
  }
}

/** The mailbox of the operators: what reached the subscribers of their topic. */
export class Operators {
  readonly #aws: LocalAws;
  readonly #queue: string;

  private constructor(aws: LocalAws, queue: string) {
    this.#aws = aws;
    this.#queue = queue;
  }

  static async connect({ aws, deployment }: LocalStage): Promise<Operators> {
    const { url, arn } = await makeQueue(aws, 'chaos-operators');
    const topic = { TopicArn: deployment.operatorsTopic, Protocol: 'sqs', Endpoint: arn };
    await aws.sns.send(new SubscribeCommand({ ...topic, Attributes: { RawMessageDelivery: 'true' } }));
    return new Operators(aws, url);
  }

  /** The codes of the alerts that came since the last look, each once; not those of messages that only say ends. */
  async codes(): Promise<string[]> {
    const messages = await takeAll(this.#aws, this.#queue);
    const raised = messages.filter(({ state }) => state !== 'over');
    const codes = raised.map(({ body }) => /^Code: (\S+)$/m.exec(body)?.[1] ?? 'unknown');
    return [...new Set(codes)];
  }
}

async function makeQueue({ sqs }: LocalAws, QueueName: string): Promise<{ url: string; arn: string }> {
  const { QueueUrl = '' } = await sqs.send(new CreateQueueCommand({ QueueName }));
  const { Attributes } = await sqs.send(
    new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['QueueArn'] }),
  );
  return { url: QueueUrl, arn: Attributes?.QueueArn ?? '' };
}

/** A message, and what the operators' topic says of it: `open`, or `over`. */
interface Taken {
  body: string;
  state: string | undefined;
}

/** Takes what lies in a queue, at most ten. */
async function takeAll({ sqs }: LocalAws, QueueUrl: string): Promise<Taken[]> {
  const taking = new ReceiveMessageCommand({
    QueueUrl,
    MaxNumberOfMessages: LONGEST_ANSWER,
    MessageAttributeNames: ['state'],
  });
  const { Messages = [] } = await sqs.send(taking);
  for (const { ReceiptHandle } of Messages) {
    await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }));
  }
  return Messages.map(({ Body = '', MessageAttributes }) => ({
    body: Body,
    state: MessageAttributes?.state?.StringValue,
  }));
}
