import type { PolicyBook } from '../abandonment/policy-book.ts';
import { type AlertType, MODES, type Mode, type ResolveReason } from '../abandonment/task.ts';
import type { Instant } from '../abandonment/time.ts';
import type { System } from '../platform/system.ts';
import { type AlertRecord, alertFromRow } from '../store/alerts.ts';
import { eachRowOf, inBuckets } from '../store/buckets.ts';
import { index, sortable } from '../store/keys.ts';
import { loadPolicies } from '../store/policies.ts';
import type { Key, Query, Table } from '../store/table/table.port.ts';
import { addSubscription, listSubscriptions } from './people.ts';

/** What speaks for or against the next mode of a scope: its alerts since an instant. */
interface RolloutEvidence {
  since: Instant;
  /** Alerts of abandoned tasks that fired since then, and of how many tasks. */
  fired: number;
  tasks: number;
  open: number;
  /** How those that are resolved were. */
  resolved: Partial<Record<ResolveReason, number>>;
  /** How many lasted for a whole `disableAfter` from their firing: in mode `disable` they would have been disabled. */
  wouldBeDisabled: number;
  /** Of these, how many recovered or were published by a user later: to disable them would have been wrong. */
  cameBackLater: number;
  /** How many recovered or were published within that time: their warning would have been enough. */
  cameBackInTime: number;
  /** Open ones whose `disableAfter` is not over: nothing can be said of them yet. */
  tooNew: number;
}

/** Where a scope stands on the way from detecting to disabling. */
export interface Rollout {
  /** `` for the global one. */
  scope: string;
  mode: Mode;
  /** The scope that says so, `global`, or `default`. */
  from: string;
  /** Null: there is none. */
  next: Mode | null;
  /** Narrower scopes with another mode of their own, which a change of this one does not move. */
  narrower: { scope: string; mode: Mode }[];
  /** Subscriptions in the scope that would not hear of what the next mode does. */
  notOptedIn: number;
  evidence: RolloutEvidence;
}

/** What subscribers are to hear of in a mode. */
export const TYPES_OF_MODE: Record<Mode, readonly AlertType[]> = {
  detect: [],
  notify: ['task_abandoned'],
  disable: ['task_abandoned', 'task_auto_disabled'],
};

/** The mode after this one; null where there is none. */
function nextMode(mode: Mode): Mode | null {
  return MODES[MODES.indexOf(mode) + 1] ?? null;
}

/** The mode before this one; null where there is none. */
export function lowerMode(mode: Mode): Mode | null {
  return MODES[MODES.indexOf(mode) - 1] ?? null;
}

/** Where a scope stands, and what speaks for its next mode. `since`: from when on alerts count. */
export async function loadRollout(system: System, scope: string, since: Instant): Promise<Rollout> {
  const { table, clock } = system;
  const book = await loadPolicies(table);
  const { mode, source } = scope === '' ? book.global : book.for(scope);
  const next = nextMode(mode);
  const alerts = await alertsOf(table, scope, since);
  return {
    scope,
    mode,
    from: source.mode ?? 'default',
    next,
    narrower: narrowerOf(book, scope, mode),
    notOptedIn: next === null ? 0 : (await lacking(table, scope, next)).length,
    evidence: evidenceOf(alerts, book, since, clock.now()),
  };
}

function isWithin(name: string, scope: string): boolean {
  return scope === '' || name === scope || (scope.endsWith('/') && name.startsWith(scope));
}

function narrowerOf(book: PolicyBook, scope: string, mode: Mode): Rollout['narrower'] {
  return book
    .scopes()
    .filter((other) => other !== scope && isWithin(other, scope))
    .map((other) => ({ other, policy: book.for(other) }))
    .filter(({ other, policy }) => policy.source.mode === other && policy.mode !== mode)
    .map(({ other, policy }) => ({ scope: other, mode: policy.mode }));
}

/** So many alerts are read at once. */
const AT_ONCE = 100;

async function alertsOf(table: Table, scope: string, since: Instant): Promise<AlertRecord[]> {
  const sk = { from: sortable(since) };
  const queries = inBuckets((bucket): Query => ({ index: 'g2', pk: index.alerts(bucket), sk }));
  const found: Key[] = [];
  for await (const { pk, sk: name } of eachRowOf(table, queries))
    if (isWithin(pk.slice(2), scope)) found.push({ pk, sk: name });
  const alerts: AlertRecord[] = [];
  for (let first = 0; first < found.length; first += AT_ONCE)
    alerts.push(...(await table.batchGet(found.slice(first, first + AT_ONCE))).map(alertFromRow));
  return alerts.filter(({ type }) => type === 'task_abandoned');
}

/** Of what speaks for life: the task came back, or somebody is at work. */
const CAME_BACK: readonly (ResolveReason | null)[] = ['recovered', 'user-published'];

function evidenceOf(
  alerts: readonly AlertRecord[],
  book: PolicyBook,
  since: Instant,
  now: Instant,
): RolloutEvidence {
  const resolved: Partial<Record<ResolveReason, number>> = {};
  for (const { reason } of alerts) if (reason !== null) resolved[reason] = (resolved[reason] ?? 0) + 1;
  const graceOver = ({ firedAt, task }: AlertRecord) => firedAt + book.for(task).disableAfter;
  const outlived = alerts.filter((alert) => graceOver(alert) <= Math.min(alert.resolvedAt ?? now, now));
  const cameBack = alerts.filter(({ reason }) => CAME_BACK.includes(reason));
  const later = cameBack.filter((alert) => outlived.includes(alert)).length;
  return {
    since,
    fired: alerts.length,
    tasks: new Set(alerts.map(({ task }) => task)).size,
    open: alerts.filter(({ reason }) => reason === null).length,
    resolved,
    wouldBeDisabled: outlived.length,
    cameBackLater: later,
    cameBackInTime: cameBack.length - later,
    tooNew: alerts.filter((alert) => alert.reason === null && graceOver(alert) > now).length,
  };
}

/** Subscriptions in a scope that do not hear of what a mode does. */
async function lacking(table: Table, scope: string, mode: Mode) {
  const wanted = TYPES_OF_MODE[mode];
  const all = await listSubscriptions(table, scope);
  return all.filter(
    ({ prefix, alertTypes }) => isWithin(prefix, scope) && wanted.some((type) => !alertTypes.includes(type)),
  );
}

/** Lets the subscriptions in a scope hear of what a mode does, too; those of wider scopes stay. Answers how many were changed. */
export async function optIn(system: System, scope: string, mode: Mode, by: string): Promise<number> {
  const subscriptions = await lacking(system.table, scope, mode);
  for (const subscription of subscriptions) {
    const added = await addSubscription(system, { ...subscription, alertTypes: TYPES_OF_MODE[mode] }, by);
    if (added.outcome === 'refused') throw new Error(`${subscription.prefix}: ${added.problem}`);
  }
  return subscriptions.length;
}
