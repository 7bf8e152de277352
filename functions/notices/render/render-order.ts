import { GROUPS } from '../../../emails/wordings.ts';
import type { MailItem } from '../send/digest-facts.ts';
import { aheadOf, groupOf } from './wording-items.ts';

function dueOf(item: MailItem): number {
  return aheadOf(item) ?? item.disabledAt ?? Number.POSITIVE_INFINITY;
}

function compareDue(a: number, b: number): number {
  return a === b ? 0 : a - b;
}

function compareText(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

/** What is due first on top, then what happened; within the same by date, task id and episode. */
export function inOrder(items: readonly MailItem[]): MailItem[] {
  return [...items].sort(
    (a, b) =>
      GROUPS.indexOf(groupOf(a)) - GROUPS.indexOf(groupOf(b)) ||
      compareDue(dueOf(a), dueOf(b)) ||
      compareText(a.task, b.task) ||
      a.episode - b.episode,
  );
}
