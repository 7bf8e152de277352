import type { ResolveReason, Stage } from '../abandonment/task.ts';
import type { Instant } from '../abandonment/time.ts';
import { BUCKETS, bucketOf, index, keys, sortable } from './keys.ts';
import type { PendingNotice } from './notices.ts';
import { ENDED_RETENTION_SECONDS, ROW_VERSION } from './rows.ts';
import type { Row, Table } from './table.port.ts';

/** The alert history: one row per episode. */
export interface AlertRecord {
  task: string;
  episode: number;
  type: 'task_abandoned';
  stage: Stage;
  since: Instant;
  firedAt: Instant;
  resolvedAt: Instant | null;
  reason: ResolveReason | null;
  /** What was known when it fired and when it was resolved. */
  evidence: Record<string, unknown>;
  /** Digest ids of the mails about it. */
  mails: string[];
  run: string | null;
  /** Notices of its end that are not written (or, without one, not deleted) yet: too many for the transaction that ended it. */
  untold: { key: string; address: string; pending: PendingNotice | null }[];
  /** Of an episode that ended with the disabling: who held its warning then. Absent in older rows. */
  holders: string[];
}

export async function loadAlert(
  table: Table,
  task: string,
  episode: number,
): Promise<AlertRecord | undefined> {
  return alertFromRow(await table.get(keys.alert(task, episode)));
}

/** The record in an alert's row, without what places the row; undefined where there is none. */
export function alertFromRow(row: Row | undefined): AlertRecord | undefined {
  if (!row) return undefined;
  const { task, episode, type, stage, since, firedAt, ...rest } = row as unknown as AlertRecord;
  const { resolvedAt, reason, evidence, mails, run, holders = [] } = rest;
  const untold = unlisted(row as unknown as ListedAlert);
  const end = { resolvedAt, reason, evidence, mails, run, untold, holders };
  return { task, episode, type, stage, since, firedAt, ...end };
}

type Untold = AlertRecord['untold'];

/** As it stands in the row: what most are to be told is written once, for a row has an end. */
interface ListedAlert {
  untold: (Omit<Untold[number], 'pending'> & Partial<Pick<Untold[number], 'pending'>>)[];
  parting?: PendingNotice;
}

function listed(untold: Untold): ListedAlert {
  const parting = untold.find(({ pending }) => pending !== null)?.pending;
  if (!parting) return { untold };
  const text = JSON.stringify(parting);
  const isSame = ({ pending }: Untold[number]) => pending !== null && JSON.stringify(pending) === text;
  return {
    untold: untold.map((one) => (isSame(one) ? { key: one.key, address: one.address } : one)),
    parting,
  };
}

/** Rows of an older version say of each what is to be told. */
function unlisted({ untold, parting }: ListedAlert): Untold {
  return untold.map(({ key, address, pending = parting ?? null }) => ({ key, address, pending }));
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
      ...(record.resolvedAt === null
        ? {}
        : { ttl: Math.floor(record.resolvedAt / 1000) + ENDED_RETENTION_SECONDS }),
      g2pk: index.alerts(bucket),
      g2sk: `${sortable(record.firedAt)}#${record.task}`,
      ...(record.untold.length > 0
        ? { g1pk: index.untold(bucket), g1sk: `${record.task}#${record.episode}` }
        : {}),
    },
  };
}
