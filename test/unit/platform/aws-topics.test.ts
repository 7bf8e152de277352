import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach, describe, expect, it } from 'vitest';
import { AwsTopics } from '../../../functions/platform/aws-topics.ts';

const sns = mockClient(SNSClient);
const topics = new AwsTopics(new SNSClient({ region: 'eu-west-1' }));
const MESSAGE = {
  topic: 'arn:aws:sns:eu-west-1:123456789012:chat' as const,
  subject: 'acmeCo/a will be turned off',
  text: 'Tasks.',
  attributes: { alertType: 'task_abandoned', notices: ['reminder', 'warning'], taskCount: 2 },
};
const fault = (name: string, more: object = { $fault: 'client' }) =>
  Object.assign(new Error(`${name}!`), { name, ...more });

beforeEach(() => sns.reset());

describe('publishing to a topic', () => {
  it('gives attributes in the types that filter policies match', async () => {
    sns.on(PublishCommand).resolves({ MessageId: 'm-1' });
    expect(await topics.publish(MESSAGE)).toEqual({ outcome: 'accepted', messageId: 'm-1' });
    expect(sns.commandCalls(PublishCommand)[0]?.args[0].input).toEqual({
      TopicArn: MESSAGE.topic,
      Subject: 'acmeCo/a will be turned off',
      Message: 'Tasks.',
      MessageAttributes: {
        alertType: { DataType: 'String', StringValue: 'task_abandoned' },
        notices: { DataType: 'String.Array', StringValue: '["reminder","warning"]' },
        taskCount: { DataType: 'Number', StringValue: '2' },
      },
    });
  });

  it('makes one line of at most 100 ASCII characters of any subject', async () => {
    sns.on(PublishCommand).resolves({});
    await topics.publish({ ...MESSAGE, subject: `Ä\r\nb\u{1f525} ${'x'.repeat(200)}` });
    const subject = sns.commandCalls(PublishCommand)[0]?.args[0].input.Subject;
    expect(subject).toMatch(/^\?\?\?b\?\? x+$/);
    expect(subject).toHaveLength(100);
  });

  it.each([
    ['is gone', fault('NotFoundException'), 'recipient'],
    ['refuses us by its policy', fault('AuthorizationErrorException'), 'recipient'],
    ['is encrypted with a key that refuses us', fault('KMSAccessDeniedException'), 'recipient'],
    ['is of another region', fault('InvalidParameterException'), 'recipient'],
    ['is throttled', fault('ThrottledException'), 'rate'],
    ['is encrypted with a key that is throttled', fault('KMSThrottlingException'), 'rate'],
    ['cannot be connected to', Object.assign(new Error('x'), { code: 'ECONNREFUSED' }), 'rate'],
    ['is asked with what has expired', fault('ExpiredToken'), 'environment'],
  ])('knows that nothing was published where the topic %s', async (_, error, cause) => {
    sns.on(PublishCommand).rejects(error);
    expect(await topics.publish(MESSAGE)).toMatchObject({ outcome: 'refused', cause });
  });

  it.each([fault('InternalErrorException', { $fault: 'server' }), fault('TimeoutError', {}), undefined])(
    'does not know what became of a message after %s',
    async (error) => {
      sns.on(PublishCommand).callsFake(() => Promise.reject(error));
      expect(await topics.publish(MESSAGE)).toMatchObject({ outcome: 'unknown' });
    },
  );
});
