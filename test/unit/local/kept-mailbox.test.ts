import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { keptMailbox } from '../../../local/mailbox.ts';

/** What LocalStack's SES took, as it shows it. */
const taken: { Id: string; RawData: string }[] = [];

const server = createServer((request, response) => {
  const isSes = request.url === '/_aws/ses';
  response.writeHead(isSes ? 200 : 404).end(JSON.stringify({ messages: taken }));
});

beforeAll(() => new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve)));
afterAll(() => server.close());

function take(subject: string): void {
  taken.push({ Id: `id-${subject}`, RawData: `To: ana@acme.test\r\nSubject: ${subject}\r\n\r\nbody` });
}

it('tells of each mail once, also of those that come later', async () => {
  const { port } = server.address() as AddressInfo;
  const mailbox = keptMailbox(`http://127.0.0.1:${port}`);
  const heard: string[] = [];
  mailbox.onMail((mail) => heard.push(/Subject: (.*)\r/.exec(mail.toString())?.[1] ?? ''));
  try {
    take('first');
    for (let waits = 0; heard.length < 1 && waits < 100; waits += 1) await setTimeout(100);
    take('second');
    for (let waits = 0; heard.length < 2 && waits < 100; waits += 1) await setTimeout(100);
    await setTimeout(1_500);
    expect(heard).toEqual(['first', 'second']);
    expect((await mailbox.readMails()).map(({ messageId }) => messageId)).toEqual(['id-first', 'id-second']);
  } finally {
    mailbox.close();
  }
});
