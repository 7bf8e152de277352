import type { ResolveReason } from '../../abandonment/task.ts';
import type { Figures } from '../../store/facts.ts';
import type { Milestone } from '../../store/milestones.ts';
import { aggregation, plus } from '../aggregation.ts';
import { milestonesOf, placeOf } from '../milestones-of.ts';

/** What happened to episodes, and to what we disabled, by tenant, data plane, mode and cause. */
export const episodesAggregation = aggregation<Milestone>({
  name: 'episodes',
  source: milestonesOf,
  key: placeOf,
  fold: (figures, milestone) => plus(figures, countedOf(milestone)),
});

/** What one milestone adds (docs/reports.md#figures). */
function countedOf(milestone: Milestone): Figures {
  switch (milestone.kind) {
    case 'fired':
      return milestone.isOverdue ? { overdue: 1 } : { abandoned: 1 };
    case 'warned':
      return { warned: 1 };
    case 'ended':
      return { ...endOf(milestone.reason, milestone.wasWarned), restarts: milestone.restarts };
    case 'disabled':
      return { disabled: 1, restarts: milestone.restarts };
    case 'left':
      return milestone.why === 'undone' ? { undone: 1 } : {};
  }
}

function endOf(reason: ResolveReason, wasWarned: boolean): Figures {
  if (reason === 'kept' || reason === 'snoozed') return { kept: 1 };
  if (reason === 'recovered') return { recovered: 1, ...(wasWarned && { recoveredAfterWarning: 1 }) };
  return reason === 'user-published' ? { published: 1 } : { endedOtherwise: 1 };
}
