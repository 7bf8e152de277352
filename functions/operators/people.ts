import { prefixProblem, scopeProblem, taskIdProblem } from '../abandonment/policy-scope.ts';
import { listed, shown } from '../abandonment/policy-wording.ts';
import { SUBSCRIPTION_TYPES, type SubscriptionType } from '../abandonment/task.ts';
import { isTopic } from '../abandonment/topics.ts';
import { alertEnd, revivalOf } from '../notices/feedback/topic-refused.ts';
import { normaliseAddress } from '../platform/addresses.ts';
import type { System } from '../platform/system.ts';
import { auditWrite } from '../store/audit.ts';
import { index, keys } from '../store/keys.ts';
import { evaluationRequest } from '../store/looks.ts';
import {
  type AdminRecord,
  adminFromRow,
  keyFits,
  type NamedSubscriber,
  type Subscriber,
  type SubscriptionRecord,
  subscriptionFromRow,
  targetOf,
} from '../store/people.ts';
import { allRows, ROW_VERSION } from '../store/rows.ts';
import type { Key, Row, Table, Write } from '../store/table/table.port.ts';

/** What became of an added person (or topic). */
export type Added<Person> =
  | { outcome: 'added' | 'changed' | 'unchanged'; person: Person }
  /** `problem`: the key, what was wrong, what is allowed. */
  | { outcome: 'refused'; problem: string };

/** What became of a removed person; `unknown` where there was none. */
export type Removed = { outcome: 'removed' | 'unknown' } | { outcome: 'refused'; problem: string };

const TOPIC = /^arn:aws[a-z-]*:sns:[a-z0-9-]+:\d{12}:[A-Za-z0-9_-]{1,256}$/;
const TOPIC_FORM = 'allowed: one such as "arn:aws:sns:eu-west-1:123456789012:task-news"';
const ADDRESS_FORM = 'allowed: a plain address such as "ana@example.com"';

/**
 * Lets somebody, or a topic, hear of the alerts of a prefix (the empty one: of all tasks), or of one task by its id. A
 * topic that refused what was published is notified again from then on.
 *
 * @param subscription `alertTypes`: which alerts; a further call for the same prefix adds its own
 */
export async function addSubscription(
  system: System,
  subscription: { prefix: string; alertTypes: readonly string[] } & NamedSubscriber,
  by: string,
): Promise<Added<SubscriptionRecord>> {
  const found = subscriberOf(subscription);
  if ('problem' in found) return { outcome: 'refused', problem: found.problem };
  const { subscriber } = found;
  const target = targetOf(subscriber);
  const problem =
    topicProblem(system, subscriber) ??
    subscribedProblem(subscription.prefix) ??
    alertTypesProblem(subscription.alertTypes) ??
    reportProblem(subscription);
  if (problem !== undefined) return { outcome: 'refused', problem };
  const key = keys.subscription(subscription.prefix, target);
  const old = keys.oldSubscription(subscription.prefix, target);
  const before = (await system.table.get(key)) ?? (await system.table.get(old));
  const wanted = [...subscription.alertTypes, ...((before?.alertTypes as string[] | undefined) ?? [])];
  const alertTypes = SUBSCRIPTION_TYPES.filter((type) => wanted.includes(type));
  const person: SubscriptionRecord = { prefix: subscription.prefix, ...subscriber, alertTypes };
  const revival = 'topic' in subscriber ? await revivalOf(system, subscriber.topic) : [];
  const same = before && String(before.alertTypes) === String(alertTypes);
  if (same && revival.length === 0) return { outcome: 'unchanged', person };
  const places = { g2pk: index.subscriptions(), g2sk: `${person.prefix}#${target}` };
  const write = { put: { ...key, v: ROW_VERSION, ...person, ...places } };
  const act = { prefix: person.prefix, subscriber, act: 'subscription add', by };
  await store(system, [write, { delete: old }, ...revival], act);
  return { outcome: before ? 'changed' : 'added', person };
}

