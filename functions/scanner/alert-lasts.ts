import { isEligible } from '../abandonment/evidence.ts';
import { isReverted } from '../abandonment/reverted.ts';
import type { Episode } from '../abandonment/task.ts';
import { HOUR } from '../abandonment/time.ts';
import { awaitsApproval } from '../operators/brakes.ts';
import { alertEntry, type OperatorAlertCode } from '../platform/alert-codes.ts';
import { loadControlPlaneBreaker } from '../store/control-plane-breakers.ts';
import { loadGivenUp, type Work } from '../store/given-up.ts';
import type { OperatorAlertRecord } from '../store/operator-alerts.ts';
import { loadTask } from '../store/tasks.ts';
import { disablingOf, enablingOf } from '../work/given-up.ts';
import { isNotedAsGivenUp, isStillGivenUp } from './given-up.ts';
import type { Run } from './run.ts';

/**
 * Whether what an alert says still holds, where it is due again; other alerts are taken back by those who raised them.
 */
export async function lasts(run: Run, alert: OperatorAlertRecord): Promise<boolean> {
  // Where it only refuses to disable, the next task that is due says so anew.
  if (alert.code === 'control-plane-unavailable')
    return (await loadControlPlaneBreaker(run.system.table, alert.subject)) !== undefined;
  if (alert.code === 'enable-refused') return isEnablingGivenUp(run, alert.subject);
  if (alertEntry(alert.code).isPast) return false;
  return (await CONDITIONS[alert.code]?.(run, alert, isStillGivenUp)) ?? true;
}

/**
 * The same at the first scan of an hour, so that operators hear of an end that nobody takes back before the alert is
 * due again. Changes nothing. Undefined where it was not asked; true of what is taken back by those who raised it.
 */
export async function lastsThisHour(run: Run, alert: OperatorAlertRecord): Promise<boolean | undefined> {
  const condition = HOURLY[alert.code];
  if (!condition) return true;
  const hour = Math.floor(run.now / HOUR);
  if (run.before !== undefined && Math.floor(run.before / HOUR) === hour) return undefined;
  return condition(run, alert, isNotedAsGivenUp);
}

type IsGivenUp = (system: Run['system'], work: Work) => Promise<boolean>;
type Condition = (run: Run, alert: OperatorAlertRecord, isGivenUp: IsGivenUp) => Promise<boolean>;

const CONDITIONS: Partial<Record<OperatorAlertCode, Condition>> = {
  'veto-loop': async (run, { subject }) => {
    const record = await loadTask(run.system.table, subject);
    return record !== undefined && isEligible(record.task) && (record.vetoes?.count ?? 0) > 0;
  },
  'disable-reverted': async (run, { subject }) => {
    const record = await loadTask(run.system.table, subject);
    const policy = run.view.policies.for(subject);
    return record !== undefined && isReverted(record.task, record.evidence, policy, run.now);
  },
  'disable-failing': async (run, { subject }, isGivenUp) => {
    const open = await openOf(run, subject);
    return isDisabling(run, subject, open, isGivenUp);
  },
  'notify-failing': ({ system }, { subject: item }, isGivenUp) =>
    isGivenUp(system, { queue: 'notify', item }),
  'no-reachable-owner': async (run, { subject }) =>
    (await loadTask(run.system.table, subject))?.hold?.reason === 'no-reachable-owner',
  'work-given-up': async ({ system }, { subject }) => (await loadGivenUp(system.table, subject)).size > 0,
  'blast-radius': ({ system }) => awaitsApproval(system),
};

/** What an owning system refused is asked for again a day later: until its episode is over that is one condition. */
const HOURLY: typeof CONDITIONS = {
  ...CONDITIONS,
  'disable-failing': async (run, { subject }, isGivenUp) => {
    const open = await openOf(run, subject);
    return (open?.refusals ?? 0) > 0 || isDisabling(run, subject, open, isGivenUp);
  },
};

const openOf = async ({ system }: Run, task: string): Promise<Episode | null> =>
  (await loadTask(system.table, task))?.open ?? null;

/** Whether the disabling of a task is under way, or given up. */
async function isDisabling(
  { system }: Run,
  task: string,
  open: Episode | null,
  isGivenUp: IsGivenUp,
): Promise<boolean> {
  return open?.disabling !== undefined || isGivenUp(system, disablingOf(task, open?.number ?? 0));
}

/** Operators are notified of a refusal once; what is given up lasts. */
async function isEnablingGivenUp({ system }: Run, task: string): Promise<boolean> {
  const episode = (await loadTask(system.table, task))?.disabledByUs?.episode ?? 0;
  return isStillGivenUp(system, enablingOf(task, episode));
}
