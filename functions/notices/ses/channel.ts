import { isTopic } from '../../abandonment/topics.ts';
import type { OutgoingMail, SendResult } from '../../platform/ports.ts';
import type { System } from '../../platform/system.ts';
import type { DigestItem } from '../../store/digests.ts';
import { topicMessageOf } from '../render/topic-message.ts';

/** Sends what was prepared, once. */
export type Ready = () => Promise<SendResult>;

/** A way by which a digest reaches its recipient. */
export interface Channel {
  /** The service that takes it, as failures name it. */
  name: 'SES' | 'SNS';
  /**
   * Whether it tells afterwards what it could not deliver. Only the word of such a channel that it took a message is a
   * warning (promise 1), and only its silence is a sign that reports are lost.
   */
  provesDelivery: boolean;
  /**
   * Makes the message of a letter, so that nothing is left to go wrong with it once it is claimed; `items` are those
   * that stand in it. Throws where none can be made.
   */
  prepare(letter: OutgoingMail, items: readonly DigestItem[]): Promise<Ready>;
}

/** The channel of a recipient, by the form of their address. Throws where the process has no such channel. */
export function channelOf(system: System, address: string): Channel {
  if (!isTopic(address)) {
    return {
      name: 'SES',
      provesDelivery: true,
      prepare: async (letter) => {
        const { mailer } = system;
        const written = (await mailer.write?.(letter)) ?? letter;
        return () => mailer.send(written);
      },
    };
  }
  const { topics, config } = system;
  if (!topics) throw new Error('this process has no way to publish to topics');
  return {
    name: 'SNS',
    provesDelivery: false,
    prepare: async (letter, items) => {
      const message = topicMessageOf(address, letter, items, config.stage);
      return () => topics.publish(message);
    },
  };
}
