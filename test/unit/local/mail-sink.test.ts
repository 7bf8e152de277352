import { expect, it } from 'vitest';
import { MailSink } from '../../../local/mail-sink.ts';

it('takes no mail that a website has a browser send as the body of a form', async () => {
  const sink = await MailSink.open();
  const mail = 'Message-ID: <1@attacker.example>\r\nTo: ana@acme.test\r\n\r\nfollow me';
  const body = `EHLO x\r\nMAIL FROM:<a@attacker.example>\r\nRCPT TO:<ana@acme.test>\r\nDATA\r\n${mail}\r\n.\r\nQUIT\r\n`;
  try {
    const headers = { 'content-type': 'text/plain' };
    await fetch(`http://127.0.0.1:${sink.port}/`, { method: 'POST', headers, body }).catch(() => {});
    expect(sink.mails).toEqual([]);
  } finally {
    sink.close();
  }
});
