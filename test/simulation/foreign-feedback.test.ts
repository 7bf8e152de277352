import { expect, test } from 'vitest';
import type { OutgoingMail } from '../../functions/platform/ports.ts';
import type { System } from '../../functions/platform/system.ts';
import { at, play } from './story.ts';

const ANA = 'ana@acme.test';
const UNKNOWN = { outcome: 'unknown', code: 'TimeoutError', message: 'no answer in time' } as const;

const DELIVERY = { timestamp: at(14), recipients: [ANA] };
const REPORTED = {
  Send: { eventType: 'Send', send: {} },
  Delivery: { eventType: 'Delivery', delivery: DELIVERY },
  'Delivery of an identity': { notificationType: 'Delivery', delivery: DELIVERY },
  'soft Bounce': {
    eventType: 'Bounce',
    bounce: {
      bounceType: 'Transient',
      bounceSubType: 'MailboxFull',
      bouncedRecipients: [{ emailAddress: ANA }],
      timestamp: at(14),
    },
  },
  DeliveryDelay: {
    eventType: 'DeliveryDelay',
    deliveryDelay: {
      delayType: 'MailboxFull',
      delayedRecipients: [{ emailAddress: ANA }],
      timestamp: at(14),
    },
  },
  Reject: { eventType: 'Reject', reject: { reason: 'Bad content' } },
};

/**
 * The answer to the first mail is lost, and a minute later SES says something; `isTaken`: whether it took that mail at
 * all, `mailOf`: of which mail it speaks.
 */
function firstAnswerLost(isTaken: boolean, what: object, mailOf: (mail: OutgoingMail) => object) {
  let isFirst = true;
  const processOf = (_name: string, system: System): System => ({
    ...system,
    mailer: {
      send: async (mail) => {
        if (!isFirst) return system.mailer.send(mail);
        isFirst = false;
        if (isTaken) await system.mailer.send(mail);
        const body = JSON.stringify({
          ...what,
          mail: { timestamp: at(14), destination: [ANA], ...mailOf(mail) },
        });
        await system.queues.send('mail-events', [{ body, delaySeconds: 60 }]);
        return UNKNOWN;
      },
    },
  });
  return { processOf };
}

const foreign = () => ({
  messageId: 'FOREIGN-1',
  source: 'invoices@acme.test',
  tags: { 'ses:configuration-set': ['shared'], app: ['invoices'] },
});
const foreignWithOurTag = () => ({ ...foreign(), tags: { digest: ['weekly'] } });
const ours = ({ digest }: OutgoingMail) => ({ messageId: 'OURS', tags: { digest: [digest] } });

const WARNED_AGAIN = [
  `T+14d1h mail ${ANA}: warning acmeCo/a #1 until T+21d1h`,
  'T+21d1h disabled acmeCo/a #1 due T+21d1h',
];

const important = (story: string[]) =>
  story.filter((line) => line.includes('warning acmeCo') || line.includes(' disabled acmeCo/a #1 due'));

test.each(
  Object.entries(REPORTED).flatMap(([kind, what]) => [
    [kind, 'without a mark of ours', what, foreign] as const,
    [kind, 'with a tag of the same name', what, foreignWithOurTag] as const,
  ]),
)('a foreign %s %s decides no mail of ours that SES never took', async (_kind, _mark, what, mailOf) => {
  const { story } = await play({ until: at(22) }, firstAnswerLost(false, what, mailOf));
  expect(important(story)).toEqual(WARNED_AGAIN);
});

test.each(['Send', 'Delivery', 'soft Bounce', 'DeliveryDelay'] as const)(
  'a %s of our mail decides it: nobody is warned twice',
  async (kind) => {
    const { story } = await play({ until: at(22) }, firstAnswerLost(true, REPORTED[kind], ours));
    expect(important(story)).toEqual([
      `T+14d mail ${ANA}: warning acmeCo/a #1 until T+21d`,
      'T+21d disabled acmeCo/a #1 due T+21d',
    ]);
  },
);

test('the complaint that our mail is no spam leaves its recipient alive', async () => {
  const complaint = {
    complaintFeedbackType: 'not-spam',
    complainedRecipients: [{ emailAddress: ANA }],
    timestamp: at(14),
  };
  const notSpam = firstAnswerLost(true, { eventType: 'Complaint', complaint }, ours);
  const { story } = await play({ until: at(22) }, notSpam);
  expect(story).toContain('T+21d disabled acmeCo/a #1 due T+21d');
  expect(story.filter((line) => line.includes(`mail ${ANA}: reminder`))).toHaveLength(2);
});
