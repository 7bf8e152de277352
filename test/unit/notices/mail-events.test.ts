import { expect, it } from 'vitest';
import { MINUTE } from '../../../functions/abandonment/time.ts';
import { recordMailEvent } from '../../../functions/notices/mail-events.ts';
import type { MailEvent } from '../../../functions/notices/ses-events.ts';
import {
  digestWrite,
  loadDigest,
  loadRecipient,
  newDigest,
  newRecipient,
  noticeWrite,
  recipientWrite,
} from '../../../functions/store/records.ts';
import { type DigestItem, keys } from '../../../functions/store/rows.ts';
import { START, workStage } from '../work/stage.ts';

/** A mail to ana whose answer never came. */
const SENDING = newDigest({
  id: 'digest-1',
  recipient: 'ana',
  address: 'ana@acme.test',
  claimedAt: START,
  leaseUntil: START + MINUTE,
});

async function unknownOutcome() {
  const stage = workStage({ queue: 'mail-events' });
  const ana = { ...newRecipient('ana', 'ana@acme.test'), sending: SENDING.id };
  await stage.table.transact([digestWrite(SENDING, START), recipientWrite(ana)], 'test');
  const says = (event: Partial<MailEvent>) =>
    recordMailEvent(stage.system, {
      kind: 'delivered',
      digest: SENDING.id,
      messageId: 'm',
      recipients: ['ana@acme.test'],
      at: START + MINUTE,
      ...event,
    });
  return { ...stage, says };
}

it.each<[string, Partial<MailEvent>, string, boolean]>([
  ['a delivery', { kind: 'delivered' }, 'delivered', false],
  ['a delay', { kind: 'delayed' }, 'sent', false],
  ['a soft bounce', { kind: 'bounced', bounceType: 'transient' }, 'sent', false],
  ['a bounce of no clear kind', { kind: 'bounced', bounceType: 'undetermined' }, 'sent', false],
  ['a permanent bounce', { kind: 'bounced', bounceType: 'permanent' }, 'bounced', true],
  ['a complaint', { kind: 'complained' }, 'complained', true],
  ['a rejection of the content', { kind: 'rejected' }, 'unsent', false],
  ['a failed rendering', { kind: 'rendering-failed' }, 'unsent', false],
])('%s settles a mail whose answer never came', async (_what, event, state, dies) => {
  const { table, says } = await unknownOutcome();
  expect(await says(event)).toBe('recorded');
  expect(await loadDigest(table, SENDING.id)).toMatchObject({ state, applied: true });
  const ana = await loadRecipient(table, 'ana');
  expect(ana?.sending).toBeNull();
  expect(ana?.dead !== null).toBe(dies);
});

it('the first delay of a mail is noted on it', async () => {
  const { table, says } = await unknownOutcome();
  await says({ kind: 'delayed', at: START + MINUTE });
  await says({ kind: 'delayed', at: START + 2 * MINUTE });
  expect(await loadDigest(table, SENDING.id)).toMatchObject({ state: 'sent', delayedAt: START + MINUTE });
});

it('a mail that SES did not send leaves one record and rings its alarm, however often SES says so', async () => {
  const { says, count, rows } = await unknownOutcome();
  await says({ kind: 'rejected' });
  await says({ kind: 'rejected' });
  expect(count('MailUnsent')).toBe(1);
  expect(await rows({ pk: 'OOPS#' })).toHaveLength(1);
});

it('a withdrawal that SES did not send is not told again over the newer warning that waits', async () => {
  const { table, says } = await unknownOutcome();
  const task = 'acmeCo/a';
  const asked = START - 10 * MINUTE;
  const item: DigestItem = {
    task,
    episode: 1,
    notice: 'withdrawn',
    grace: 0,
    disableAt: null,
    since: 0,
    restarts: 0,
    asked,
  };
  const pending = { notice: 'warning', since: START, notBefore: START } as const;
  const mail = { ...SENDING, items: [item], rev: 1 };
  const notice = { recipient: 'ana', address: SENDING.address, task, episode: 1, pending };
  await table.transact([digestWrite(mail, START), noticeWrite(notice)], 'test');
  await says({ kind: 'rejected' });
  expect((await table.get(keys.notice('ana', task, 1)))?.pending).toMatchObject({ notice: 'warning' });
});
