import type { System } from '../platform/system.ts';
import type { OperatorWorkRecord, WorkItem } from '../store/operator-work.ts';

/** What came of one item of a bulk command. */
export type ItemAnswer =
  | { outcome: 'done'; why?: string }
  /** `skipped`: it is left as it is, and that is right so; `failed`: it is not done, and no new attempt does it. */
  | { outcome: 'skipped' | 'failed'; why: string }
  /** Not now: it is tried again with the next round, and has failed for `why` after the last one. */
  | { outcome: 'later'; why: string };

/** Who asked for it, when, and why. */
export type Asked = Pick<OperatorWorkRecord, 'id' | 'by' | 'reason' | 'at'>;

/** Something that operators can ask to be done with many items. */
export interface WorkKind {
  /** Stands on the rows: it stays. */
  name: string;
  /**
   * Does it with one item, decided on fresh state. It may be asked again for an item that is done: a turn may die before it notes
   * what came of it. What it throws is tried again with the next round, but for what no new attempt mends.
   */
  work(system: System, item: WorkItem, asked: Asked): Promise<ItemAnswer>;
}
