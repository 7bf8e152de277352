import { describe, expect, it } from 'vitest';
import { channelOf } from '../../../../functions/notices/ses/channel.ts';
import type { OutgoingMail, TopicMessage } from '../../../../functions/platform/ports.ts';
import type { DigestItem } from '../../../../functions/store/digests.ts';
import { workStage } from '../../work/stage.ts';

const TOPIC = 'arn:aws:sns:eu-west-1:123456789012:chat';
const LETTER: OutgoingMail = {
  to: 'ana@acme.test',
  subject: 'a is not running',
  text: 'the text',
  html: '<p>the html</p>',
  headers: {},
  digest: 'digest-1',
};
const ITEM: DigestItem = {
  task: 'acmeCo/a',
  episode: 1,
  notice: 'warning',
  grace: 1,
  disableAt: null,
  since: 0,
  restarts: 0,
  asked: 0,
};

describe('the channel of a mail address', () => {
  it('is SES, whose word that it took a mail is a warning', () => {
    expect(channelOf(workStage().system, 'ana@acme.test')).toMatchObject({
      name: 'SES',
      provesDelivery: true,
    });
  });

  it('makes the message first, and sends that one: nothing is left to go wrong once it is claimed', async () => {
    const { system } = workStage();
    const steps: string[] = [];
    const raw = new Uint8Array([1]);
    system.mailer = {
      write: async (mail) => {
        steps.push('made');
        return { ...mail, raw };
      },
      send: async (mail) => {
        steps.push(mail.raw === raw ? 'sent' : 'sent another');
        return { outcome: 'accepted', messageId: 'm-1' };
      },
    };
    const ready = await channelOf(system, 'ana@acme.test').prepare(LETTER, [ITEM]);
    expect(steps).toEqual(['made']);
    expect(await ready()).toEqual({ outcome: 'accepted', messageId: 'm-1' });
    expect(steps).toEqual(['made', 'sent']);
  });

  it('sends the letter itself where messages are not made before', async () => {
    const { system } = workStage();
    const sent: OutgoingMail[] = [];
    system.mailer = {
      send: async (mail) => {
        sent.push(mail);
        return { outcome: 'unknown', code: 'TimeoutError', message: '' };
      },
    };
    const ready = await channelOf(system, 'ana@acme.test').prepare(LETTER, [ITEM]);
    expect(await ready()).toMatchObject({ outcome: 'unknown' });
    expect(sent).toEqual([LETTER]);
  });

  it('claims nothing for a letter of which no message can be made', async () => {
    const { system } = workStage();
    system.mailer = {
      ...system.mailer,
      write: () => Promise.reject(new RangeError('the recipient is not one plain address')),
    };
    await expect(channelOf(system, 'a;b@acme.test').prepare(LETTER, [ITEM])).rejects.toThrow(RangeError);
  });
});

describe('the channel of a topic', () => {
  it('is SNS, which tells nothing afterwards: it proves no warning', async () => {
    const { system } = workStage();
    const published: TopicMessage[] = [];
    system.topics = {
      publish: async (message) => {
        published.push(message);
        return { outcome: 'accepted', messageId: 'm-2' };
      },
    };
    const channel = channelOf(system, TOPIC);
    expect(channel).toMatchObject({ name: 'SNS', provesDelivery: false });
    const ready = await channel.prepare(LETTER, [ITEM]);
    expect(published).toEqual([]);
    expect(await ready()).toEqual({ outcome: 'accepted', messageId: 'm-2' });
    expect(published).toMatchObject([
      {
        topic: TOPIC,
        subject: 'a is not running',
        attributes: { alertType: 'task_abandoned', notices: ['warning'], taskCount: 1, stage: 'test' },
      },
    ]);
    expect(published[0]?.text).toMatch(/the text$/);
  });

  it('is an error where the process may not publish', () => {
    const { system } = workStage();
    expect(system.topics).toBeUndefined();
    expect(() => channelOf(system, TOPIC)).toThrow('this process has no way to publish to topics');
  });
});
