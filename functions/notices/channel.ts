import { isTopic } from '../abandonment/topics.ts';
import type { OutgoingMail, SendResult } from '../platform/ports.ts';
import type { System } from '../platform/system.ts';
import type { DigestItem } from '../store/rows.ts';
import { topicMessageOf } from './topic-message.ts';

/** A way by which a digest reaches its recipient. */
export interface Channel {
  /** The service that takes it, as failures name it. */
  name: 'SES' | 'SNS';
  /**
   * Whether it tells afterwards what it could not deliver. Only the word of such a channel that it took a message is a
   * warning (promise 1), and only its silence is a sign that reports are lost.
   */
  provesDelivery: boolean;
  /** Sends it once; `items` are those that stand in it. */
  deliver(letter: OutgoingMail, items: readonly DigestItem[]): Promise<SendResult>;
}

/** The channel of a recipient, by the form of his address. Throws where the process has no such channel. */
export function channelOf(system: System, address: string): Channel {
  if (!isTopic(address)) {
    return { name: 'SES', provesDelivery: true, deliver: (letter) => system.mailer.send(letter) };
  }
  const { topics, config } = system;
  if (!topics) throw new Error('this process has no way to publish to topics');
  return {
    name: 'SNS',
    provesDelivery: false,
    deliver: (letter, items) => topics.publish(topicMessageOf(letter, items, config.stage)),
  };
}
