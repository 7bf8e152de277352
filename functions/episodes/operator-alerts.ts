import type { Instant } from '../abandonment/time.ts';
import { keys } from '../store/keys.ts';
import { operatorAlert } from '../store/operator-alerts.ts';
import type { Write } from '../store/table/table.port.ts';
import type { TaskRecord } from '../store/tasks.ts';

/** Operators are notified of three user publications in a row that end or prevent an episode. */
const VETO_LOOP = 3;

/** What operators hear of a task that came from one state to another; alerts of a hold begin and end with it. */
export function operatorAlertsBetween(before: TaskRecord, after: TaskRecord, now: Instant): Write[] {
  const task = after.task.id;
  const was = before.hold?.reason === 'no-reachable-owner';
  const is = after.hold?.reason === 'no-reachable-owner';
  const writes: Write[] = [];
  if (is && !was) {
    const detail = 'no reachable address among its owners, subscribers and admins; it will not be disabled';
    writes.push(operatorAlert('no-reachable-owner', task, detail, now));
  }
  if (was && !is) writes.push({ delete: keys.operatorAlert('no-reachable-owner', task) });
  const vetoes = after.vetoes?.count ?? 0;
  if (vetoes >= VETO_LOOP && (before.vetoes?.count ?? 0) < VETO_LOOP) {
    const detail = `${vetoes} publications by users in a row kept it from being warned about`;
    writes.push(operatorAlert('veto-loop', task, detail, now));
  }
  return writes;
}
