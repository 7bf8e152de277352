import { DAY, MINUTE } from '../../../functions/abandonment/time.ts';
import { notifyConsumer } from '../../../functions/notices/send/notify-consumer.ts';
import { recordRejected } from '../../../functions/notices/send/record-digest.ts';
import type { OutgoingMessage, SendResult, TopicMessage } from '../../../functions/platform/ports.ts';
import { loadTask } from '../../../functions/store/tasks.ts';
import { processMessage } from '../../../functions/work/pipeline.ts';
import { failingFleet, T } from '../cli/cli-stage.ts';

export const TOPIC = 'arn:aws:sns:eu-west-1:123456789012:chat';
export const OTHER_TOPIC = 'arn:aws:sns:eu-west-1:123456789012:pager';

export const POLICY = ['stage=disable', 'evidenceMaxAge=365d', 'scanEvery=30d'];

/** A stage with tasks of ana that fail since `T` and a topic subscribed to their prefix. */
export async function topicStage(ids = ['acmeCo/a'], policy = POLICY) {
  const stage = await failingFleet(ids, policy);
  const { system } = stage;
  const published: TopicMessage[] = [];
  const alerts: { code: string; subject: string }[] = [];
  let answer: SendResult = { outcome: 'accepted', messageId: 'm-1' };
  let delayed: OutgoingMessage[] = [];
  const { queues } = system;
  system.queues = {
    send: async (queue, messages) => {
      const later = messages.filter(({ delaySeconds = 0 }) => queue === 'notify' && delaySeconds > 0);
      delayed.push(...later);
      await queues.send(
        queue,
        messages.filter((message) => !later.includes(message)),
      );
    },
  };
  system.topics = {
    publish: async (message) => {
      if (answer.outcome === 'accepted') published.push(message);
      return answer;
    },
  };
  system.operators = { notify: async (alert) => void alerts.push(alert) };
  system.config.topics = [TOPIC, OTHER_TOPIC];
  const subscribe = (topic = TOPIC) =>
    stage.taskwarden(['subscriptions', 'add', 'acmeCo/', '--topic', topic]);
  await subscribe();
  const workDelayed = async () => {
    const messages = delayed;
    delayed = [];
    for (const { body } of messages) {
      const delivery = { body, messageId: system.random.id(0), receiveCount: 1, maxReceives: 10 };
      await processMessage(system, notifyConsumer, delivery);
    }
  };
  return {
    ...stage,
    workDelayed,
    published,
    alerts,
    subscribe,
    /** What SNS answers from now on. */
    answerWith: (result: SendResult) => {
      answer = result;
    },
    /** Scans at `T` + days, and two minutes later works what was queued with a delay. */
    on: async (days: number) => {
      await stage.scanOn(days);
      stage.setNow(T + days * DAY + 2 * MINUTE);
      await workDelayed();
    },
    /** The first mail bounces for good. */
    bounceFirst: () => recordRejected(system, stage.mails[0]?.digest ?? ''),
    task: async (id = 'acmeCo/a') => {
      const record = await loadTask(stage.table, id);
      if (!record) throw new Error(`there is no ${id}`);
      return record;
    },
  };
}
