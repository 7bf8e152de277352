import { type Duration, SECOND } from '../abandonment/time.ts';
import type { System } from '../platform/system.ts';
import type { Write } from './table/table.port.ts';
import { TableBusy } from './table-busy.ts';

/** What writing needs of a system. */
export type Writing = Pick<System, 'table' | 'random' | 'clock'>;

/** What leaving a record of one's own doing needs: it is logged as well, and says which version of the code ran. */
export type Recording = Writing & Pick<System, 'telemetry' | 'config'>;

/** What is to become of something that was just read. */
export interface Plan<Value> {
  /** All or nothing; none: nothing is to be written. */
  writes?: readonly Write[];
  /** What it comes to once they are written. */
  value: Value;
  /**
   * What it comes to where write `index` is refused, if that is an answer too; absent or undefined: it is planned again.
   */
  refused?(index: number): { value: Value } | undefined;
}

/** So often a change is planned, or a busy table asked: what others change that fast can wait. */
const ATTEMPTS = 8;

const FIRST_PAUSE: Duration = SECOND / 40;
const LONGEST_PAUSE: Duration = SECOND;

/**
 * The one way to write on what was read (docs/architecture.md, "One way to write"). Loads nothing itself: `plan` reads and
 * decides, and is asked again on fresh state where a condition of its writes did not hold. While the table is busy the same
 * writes are tried again by the same writer, who thereby recognises an answer of their own that was lost.
 *
 * @param subject what changes, for the fault: never an address
 * @returns the plan's value, once its writes are applied or where it has none
 * @throws TableBusy where it keeps changing or the table stays busy; whether the last writes were applied is not known
 */
export async function commit<Value>(
  writing: Writing,
  subject: string,
  plan: () => Promise<Plan<Value>>,
): Promise<Value> {
  let pending: { planned: Plan<Value>; writes: Write[]; writer: string } | undefined;
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    if (attempt > 0) await pause(writing, attempt);
    if (!pending) {
      const planned = await plan();
      if (!planned.writes?.length) return planned.value;
      const writer = writing.random.id(writing.clock.now());
      pending = { planned, writes: [...planned.writes], writer };
    }
    const { planned, writes, writer } = pending;
    const result = await writing.table.transact(writes, writer);
    if (result.outcome === 'applied') return planned.value;
    if (result.outcome === 'busy') continue;
    const answer = planned.refused?.(result.index);
    if (answer) return answer.value;
    pending = undefined;
  }
  throw new TableBusy(`${subject} could not be stored: it changes too fast; try again`);
}

/** Doubles with each attempt; half of it is left to chance, so that those who met do not meet again. */
async function pause({ clock, random }: Writing, attempt: number): Promise<void> {
  if (!clock.pause) return;
  const full = Math.min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** attempt);
  await clock.pause(full / 2 + (full / 2) * random.next());
}
