import type { Instant } from '../abandonment/time.ts';
import type { System } from '../platform/system.ts';
import { auditWrite } from '../store/audit.ts';
import { commit } from '../store/commit.ts';
import { evaluationRequest } from '../store/looks.ts';
import {
  loadPauses,
  overAt,
  type Pausable,
  type PauseNote,
  type PausesRecord,
  pausesAt,
  pausesWrite,
  withoutPause,
} from '../store/pauses.ts';
import type { Write } from '../store/table/table.port.ts';

export type { Pausable } from '../store/pauses.ts';

/** Whom the audit names where a pause came to its own end. */
const BY_ITSELF = 'taskwarden';

/**
 * Stops deciding (clocks stand still), notifying or disabling. What is paused already stays so since then, with the
 * reason and the end that are given now.
 *
 * @param note `until`: when it goes on by itself; null: when it is resumed
 * @returns since when it is paused
 */
export async function pause(
  system: System,
  what: Pausable,
  by: string,
  { reason = '', until = null }: Partial<Omit<PauseNote, 'by'>> = {},
): Promise<{ since: Instant }> {
  const now = system.clock.now();
  const stored = await change(system, { act: `pause ${what}`, by, reason, until }, (pauses) => ({
    ...pauses,
    [what]: pauses[what] ?? now,
    notes: { ...pauses.notes, [what]: { by, reason, until } },
  }));
  return { since: stored[what] ?? now };
}

/** Goes on; a pause of deciding becomes a span of unknown health. Answers whether it was paused. */
export async function resume(system: System, what: Pausable, by: string): Promise<{ wasPaused: boolean }> {
  const now = system.clock.now();
  let wasPaused = false;
  await change(system, { act: `resume ${what}`, by, reason: '', until: null }, (pauses) => {
    wasPaused = pauses[what] !== null;
    return wasPaused ? withoutPause(pauses, what, now) : pauses;
  });
  return { wasPaused };
}

/**
 * Notes the end of pauses whose `until` has come, and has all that is open evaluated. They count as over from then on,
 * also before they are noted.
 *
 * @returns how many were ended
 */
export async function endPauses(system: System): Promise<number> {
  return commit(system, 'the end of a pause', async () => {
    const now = system.clock.now();
    const before = await loadPauses(system.table);
    const ended = overAt(before, now);
    if (ended.length === 0) return { value: 0 };
    const writes = [
      pausesWrite(pausesAt(before, now)),
      evaluationRequest('ALL', now),
      ...endings(before, now),
    ];
    return { writes, value: ended.length };
  });
}

/** The rows of the audit for pauses that ended by themselves. */
function endings(record: PausesRecord, now: Instant): Write[] {
  return overAt(record, now).map(({ what, until }) =>
    auditWrite({
      subject: 'operators',
      at: now,
      act: `pause of ${what} over`,
      by: BY_ITSELF,
      reason: 'its time was over',
      evidence: { until, pausedBy: record.notes?.[what]?.by ?? '' },
      mails: [],
    }),
  );
}

interface PauseAct extends PauseNote {
  act: string;
}

function change(
  system: System,
  { act, by, reason, until }: PauseAct,
  make: (pauses: PausesRecord) => PausesRecord,
): Promise<PausesRecord> {
  return commit(system, act, async () => {
    const now = system.clock.now();
    const before = await loadPauses(system.table);
    const after = make(pausesAt(before, now));
    const evidence = until === null ? {} : { until };
    const audit = auditWrite({ subject: 'operators', at: now, act, by, reason, evidence, mails: [] });
    const writes = [pausesWrite(after), evaluationRequest('ALL', now), audit, ...endings(before, now)];
    return { writes, value: after };
  });
}
