import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { SendRawEmailCommand } from '@aws-sdk/client-ses';
import { afterEach, describe, expect, it } from 'vitest';
import { createSesClient } from '../../../functions/notices/ses/ses-mailer.ts';

/** SES in a thread of its own, which closes a connection soon after its answer and counts connections. */
const SERVER = `
const { createServer } = require('node:http');
const { parentPort } = require('node:worker_threads');
const answer = '<SendRawEmailResponse xmlns="http://ses.amazonaws.com/doc/2010-12-01/"><SendRawEmailResult><MessageId>m</MessageId></SendRawEmailResult></SendRawEmailResponse>';
let connections = 0;
const server = createServer((request, response) => {
  request.resume().on('end', () => {
    response.writeHead(200, { 'content-type': 'text/xml' }).end(answer);
    setTimeout(() => request.socket.resetAndDestroy(), 50);
  });
});
server.on('connection', () => { connections += 1; });
server.listen(0, '127.0.0.1', () => parentPort.postMessage(server.address().port));
parentPort.on('message', () => parentPort.postMessage(connections));
`;

const mail = () =>
  new SendRawEmailCommand({
    Source: 'a@acme.test',
    Destinations: ['b@acme.test'],
    RawMessage: { Data: Buffer.from('hello') },
  });

/** As Lambda does between two invocations: nothing of this thread runs. */
const freeze = (milliseconds: number) =>
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);

describe('a client that asks once', () => {
  let thread: Worker;
  afterEach(() => thread.terminate());

  async function client() {
    Object.assign(process.env, { AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test' });
    thread = new Worker(SERVER, { eval: true });
    const [port] = await once(thread, 'message');
    return createSesClient({
      endpoint: `http://127.0.0.1:${port}`,
      region: 'eu-west-1',
      requestTimeoutMs: 5_000,
    });
  }

  async function connections(): Promise<number> {
    thread.postMessage('count');
    const [count] = await once(thread, 'message');
    return count;
  }

  it('opens a connection of its own after it was frozen, for the old one may be closed', async () => {
    const ses = await client();
    await ses.send(mail());
    freeze(2_200);
    expect(await ses.send(mail())).toMatchObject({ MessageId: 'm' });
    ses.destroy();
  });

  it('uses one connection for requests that follow one another', async () => {
    const ses = await client();
    await ses.send(mail());
    await ses.send(mail());
    expect(await connections()).toBe(1);
    ses.destroy();
  });
});
