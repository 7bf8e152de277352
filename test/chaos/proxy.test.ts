import { createServer, type Server } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ServiceProxy } from './proxy.ts';

let service: Server;
let proxy: ServiceProxy;

/** A service that answers with what it was asked. */
beforeEach(async () => {
  service = createServer((incoming, outgoing) => incoming.pipe(outgoing));
  await new Promise<void>((resolve) => service.listen(0, '127.0.0.1', resolve));
  const address = service.address();
  proxy = await ServiceProxy.open(20);
  proxy.target = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
});

afterEach(() => {
  proxy.close();
  service.close();
});

function ask(operation: string, asked: object): Promise<Response> {
  const headers = { 'x-amz-target': operation };
  return fetch(proxy.url, { method: 'POST', headers, body: JSON.stringify(asked) });
}

/** What the service is asked where a function asks this. */
async function passed(operation: string, asked: object): Promise<unknown> {
  const answer = await ask(operation, asked);
  return answer.json();
}

it('cuts no call by closing a connection that was idle for some seconds', async () => {
  const { headers } = await ask('AmazonSQS.ReceiveMessage', {});
  expect(headers.get('keep-alive')).toBe('timeout=3600');
});

describe('a proxy that is to be twenty times as fast', () => {
  it('has what is postponed come back sooner, never before it is put back', async () => {
    const asked = (VisibilityTimeout: number) => ({ QueueUrl: 'http://q', VisibilityTimeout });
    expect(await passed('AmazonSQS.ChangeMessageVisibility', asked(320))).toEqual(asked(16));
    expect(await passed('AmazonSQS.ChangeMessageVisibility', asked(10))).toEqual(asked(1));
    expect(await passed('AmazonSQS.ChangeMessageVisibility', asked(0))).toEqual(asked(0));
  });

  it('has what is sent for later seen sooner, whatever stands in the messages', async () => {
    const body = JSON.stringify({ DelaySeconds: 900 });
    const entry = (DelaySeconds: number) => ({ Id: '0', DelaySeconds, MessageBody: body });
    const asked = (delay: number) => ({ QueueUrl: 'http://q', Entries: [entry(delay)] });
    expect(await passed('AmazonSQS.SendMessageBatch', asked(900))).toEqual(asked(45));
  });

  it('leaves how long a reader has to work a message, and what other services are asked', async () => {
    const receive = { QueueUrl: 'http://q', VisibilityTimeout: 600 };
    expect(await passed('AmazonSQS.ReceiveMessage', receive)).toEqual(receive);
    const put = { Item: { DelaySeconds: 900 } };
    expect(await passed('DynamoDB_20120810.PutItem', put)).toEqual(put);
  });
});
