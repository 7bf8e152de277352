import { setTimeout as wait } from 'node:timers/promises';
import {
  DeleteMessageBatchCommand,
  type Message,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
} from '@aws-sdk/client-sqs';
import { levelOf } from '../../../local/queue-levels.ts';
import { type Started, startTaskwarden } from '../../local/command-line.ts';
import type { Fault } from '../fault.ts';
import type { ChaosWorld } from '../world.ts';
import { queueWarnings, timeToWarn } from './many.ts';

const AT_ONCE = 10;

/** Letters that a reader died with are seen again after so long; the command itself hides them for ten minutes. */
const HIDDEN_SECONDS = 10;

const LONGEST_MS = 120_000;
const LONGEST_MS_EACH = 200;

/** Moves all messages of the queue to its dead letters, as its worker does it with those it gives up. */
async function giveUpAll({ stage }: ChaosWorld): Promise<void> {
  const { url: QueueUrl, deadLetterUrl } = stage.deployment.queues.notify;
  const { sqs } = stage.aws;
  for (;;) {
    const { Messages = [] } = await sqs.send(
      new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: AT_ONCE }),
    );
    if (Messages.length === 0) return;
    const entries = Messages.map((message, place) => ({ Id: String(place), ...letterOf(message) }));
    await sqs.send(new SendMessageBatchCommand({ QueueUrl: deadLetterUrl, Entries: entries }));
    const gone = Messages.map(({ ReceiptHandle }, place) => ({ Id: String(place), ReceiptHandle }));
    await sqs.send(new DeleteMessageBatchCommand({ QueueUrl, Entries: gone }));
  }
}

function letterOf({ Body, MessageId }: Message) {
  const text = (StringValue = '') => ({ DataType: 'String', StringValue });
  const MessageAttributes = { messageId: text(MessageId), receiveCount: text('10'), reason: text(REASON) };
  return { MessageBody: Body, MessageAttributes };
}

const REASON = 'it was given up in a fault';

/** A run of `taskwarden dlq redrive` as a process of its own. */
function redrive({ stage, proxy }: ChaosWorld): Started {
  const selected = ['--queue', 'notify', '--reason', REASON];
  const args = ['dlq', 'redrive', ...selected, '--yes', '--rate', '100000', '--json'];
  return startTaskwarden(stage.aws.endpoint, args, { AWS_ENDPOINT_URL_SQS: proxy.url });
}

async function lettersLeft({ stage }: ChaosWorld): Promise<number> {
  return (await levelOf(stage, stage.deployment.queues.notify.deadLetterUrl)).busy;
}

/** Ends the command once half of the letters are gone; gives how many are left. */
async function endHalfWay(world: ChaosWorld, letters: number): Promise<number> {
  const { child, said, end } = redrive(world);
  let isOver = false;
  end.then(() => {
    isOver = true;
  });
  for (;;) {
    const left = await lettersLeft(world);
    if (isOver) throw new Error(`the command was over before it could be ended: ${said.out}${said.err}`);
    if (left <= letters / 2) break;
    await wait(10);
  }
  child.kill('SIGKILL');
  await end;
  return lettersLeft(world);
}

/** Lets the letters that the command reads come back sooner: it hides them for as long as a person takes to run it again. */
function hideShortly({ proxy }: ChaosWorld): void {
  proxy.disturbance = ({ service, operation, body }, forward) => {
    if (service !== 'sqs' || operation !== 'ReceiveMessage') return forward();
    const asked = JSON.parse(body.toString('utf8')) as Record<string, unknown>;
    return forward(Buffer.from(JSON.stringify({ ...asked, VisibilityTimeout: HIDDEN_SECONDS })));
  };
}

/** Dead letters are sent back by a command that is ended in its middle and run again. */
export const REDRIVE_ENDED: Fault = {
  name: 'redrive-ended',
  what: '`taskwarden dlq redrive` is ended (SIGKILL) half way, and run again',
  before: 'warning',
  isWarnedOnly: true,
  async strike(world, { letters }) {
    const resume = await queueWarnings(world, 'redriven', letters);
    await giveUpAll(world);
    await resume();
    hideShortly(world);
    const began = performance.now();
    const left = await endHalfWay(world, letters);
    const ended = performance.now();
    await wait((HIDDEN_SECONDS + 1) * 1_000);
    const again = performance.now();
    const { said, end } = redrive(world);
    const code = await end;
    if (code !== 0) throw new Error(`run again, the command ended with ${code}: ${said.err}`);
    const over = performance.now();
    const unread = await lettersLeft(world);
    if (unread > 0) throw new Error(`${unread} dead letters are left: ${said.out}`);
    await timeToWarn(world, letters, LONGEST_MS + letters * LONGEST_MS_EACH);
    const { redriven, alreadySent } = JSON.parse(said.out) as Record<string, number>;
    const seconds = (ms: number) => (ms / 1_000).toFixed(1);
    const first = `${letters} letters: ended after ${seconds(ended - began)} s with ${left} left`;
    return {
      note: `${first}; again ${seconds(over - again)} s, ${redriven} sent and ${alreadySent} known to be sent`,
    };
  },
};
