import { formatInstant } from '../../functions/abandonment/time.ts';
import { amount } from '../../functions/platform/amounts.ts';
import { loadFeedbackCanary } from '../../functions/store/heard.ts';
import { type Examined, type Finding, fail, ok, type Question, skipped, warn } from './check.ts';
import { expectedMail } from './expected-mail.ts';

/** Whether mail can go out, enough of it, and whether its outcome is heard of. */
export const mailQuestions: readonly Question[] = [
  { name: 'identity', asks: 'identity', answer: identity },
  { name: 'dkim', asks: 'identity', answer: dkim },
  { name: 'sandbox', asks: 'sending', answer: sandbox },
  { name: 'sending', asks: 'sending', answer: sending },
  { name: 'quota', asks: 'sending', answer: quota },
  { name: 'rate', asks: 'sending', answer: rate },
  { name: 'feedback', answer: feedback },
];

async function identity({ account }: Examined): Promise<Finding> {
  const { name, verified } = await account.identity();
  return verified
    ? ok(`${name} is verified`)
    : fail(`${name} is not verified`, 'publish the DNS records that SES shows for it, and wait for them');
}

async function dkim({ account, stage }: Examined): Promise<Finding> {
  const { name, dkim: state } = await account.identity();
  if (state === 'SUCCESS') return ok(`mail of ${name} is signed`);
  if (stage.name === 'local') return skipped('the emulator signs nothing');
  const todo =
    'publish the three CNAME records that SES shows under DKIM; many providers refuse unsigned mail';
  return fail(`mail of ${name} is not signed (${state})`, todo);
}

async function sandbox(examined: Examined): Promise<Finding> {
  const { production } = await examined.sending();
  return production
    ? ok('the account is out of the sandbox')
    : fail(
        'the account is in the sandbox: only verified addresses get mail',
        'ask for production access in SES',
      );
}

async function sending(examined: Examined): Promise<Finding> {
  const { enabled, standing } = await examined.sending();
  if (!enabled)
    return fail('SES has stopped the account from sending', "answer SES's case in the Support Center");
  if (standing === 'SHUTDOWN')
    return fail('SES has shut the account down', "answer SES's case in the Support Center");
  return standing === 'PROBATION'
    ? warn('the account is on probation', 'find out why in the SES console before more mail goes out')
    : ok(`the account may send (${standing})`);
}

/** The newly warned of a day; those warned before get their reminders on top. */
async function quota(examined: Examined): Promise<Finding> {
  const { perDay, sentLastDay } = await examined.sending();
  const { recipients, rampPerDay, more } = await expectedMail(examined.stage.system.table, examined.now);
  const expected = Math.min(recipients, rampPerDay);
  const whom = `${more ? 'at least ' : ''}${amount(recipients, 'recipient')} to be notified, ${rampPerDay} newly warned a day at most`;
  const found = `${whom}; SES takes ${perDay} a day, ${sentLastDay} were sent`;
  // SES tells an unlimited quota by −1.
  if (perDay < 0) return ok(found);
  if (expected > perDay) return fail(found, 'ask SES for a higher quota, or lower rampPerDay');
  return 2 * expected > perDay - sentLastDay
    ? warn(found, 'reminders come on top: ask SES for a higher quota, or lower rampPerDay')
    : ok(found);
}

async function rate(examined: Examined): Promise<Finding> {
  const { perSecond } = await examined.sending();
  const { mailsPerSecond } = examined.stage;
  const found = `this stage sends ${amount(mailsPerSecond, 'mail')} a second at most, SES takes ${perSecond}`;
  return mailsPerSecond > perSecond && perSecond >= 0
    ? warn(
        found,
        `set ses.mailsPerSecond to ${Math.max(1, Math.floor(perSecond))}, or ask SES for a higher rate`,
      )
    : ok(found);
}

async function feedback({ stage }: Examined): Promise<Finding> {
  if (!stage.canaries) return unwatched(stage.name);
  const { sentAt, deliveredAt, bouncedAt, holding } = await loadFeedbackCanary(stage.system.table);
  const silent = 'SES does not answer the daily canary';
  if (holding !== null) return fail(`${silent} since ${formatInstant(holding)}`, RUNBOOK('feedback-silent'));
  if (deliveredAt !== null && bouncedAt !== null)
    return ok(
      `SES answered both canaries, the last time at ${formatInstant(Math.max(deliveredAt, bouncedAt))}`,
    );
  return sentAt === null
    ? fail('no canary was sent yet', 'wait for the next scans, and run it again')
    : fail(
        `the canary of ${formatInstant(sentAt)} is not answered yet`,
        'wait some minutes, and run it again',
      );
}

/** Where the article of an alarm is. */
export const RUNBOOK = (name: string): string => `see docs/runbook.md#${name}`;

/** Nothing is noted of what is heard. */
export function unwatched(stage: string): Finding {
  const found = 'canaries are off in the configuration of this stage: nothing is noted of what is heard';
  return stage === 'local' ? skipped(found) : fail(found, 'set canaries to true, and deploy');
}
