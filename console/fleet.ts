import { eachRecord, lineOf, type TaskLine } from '../cli/task-list.ts';
import { causeOf } from '../functions/abandonment/causes.ts';
import { type Mode, tenantOf } from '../functions/abandonment/task.ts';
import { type Instant, MINUTE } from '../functions/abandonment/time.ts';
import { FleetView } from '../functions/store/fleet-view.ts';
import type { Table } from '../functions/store/table/table.port.ts';

/** A task as the console lists it. */
export interface FleetTask extends TaskLine {
  tenant: string;
  mode: Mode;
  /** The class of what keeps it from running; null while it runs. */
  cause: string | null;
  /** Until when an owner keeps it; null where none does. */
  keptUntil: Instant | null;
}

/** What was read of the fleet, and when. */
export interface FleetData {
  readAt: Instant;
  tookMs: number;
  tasks: readonly FleetTask[];
}

/** How old what was read may be: older is shown while it is read anew; after the second it is waited for. */
const FRESH = MINUTE;
const USABLE = 10 * MINUTE;

/** Reads tasks, by id: those that fail by the indexes, or the whole table once. */
export async function readFleet(table: Table, now: Instant, isWhole: boolean): Promise<FleetTask[]> {
  const view = await FleetView.load(table, now);
  const tasks: FleetTask[] = [];
  for await (const record of eachRecord(table, isWhole ? 'all' : 'failing', '')) {
    if (record.task.deletedAt !== undefined) continue;
    const line = await lineOf(view, record, now);
    const isFailing = line.state === 'open' || line.state === 'failing';
    if (!isWhole && !isFailing) continue;
    tasks.push({
      ...line,
      tenant: tenantOf(line.task),
      mode: view.policies.for(line.task).mode,
      cause: isFailing ? causeOf(record.evidence) : null,
      keptUntil: record.keep !== null && record.keep.until > now ? record.keep.until : null,
    });
  }
  return tasks.sort((a, b) => (a.task < b.task ? -1 : 1));
}

/**
 * What of the fleet was read is kept, so that a page is shown at once: a fleet of 100,000 tasks is not read anew for each. A page
 * says how old it is.
 */
export class Fleet {
  readonly #read: (isWhole: boolean) => Promise<readonly FleetTask[]>;
  readonly #now: () => Instant;
  #failing: Kept = {};
  #whole: Kept = {};

  /** `now`: real time, whatever the clock of the stage says. */
  constructor(read: (isWhole: boolean) => Promise<readonly FleetTask[]>, now: () => Instant) {
    this.#read = read;
    this.#now = now;
  }

  /** The tasks that fail, or all there are. */
  async tasks(isWhole = false): Promise<FleetData> {
    const kept = isWhole ? this.#whole : this.#failing;
    const age = kept.data ? this.#now() - kept.data.readAt : Number.POSITIVE_INFINITY;
    if (kept.data && age <= FRESH) return kept.data;
    kept.reading ??= this.#readInto(kept, isWhole);
    if (!kept.data || age > USABLE) return kept.reading;
    // It is read beside; whether that fails is said by the next page, which waits for it.
    kept.reading.catch(() => {});
    return kept.data;
  }

  /** Lets the next page read anew: somebody acted, or asked for it. */
  forget(): void {
    this.#failing = {};
    this.#whole = {};
  }

  async #readInto(kept: Kept, isWhole: boolean): Promise<FleetData> {
    const began = this.#now();
    try {
      const tasks = await this.#read(isWhole);
      const readAt = this.#now();
      kept.data = { readAt, tookMs: readAt - began, tasks };
      return kept.data;
    } finally {
      delete kept.reading;
    }
  }
}

interface Kept {
  data?: FleetData;
  reading?: Promise<FleetData>;
}
