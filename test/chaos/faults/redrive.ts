import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { DeleteMessageBatchCommand, type Message, ReceiveMessageCommand } from '@aws-sdk/client-sqs';
import { levelOf } from '../../../local/queue-levels.ts';
import { type Started, startTaskwarden } from '../../local/command-line.ts';
import type { ChaosOptions, Fault } from '../fault.ts';
import type { ChaosWorld } from '../world.ts';
import { hints, mailsAmong, queueWarnings, sendAll, untilWarned } from './many.ts';

const AT_ONCE = 10;

/** Letters that a reader died with are seen again after so long; the command itself hides them for ten minutes. */
const HIDDEN_SECONDS = 10;

/** A look at the queue costs the emulator time, which the command needs. */
const LOOK_MS = 50;
const REPORT_EVERY_MS = 10_000;

const LONGEST_MS = 120_000;
const LONGEST_MS_EACH = 200;

type Letter = ReturnType<typeof letterOf>;

/** Takes all messages from the queue; gives the letters that its worker makes of those it gives up. */
async function giveUpAll({ stage }: ChaosWorld): Promise<Letter[]> {
  const QueueUrl = stage.deployment.queues.notify.url;
  const { sqs } = stage.aws;
  const letters: Letter[] = [];
  for (;;) {
    const { Messages = [] } = await sqs.send(
      new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: AT_ONCE }),
    );
    if (Messages.length === 0) return letters;
    letters.push(...Messages.map(({ Body, MessageId }) => letterOf(Body, MessageId)));
    const gone = Messages.map(({ ReceiptHandle }, place) => ({ Id: String(place), ReceiptHandle }));
    await sqs.send(new DeleteMessageBatchCommand({ QueueUrl, Entries: gone }));
  }
}

function letterOf(MessageBody: Message['Body'], messageId: string = randomUUID()) {
  const text = (StringValue: string) => ({ DataType: 'String', StringValue });
  const MessageAttributes = { messageId: text(messageId), receiveCount: text('10'), reason: text(REASON) };
  return { MessageBody, MessageAttributes };
}

/** Puts so many dead letters on their queue: those that lead to a mail are spread over all; gives how many they are. */
async function makeLetters(world: ChaosWorld, count: number): Promise<number> {
  const mails = mailsAmong(count);
  const resume = await queueWarnings(world, 'redriven', mails);
  const ofMails = await giveUpAll(world);
  await resume();
  const others = hints(world, count - mails).map(({ MessageBody }) => letterOf(MessageBody));
  const each = others.length / mails;
  const letters = ofMails.flatMap((letter, at) => [
    letter,
    ...others.slice(Math.round(at * each), Math.round((at + 1) * each)),
  ]);
  await sendAll(world, world.stage.deployment.queues.notify.deadLetterUrl, letters);
  return mails;
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
async function endHalfWay(world: ChaosWorld, { letters, tell }: ChaosOptions): Promise<number> {
  const { child, printed, end } = redrive(world);
  if (await watch(world, end, tell, letters / 2))
    throw new Error(`the command was over before it could be ended: ${printed.out}${printed.err}`);
  child.kill('SIGKILL');
  await end;
  return lettersLeft(world);
}

/** Tells how far a run of the command is, until it is over, or no more than so many letters are left; gives whether it is over. */
async function watch(
  world: ChaosWorld,
  end: Started['end'],
  tell: ChaosOptions['tell'],
  enough = -1,
): Promise<boolean> {
  const began = performance.now();
  let isOver = false;
  end.then(() => {
    isOver = true;
  });
  for (let reportedAt = began; ; await wait(LOOK_MS)) {
    const left = await lettersLeft(world);
    if (isOver || left <= enough) return isOver;
    const now = performance.now();
    if (now - reportedAt < REPORT_EVERY_MS) continue;
    tell(`redrive-ended: ${left} letters left after ${Math.round((now - began) / 1_000)} s`);
    reportedAt = now;
  }
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
  async inject(world, options) {
    const { letters, tell } = options;
    const mails = await makeLetters(world, letters);
    hideShortly(world);
    const began = performance.now();
    const left = await endHalfWay(world, options);
    const ended = performance.now();
    await wait((HIDDEN_SECONDS + 1) * 1_000);
    const again = performance.now();
    const { printed, end } = redrive(world);
    await watch(world, end, tell);
    const code = await end;
    if (code !== 0) throw new Error(`run again, the command ended with ${code}: ${printed.err}`);
    const over = performance.now();
    const unread = await lettersLeft(world);
    if (unread > 0) throw new Error(`${unread} dead letters are left: ${printed.out}`);
    await untilWarned(world, mails, LONGEST_MS + letters * LONGEST_MS_EACH);
    const { redriven, alreadySent } = JSON.parse(printed.out) as Record<string, number>;
    const seconds = (ms: number) => (ms / 1_000).toFixed(1);
    const first = `${letters} letters: ended after ${seconds(ended - began)} s with ${left} left`;
    return {
      note: `${first}; again ${seconds(over - again)} s, ${redriven} sent and ${alreadySent} known to be sent`,
    };
  },
};
