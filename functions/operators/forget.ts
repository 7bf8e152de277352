import { withErased } from '../episodes/recipient-part.ts';
import { FORGOTTEN, normaliseAddress, recipientKey } from '../platform/addresses.ts';
import type { System } from '../platform/system.ts';
import { auditWrite } from '../store/audit.ts';
import { changeTask } from '../store/change-task.ts';
import { commit } from '../store/commit.ts';
import { digestWrite, loadDigest } from '../store/digests.ts';
import { FleetView } from '../store/fleet-view.ts';
import { keys } from '../store/keys.ts';
import { eachMail } from '../store/mails.ts';
import { loadOwnerRules } from '../store/owner-rules.ts';
import { loadPauses } from '../store/pauses.ts';
import {
  loadRecipientWithNotices,
  newRecipient,
  type RecipientRecord,
  recipientWrite,
} from '../store/recipients.ts';
import { allRows, eachRow } from '../store/rows.ts';
import type { Row, Write } from '../store/table/table.port.ts';
import { loadTask, scheduled } from '../store/tasks.ts';
import { listAdmins, listSubscriptions, removeAdmin, removeSubscription } from './people.ts';

/** What is stored of a person. */
export interface Known {
  key: string;
  recipient: RecipientRecord | undefined;
  notices: number;
  /** Ids of mails that still hold the address. */
  mails: string[];
  /** Prefixes. */
  subscriptions: string[];
  admin: string[];
  /** Tasks that they were notified of. */
  tasks: string[];
  /** Those of them that name the address as an owner: the owning system's word, which is not ours to erase. */
  owned: string[];
  /** Lines of the owner rules that name the address: the file's word, which is not ours to erase either. */
  ruleLines: number[];
}

/** How many rows were changed or taken away; the rows of the audit stay, without the person. */
export interface Forgotten {
  subscriptions: number;
  admin: number;
  tasks: number;
  alerts: number;
  audit: number;
  mails: number;
  notices: number;
}

/**
 * Looks up what is stored of an address: by its key and the index of mails. What tasks a person owns is known only of
 * those that they were notified of.
 */
export async function knownOf({ table }: System, address: string): Promise<Known> {
  const key = recipientKey(address);
  const email = normaliseAddress(address) ?? address;
  const { recipient, notices } = await loadRecipientWithNotices(table, key);
  const tasks = new Set(notices.map(({ task }) => task));
  const mails: string[] = [];
  for await (const digest of eachMail(table, { recipient: key })) {
    if (digest.address !== FORGOTTEN) mails.push(digest.id);
    for (const { task } of digest.items) tasks.add(task);
  }
  const prefixesOf = (rows: readonly ({ prefix: string } & object)[]) =>
    rows.filter((row) => 'email' in row && row.email === email).map(({ prefix }) => prefix);
  const subscriptions = prefixesOf(await listSubscriptions(table));
  const admin = prefixesOf(await listAdmins(table));
  const owned: string[] = [];
  for (const id of tasks) {
    const owners = (await loadTask(table, id))?.task.owners ?? [];
    if (owners.some((owner) => recipientKey(owner) === key)) owned.push(id);
  }
  const { rules } = await loadOwnerRules(table, (await loadPauses(table)).ownerRules);
  const ruleLines = rules.filter(({ owners }) => owners.includes(email)).map(({ line }) => line);
  const found = { subscriptions, admin, tasks: [...tasks], owned, ruleLines };
  return { key, recipient, notices: notices.length, mails, ...found };
}

/** Whether anything is stored that a person could be known by. */
export function isKnown({ recipient, notices, mails, subscriptions, admin }: Known): boolean {
  const named = recipient !== undefined && recipient.dead?.reason !== 'forgotten';
  return named || notices + mails.length + subscriptions.length + admin.length > 0;
}

/**
 * Erases a person. Their key, a hash of the address, stays with the mark `forgotten`: so they are not mailed again
 * where an owning system still names them, and a warning that they had warns nobody any more (promises 1 and 4). The
 * audit keeps its rows, without them. Each step is a small write of its own and is done again harmlessly, so that a run
 * that was cut off is finished by the next one: the mails, by which tasks are found, come last.
 */
