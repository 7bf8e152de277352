import { tenantOf } from '../../functions/abandonment/task.ts';
import type { EffectLine } from '../engine/effects.ts';

/** What is counted, each of it in tasks. */
export const COUNTED = ['fired', 'warned', 'reminded', 'disabled', 'held', 'withdrawn'] as const;
export type Counted = (typeof COUNTED)[number];
export type Counts = Record<Counted, number>;

/** What happened on one day to tasks of one tenant. */
export interface DayCounts {
  /** In UTC: `2026-01-15`. */
  day: string;
  tenant: string;
  counts: Counts;
}

export const NO_COUNTS: Counts = { fired: 0, warned: 0, reminded: 0, disabled: 0, held: 0, withdrawn: 0 };

/** What one run came to. */
export interface CountedRun {
  /** By day and tenant; a day without anything has no entry. */
  days: ReadonlyMap<string, DayCounts>;
  /** Different addresses that were mailed. */
  recipients: number;
}

const COUNTED_AS: Partial<Record<string, Counted>> = {
  'alert-fired': 'fired',
  'task-disabled': 'disabled',
  held: 'held',
  warning: 'warned',
  reminder: 'reminded',
  withdrawn: 'withdrawn',
};

/** The name of a day and a tenant: they sort as days, and tenants within a day. */
function nameOf(day: string, tenant: string): string {
  return `${day} ${tenant}`;
}

/** Counts effects by day and tenant: a task counts once a day for each kind of thing, however many mails named it. */
export function countedRun(lines: readonly EffectLine[]): CountedRun {
  const tasks = new Map<string, { day: string; tenant: string; seen: Record<Counted, Set<string>> }>();
  const recipients = new Set<string>();
  const note = (at: string, task: string, as: Counted | undefined) => {
    if (as === undefined) return;
    const [day, tenant] = [at.slice(0, 10), tenantOf(task)];
    const entry = tasks.get(nameOf(day, tenant)) ?? { day, tenant, seen: nothingSeen() };
    tasks.set(nameOf(day, tenant), entry);
    entry.seen[as].add(task);
  };
  for (const line of lines) {
    // A weekly report goes whatever the policy is.
    if (line.type === 'mail' && !line.report) {
      recipients.add(line.to);
      for (const { task, notice } of line.items) note(line.at, task, COUNTED_AS[notice]);
    } else if (line.type !== 'mail' && 'task' in line) note(line.at, line.task, COUNTED_AS[line.type]);
  }
  const days = [...tasks].map(([name, { day, tenant, seen }]) => {
    const counts = Object.fromEntries(COUNTED.map((kind) => [kind, seen[kind].size])) as Counts;
    return [name, { day, tenant, counts }] as const;
  });
  return { days: new Map(days), recipients: recipients.size };
}

function nothingSeen(): Record<Counted, Set<string>> {
  return Object.fromEntries(COUNTED.map((kind) => [kind, new Set<string>()])) as Record<Counted, Set<string>>;
}

/** The sums of several days. */
export function sumOf(days: Iterable<Counts>): Counts {
  const sum = { ...NO_COUNTS };
  for (const counts of days) for (const kind of COUNTED) sum[kind] += counts[kind];
  return sum;
}
