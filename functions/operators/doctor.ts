import { DAY, type Duration, formatInstant, type Instant } from '../abandonment/time.ts';
import type { System } from '../platform/system.ts';
import { auditWrite } from '../store/audit.ts';
import { keys } from '../store/keys.ts';
import { ROW_VERSION, recordIn } from '../store/rows.ts';
import type { Row, Table } from '../store/table/table.port.ts';
import { TableBusy } from '../store/table-busy.ts';

/** The newest look of `taskwarden doctor` at a stage. */
export interface DoctorRun {
  at: Instant;
  by: string;
  /** Nothing failed. */
  green: boolean;
  checks: { name: string; result: string }[];
}

/** The run in its row. */
export const doctorRunFromRow = (row: Row): DoctorRun => recordIn(row);

/** A green run speaks for a stage for so long. */
const SPEAKS_FOR: Duration = 7 * DAY;

/** Remembers a run in place of the one before; throws where the table would not take it. */
export async function recordDoctorRun(system: System, run: DoctorRun): Promise<void> {
  const { at, by, green, checks } = run;
  const evidence = { green, checks };
  const audit = { subject: 'operators' as const, at, act: 'doctor', by, reason: '', evidence, mails: [] };
  const writes = [{ put: { ...keys.doctor(), v: ROW_VERSION, ...run } }, auditWrite(audit)];
  const result = await system.table.transact(writes, system.random.id(at));
  if (result.outcome !== 'applied') throw new TableBusy('the run could not be recorded: the table is busy');
}

/** Why no run vouches for the stage now; undefined where the newest one is green and young enough. */
export async function doctorProblem(table: Table, now: Instant): Promise<string | undefined> {
  const row = await table.get(keys.doctor());
  if (!row) return 'there was none';
  const run = doctorRunFromRow(row);
  const of = `the newest is of ${formatInstant(run.at)}`;
  if (!run.green) {
    const failed = run.checks.filter(({ result }) => result === 'fail').map(({ name }) => name);
    return `${of} and not green (${failed.join(', ')})`;
  }
  return now - run.at <= SPEAKS_FOR ? undefined : of;
}
