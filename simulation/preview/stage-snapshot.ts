import { type ParsedPolicy, parsePolicy } from '../../functions/abandonment/policy-parse.ts';
import { type Duration, HOUR, type Instant, MINUTE } from '../../functions/abandonment/time.ts';
import { dataPlaneFromRow } from '../../functions/store/data-planes.ts';
import { documentOf } from '../../functions/store/policies.ts';
import type { Row, Table } from '../../functions/store/table/table.port.ts';
import { type TaskRecord, taskFromRow } from '../../functions/store/tasks.ts';
import type { Scenario, ScenarioPolicy } from '../scenario/scenario-types.ts';
import type { TrueTask } from '../verify/fleet-facts.ts';

/** What a deployed stage knew at an instant. */
export interface StageSnapshot {
  rows: Row[];
  /** How many tasks there are (`fleetIn`). */
  tasks: number;
  /** Data planes of which nothing is heard, and goes on not to be. */
  unheard: string[];
  policies: ReadonlyMap<string, ScenarioPolicy>;
  /** Whether anybody subscribed to the weekly report. */
  hearsReports: boolean;
}

/** Partitions that decide nothing: history, attempts, failures, canaries, breakers, facts. */
const NOT_COPIED =
  /^(AUDIT#|W#|OOPS|REFUSED#|BREAKER$|CANARY$|RUNS$|GENERATORS$|TURNS$|GIVEN-UP#|SOURCES$|MILESTONES#|FACTS#)/;

/**
 * Reads all of a stage's table, once: half a read unit for each 4 KB.
 * @param onRows hears how many rows were read so far
 */
export async function snapshotOf(table: Table, onRows: (rows: number) => void): Promise<StageSnapshot> {
  const rows: Row[] = [];
  let read = 0;
  let cursor: string | undefined;
  do {
    const page = await table.scan(cursor);
    for (const row of page.rows) if (!NOT_COPIED.test(row.pk) && !row.sk.startsWith('L#')) rows.push(row);
    read += page.rows.length;
    onRows(read);
    cursor = page.cursor;
  } while (cursor !== undefined);
  return snapshotIn(rows);
}

/** What a stage knew, by its rows. */
export function snapshotIn(rows: Row[]): StageSnapshot {
  const of = (pk: string) => rows.filter((row) => row.pk === pk);
  const planes = of('PLANES').map(dataPlaneFromRow);
  const policies = of('POLICY').map((row) => [row.sk.slice(2), policyOf(row)] as const);
  return {
    rows,
    tasks: count(recordsIn(rows)),
    unheard: planes.filter(({ state }) => state !== 'up').map(({ name }) => name),
    policies: new Map(policies),
    hearsReports: rows.some(
      ({ alertTypes }) => Array.isArray(alertTypes) && alertTypes.includes('weekly_report'),
    ),
  };
}

/** The fleet of a stage, as it is by what the stage knew. Each time anew: who gets a task may change it. */
export function* fleetIn({ rows }: Pick<StageSnapshot, 'rows'>): Generator<TrueTask> {
  for (const record of recordsIn(rows)) yield trueTaskOf(record);
}

function* recordsIn(rows: readonly Row[]): Generator<TaskRecord> {
  for (const row of rows) {
    if (row.sk !== 'T' || !row.pk.startsWith('T#')) continue;
    const record = taskFromRow(row);
    if (record.task.deletedAt === undefined) yield record;
  }
}

function count(items: Iterable<unknown>): number {
  let counted = 0;
  for (const _ of items) counted += 1;
  return counted;
}

/** A stored policy that is not valid any more says nothing, as for the scanner. */
function policyOf(row: Row): ScenarioPolicy {
  const document = documentOf(row);
  return { document, parsed: parsedOf(row.sk.slice(2), document) };
}

function parsedOf(scope: string, document: Record<string, unknown>): ParsedPolicy {
  const parsed = parsePolicy(scope, document, { production: false });
  return parsed.ok ? parsed.policy : {};
}

function trueTaskOf({ task, evidence, disabledByUs }: TaskRecord): TrueTask {
  return {
    id: task.id,
    kind: task.kind,
    dekaf: task.dekaf,
    owners: task.owners,
    dataPlane: task.dataPlane,
    enabled: task.enabled,
    createdAt: task.createdAt,
    enabledAt: task.enabledAt ?? null,
    deadline: task.deadline ?? null,
    startedAt: task.startedAt ?? null,
    endedAt: task.endedAt ?? null,
    firstSeenAt: task.firstSeenAt,
    publishedByUserAt: task.publishedByUserAt ?? null,
    disabledByUsAt: disabledByUs?.at ?? null,
    revertedAt: task.reverted?.at ?? null,
    deleted: false,
    version: task.version,
    restarts: evidence.restarts.total,
    statuses: evidence.statuses,
    lastSeen: evidence.lastSeen,
    history: [],
    lastedFrom: null,
    twitchedAt: evidence.twitches?.lastAt ?? null,
  };
}

/** The scenario in which nothing happens to a stage from an instant on; it is evaluated once an hour, or as seldom as is asked. */
export function scenarioOf(
  { policies }: StageSnapshot,
  now: Instant,
  days: number,
  scanEvery: Duration = HOUR,
): Scenario {
  const start = Math.ceil(now / MINUTE) * MINUTE;
  return {
    start,
    until: start + days * 24 * HOUR,
    scanEvery,
    seed: 1,
    policy: policies.get('') ?? { document: {}, parsed: {} },
    policies: new Map([...policies].filter(([scope]) => scope !== '')),
    subscriptions: [],
    admins: new Map(),
    operators: [],
    tasks: [],
    events: [],
    recipients: [],
  };
}