export async function forgetRecipient(system: System, address: string, by: string): Promise<Forgotten> {
  const email = normaliseAddress(address) ?? address;
  // First, so that no mail is claimed for them while their mails are looked up.
  await bury(system, recipientKey(address), by);
  const traces = await knownOf(system, address);
  for (const prefix of traces.subscriptions) await removeSubscription(system, prefix, { email }, by);
  for (const prefix of traces.admin) await removeAdmin(system, prefix, email, by);
  const counts = { tasks: 0, alerts: 0, audit: 0 };
  const view = await FleetView.load(system.table, system.clock.now());
  for (const task of traces.tasks) {
    if (await eraseFromTask(system, view, task, traces.key, email)) counts.tasks += 1;
    counts.alerts += await eraseFromRows(system, { pk: keys.task(task).pk, prefix: 'A#' }, email);
    counts.audit += await eraseFromRows(system, { pk: keys.task(task).pk, prefix: 'L#' }, email);
  }
  // Rows of operators' acts once stood where those of a task of that name do.
  for (const { pk } of [keys.auditBeside('operators', 0, '', ''), keys.task('operators')]) {
    counts.audit += await eraseFromRows(system, { pk, prefix: 'L#' }, email);
  }
  const notices = await dropNotices(system, traces.key);
  for (const id of traces.mails) await eraseFromMail(system, id);
  const { subscriptions, admin, mails } = traces;
  const erased = { subscriptions: subscriptions.length, admin: admin.length, mails: mails.length, notices };
  const done = { ...counts, ...erased };
  await note(system, `forgot ${traces.key}`, by, done);
  return done;
}

async function note(system: System, act: string, by: string, evidence: object): Promise<void> {
  const at = system.clock.now();
  const entry = {
    subject: 'recipients' as const,
    at,
    act,
    by,
    reason: '',
    evidence: { ...evidence },
    mails: [],
  };
  const result = await system.table.transact([auditWrite(entry)], system.random.id(at));
  if (result.outcome !== 'applied') throw new Error('what was forgotten could not be noted; run it again');
}

/** From here on nobody is notified at this address. A mail that is being sent comes to its end. */
async function bury(system: System, key: string, by: string): Promise<void> {
  await note(system, `forget ${key}`, by, {});
  await untilStored(system, `recipient ${key}`, async () => {
    const { recipient } = await loadRecipientWithNotices(system.table, key);
    if (recipient?.dead?.reason === 'forgotten') return undefined;
    const dead = { reason: 'forgotten', at: system.clock.now() } as const;
    const { sending = null, rev = 0 } = recipient ?? {};
    return recipientWrite({ ...newRecipient(key, FORGOTTEN), sending, dead, rev });
  });
}

/**
 * Marks them as one who left, so that their warning grants nothing any more, and lets the next scan evaluate the task.
 */
async function eraseFromTask(
  system: System,
  view: FleetView,
  id: string,
  key: string,
  email: string,
): Promise<boolean> {
  return changeTask(system, id, (record) => {
    if (!record) return { value: false };
    const { task: _, ...ours } = record;
    const erased = erase(ours, email);
    const next = withErased({ ...record, ...erased }, key, FORGOTTEN);
    if (JSON.stringify(next) === JSON.stringify(record)) return { value: false };
    return { record: scheduled(next, system.clock.now()), policy: view.policies.for(id), value: true };
  });
}

/** Rows of the history, which nobody changes but to end them. Gives how many named them. */
async function eraseFromRows(
  system: System,
  { pk, prefix }: { pk: string; prefix: string },
  email: string,
): Promise<number> {
  let changed = 0;
  for (const { sk } of await allRows(system.table, { pk, sk: { prefix }, consistent: true })) {
    const stored = await untilStored(system, `${pk} ${sk}`, async () => {
      const row = await system.table.get({ pk, sk });
      const erased = row && erase(row, email);
      if (!row || JSON.stringify(erased) === JSON.stringify(row)) return undefined;
      return { put: erased as Row, if: [{ equals: ['w', row.w as string] as [string, string] }] };
    });
    if (stored) changed += 1;
  }
  return changed;
}

async function eraseFromMail(system: System, id: string): Promise<void> {
  await untilStored(system, `mail ${id}`, async () => {
    const digest = await loadDigest(system.table, id);
    if (!digest || digest.address === FORGOTTEN) return undefined;
    const plan = digest.applied ? { doneAt: system.clock.now() } : { lookAt: digest.leaseUntil };
    return digestWrite({ ...digest, address: FORGOTTEN }, plan);
  });
}

async function dropNotices(system: System, key: string): Promise<number> {
  let dropped = 0;
  for await (const { pk, sk } of eachRow(system.table, { pk: keys.recipient(key).pk, consistent: true })) {
    if (sk === 'R') continue;
    await untilStored(system, `${pk} ${sk}`, async () => ({ delete: { pk, sk } }));
    dropped += 1;
  }
  return dropped;
}

/** Every text of a value that is the address, in any way of writing it. */
function erase<Value>(value: Value, email: string): Value {
  if (typeof value === 'string') return (normaliseAddress(value) === email ? FORGOTTEN : value) as Value;
  if (Array.isArray(value)) return value.map((item) => erase(item, email)) as Value;
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, erase(item, email)])) as Value;
}

/** Makes a write on fresh state; false where none is needed. */
function untilStored(system: System, what: string, make: () => Promise<Write | undefined>): Promise<boolean> {
  return commit(system, what, async () => {
    const write = await make();
    return write ? { writes: [write], value: true } : { value: false };
  });
}
