import { dateOfReminder, dateOfWarning, deadlineOf } from './dates.ts';
import { awakeFrom, DAY, type Instant, instantText } from './facts.ts';
import { hasDateStanding } from './grace.ts';
import { judge } from './judgement.ts';
import { recipientsOf } from './recipients.ts';
import { admitDelayed, isAdmitted, noticeReadyAt } from './windows.ts';
import type { Episode, Pending, Person, Task, World } from './world.ts';

/** What is gathered for one mail of `disabled` notices goes within so long. */
const GATHERED = 15 * 60_000;

/** Tries the mails that are due by an instant. */
export function deliverDue(world: World, instant: Instant): void {
  world.now = instant;
  for (;;) {
    const place = world.deliveries.findIndex(({ at }) => at <= instant);
    const [delivery] = place < 0 ? [] : world.deliveries.splice(place, 1);
    if (!delivery) return;
    deliver(world, delivery.to);
  }
}

/** All mails that may go to one person now: one of what was disabled, one of the rest. */
function deliver(world: World, person: Person): void {
  if (person.suppressed) person.pending.clear();
  if (world.paused.has('notify') || awakeFrom(person.quiet, world.now) > world.now) return;
  admitDelayed(world, person);
  for (;;) {
    const mailed = nextMail(world, person);
    if (mailed.length === 0) return;
    mail(world, person, mailed);
  }
}

/** The first mail of which anything holds. */
function nextMail(world: World, person: Person): Pending[] {
  for (const batch of batchesInTurn(world, person)) {
    const mailable = batch.filter((notice) => isMailable(world, person, notice));
    if (mailable.length > 0) return mailable;
  }
  return [];
}

function batchesInTurn(world: World, person: Person): Pending[][] {
  const pending = [...person.pending.values()];
  const due = pending.filter((notice) => {
    const at = noticeReadyAt(world, person, notice, isAdmitted(person, world.now));
    return at !== null && at <= world.now;
  });
  const others = due.filter(({ notice }) => notice !== 'disabled');
  if (due.length === others.length) return [others];
  return [others, pending.filter(({ notice }) => notice === 'disabled')];
}

/** Decides a notice again as its mail is claimed; one that no longer holds goes. */
function isMailable(world: World, person: Person, pending: Pending): boolean {
  const task = world.tasks.get(pending.task)!;
  const verdict = judge(world, person, pending, task);
  if (verdict === 'void') drop(person, pending, task);
  return verdict === 'send';
}

function drop(person: Person, { task: id, episode: number, notice }: Pending, task: Task): void {
  person.pending.delete(`${id}#${number}`);
  const open = task.open?.number === number ? task.open : null;
  const notified = open?.notified.get(person.address);
  if (!notified) return;
  if (notice === 'warning' && notified.state === 'pending') open!.notified.delete(person.address);
  if (notice === 'reminder' && notified.reminder) notified.reminder.pending = false;
}

function mail(world: World, person: Person, batch: Pending[]): void {
  const items = batch.map((pending) => {
    person.pending.delete(`${pending.task}#${pending.episode}`);
    return item(world, person, pending);
  });
  const has = (kind: string) => batch.some(({ notice }) => notice === kind);
  if (has('warning')) person.lastWarnedAt = world.now;
  if (has('warning') || has('reminder') || has('still-off')) person.lastMailAt = world.now;
  if (batch[0]!.notice === 'disabled') expectDisabled(world, person, batch);
  else world.say(`mail ${person.address}: ${items.sort().join(', ')}`);
}

/** Of `disabled` notices only the span is expected in which their mail comes. */
function expectDisabled(world: World, person: Person, batch: readonly Pending[]): void {
  for (const { task, episode, notBefore } of batch) {
    const from = notBefore - 10 * 60_000;
    const usual = awakeFrom(person.quiet, from + GATHERED) + (world.now > from + GATHERED ? DAY : 0);
    const by = Math.max(usual, world.now);
    world.expected.disabled.push({ to: person.address, task, episode, from, by });
  }
}

function item(world: World, person: Person, pending: Pending): string {
  const { task: id, episode, notice, since } = pending;
  const task = world.tasks.get(id)!;
  const isPresent = notice === 'warning' || notice === 'reminder';
  const disableAt = isPresent ? accept(world, person, notice, task) : null;
  const times = isPresent ? task.restarts - task.restartsAtLoss : pending.restarts;
  const restarts = notice === 'enabled' ? '' : ` restarts ${times}`;
  return `${notice} ${id} #${episode} until ${disableAt && instantText(disableAt)} since ${instantText(since)}${restarts}`;
}

/** SES took a warning or a reminder; answers the date in it. */
function accept(world: World, person: Person, notice: string, task: Task): Instant | null {
  const episode = task.open!;
  const notified = episode.notified.get(person.address)!;
  const date = dateOf(world, notice, task, episode);
  if (notice === 'warning') {
    notified.state = 'accepted';
    notified.acceptedAt = world.now;
    notified.dated = date !== null;
  } else if (notified.reminder && date) {
    notified.reminder.pending = false;
    notified.reminder.deadline = date.disableAt;
  }
  if (date) episode.dates.push({ at: world.now, ...date });
  return date?.disableAt ?? null;
}

function dateOf(world: World, notice: string, task: Task, episode: Episode) {
  const policy = world.policyOf(task);
  if (policy.stage !== 'disable') return null;
  const recipients = recipientsOf(world, task, 'task_abandoned');
  const standing = deadlineOf(world, task, episode, recipients.sustaining);
  if (notice === 'reminder') return dateOfReminder(world, policy, standing);
  return dateOfWarning(world, policy, hasDateStanding(episode, recipients), standing);
}
