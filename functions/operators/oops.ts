import { clearRefusals } from '../disabling/refusals.ts';
import type { System } from '../platform/system.ts';
import { auditWrite } from '../store/audit.ts';
import { commit } from '../store/commit.ts';
import { keys } from '../store/keys.ts';
import { oopsFromRow } from '../store/oops.ts';
import { endingOf } from '../store/table/expiry.ts';
import { takeUpAll } from '../work/given-up.ts';

/**
 * Says that a kind of failure is mended: it is listed no more until it comes back, and what it made us give up is
 * asked for again by the next scan. Gives those tasks, and the keys of those recipients; undefined where no failure has that fingerprint.
 */
export async function resolveOops(
  system: System,
  fingerprint: string,
  by: string,
): Promise<{ again: string[] } | undefined> {
  const isKnown = await commit(system, `OOPS ${fingerprint}`, async () => {
    const row = await system.table.get(keys.oops(fingerprint));
    if (!row) return { value: false };
    const { rev, worker, cause, count } = oopsFromRow(row);
    const now = system.clock.now();
    const audit = auditWrite({
      subject: 'operators',
      at: now,
      act: `resolve oops ${fingerprint}`,
      by,
      reason: '',
      evidence: { worker, cause, count },
      mails: [],
    });
    const resolved = {
      put: { ...row, resolvedAt: now, rev: rev + 1, ...endingOf('oops', now) },
      if: [{ equals: ['rev', rev] as [string, number] }],
    };
    return { writes: [resolved, audit], value: true };
  });
  if (!isKnown) return undefined;
  return {
    again: [...(await clearRefusals(system, fingerprint)), ...(await takeUpAll(system, fingerprint))],
  };
}
