import type { Instant } from '../abandonment/time.ts';
import { listedAnew } from '../control-planes/control-plane-for.ts';
import { leftWrites } from '../episodes/left.ts';
import { newsOfChange } from '../episodes/news.ts';
import { type DisabledByUs, enabledAgain } from '../episodes/undo.ts';
import type { System } from '../platform/system.ts';
import { auditWrite } from '../store/audit.ts';
import { storeTask } from '../store/change-task.ts';
import { countWrites } from '../store/counts.ts';
import { deadlineWrites } from '../store/deadline-row.ts';
import { FleetView } from '../store/fleet-view.ts';
import type { Write } from '../store/table/table.port.ts';

/** Who takes a disabling back, and why. */
export interface EnablingAct {
  by: string;
  reason: string;
}

/** The row of the audit that says who took a disabling back. */
export function enabledAudit(
  { clock }: System,
  { task, disabledByUs }: DisabledByUs,
  { by, reason }: EnablingAct,
): Write {
  const at = clock.now();
  const evidence = { disabled: disabledByUs };
  return auditWrite({ task: task.id, at, act: 'enabled', by, reason, evidence, mails: [] });
}

/** Stores that a task is on again, with the audit row; false where it changed meanwhile. */
export async function storeEnabled(
  system: System,
  record: DisabledByUs,
  at: Instant,
  audit: Write,
): Promise<boolean> {
  const view = await FleetView.load(system.table, system.clock.now());
  const policy = view.policies.for(record.task.id);
  const now = system.clock.now();
  const after = enabledAgain(record, at, now);
  const beside = [
    ...deadlineWrites(record, after),
    ...countWrites(record, after, policy),
    ...leftWrites(record, after, now),
    ...listedAnew(system, record.task.id),
    ...newsOfChange(system, view.pausesRecord.webhooks, { before: record, after }),
    audit,
  ];
  const stored = await storeTask(system, after, policy, ...beside);
  return stored !== undefined;
}
