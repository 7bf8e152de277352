import { prefixProblem, scopeProblem } from '../abandonment/policy-scope.ts';
import { listed, shown } from '../abandonment/policy-wording.ts';
import { ALERT_TYPES, type AlertType } from '../abandonment/task.ts';
import { normaliseAddress } from '../notices/addresses.ts';
import type { System } from '../platform/system.ts';
import { allRows, auditWrite, lookWrite } from '../store/records.ts';
import { index, keys, ROW_VERSION, type SubscriptionRecord } from '../store/rows.ts';
import type { Key, Row, Table, Write } from '../store/table.port.ts';

/** Somebody who is told about tasks of a prefix only where nobody else can be. */
export interface AdminRecord {
  prefix: string;
  email: string;
}

/** What became of an added person. */
export type Added<Person> =
  | { outcome: 'added' | 'changed' | 'unchanged'; person: Person }
  /** `problem`: the key, what was wrong, what is allowed. */
  | { outcome: 'refused'; problem: string };

/** What became of a removed person; `unknown` where there was none. */
export type Removed = { outcome: 'removed' | 'unknown' } | { outcome: 'refused'; problem: string };

const ADDRESS_FORM = 'allowed: a plain address such as "ana@example.com"';

/**
 * Lets somebody hear of the alerts of a prefix, or of one task by its id.
 *
 * @param given `alertTypes`: which alerts; a second call replaces those of the first
 */
export async function addSubscription(
  system: System,
  given: { prefix: string; email: string; alertTypes: readonly string[] },
  by: string,
): Promise<Added<SubscriptionRecord>> {
  const email = normaliseAddress(given.email);
  if (email === undefined) return refusedAddress(given.email);
  const problem = subscribedProblem(given.prefix) ?? alertTypesProblem(given.alertTypes);
  if (problem !== undefined) return { outcome: 'refused', problem };
  const alertTypes = ALERT_TYPES.filter((type) => given.alertTypes.includes(type));
  const person: SubscriptionRecord = { prefix: given.prefix, email, alertTypes };
  const key = keys.subscription(person.prefix, email);
  const before = await system.table.get(key);
  if (before && String(before.alertTypes) === String(alertTypes)) return { outcome: 'unchanged', person };
  const places = { g2pk: index.subscriptions(), g2sk: `${person.prefix}#${email}` };
  const write = { put: { ...key, v: ROW_VERSION, ...person, ...places } };
  await store(system, write, { prefix: person.prefix, email, act: 'subscription add', by });
  return { outcome: before ? 'changed' : 'added', person };
}

/** Ends a subscription. */
export async function removeSubscription(
  system: System,
  prefix: string,
  address: string,
  by: string,
): Promise<Removed> {
  return remove(system, keys.subscription, { prefix, email: address, act: 'subscription remove', by });
}

/** All subscriptions of prefixes that begin with a text, by prefix and address. */
export async function listSubscriptions(table: Table, prefix = ''): Promise<SubscriptionRecord[]> {
  const rows = await rowsOf(table, index.subscriptions(), prefix);
  return rows.map((row) => ({
    prefix: row.prefix as string,
    email: row.email as string,
    alertTypes: row.alertTypes as AlertType[],
  }));
}

/** Makes somebody an admin of a prefix: told where no owner and no subscriber of a task can be reached. */
export async function addAdmin(
  system: System,
  given: { prefix: string; email: string },
  by: string,
): Promise<Added<AdminRecord>> {
  const email = normaliseAddress(given.email);
  if (email === undefined) return refusedAddress(given.email);
  const { prefix } = given;
  const wrong = prefixProblem(prefix);
  if (wrong !== undefined) return { outcome: 'refused', problem: `prefix ${shown(prefix)} ${wrong}` };
  const person: AdminRecord = { prefix, email };
  const key = keys.admin(prefix, email);
  if (await system.table.get(key)) return { outcome: 'unchanged', person };
  const places = { g2pk: index.admins(), g2sk: `${prefix}#${email}` };
  const write = { put: { ...key, v: ROW_VERSION, ...person, ...places } };
  await store(system, write, { prefix, email, act: 'admin add', by });
  return { outcome: 'added', person };
}

/** Takes an admin's office away. */
export async function removeAdmin(
  system: System,
  prefix: string,
  address: string,
  by: string,
): Promise<Removed> {
  return remove(system, keys.admin, { prefix, email: address, act: 'admin remove', by });
}

/** All admins of prefixes that begin with a text, by prefix and address. */
export async function listAdmins(table: Table, prefix = ''): Promise<AdminRecord[]> {
  const rows = await rowsOf(table, index.admins(), prefix);
  return rows.map((row) => ({ prefix: row.prefix as string, email: row.email as string }));
}

function refusedAddress(address: string): { outcome: 'refused'; problem: string } {
  return { outcome: 'refused', problem: `email ${shown(address)} is no mail address; ${ADDRESS_FORM}` };
}

function subscribedProblem(prefix: string): string | undefined {
  const wrong =
    prefix === '' ? 'is empty; allowed: a prefix such as "acmeCo/", or a task id' : scopeProblem(prefix);
  return wrong === undefined ? undefined : `prefix ${shown(prefix)} ${wrong}`;
}

function alertTypesProblem(types: readonly string[]): string | undefined {
  const unknown = types.find((type) => !ALERT_TYPES.includes(type as AlertType));
  if (unknown !== undefined)
    return `alert type ${shown(unknown)} is unknown; allowed are ${listed(ALERT_TYPES)}`;
  return types.length === 0 ? `alert types are missing; allowed are ${listed(ALERT_TYPES)}` : undefined;
}

interface Act {
  prefix: string;
  email: string;
  act: string;
  by: string;
}

async function remove(
  system: System,
  keyOf: (prefix: string, email: string) => Key,
  given: Act,
): Promise<Removed> {
  const email = normaliseAddress(given.email);
  if (email === undefined) return refusedAddress(given.email);
  const key = keyOf(given.prefix, email);
  if (!(await system.table.get(key))) return { outcome: 'unknown' };
  await store(system, { delete: key }, { ...given, email });
  return { outcome: 'removed' };
}

/** Writes the row; what is open under its prefix is looked at with the next scan. */
async function store(system: System, write: Write, { prefix, email, act, by }: Act): Promise<void> {
  const now = system.clock.now();
  const evidence = { prefix, email };
  const audit = { task: 'operators', at: now, act: `${act} ${prefix}`, by, reason: '', evidence, mails: [] };
  const writes = [write, lookWrite(`P#${prefix}`, now), auditWrite(audit)];
  const result = await system.table.transact(writes, system.random.id(now));
  if (result.outcome !== 'applied')
    throw new Error(`${act} of ${email} for ${prefix} met a busy table; try again`);
}

async function rowsOf(table: Table, pk: string, prefix: string): Promise<Row[]> {
  const query = { index: 'g2' as const, pk, ...(prefix === '' ? {} : { sk: { prefix } }) };
  const places = await allRows(table, query);
  const rows = await table.batchGet(places.map(({ pk, sk }) => ({ pk, sk })));
  return rows.sort((a, b) => (String(a.g2sk) < String(b.g2sk) ? -1 : 1));
}
