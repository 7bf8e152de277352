import { withSpan } from '../abandonment/spans.ts';
import type { Pauses } from '../abandonment/task.ts';
import type { System } from '../platform/system.ts';
import { auditWrite } from '../store/audit.ts';
import { commit } from '../store/commit.ts';
import { lookWrite } from '../store/looks.ts';
import { loadPauses, type PausesRecord, pausesWrite } from '../store/pauses.ts';

/** What an operator can pause: deciding, telling, turning off. */
export type Pausable = keyof Pauses;

/** Stops deciding (clocks stand still), telling or turning off. Answers since when it is paused. */
export async function pause(system: System, what: Pausable, by: string): Promise<{ since: number }> {
  const now = system.clock.now();
  const stored = await change(system, `pause ${what}`, by, (pauses) => ({
    ...pauses,
    [what]: pauses[what] ?? now,
  }));
  return { since: stored[what] ?? now };
}

/** Goes on; a pause of deciding becomes a span of unknown health. Answers whether it was paused. */
export async function resume(system: System, what: Pausable, by: string): Promise<{ wasPaused: boolean }> {
  const now = system.clock.now();
  let wasPaused = false;
  await change(system, `resume ${what}`, by, (pauses) => {
    const since = pauses[what];
    wasPaused = since !== null;
    if (since === null) return pauses;
    const spans =
      what === 'evaluate' ? withSpan(pauses.evaluatePaused, { from: since, to: now }) : pauses.evaluatePaused;
    return { ...pauses, [what]: null, evaluatePaused: spans };
  });
  return { wasPaused };
}

function change(
  system: System,
  act: string,
  by: string,
  make: (pauses: PausesRecord) => PausesRecord,
): Promise<PausesRecord> {
  return commit(system, act, async () => {
    const now = system.clock.now();
    const before = await loadPauses(system.table);
    const after = make(before);
    const audit = auditWrite({ subject: 'operators', at: now, act, by, reason: '', evidence: {}, mails: [] });
    return { writes: [pausesWrite(after), lookWrite('ALL', now), audit], value: after };
  });
}
