import type { Episode, HoldSpan, Mode, ResolveReason } from '../abandonment/task.ts';
import type { Instant } from '../abandonment/time.ts';
import { BUCKETS, bucketOf, index, keys, sortable } from './keys.ts';
import type { PendingNotice } from './notices.ts';
import { ROW_VERSION, recordIn } from './rows.ts';
import { endingOf } from './table/expiry.ts';
import type { Row, Table } from './table/table.port.ts';

/** The alert history: one row per episode. */
export type AlertRecord = AlertFacts & AlertEnd;

/** Of an alert that is open, and of one that is resolved. */
type AlertEnd = { resolvedAt: null; reason: null } | { resolvedAt: Instant; reason: ResolveReason };

/**
 * A notice that is still to be written for somebody, or one of theirs that nobody needs and that is still to be
 * deleted.
 */
type UnwrittenNotice =
  | { key: string; address: string; pending: PendingNotice }
  | { key: string; pending: null };

interface AlertFacts {
  task: string;
  episode: number;
  type: 'task_abandoned' | 'task_overdue';
  stage: Mode;
  since: Instant;
  firedAt: Instant;
  /** What was known when it fired and when it was resolved. */
  evidence: Record<string, unknown>;
  /** Digest ids of the mails about it. */
  mails: string[];
  run: string | null;
  /**
   * Notices of its end that are not written (or, without one, not deleted) yet: too many for the transaction that ended
   * it.
   */
  untold: UnwrittenNotice[];
  /** What held it while it was open; absent where nothing did, and while it is open. */
  holds?: HoldSpan[];
  /** Of an episode that ended with the disabling: who held its warning then. */
  holders: string[];
}

/** The type of the alert of an episode. */
export function alertOf({ alert }: Pick<Episode, 'alert'>): AlertRecord['type'] {
  return alert ?? 'task_abandoned';
}

export async function loadAlert(
  table: Table,
  task: string,
  episode: number,
): Promise<AlertRecord | undefined> {
  const row = await table.get(keys.alert(task, episode));
  return row && alertFromRow(row);
}

/** The record in an alert's row. */
export function alertFromRow(row: Row): AlertRecord {
  const { parting, untold, ...facts } = recordIn<Omit<AlertFacts, 'untold'> & AlertEnd & ListedAlert>(row);
  return { ...facts, holders: facts.holders ?? [], untold: unlisted({ untold, parting }) };
}

/** One of them in the row: without `pending` what the row says of most holds; one to be deleted has no address. */
interface ListedNotice {
  key: string;
  address: string;
  pending?: PendingNotice | null;
}

/** As it stands in the row: what most are to hear is written once, for a row has an end. */
interface ListedAlert {
  untold: ListedNotice[];
  parting?: PendingNotice | undefined;
}

function listed(untold: readonly UnwrittenNotice[]): ListedAlert {
  const parting = untold.find(({ pending }) => pending !== null)?.pending;
  const text = parting && JSON.stringify(parting);
  const rowOf = (notice: UnwrittenNotice): ListedNotice => {
    if (notice.pending === null) return { key: notice.key, address: '', pending: null };
    return JSON.stringify(notice.pending) === text ? { key: notice.key, address: notice.address } : notice;
  };
  return { untold: untold.map(rowOf), ...(parting && { parting }) };
}

/** Rows of an older version say of each what it is to hear. */
function unlisted({ untold = [], parting }: Partial<ListedAlert>): UnwrittenNotice[] {
  return untold.map(({ key, address, pending = parting ?? null }) =>
    pending ? { key, address, pending } : { key, pending },
  );
}

/** Stores an alert whatever stands there: the task's row, written in the same transaction, guards it. */
export function alertWrite(record: AlertRecord): { put: Row } {
  const bucket = bucketOf(record.task);
  return {
    put: {
      ...keys.alert(record.task, record.episode),
      v: ROW_VERSION,
      b: BUCKETS,
      ...record,
      ...listed(record.untold),
      // It is needed while somebody is still to be notified.
      ...(record.resolvedAt !== null && record.untold.length === 0 && endingOf('alerts', record.resolvedAt)),
      g2pk: index.alerts(bucket),
      g2sk: `${sortable(record.firedAt)}#${record.task}`,
      ...(record.untold.length > 0
        ? { g1pk: index.untold(bucket), g1sk: `${record.task}#${record.episode}` }
        : {}),
    },
  };
}
