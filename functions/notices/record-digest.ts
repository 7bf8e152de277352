import { isWindowed } from '../abandonment/task.ts';
import type { Instant } from '../abandonment/time.ts';
import type { System } from '../platform/system.ts';
import { FleetView } from '../store/fleet-view.ts';
import {
  digestWrite,
  eachRow,
  loadDigest,
  loadRecipient,
  newRecipient,
  recipientWrite,
} from '../store/records.ts';
import { type DigestRecord, type DigestState, keys, type RecipientRecord } from '../store/rows.ts';
import { loadTask, taskWrite, touch } from '../store/tasks.ts';
import { recipientKey } from './addresses.ts';
import { applyDigest } from './apply-digest.ts';
import { raised, standingOf } from './digest-states.ts';

const ATTEMPTS = 8;

interface Change {
  digest: DigestRecord;
  recipient: RecipientRecord;
}

/** SES took the mail. */
export async function recordAccepted(
  system: System,
  view: FleetView,
  id: string,
  messageId: string,
): Promise<void> {
  const now = system.clock.now();
  const stored = await change(system, id, ({ digest, recipient }) => ({
    digest: { ...digest, state: raised(digest.state, 'sent'), sentAt: now, messageId, applied: false },
    recipient: { ...mailed(recipient, digest, now), ...freed(recipient, digest) },
  }));
  if (stored) await applyDigest(system, view, stored);
}

/** The recipient after a mail that SES took at `at`. */
function mailed(recipient: RecipientRecord, digest: DigestRecord, at: Instant): RecipientRecord {
  const has = (wanted: (notice: DigestRecord['items'][number]['notice']) => boolean) =>
    digest.items.some(({ notice }) => wanted(notice));
  return {
    ...recipient,
    lastDigest: digest.id,
    ...(has(isWindowed) ? { lastMailAt: at } : {}),
    ...(has((notice) => notice === 'warning') ? { lastWarnedAt: at } : {}),
    ...(has((notice) => notice === 'disabled') ? { lastDisabledMailAt: at } : {}),
  };
}

function freed(recipient: RecipientRecord, digest: DigestRecord): Partial<RecipientRecord> {
  return recipient.sending === digest.id ? { sending: null, queuedFor: null } : {};
}

/** SES refuses the address: it is dead, and so is what the mail would have granted (promise 4). */
export async function recordRejected(system: System, view: FleetView, id: string): Promise<void> {
  await recordDeath(system, view, id, 'rejected', 'rejected');
}

/** SES surely did not take the mail, for no fault of the recipient: his notices wait for `retryAt`. */
export async function recordRefused(
  system: System,
  view: FleetView,
  id: string,
  retryAt: Instant,
): Promise<void> {
  const stored = await change(system, id, ({ digest, recipient }) => ({
    digest: { ...digest, state: raised(digest.state, 'superseded'), applied: false },
    recipient: recipient.sending === digest.id ? { ...recipient, sending: null, retryAt } : recipient,
  }));
  if (!stored) return;
  await applyDigest(system, view, stored);
  const { table, random, clock } = system;
  await table.transact(
    [{ delete: keys.digest(id), if: [{ equals: ['state', 'superseded'] }] }],
    random.id(clock.now()),
  );
}

/** Nobody knows whether SES took it, and nothing was heard of it in time: decided again. */
export async function recordUnsettled(system: System, view: FleetView, id: string): Promise<void> {
  const stored = await change(system, id, ({ digest, recipient }) => ({
    digest: { ...digest, state: raised(digest.state, 'superseded'), applied: false },
    recipient: recipient.sending === digest.id ? { ...recipient, sending: null, queuedFor: null } : recipient,
  }));
  if (stored) await applyDigest(system, view, stored);
}

/** What SES's events say of a mail. */
export async function recordEvent(
  system: System,
  id: string,
  state: DigestState,
  at: Instant,
  dead?: NonNullable<RecipientRecord['dead']>['reason'],
): Promise<'recorded' | 'unknown digest'> {
  if (!(await loadDigest(system.table, id))) return 'unknown digest';
  const view = await FleetView.load(system.table, recipientKey);
  if (dead) {
    await recordDeath(system, view, id, state, dead);
    return 'recorded';
  }
  const stored = await change(system, id, ({ digest, recipient }) => {
    const next = raised(digest.state, state);
    if (next === digest.state && digest.applied) return undefined;
    const carries = standingOf(next) === standingOf(digest.state) ? digest.applied : false;
    const sentAt = digest.sentAt ?? (standingOf(next) === 'accepted' ? digest.claimedAt : null);
    return {
      digest: { ...digest, state: next, sentAt, applied: carries },
      recipient: {
        ...mailed(recipient, digest, recipientMailAt(recipient, sentAt ?? at)),
        ...freed(recipient, digest),
      },
    };
  });
  if (stored && !stored.applied) await applyDigest(system, view, stored);
  return 'recorded';
}

function recipientMailAt(recipient: RecipientRecord, at: Instant): Instant {
  return Math.max(recipient.lastMailAt ?? 0, at);
}

/** The address is dead, whichever mail it came for; every open episode it was told of is looked at again. */
async function recordDeath(
  system: System,
  view: FleetView,
  id: string,
  state: DigestState,
  reason: NonNullable<RecipientRecord['dead']>['reason'],
): Promise<void> {
  const now = system.clock.now();
  const stored = await change(system, id, ({ digest, recipient }) => ({
    digest: { ...digest, state: raised(digest.state, state), applied: false },
    recipient: { ...recipient, ...freed(recipient, digest), dead: recipient.dead ?? { reason, at: now } },
  }));
  if (!stored) return;
  await finishDeath(system, view, stored);
}

/** What follows from a dead address; done again by the repair where it was left half done. */
export async function finishDeath(system: System, view: FleetView, digest: DigestRecord): Promise<void> {
  for await (const row of eachRow(system.table, {
    pk: keys.recipient(digest.recipient).pk,
    consistent: true,
  })) {
    if (row.sk !== 'R') await touchTask(system, view, row.task as string);
  }
  await applyDigest(system, view, digest);
}

async function touchTask(system: System, view: FleetView, id: string): Promise<void> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const record = await loadTask(system.table, id);
    if (!record?.open) return;
    const now = system.clock.now();
    const write = taskWrite(touch(record, now), view.policies.for(id));
    if ((await system.table.transact([write], system.random.id(now))).outcome === 'applied') return;
  }
  throw new Error(`${id} could not be marked to be looked at: it changes too fast`);
}

/** Changes a digest and its recipient together; undefined where the change needs none. */
async function change(
  system: System,
  id: string,
  make: (given: Change) => Change | undefined,
): Promise<DigestRecord | undefined> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const digest = await loadDigest(system.table, id);
    if (!digest) return undefined;
    const recipient =
      (await loadRecipient(system.table, digest.recipient)) ?? newRecipient(digest.recipient, digest.address);
    const next = make({ digest, recipient });
    if (!next) return undefined;
    const now = system.clock.now();
    // Where the index has it since it was claimed: moving it would bill two writes.
    const lookAt = next.digest.applied ? null : digest.leaseUntil;
    const writes = [
      digestWrite(next.digest, lookAt),
      ...(next.recipient === recipient ? [] : [recipientWrite(next.recipient)]),
    ];
    const result = await system.table.transact(writes, system.random.id(now));
    if (result.outcome === 'applied') return { ...next.digest, rev: digest.rev + 1 };
  }
  throw new Error(`digest ${id} could not be recorded: it changes too fast`);
}
