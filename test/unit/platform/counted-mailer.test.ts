import { expect, it } from 'vitest';
import { CountedMailer } from '../../../functions/platform/counted-mailer.ts';
import type { OutgoingMail, SendResult } from '../../../functions/platform/ports.ts';

const MAIL: OutgoingMail = { to: 'a@x.test', subject: 's', text: 't', html: 'h', headers: {}, digest: 'd1' };
const refused = (cause: 'rate' | 'environment' | 'recipient'): SendResult => ({
  outcome: 'refused',
  cause,
  code: 'C',
  message: 'm',
});

it.each<[string, SendResult]>([
  ['MailAccepted', { outcome: 'accepted', messageId: '1' }],
  ['MailEnvironmentRefused', refused('environment')],
  ['MailNotAccepted', refused('recipient')],
  ['MailNotAccepted', refused('rate')],
  ['MailNotAccepted', { outcome: 'unknown', code: 'C', message: 'm' }],
])('counts %s and passes on %j', async (metric, result) => {
  const counted: string[] = [];
  const telemetry = { log: () => undefined, metric: (name: string) => void counted.push(name) };
  expect(await new CountedMailer({ send: async () => result }, telemetry).send(MAIL)).toEqual(result);
  expect(counted).toEqual([metric]);
});
