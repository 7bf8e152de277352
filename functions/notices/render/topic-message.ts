import type { AlertType, Notice, TopicArn } from '../../abandonment/task.ts';
import type { OutgoingMail, TopicMessage } from '../../platform/ports.ts';
import type { DigestItem } from '../../store/digests.ts';

const FOR_INFORMATION =
  'For information: this repeats what the people in charge of these tasks were notified of by mail, where they can act on it.';

/** That a task was disabled, is so still, and that this was undone, is one alert's news. */
function isOfDisabling(notice: Notice): boolean {
  return notice === 'disabled' || notice === 'still-off' || notice === 'enabled';
}

/** The alert that a message is of: where several are in one, the disabling, else the warnings. */
function alertOf(notices: readonly Notice[]): AlertType {
  if (notices.some(isOfDisabling)) return 'task_auto_disabled';
  const isOverdue = notices.includes('overdue') && !notices.includes('warning');
  return isOverdue ? 'task_overdue' : 'task_abandoned';
}

/**
 * What a topic hears: the plain text of a digest. Its attributes are for filter policies: `alertType`, `notices` (the
 * kinds that stand in it), `taskCount`, `stage` (of the deployment).
 */
export function topicMessageOf(
  topic: TopicArn,
  { subject, text }: Pick<OutgoingMail, 'subject' | 'text'>,
  items: readonly DigestItem[],
  stage: string,
): TopicMessage {
  const notices = [...new Set(items.map(({ notice }) => notice))].sort();
  return {
    topic,
    subject,
    text: `${FOR_INFORMATION}\n\n${text}`,
    attributes: {
      alertType: alertOf(notices),
      notices,
      taskCount: new Set(items.map(({ task }) => task)).size,
      stage,
    },
  };
}
