import { raise } from './alerts.ts';
import { deadlineOf } from './dates.ts';
import { endOf, hold, resolve } from './episodes.ts';
import { DAY, type Instant, instantText } from './facts.ts';
import { isWaiting } from './grace.ts';
import { notifiedOfDisabling, recipientsOf } from './recipients.ts';
import { type Due, heldBySpike, lastDay } from './spike.ts';
import type { Episode, Person, Task, World } from './world.ts';

const TEN_MINUTES = 10 * 60_000;

/** Promise 10: what is due and not held by a spike goes by `perRun` and `perDay`, oldest first. */
export function disableDue(world: World): void {
  const due = [...world.tasks.values()].flatMap((task) => {
    const disableAt = dueSince(world, task);
    return disableAt === null ? [] : [{ task, episode: task.open!, disableAt }];
  });
  holdSpike(world, due);
  const order = (a: Due, b: Due) =>
    a.disableAt - b.disableAt || a.episode.since - b.episode.since || (a.task.id < b.task.id ? -1 : 1);
  const free = due.filter(({ task }) => task.hold === null).sort(order);
  for (const { task, disableAt } of free.slice(0, rateLimit(world)))
    disable(world, task, { run: world.now, disableAt });
}

function rateLimit(world: World): number {
  const { perRun, perDay } = world.policies.blastRadius;
  const today = lastDay(world).filter(({ by }) => by !== 'owner').length;
  return Math.max(0, Math.min(perRun, perDay - today));
}

/** Marks what a spike holds; operators are told when it begins, and weekly while anything of it is held. */
function holdSpike(world: World, due: readonly Due[]): void {
  const unapproved = due.filter(({ episode }) => episode.approval !== 'approved');
  const isHeld = ({ episode }: Due) => episode.approval === 'held';
  const heldBefore = unapproved.filter(isHeld);
  const isNews = heldBefore.length === 0 || !world.alerts.has('blast-radius fleet');
  const newly = [...heldBySpike(world, unapproved)].filter((candidate) => !isHeld(candidate));
  for (const { task, episode } of newly) {
    episode.approval = 'held';
    hold(world, task, 'blast-radius');
  }
  if (isNews && heldBefore.length + newly.length > 0)
    raise(world, 'blast-radius', 'fleet', () =>
      [...world.tasks.values()].some(
        (task) => task.open?.approval === 'held' && world.policyOf(task).stage === 'disable',
      ),
    );
}

/** The date of a task whose date has come, with no hold before that of a spike; else null. */
function dueSince(world: World, task: Task): Instant | null {
  const isCounted = task.hold === null || /^(quiet-hours|blast-radius) /.test(task.hold);
  if (!task.open || !isCounted || world.policyOf(task).stage !== 'disable') return null;
  if (endOf(world, task, task.open)) return null;
  const recipients = recipientsOf(world, task, 'task_abandoned');
  if (isWaiting(task.open, recipients)) return null;
  const deadline = deadlineOf(world, task, task.open, recipients.sustaining);
  return deadline && world.now >= deadline.disableAt ? deadline.disableAt : null;
}

/** Turns a task with an open episode off; an owner's *disable now* has neither run nor date. */
export function disable(world: World, task: Task, by: { run: Instant; disableAt: Instant } | 'owner'): void {
  const episode = task.open!;
  const [run, due] = by === 'owner' ? [null, null] : [instantText(by.run), instantText(by.disableAt)];
  world.say(`task-disabled ${task.id} #${episode.number} run ${run} due ${due}`);
  const notified = notifiedOfDisabling(world, task, episode);
  resolve(world, task, by === 'owner' ? 'disabled-by-owner' : 'disabled');
  task.enabled = false;
  task.revertedAt = null;
  task.ours = { episode, at: world.now, run: by === 'owner' ? null : by.run };
  const approval = episode.approval === 'approved' ? 'approved' : 'unapproved';
  world.disablings.push({ at: world.now, task, by: by === 'owner' ? 'owner' : approval });
  notifyDisabled(world, task, episode, notified);
}

/** Promise 6: what was disabled is gathered for some minutes. */
function notifyDisabled(world: World, task: Task, episode: Episode, to: readonly Person[]): void {
  const facts = { since: episode.since, restarts: task.restarts - task.restartsAtLoss };
  for (const person of to) {
    const notBefore = world.now + TEN_MINUTES;
    world.pend(person, task, episode.number, { notice: 'disabled', notBefore, by: null, ...facts });
    world.deliveries.push({ at: notBefore, to: person });
  }
}

const RESTORABLE = 90 * DAY;

/** Until when what was disabled can be enabled as it was. */
export function isRestorable(world: World, { ours }: Task): boolean {
  return ours !== null && world.now < ours.at + RESTORABLE;
}

/**
 * What a scan disabled and nobody enabled: one reminder to those who hear of disablings today, `stillOff` before it can no
 * longer be enabled as it was, and a day after it was disabled at the earliest.
 */
export function remindStillOff(world: World): void {
  for (const task of world.tasks.values()) {
    const { stillOff, stage } = world.policyOf(task);
    const { ours } = task;
    if (task.deleted || task.enabled || !ours || ours.run === null || ours.isReminded) continue;
    if (stillOff === null || RESTORABLE - stillOff < DAY || world.now < ours.at + RESTORABLE - stillOff)
      continue;
    ours.isReminded = true;
    if (stage === 'detect' || !isRestorable(world, task)) continue;
    const facts = { since: ours.episode.since, restarts: task.restarts - task.restartsAtLoss };
    for (const person of recipientsOf(world, task, 'task_auto_disabled').all) {
      if (person.declined) continue;
      const pending = { notice: 'still-off', notBefore: world.now, by: null, ...facts };
      world.pend(person, task, ours.episode.number, pending);
    }
  }
}

/** What an operator undid is notified with the next scan to those who can be mailed and hold a mail of that grace. */
export function notifyUndone(world: World): void {
  for (const { task, episode } of world.undone.splice(0)) {
    if (task.deleted || !task.enabled) continue;
    for (const person of world.people.values()) {
      if (person.suppressed || !isHolder(world, person, task, episode)) continue;
      const facts = { since: episode.since, restarts: 0 };
      world.pend(person, task, episode.number, {
        notice: 'enabled',
        notBefore: world.now,
        by: null,
        ...facts,
      });
    }
  }
}

function isHolder(world: World, { address }: Person, task: Task, episode: Episode): boolean {
  const notified = episode.notified.get(address);
  if (notified?.grace === episode.grace && notified.state === 'accepted') return true;
  return world.expected.disabled.some(
    (notice) => notice.to === address && notice.task === task.id && notice.episode === episode.number,
  );
}
