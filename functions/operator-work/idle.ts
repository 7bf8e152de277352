import { HOUR } from '../abandonment/time.ts';
import type { System } from '../platform/system.ts';
import { commit } from '../store/commit.ts';
import { openOperatorWork } from '../store/operator-work.ts';
import { loadPauses, pausesWrite } from '../store/pauses.ts';

/** An index shows a command that was given a moment ago, or is open again, by then. */
const INDEXED_WITHIN = HOUR;

/** Lets scans ask for bulk commands no more, once none is open, until the next one is given. */
export function noteIdle(system: System): Promise<void> {
  return commit<void>(system, 'that no bulk command is open', async () => {
    const { bulkWork, ...pauses } = await loadPauses(system.table);
    const isNew = bulkWork === undefined || system.clock.now() - bulkWork < INDEXED_WITHIN;
    if (isNew || (await openOperatorWork(system.table)).length > 0) return { value: undefined };
    return { writes: [pausesWrite(pauses)], value: undefined };
  });
}
