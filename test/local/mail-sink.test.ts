import { once } from 'node:events';
import { connect } from 'node:net';
import { expect, it } from 'vitest';
import { MailSink } from '../../local/mail-sink.ts';
import { parseMail } from '../../local/mailbox.ts';

/** Says lines to the sink, each after its answer to the one before, but for the mail itself in pieces. */
async function converse(port: number, parts: string[]): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  let heard = '';
  socket.setEncoding('utf8').on('data', (text: string) => {
    heard += text;
  });
  for (const part of parts) {
    await once(socket, 'data');
    socket.write(part);
  }
  await once(socket, 'close');
  return heard;
}

it('a mail that goes over the wire in pieces arrives whole, its leading dots as they were', async () => {
  const sink = await MailSink.open();
  const mail =
    'Message-ID: <1@ses.test>\r\nTo: ana@acme.test\r\nSubject: =?utf-8?q?gr=C3=BCn?=\r\n\r\n..dot\r\nend';
  try {
    const heard = await converse(sink.port, [
      'EHLO emulator\r\n',
      'MAIL FROM:<taskwarden@platform.test>\r\n',
      'RCPT TO:<ana@acme.test>\r\n',
      'DATA\r\n',
      `${mail}\r\n.\r\nQUIT\r\n`,
    ]);
    expect(heard.match(/^\d{3}/gm)).toEqual(['220', '250', '250', '250', '354', '250', '221']);
    expect(sink.mails).toHaveLength(1);
    expect(await parseMail(sink.mails[0] as Buffer)).toMatchObject({
      messageId: '1@ses.test',
      to: ['ana@acme.test'],
      subject: 'grün',
      text: expect.stringContaining('.dot\nend'),
    });
  } finally {
    sink.close();
  }
});