/** Ends a subscription. */
export async function removeSubscription(
  system: System,
  prefix: string,
  named: NamedSubscriber,
  by: string,
): Promise<Removed> {
  const found = subscriberOf(named);
  if ('problem' in found) return { outcome: 'refused', problem: found.problem };
  const { subscriber } = found;
  const target = targetOf(subscriber);
  const beside = 'topic' in subscriber ? alertEnd(subscriber.topic) : [];
  const act = { prefix, subscriber, act: 'subscription remove', by };
  const places = [keys.subscription(prefix, target), keys.oldSubscription(prefix, target)];
  return remove(system, places, act, beside);
}

/** All subscriptions of prefixes that begin with a text, by prefix and target. */
export async function listSubscriptions(table: Table, prefix = ''): Promise<SubscriptionRecord[]> {
  const rows = await rowsOf(table, [index.subscriptions(), index.oldSubscriptions()], prefix);
  return rows.map(subscriptionFromRow);
}

/**
 * Makes somebody an admin of a prefix (the empty one: of all): notified where no owner and no subscriber can be
 * reached.
 */
export async function addAdmin(
  system: System,
  admin: { prefix: string; email: string },
  by: string,
): Promise<Added<AdminRecord>> {
  const email = normaliseAddress(admin.email);
  if (email === undefined) return refusedAddress(admin.email);
  const { prefix } = admin;
  const wrong = prefix === '' ? undefined : prefixProblem(prefix);
  if (wrong !== undefined)
    return { outcome: 'refused', problem: `prefix ${shown(prefix)} ${wrong}${slashed(prefix)}` };
  const person: AdminRecord = { prefix, email };
  const key = keys.admin(prefix, email);
  const old = keys.oldAdmin(prefix, email);
  const stored = (await system.table.get(key)) ?? (await system.table.get(old));
  if (stored) return { outcome: 'unchanged', person };
  const places = { g2pk: index.admins(), g2sk: `${prefix}#${email}` };
  const write = { put: { ...key, v: ROW_VERSION, ...person, ...places } };
  await store(system, [write], { prefix, subscriber: { email }, act: 'admin add', by });
  return { outcome: 'added', person };
}

/** What was meant, where only the slash is missing. */
function slashed(prefix: string): string {
  return taskIdProblem(prefix) === undefined ? `; did you mean ${shown(`${prefix}/`)}?` : '';
}

/** Takes an admin's office away. */
export async function removeAdmin(
  system: System,
  prefix: string,
  address: string,
  by: string,
): Promise<Removed> {
  const email = normaliseAddress(address);
  if (email === undefined) return refusedAddress(address);
  return remove(system, [keys.admin(prefix, email), keys.oldAdmin(prefix, email)], {
    prefix,
    subscriber: { email },
    act: 'admin remove',
    by,
  });
}

/** All admins of prefixes that begin with a text, by prefix and address. */
export async function listAdmins(table: Table, prefix = ''): Promise<AdminRecord[]> {
  const rows = await rowsOf(table, [index.admins(), index.oldAdmins()], prefix);
  return rows.map(adminFromRow);
}

function refusedAddress(address: string): { outcome: 'refused'; problem: string } {
  return { outcome: 'refused', problem: `email ${shown(address)} is no mail address; ${ADDRESS_FORM}` };
}

type Found = { subscriber: Subscriber } | { problem: string };

/** A subscriber in the form in which it is stored. */
function subscriberOf(named: NamedSubscriber): Found {
  if ('topic' in named) {
    const { topic } = named;
    if (isTopic(topic) && TOPIC.test(topic)) return { subscriber: { topic } };
    return { problem: `topic ${shown(topic)} is no ARN of a standard SNS topic; ${TOPIC_FORM}` };
  }
  const email = normaliseAddress(named.email);
  return email === undefined ? refusedAddress(named.email) : { subscriber: { email } };
}

