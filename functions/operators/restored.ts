import type { Instant } from '../abandonment/time.ts';
import type { System } from '../platform/system.ts';
import { auditWrite } from '../store/audit.ts';
import { commit } from '../store/commit.ts';
import { evaluationRequest } from '../store/looks.ts';
import { loadPauses, PAUSABLE, type PausesRecord, pausesAt, pausesWrite } from '../store/pauses.ts';
import { loadWritten, restoredWrite } from '../store/policies.ts';
import { over } from './policies.ts';

/**
 * Notes that the table was restored from a backup, and pauses evaluating, notifying and disabling: all that it says is of
 * before, so evidence and graces begin anew (docs/rules.md#a-restored-table). What is paused already stays so since then, and
 * does not end by itself any more.
 *
 * @param fromBackup what the backup says of pauses, where the row of the pauses is not of the backup itself
 */
export async function markRestored(
  system: System,
  by: string,
  fromBackup?: PausesRecord,
): Promise<{ restoredAt: Instant }> {
  return commit(system, 'the mark of a restored table', async () => {
    const at = system.clock.now();
    const [present, policies] = await Promise.all([loadPauses(system.table), loadWritten(system.table)]);
    const marked = {
      ...paused(pausesAt(fromBackup ?? present, at), by, at),
      restoredAt: at,
      rev: present.rev,
    };
    const act = {
      subject: 'operators' as const,
      at,
      act: 'restored',
      by,
      reason: '',
      evidence: {},
      mails: [],
    };
    return {
      writes: [
        pausesWrite(marked),
        over(restoredWrite(policies, at), policies.rows.get('')),
        evaluationRequest('ALL', at),
        auditWrite(act),
      ],
      value: { restoredAt: at },
    };
  });
}

function paused(pauses: PausesRecord, by: string, at: Instant): PausesRecord {
  const note = { by, reason: 'the table was restored', until: null };
  const all = Object.fromEntries(PAUSABLE.map((what) => [what, pauses[what] ?? at]));
  return { ...pauses, ...all, notes: Object.fromEntries(PAUSABLE.map((what) => [what, note])) };
}
