import { notifyRecipient } from '../../../../functions/notices/send/notify.ts';
import type { Waiting } from '../../../../functions/notices/send/waiting.ts';
import type { OutgoingMail, SendResult } from '../../../../functions/platform/ports.ts';
import { keys } from '../../../../functions/store/keys.ts';
import { type NoticeRecord, noticeWrite, type PendingNotice } from '../../../../functions/store/notices.ts';
import { loadPauses, type PausesRecord, pausesWrite } from '../../../../functions/store/pauses.ts';
import { loadRecipientWithNotices } from '../../../../functions/store/recipients.ts';
import type { Delivery } from '../../../../functions/work/consumer.ts';
import { ANA, ANA_ADDRESS, answerStage, type Given, MAIL, START, TASK } from './answer-stage.ts';

/** A notice that waits for Ana, of the first episode of her task and since noon unless it says otherwise. */
export function waitsFor(
  pending: Partial<PendingNotice>,
  more: Partial<NoticeRecord> = {},
): { put: Record<string, unknown> & { pk: string; sk: string } } {
  const asked = { since: START, notBefore: START, ...pending } as PendingNotice;
  return noticeWrite({
    recipient: ANA,
    address: ANA_ADDRESS,
    task: TASK,
    episode: 1,
    ...more,
    pending: asked,
  }) as never;
}

/** The outcome of a message that is not worked, for a reason. */
export const skipped = (reason: string) => ({ outcome: 'skipped', reason });

/** The outcome of a message that comes again after so many seconds. */
export const later = (delaySeconds: number) => ({
  outcome: 'retry',
  reason: 'not yet',
  delaySeconds,
  failed: false,
});

/** What a notice says of the past. */
export const FACTS = { since: START - 1_000, restarts: 4 };

const TAKEN: SendResult = { outcome: 'accepted', messageId: 'ses-1' };

/** A warning waits for Ana, whom the warm-up limit let be warned; no mail is under way. `also`: rows beside. */
export async function notifyStage({
  also = [],
  pauses,
  ...setup
}: Given & { also?: ReturnType<typeof waitsFor>[]; pauses?: Partial<PausesRecord> } = {}) {
  const stage = await answerStage({
    ...setup,
    recipient: { sending: null, mailedAt: [], admittedAt: START, ...setup.recipient },
  });
  const { table, system } = stage;
  await table.transact([{ delete: keys.digest(MAIL) }], 'given');
  for (const write of also) await table.transact([write], 'given');
  if (pauses) await table.transact([pausesWrite({ ...(await loadPauses(table)), ...pauses })], 'given');
  const mails: OutgoingMail[] = [];
  let answer: (mail: OutgoingMail) => SendResult | Promise<SendResult> = () => TAKEN;
  system.mailer = {
    send: async (mail) => {
      mails.push(mail);
      return answer(mail);
    },
  };
  return {
    ...stage,
    mails,
    /** What SES answers from now on. */
    answers: (how: typeof answer) => {
      answer = how;
    },
    /** Works a message to Ana. */
    deliver: (more: Partial<Delivery> = {}) =>
      notifyRecipient(system, ANA, { body: '', messageId: 'm', receiveCount: 1, maxReceives: 10, ...more }),
    /** All that waits for Ana. */
    waiting: async () => {
      const { notices } = await loadRecipientWithNotices(table, ANA);
      return notices.filter((notice): notice is Waiting => notice.pending !== null);
    },
  };
}
