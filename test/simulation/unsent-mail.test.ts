import { expect, test } from 'vitest';
import { formatInstant } from '../../functions/abandonment/time.ts';
import type { System } from '../../functions/platform/system.ts';
import type { AcceptedMail } from '../../simulation/engine/sim-mail.ts';
import { at, play, unheard } from './story.ts';

const ANA = 'ana@acme.test';
const BOSS = 'boss@acme.test';

/** SES says something of the first mail with a notice, a minute after it took it; `arrives`: whether that arrives. */
function saying(notice: string, what: object, arrives: boolean) {
  const metrics: string[] = [];
  let running: System | undefined;
  let done = false;
  const processOf = (_name: string, system: System): System => {
    const { telemetry } = system;
    const metric: typeof telemetry.metric = (name, ...rest) => {
      metrics.push(name);
      telemetry.metric(name, ...rest);
    };
    running = { ...system, telemetry: { ...telemetry, metric } };
    return running;
  };
  const seesMail = ({ to, digest, messageId, items, at: takenAt }: AcceptedMail): boolean => {
    if (done || !items.some((item) => item.notice === notice)) return true;
    done = true;
    const timestamp = formatInstant(takenAt);
    const mail = { messageId, timestamp, destination: [to], tags: { digest: [digest] } };
    const body = JSON.stringify({ ...what, mail });
    void running?.queues.send('mail-events', [{ body, delaySeconds: 60 }]);
    return arrives;
  };
  return { metrics, options: { processOf, seesMail } };
}

const REJECT = { eventType: 'Reject', reject: { reason: 'Bad content' } };

test.each([
  ['that SES rejects for its content', REJECT],
  ['that SES could not render', { eventType: 'Rendering Failure', failure: { templateName: 't' } }],
])('a warning %s is no warning: they are warned again with a full grace', async (_what, event) => {
  const { metrics, options } = saying('warning', event, false);
  const { story, summary } = await play(
    { until: at(23), admins: { 'acmeCo/': [BOSS] }, events: [unheard(at(14))] },
    options,
  );
  expect(story.filter((line) => line.includes('warning') || line.includes(' disabled acmeCo'))).toEqual([
    `T+14d mail ${ANA}: warning acmeCo/a #1 until T+21d`,
    `T+14d1h mail ${ANA}: warning acmeCo/a #1 until T+21d1h`,
    'T+21d1h disabled acmeCo/a #1 due T+21d1h',
    `T+21d1h+ mail ${ANA}: disabled acmeCo/a #1`,
  ]);
  expect(metrics.filter((name) => name === 'MailUnsent')).toHaveLength(1);
  expect(summary.oops).toBe(1);
});

test('a reminder that SES rejects for its content is mailed again', async () => {
  const { options } = saying('reminder', REJECT, false);
  const { story } = await play({ until: at(22), events: [unheard(at(18))] }, options);
  expect(story.filter((line) => line.includes('reminder'))).toEqual([
    `T+18d mail ${ANA}: reminder acmeCo/a #1 until T+21d`,
    `T+18d1h mail ${ANA}: reminder acmeCo/a #1 until T+21d`,
    `T+20d mail ${ANA}: reminder acmeCo/a #1 until T+21d`,
  ]);
  expect(story).toContain('T+21d disabled acmeCo/a #1 due T+21d');
});

test('that a task was disabled is mailed again where SES rejects the mail for its content', async () => {
  const { options } = saying('disabled', REJECT, false);
  const { story } = await play({ until: at(22), events: [unheard(at(21), '59m')] }, options);
  expect(story.filter((line) => line.includes(': disabled'))).toEqual([
    `T+21d+ mail ${ANA}: disabled acmeCo/a #1`,
    `T+21d1h mail ${ANA}: disabled acmeCo/a #1`,
  ]);
});

test('a delay changes nothing, and shows that SES took a mail whose answer was lost', async () => {
  const delay = { eventType: 'DeliveryDelay', deliveryDelay: { delayType: 'MailboxFull' } };
  const { options } = saying('warning', delay, true);
  const events = [
    { at: at(14), type: 'fault', target: 'ses', mode: 'timeout-after-accept', times: 1 },
    unheard(at(14)),
  ];
  const { story } = await play({ until: at(22), events }, options);
  expect(story.filter((line) => line.includes('warning'))).toHaveLength(1);
  expect(story).toContain('T+21d disabled acmeCo/a #1 due T+21d');
});
