import type { TopicArn } from '../abandonment/task.ts';
import { isTopic } from '../abandonment/topics.ts';
import { index, keys } from './keys.ts';
import { allRows, recordIn } from './rows.ts';
import type { Row, Table, Write } from './table/table.port.ts';

/** Who or what hears of the alerts of a prefix: a person by mail, or a topic for information. */
export type SubscriptionRecord = { prefix: string; alertTypes: string[] } & Subscriber;
export type Subscriber = { email: string } | { topic: TopicArn };

/** An address or a topic as somebody wrote it. */
export type NamedSubscriber = { email: string } | { topic: string };

/** The mail address, or the topic's ARN. */
export function targetOf(subscriber: NamedSubscriber): string {
  return 'topic' in subscriber ? subscriber.topic : subscriber.email;
}

/** Somebody who is notified about tasks of a prefix only where nobody else can be. */
export interface AdminRecord {
  prefix: string;
  email: string;
}

/** The subscription in its row, wherever it stands. */
export function subscriptionFromRow(row: Row): SubscriptionRecord {
  const { prefix, alertTypes, ...of } = recordIn<SubscriptionRecord>(row);
  return { prefix, ...('topic' in of ? { topic: of.topic } : { email: of.email }), alertTypes };
}

/** The admin in their row, wherever it stands. */
export function adminFromRow(row: Row): AdminRecord {
  const { prefix, email } = recordIn<AdminRecord>(row);
  return { prefix, email };
}

/** That somebody, or a topic, hears of what happens in a scope (a prefix, one task's id, or all), or is its admin. */
export type Office = { scope: string } & (
  | ({ alertTypes: readonly string[] } & Subscriber)
  /** An admin. */
  | { alertTypes: null; email: string }
);

/** Everybody of a tenant's scopes (`''`: of all tasks), by address: one query, however deep the scopes. */
export async function loadOffices(table: Table, tenant: string): Promise<Office[]> {
  return (await allRows(table, { pk: keys.offices(tenant), consistent: true })).map(officeOf);
}

/** The scopes of a tenant in which an address hears of anything or is an admin: one query. */
export async function loadOfficesOf(table: Table, tenant: string, address: string): Promise<Office[]> {
  const query = { pk: keys.offices(tenant), sk: { prefix: `${address} ` }, consistent: true };
  return (await allRows(table, query)).map(officeOf);
}

/**
 * Those that an earlier version stored, a partition per scope, and that were not moved yet; found by the indexes of
 * their lists. To be read before the tenants' partitions: what is moved meanwhile then stands there.
 */
export async function loadOldOffices(table: Table): Promise<Office[]> {
  return (await oldRows(table)).map(oldOfficeOf);
}

/** How one of them is moved. */
export interface Move {
  /** Its old partition. */
  pk: string;
  writes: Write[];
}

/** How each of them is moved: where it was it stays readable by the earlier version, off the lists. */
export async function oldOfficeMoves(table: Table): Promise<Move[]> {
  const rows = await oldRows(table);
  const fitting = rows.filter((row) => {
    const office = oldOfficeOf(row);
    return keyFits(office.scope, office);
  });
  return fitting.map((row) => ({ pk: row.pk, writes: moveOf(row) }));
}

function moveOf(row: Row): Write[] {
  const { g2pk: _, g2sk, w, ...rest } = row;
  const office = oldOfficeOf(row);
  const { scope, alertTypes } = office;
  const key = alertTypes ? keys.subscription(scope, targetOf(office)) : keys.admin(scope, targetOf(office));
  const list = alertTypes ? index.subscriptions() : index.admins();
  return [
    { put: { ...rest, ...key, g2pk: list, g2sk }, if: [{ absent: true }] },
    { put: rest, if: [{ equals: ['w', String(w)] }] },
  ];
}

/** Whether DynamoDB takes its key: an address of letters beyond ASCII may take up to four bytes for each. */
export function keyFits(scope: string, subscriber: Subscriber): boolean {
  return Buffer.byteLength(keys.subscription(scope, targetOf(subscriber)).sk) <= LONGEST_SORT_KEY;
}

/** In bytes (DynamoDB's limit). */
const LONGEST_SORT_KEY = 1_024;

async function oldRows(table: Table): Promise<Row[]> {
  const lists = [index.oldSubscriptions(), index.oldAdmins()];
  const found = await Promise.all(lists.map((pk) => allRows(table, { index: 'g2', pk })));
  const places = found.flat().map(({ pk, sk }) => ({ pk, sk }));
  return places.length === 0 ? [] : table.batchGet(places);
}

/** An address and an ARN have no space: what is behind the first is the scope's. */
function officeOf({ sk, alertTypes }: Row): Office {
  const end = sk.indexOf(' ');
  const types = sk[end + 1] === 'S' ? (alertTypes as string[]) : null;
  return officeIn(sk.slice(end + 3), sk.slice(0, end), types);
}

function oldOfficeOf({ pk, sk, alertTypes }: Row): Office {
  const types = pk.startsWith('SUB#') ? (alertTypes as string[]) : null;
  return officeIn(pk.slice(pk.indexOf('#') + 1), sk, types);
}

function officeIn(scope: string, target: string, alertTypes: string[] | null): Office {
  if (alertTypes === null) return { scope, email: target, alertTypes };
  return isTopic(target) ? { scope, topic: target, alertTypes } : { scope, email: target, alertTypes };
}
