import type { TopicArn } from '../../abandonment/task.ts';
import { recipientKey } from '../../platform/addresses.ts';
import type { OperatorAlertCode } from '../../platform/alert-codes.ts';
import type { System } from '../../platform/system.ts';
import { keys } from '../../store/keys.ts';
import { operatorAlertWrite } from '../../store/operator-alerts.ts';
import { loadRecipient, recipientWrite } from '../../store/recipients.ts';
import type { Write } from '../../store/table/table.port.ts';
import { writeUnlessRefused } from '../../store/write-unless-refused.ts';

const CODE: OperatorAlertCode = 'topic-refused';

/** Notifies operators that a topic refuses what is published and hears nothing more; once until it is revived. */
export async function raiseTopicRefused(system: System, topic: TopicArn, code: string): Promise<void> {
  const detail =
    `SNS answered ${code} for ${topic}; nothing more is published there until it is revived ` +
    '(taskwarden recipients revive). People are told by mail as before';
  const alert = { code: CODE, subject: topic, detail, toldAt: null, active: true, rev: 0 };
  const now = system.clock.now();
  // Refused where the alert stands already.
  await writeUnlessRefused(system, [operatorAlertWrite({ ...alert, since: now })], 'the alert of a topic');
}

/** The writes by which a topic that refused is notified again; none where it did not. */
export async function revivalOf(system: System, topic: TopicArn): Promise<Write[]> {
  const recipient = await loadRecipient(system.table, recipientKey(topic));
  return recipient?.dead ? [recipientWrite({ ...recipient, dead: null }), ...alertEnd(topic)] : [];
}

/** Takes the operators' alert about a topic back. */
export function alertEnd(topic: TopicArn): Write[] {
  return [{ delete: keys.operatorAlert(CODE, topic) }];
}
