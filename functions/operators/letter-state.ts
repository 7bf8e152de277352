import type { Instant } from '../abandonment/time.ts';
import { whyNotDisable } from '../disabling/disable.ts';
import { isListed } from '../platform/control-plane-settings.ts';
import type { System } from '../platform/system.ts';
import { loadListing } from '../store/listings.ts';
import { loadRecipientWithNotices } from '../store/recipients.ts';
import { loadTask, type TaskRecord } from '../store/tasks.ts';
import { loadWebhook } from '../store/webhooks.ts';
import type { DisablerMessage } from '../work/read-messages.ts';
import { holdsTicks, type ReceivedLetter } from './dead-letters.ts';
import type { LetterFacts } from './letter-facts.ts';

/** What would become of a dead letter that is sent back now, as far as the state tells. */
export interface LetterState {
  /** `tick`: it is never sent back; `decided`: the worker decides when it reads it. */
  would: 'be worked' | 'be skipped' | 'be given up again' | 'be decided' | 'never be sent back';
  reason: string;
}

/** Judges a letter on the state as it is; changes nothing, and asks no control plane. */
export async function stateOf(
  system: System,
  { queue }: Pick<ReceivedLetter, 'queue'>,
  facts: LetterFacts,
): Promise<LetterState> {
  if (holdsTicks(queue)) return TICK;
  if (facts.kind === 'unreadable') return { would: 'be given up again', reason: 'it cannot be read' };
  if (isOver(facts, system.clock.now())) return { would: 'be skipped', reason: 'expired' };
  const { read } = facts;
  if (read?.queue === 'disable') return workedUnless(await whyNotDo(system, read.message));
  if (read?.queue === 'notify') return workedUnless(await whyNotNotify(system, read.message));
  if (read?.queue === 'listing') return workedUnless(await whyNotList(system, read.message.key));
  if (read?.queue === 'webhook') return workedUnless(await whyNotCall(system, read.message.key));
  return { would: 'be decided', reason: await tasksText(system, facts) };
}

const TICK: LetterState = {
  would: 'never be sent back',
  reason: 'a later tick did all that it would have done: discard it',
};

function isOver({ notAfter }: LetterFacts, now: Instant): boolean {
  return notAfter !== null && now > notAfter;
}

function workedUnless(reason: string | undefined): LetterState {
  return reason === undefined ? { would: 'be worked', reason: 'still due' } : { would: 'be skipped', reason };
}

async function whyNotDo(system: System, message: DisablerMessage): Promise<string | undefined> {
  const { kind, key: task, episode } = message;
  if (kind === 'disable') return whyNotDisable(system, { task, episode });
  const record = await loadTask(system.table, task);
  if (!record) return 'the task is not known';
  if (record.task.enabled) return 'it is enabled';
  const { disabledByUs } = record;
  return disabledByUs?.enabling && disabledByUs.episode === episode ? undefined : 'over';
}

async function whyNotNotify(
  { table }: System,
  { kind, key }: { kind: string; key: string },
): Promise<string | undefined> {
  if (kind !== 'notify') return undefined;
  const { recipient, notices } = await loadRecipientWithNotices(table, key);
  if (recipient?.dead) return `suppressed (${recipient.dead.reason})`;
  return notices.some(({ pending }) => pending !== null) ? undefined : 'nothing waits for this recipient';
}

async function whyNotCall({ table }: System, id: string): Promise<string | undefined> {
  return (await loadWebhook(table, id)) ? undefined : 'there is no such webhook';
}

async function whyNotList({ table, config }: System, name: string): Promise<string | undefined> {
  const isKnown = (config.controlPlanes ?? []).filter(isListed).some((settings) => settings.name === name);
  if (!isKnown) return 'not-configured';
  return (await loadListing(table, name)) ? undefined : 'it was never listed';
}

/** More of them say little on one line. */
const MOST_TOLD = 3;

async function tasksText({ table }: System, { tasks }: LetterFacts): Promise<string> {
  const texts: string[] = [];
  for (const id of tasks.slice(0, MOST_TOLD)) texts.push(`${id} ${taskText(await loadTask(table, id))}`);
  return texts.length === 0 ? 'its worker decides when it reads it' : texts.join(', ');
}

function taskText(record: TaskRecord | undefined): string {
  if (!record) return 'is not known';
  if (record.task.deletedAt !== undefined) return 'is deleted';
  const episode = record.open ? `, episode ${record.open.number} is open` : '';
  return `is ${record.task.enabled ? 'on' : 'off'} at version ${record.task.version}${episode}`;
}