/** The notifier may publish to no topic but those that the deployment names. */
function topicProblem({ config }: System, subscriber: Subscriber): string | undefined {
  if (!('topic' in subscriber) || config.topics?.includes(subscriber.topic)) return undefined;
  const named = config.topics?.length ? listed(config.topics) : 'none yet';
  return (
    `topic ${shown(subscriber.topic)} is not among channels.topics of config/${config.stage}.json ` +
    `(${named}); name it there, deploy, and add the subscription again`
  );
}

function subscribedProblem(prefix: string): string | undefined {
  const wrong = scopeProblem(prefix);
  return wrong === undefined ? undefined : `prefix ${shown(prefix)} ${wrong}`;
}

function alertTypesProblem(types: readonly string[]): string | undefined {
  const unknown = types.find((type) => !SUBSCRIPTION_TYPES.includes(type as SubscriptionType));
  if (unknown !== undefined)
    return `alert type ${shown(unknown)} is unknown; allowed are ${listed(SUBSCRIPTION_TYPES)}`;
  return types.length === 0
    ? `alert types are missing; allowed are ${listed(SUBSCRIPTION_TYPES)}`
    : undefined;
}

/** A report is of a tenant or of all: who hears of less does not get the figures of the rest. */
function reportProblem(
  subscription: { prefix: string; alertTypes: readonly string[] } & NamedSubscriber,
): string | undefined {
  if (!subscription.alertTypes.includes('weekly_report')) return undefined;
  if ('topic' in subscription)
    return 'alert type "weekly_report" goes by mail alone; allowed: a mail address';
  return subscription.prefix === '' || /^[^/]+\/$/.test(subscription.prefix)
    ? undefined
    : `prefix ${shown(subscription.prefix)} is no tenant's; allowed for "weekly_report": "" or one such as "acmeCo/"`;
}

interface Act {
  prefix: string;
  subscriber: Subscriber;
  act: string;
  by: string;
}

/** `places`: where the row is, or was in an earlier version. */
async function remove(system: System, places: Key[], act: Act, beside: Write[] = []): Promise<Removed> {
  if (!keyFits(act.prefix, act.subscriber)) return { outcome: 'unknown' };
  if ((await system.table.batchGet(places)).length === 0) return { outcome: 'unknown' };
  await store(system, [...places.map((key) => ({ delete: key })), ...beside], act);
  return { outcome: 'removed' };
}

/** Writes the rows; what is open under the prefix is evaluated with the next scan. */
async function store(system: System, writes: Write[], { prefix, subscriber, act, by }: Act): Promise<void> {
  const now = system.clock.now();
  const evidence = { prefix, ...subscriber };
  const entry = { act: `${act} ${prefix}`, by, reason: '', evidence, mails: [] };
  const audit = auditWrite({ subject: 'operators', at: now, ...entry });
  const all = [...writes, evaluationRequest(prefix === '' ? 'ALL' : `P#${prefix}`, now), audit];
  const result = await system.table.transact(all, system.random.id(now));
  if (result.outcome !== 'applied')
    throw new Error(`${act} of ${targetOf(subscriber)} for ${prefix} met a busy table; try again`);
}

/** The rows of some lists, by prefix and target; each once, though it stands in two of them while it is moved. */
async function rowsOf(table: Table, lists: string[], prefix: string): Promise<Row[]> {
  const range = prefix === '' ? {} : { sk: { prefix } };
  const found = await Promise.all(lists.map((pk) => allRows(table, { index: 'g2', pk, ...range })));
  const rows = await table.batchGet(found.flat().map(({ pk, sk }) => ({ pk, sk })));
  const byPlace = new Map(rows.reverse().map((row) => [String(row.g2sk), row]));
  return [...byPlace.values()].sort((a, b) => (String(a.g2sk) < String(b.g2sk) ? -1 : 1));
}
