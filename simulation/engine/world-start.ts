import type { PolicyBook } from '../../functions/abandonment/policy-book.ts';
import type { SubscriptionType } from '../../functions/abandonment/task.ts';
import { taskRecordFrom } from '../../functions/catalog/task-entry.ts';
import { recipientKey } from '../../functions/platform/addresses.ts';
import type { System } from '../../functions/platform/system.ts';
import { countWrites } from '../../functions/store/counts.ts';
import { newDataPlane } from '../../functions/store/data-planes.ts';
import { deadlineWrites } from '../../functions/store/deadline-row.ts';
import { index, keys } from '../../functions/store/keys.ts';
import { policyWrite } from '../../functions/store/policies.ts';
import { newRecipient, recipientWrite } from '../../functions/store/recipients.ts';
import { ROW_VERSION } from '../../functions/store/rows.ts';
import { sourceWrite } from '../../functions/store/sources.ts';
import { TRANSACTION_LIMIT, type Write } from '../../functions/store/table/table.port.ts';
import { lastOfEachKey } from '../../functions/store/table/writes.ts';
import { taskWrite } from '../../functions/store/tasks.ts';
import { policyDocuments } from '../scenario/scenario.ts';
import type { Scenario } from '../scenario/scenario-types.ts';

/** The name under which the owning system puts its events on the bus. */
export const OWNING_SYSTEM = 'owning-system';

/** Stores what a deployment knows at the scenario's start. */
export async function storeStart(system: System, scenario: Scenario, book: PolicyBook): Promise<void> {
  const writes = [...settingWrites(scenario), ...planeWrites(scenario), ...recipientWrites(scenario)];
  for (let from = 0; from < writes.length; from += TRANSACTION_LIMIT) {
    await store(system, writes.slice(from, from + TRANSACTION_LIMIT));
  }
  for (const entry of scenario.tasks) {
    const policy = book.for(entry.id);
    const record = taskRecordFrom(entry, scenario.start, policy);
    await store(system, [
      taskWrite(record, policy),
      ...deadlineWrites(undefined, record),
      ...countWrites(undefined, record, policy),
    ]);
  }
}

/** Lets the owning system of the simulation speak: to a stage it is none of its own sources. */
export async function storeSource(system: System): Promise<void> {
  await store(system, [SOURCE]);
}

const SOURCE = sourceWrite({ name: OWNING_SYSTEM, prefixes: ['*'], dataPlanes: ['*'] });

function settingWrites(scenario: Scenario): Write[] {
  const writes = [SOURCE];
  for (const [scope, document] of policyDocuments(scenario)) writes.push(policyWrite(scope, document));
  const subscriptions = new Map<string, Set<SubscriptionType>>();
  for (const { prefix, email, alertTypes } of scenario.subscriptions) {
    const key = keys.subscription(prefix, email);
    const types = subscriptions.get(`${prefix} ${email}`) ?? new Set();
    subscriptions.set(`${prefix} ${email}`, types);
    for (const type of alertTypes) types.add(type);
    const places = { g2pk: index.subscriptions(), g2sk: `${prefix}#${email}` };
    const put = { ...key, v: ROW_VERSION, prefix, email, alertTypes: [...types], ...places };
    writes.push({ put });
  }
  for (const [prefix, emails] of scenario.admins) {
    for (const email of new Set(emails)) {
      writes.push({ put: { ...keys.admin(prefix, email), v: ROW_VERSION, prefix, email } });
    }
  }
  return lastOfEachKey(writes);
}

function planeWrites(scenario: Scenario): Write[] {
  const planes = new Set(scenario.tasks.map(({ dataPlane }) => dataPlane));
  return [...planes].map((name) => ({
    put: { ...keys.dataPlane(name), v: ROW_VERSION, ...newDataPlane(name, scenario.start), rev: 1 },
  }));
}

function recipientWrites({ recipients }: Scenario): Write[] {
  return recipients.map(({ email, ...chosen }) => {
    const key = recipientKey(email);
    return recipientWrite({ ...newRecipient(key, email), ...chosen });
  });
}

async function store(system: System, writes: Write[]): Promise<void> {
  const result = await system.table.transact(writes, system.random.id(system.clock.now()));
  if (result.outcome !== 'applied') throw new Error(`the start could not be stored: ${result.outcome}`);
}
