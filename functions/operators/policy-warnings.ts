import { idlePolicies } from '../abandonment/policy-warnings.ts';
import { shown } from '../abandonment/policy-wording.ts';
import { tenantOf } from '../abandonment/task.ts';
import type { System } from '../platform/system.ts';
import { eachRowOf, inBuckets } from '../store/buckets.ts';
import { loadCounts } from '../store/counts.ts';
import { loadDataPlanes } from '../store/data-planes.ts';
import { index } from '../store/keys.ts';
import { loadPolicies } from '../store/policies.ts';
import type { Query, Table } from '../store/table/table.port.ts';
import { loadTask } from '../store/tasks.ts';

/** What a scope's policy says now and can never act, one line each; empty where all of it can. */
export async function policyWarnings({ table, config }: System, scope: string): Promise<string[]> {
  const book = await loadPolicies(table);
  const idle = idlePolicies(book, scope, config.scanEvery ?? book.global.scanEvery);
  return [...idle, ...(await scopeWarnings(table, scope))];
}

/** What is to be noted of a scope by its name alone: no task is known there, and maybe its slash was forgotten. */
export async function scopeWarnings(table: Table, scope: string): Promise<string[]> {
  if (scope === '') return [];
  if (scope.endsWith('/'))
    return (await mayHaveTasks(table, scope)) ? [] : [`no task is known under ${shown(scope)}`];
  const record = await loadTask(table, scope);
  if (record && record.task.deletedAt === undefined) return [];
  const prefix = `${scope}/`;
  const meant = (await mayHaveTasks(table, prefix))
    ? `did you mean ${shown(prefix)}?`
    : 'a prefix ends with a slash';
  return [`no task ${shown(scope)} is known; ${meant}`];
}

/** A table too large to be read through for a warning is not: so many pages. */
const MOST_PAGES = 50;

/** Whether a prefix has tasks; true too where that could not be told from a part of the table. */
async function mayHaveTasks(table: Table, prefix: string): Promise<boolean> {
  return (await hasOpen(table, prefix)) || (await hasEligible(table, prefix)) || hasAny(table, prefix);
}

async function hasOpen(table: Table, prefix: string): Promise<boolean> {
  const queries = inBuckets(
    (bucket): Query => ({ index: 'g2', pk: index.open(bucket), sk: { prefix }, limit: 1 }),
  );
  const first = await eachRowOf(table, queries).next();
  return first.done !== true;
}

/** A whole tenant's tasks are counted. */
async function hasEligible(table: Table, prefix: string): Promise<boolean> {
  const tenant = tenantOf(prefix);
  if (prefix !== `${tenant}/`) return false;
  for (const plane of (await loadDataPlanes(table)).keys()) {
    const counts = await loadCounts(table, plane);
    if (counts.some((row) => row.tenant === tenant && row.eligible + row.jobs > 0)) return true;
  }
  return false;
}

async function hasAny(table: Table, prefix: string): Promise<boolean> {
  let cursor: string | undefined;
  for (let page = 0; page < MOST_PAGES; page += 1) {
    const { rows, cursor: next } = await table.scan(cursor);
    if (rows.some((row) => row.sk === 'T' && row.pk.startsWith(`T#${prefix}`) && !isDeleted(row.task)))
      return true;
    if (next === undefined) return false;
    cursor = next;
  }
  return true;
}

function isDeleted(task: unknown): boolean {
  return (task as { deletedAt?: number }).deletedAt !== undefined;
}
