import { groupsOf } from '../../functions/platform/groups.ts';
import { isHeld } from '../due.ts';
import type { FleetTask } from '../fleet.ts';
import { type Html, link, table } from '../parts.ts';

/** What is held of some tasks, by the reason. */
export function byReason(tasks: readonly FleetTask[]): Html {
  const groups = [...groupsOf(tasks.filter(isHeld), ({ reason }) => reason)];
  return table({
    caption: 'By reason',
    rows: groups.sort((a, b) => b[1].length - a[1].length),
    none: 'Nothing is held.',
    columns: [
      ['Why', ([reason]) => reason],
      [
        'Tasks',
        ([reason, held]) => link(held.length.toLocaleString('en'), '/tasks', { state: 'held', reason }),
      ],
      ['Tenants', ([, held]) => new Set(held.map(({ tenant }) => tenant)).size],
    ],
  });
}
