import { isEligible } from '../../abandonment/evidence.ts';
import { isReverted } from '../../abandonment/reverted.ts';
import { DAY, type Duration } from '../../abandonment/time.ts';
import { awaitsApproval } from '../../operators/brakes.ts';
import { isNotifiedOnce } from '../../platform/alert-codes.ts';
import { loadControlPlaneBreaker } from '../../store/control-plane-breakers.ts';
import { loadGivenUp } from '../../store/given-up.ts';
import { keys } from '../../store/keys.ts';
import { type OperatorAlertRecord, operatorAlertFromRow } from '../../store/operator-alerts.ts';
import { eachRow } from '../../store/rows.ts';
import type { Row } from '../../store/table/table.port.ts';
import { loadTask } from '../../store/tasks.ts';
import { writeUnlessRefused } from '../../store/write-unless-refused.ts';
import { disablingOf, enablingOf } from '../../work/given-up.ts';
import type { Generator } from '../generator.ts';
import { isStillGivenUp } from '../given-up.ts';
import type { Run } from '../run.ts';
import { sweep } from '../sweep.ts';

/** An alert that lasts is told again each week. */
const REPEATED_AFTER: Duration = 7 * DAY;

/** Tells operators what is new, and each week again what lasts: one message for each code and scan. */
export const operatorsGenerator: Generator = {
  name: 'operators',
  band: 'urgent',
  everySeconds: 0,
  async run(run) {
    const groups = await dueByCode(run);
    return sweep(run, {
      name: 'operators',
      partitions: [{ items: groups, work: (group) => tell(run, group) }],
      atOnce: 1,
    });
  },
};

/** The rows that are due, one group for each code. */
async function dueByCode(run: Run): Promise<Row[][]> {
  const items = eachRow(run.system.table, { pk: keys.operatorAlert('', '').pk, consistent: true });
  const due = new Map<string, Row[]>();
  const work = async (row: Row) => {
    const { code } = operatorAlertFromRow(row);
    if (await isDue(run, row)) due.set(code, [...(due.get(code) ?? []), row]);
  };
  await sweep(run, { name: 'operators', partitions: [{ items, work }], atOnce: 4 });
  return [...due.values()].map((group) => group.sort((a, b) => (a.sk < b.sk ? -1 : 1)));
}

/** Whether it is to be told now; one that was told and lasts no more goes. */
async function isDue(run: Run, row: Row): Promise<boolean> {
  const alert = operatorAlertFromRow(row);
  if (alert.toldAt === null) return true;
  if (isNotifiedOnce(alert.code)) return false;
  if (alert.rejected && run.now < alert.rejected.until) return false;
  if (alert.endedAt !== undefined || run.now - alert.toldAt < REPEATED_AFTER) return false;
  if (await lasts(run, alert)) return true;
  await writeUnlessRefused(run.system, [{ delete: { pk: row.pk, sk: row.sk } }], 'the end of an alert');
  return false;
}

/** Tells all of one code in one message: a tenant who makes a thousand of them fills no mailbox. */
async function tell(run: Run, group: readonly Row[]): Promise<void> {
  const [first, ...others] = group
    .map(operatorAlertFromRow)
    .map(({ code, subject, detail }) => ({ code, subject, detail }));
  if (!first) return;
  await run.system.operators.tell(first, others);
  for (const row of group) {
    const { rev } = operatorAlertFromRow(row);
    const told = { ...row, toldAt: run.now, rev: rev + 1 };
    // Refused where it changed meanwhile: what it says now is told with the next scan.
    await writeUnlessRefused(
      run.system,
      [{ put: told, if: [{ equals: ['rev', rev] }] }],
      'that operators were told',
    );
  }
}

/** A command that is over, and what somebody said: it was told. */
const OF_THE_PAST: readonly string[] = ['bulk-command-failed', 'not-mine'];

/** Whether what an alert about a task says still holds; other alerts are taken back by those who raised them. */
async function lasts(run: Run, alert: OperatorAlertRecord): Promise<boolean> {
  if (alert.code === 'veto-loop') {
    const record = await loadTask(run.system.table, alert.subject);
    return record !== undefined && isEligible(record.task) && (record.vetoes?.count ?? 0) > 0;
  }
  if (alert.code === 'disable-reverted') {
    const record = await loadTask(run.system.table, alert.subject);
    const policy = run.view.policies.for(alert.subject);
    return record !== undefined && isReverted(record.task, record.evidence, policy, run.now);
  }
  if (alert.code === 'disable-failing') {
    const open = (await loadTask(run.system.table, alert.subject))?.open;
    const isAsked = open?.disabling !== undefined;
    return isAsked || isStillGivenUp(run.system, disablingOf(alert.subject, open?.number ?? 0));
  }
  if (alert.code === 'enable-refused') {
    const episode = (await loadTask(run.system.table, alert.subject))?.disabledByUs?.episode ?? 0;
    // A refusal is told once; what is given up lasts.
    return isStillGivenUp(run.system, enablingOf(alert.subject, episode));
  }
  // Where it only refuses to disable, the next task that is due says so anew.
  if (alert.code === 'control-plane-unavailable')
    return (await loadControlPlaneBreaker(run.system.table, alert.subject)) !== undefined;
  if (alert.code === 'notify-failing')
    return isStillGivenUp(run.system, { queue: 'notify', item: alert.subject });
  if (alert.code === 'no-reachable-owner') {
    return (await loadTask(run.system.table, alert.subject))?.hold?.reason === 'no-reachable-owner';
  }
  return lastsBeside(run, alert);
}

/** The same of an alert that is about no task. */
async function lastsBeside({ system }: Run, alert: OperatorAlertRecord): Promise<boolean> {
  if (alert.code === 'work-given-up') return (await loadGivenUp(system.table, alert.subject)).size > 0;
  if (OF_THE_PAST.includes(alert.code)) return false;
  if (alert.code === 'blast-radius') return awaitsApproval(system);
  return true;
}
