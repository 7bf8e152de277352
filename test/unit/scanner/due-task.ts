import type { Episode } from '../../../functions/abandonment/task.ts';
import { DAY, type Instant } from '../../../functions/abandonment/time.ts';
import { recipientKey } from '../../../functions/platform/addresses.ts';
import { newTaskRecord, type TaskRecord } from '../../../functions/store/tasks.ts';
import { aTask, fired, warnedAt } from '../abandonment/decide-builders.ts';
import { START as NOW } from './run-stage.ts';

const ANA = 'ana@acme.test';

/** What tells one task that is due from another. */
interface DueTask {
  dataPlane?: string;
  disableAt?: Instant;
  open?: Partial<Episode>;
}

/** A task whose owner was warned seven days before its date, which has come; it still fails. */
export function dueTask(
  id = 'acmeCo/a',
  { dataPlane = 'eu-1', disableAt = NOW, open = {} }: DueTask = {},
): TaskRecord {
  const record = newTaskRecord(aTask({ id, dataPlane, version: 7 }));
  const warned = disableAt - 7 * DAY;
  const since = warned - 14 * DAY;
  const evidence = { ...record.evidence, observedAt: NOW, lastSeen: { PRIMARY: since }, lostAt: since };
  return {
    ...record,
    evidence: { ...evidence, statuses: ['FAILED'] },
    episodes: 1,
    open: fired({
      firedAt: warned,
      since,
      grace: 1,
      graceMode: 'disable',
      told: { [recipientKey(ANA)]: warnedAt(warned) },
      dates: [{ at: warned, disableAt, grace: 1, after: 7 * DAY }],
      ...open,
    }),
    next: { at: disableAt, why: 'disable' },
  };
}
