import { expect, test } from 'vitest';
import type { System } from '../../functions/platform/system.ts';
import { type Refusal, sesServer } from './ses-server.ts';
import { at, failing, type Played, play } from './story.ts';

const OWNERS = Array.from({ length: 6 }, (_, index) => `owner${index}@acme.test`);
const MORE =
  'For more information, please check the inbox of the email address associated with your AWS account.';

/** Tells the verifier, which knows nothing of the server, until when SES may refuse mails. */
const REFUSING = { at: at(14, 7), type: 'fault', target: 'ses', mode: 'throttle', for: '1m' };

/** Tasks of some owners that are to be warned on day 14, with SES as an HTTP server answers for it. */
async function runWithAnswers(
  answer: (to: string, now: number) => Refusal,
  { owners = OWNERS, ...more }: { owners?: string[] } & Record<string, unknown> = {},
): Promise<Played> {
  const ses = await sesServer(answer);
  try {
    const processOf = (_name: string, system: System): System => ({
      ...system,
      mailer: ses.inFrontOf(system),
    });
    const tasks = owners.map((owner, index) => failing(`acmeCo/${index}`, { owners: [owner] }));
    return await play({ until: at(14, 8), tasks, events: [REFUSING], ...more }, { processOf });
  } finally {
    ses.close();
  }
}

const warned = ({ lines }: Played) =>
  lines.flatMap((line) =>
    line.type === 'mail' && line.items.some(({ notice }) => notice === 'warning') ? [[line.to, line.at]] : [],
  ) as [string, string][];

const LIFTED = at(14, 3);

/** Of answers from day 14 on, for three hours. */
const untilLifted =
  (refusal: NonNullable<Refusal>) =>
  (_to: string, now: number): Refusal =>
    now < Date.parse(LIFTED) ? refusal : undefined;

/** Everybody is warned within two hours of the end of it, and nobody was ever suppressed. */
async function expectAllWarned(code: string, message: string, owners: string[]): Promise<void> {
  const run = await runWithAnswers(untilLifted({ status: 400, code, message }), { owners });
  const mails = warned(run);
  expect(mails.map(([to]) => to).sort()).toEqual(owners);
  expect(mails.every(([, when]) => when >= LIFTED && when <= at(14, 5))).toBe(true);
  expect(run.story.filter((line) => line.includes('mail-failed'))).toEqual([]);
  expect(run.story.filter((line) => line.includes('no-reachable-owner'))).toEqual([]);
}

test.each<[string, string, string]>([
  ['a paused account', 'MessageRejected', `Sending paused for this account. ${MORE}`],
  ['a suspended account', 'MessageRejected', `Sending suspended for this account. ${MORE}`],
  ['words that nobody has seen yet', 'MessageRejected', 'Something nobody has seen yet about an address.'],
  [
    'the sandbox',
    'MessageRejected',
    'Email address is not verified. The following identities failed the check in region EU-WEST-1: owner0@acme.test',
  ],
  ['an account that is paused by a switch', 'AccountSendingPausedException', 'Email sending is disabled.'],
  ['a paused configuration set', 'ConfigurationSetSendingPausedException', 'Sending is paused.'],
  ['a MAIL FROM domain that is not verified', 'MailFromDomainNotVerifiedException', 'Not verified.'],
  ['a daily quota that is used up', 'Throttling', 'Daily message quota exceeded.'],
])('after %s everybody is warned and nobody is suppressed, however few they are', (_what, code, message) =>
  expectAllWarned(code, message, OWNERS.slice(0, 2)),
);

test.each<[string, string, string]>([
  ['a malformed address', 'InvalidParameterValue', 'Local address contains illegal character'],
  ['an address on a list', 'MessageRejected', 'Address blacklisted.'],
])('after words for %s that SES answers to everybody nobody is suppressed', (_what, code, message) =>
  expectAllWarned(code, message, OWNERS),
);

test('the one address that SES refuses is suppressed, and the others are warned', async () => {
  const refused = { status: 400, code: 'MessageRejected', message: 'Address blacklisted.' };
  const run = await runWithAnswers((to) => (to === 'owner5@acme.test' ? refused : undefined));
  expect(
    warned(run)
      .map(([to]) => to)
      .sort(),
  ).toEqual(OWNERS.filter((owner) => owner !== 'owner5@acme.test'));
  expect(run.story).toContain('T+14d1h held acmeCo/5 #1 no-reachable-owner');
});

test('reminders that are refused in the same words are mailed again, too', async () => {
  const refused = { status: 400, code: 'InvalidParameterValue', message: 'Illegal address' };
  const isRefused = (now: number) => now >= Date.parse(at(18)) && now < Date.parse(at(18, 3));
  const run = await runWithAnswers((_to, now) => (isRefused(now) ? refused : undefined), {
    until: at(19),
    events: [],
  });
  const reminded = run.lines.flatMap((line) =>
    line.type === 'mail' && line.items.some(({ notice }) => notice === 'reminder') ? [line.to] : [],
  );
  expect(reminded.sort()).toEqual(OWNERS);
  expect(run.story.filter((line) => line.includes('no-reachable-owner'))).toEqual([]);
});
