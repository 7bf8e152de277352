import { deadlineOf } from './dates.ts';
import { endOf, resolve } from './episodes.ts';
import { DAY, type Instant, instantText } from './facts.ts';
import { isWaiting } from './grace.ts';
import { recipientsOf, toldOfDisabling } from './recipients.ts';
import type { Episode, Person, Task, World } from './world.ts';

const TEN_MINUTES = 10 * 60_000;

/** Promise 10: what is due goes by `perRun` and `perDay`, oldest first. */
export function turnOffDue(world: World): void {
  const due = [...world.tasks.values()].flatMap((task) => {
    const disableAt = dueSince(world, task);
    return disableAt === null ? [] : [{ task, disableAt, since: task.open!.since }];
  });
  due.sort((a, b) => a.disableAt - b.disableAt || a.since - b.since || (a.task.id < b.task.id ? -1 : 1));
  for (const { task, disableAt } of due.slice(0, pace(world))) {
    world.disabledAt.push(world.now);
    turnOff(world, task, { run: world.now, disableAt });
  }
}

function pace(world: World): number {
  const { perRun = 50, perDay = 200 } = (world.policies.global('blastRadius') ?? {}) as Record<
    string,
    number
  >;
  const today = world.disabledAt.filter((at) => at > world.now - DAY).length;
  return Math.max(0, Math.min(perRun, perDay - today));
}

/** The date of a task that nothing keeps from being turned off now; else null. */
function dueSince(world: World, task: Task): Instant | null {
  if (!task.open || task.hold || world.policyOf(task).stage !== 'disable') return null;
  if (endOf(world, task, task.open)) return null;
  const recipients = recipientsOf(world, task, 'task_abandoned');
  if (isWaiting(task.open, recipients)) return null;
  const deadline = deadlineOf(world, task, task.open, recipients.sustaining);
  return deadline && world.now >= deadline.disableAt ? deadline.disableAt : null;
}

/** Turns a task with an open episode off; an owner's *disable now* has neither run nor date. */
export function turnOff(world: World, task: Task, by: { run: Instant; disableAt: Instant } | 'owner'): void {
  const episode = task.open!;
  const [run, due] = by === 'owner' ? [null, null] : [instantText(by.run), instantText(by.disableAt)];
  world.say(`task-disabled ${task.id} #${episode.number} run ${run} due ${due}`);
  const told = toldOfDisabling(world, task, episode);
  resolve(world, task, by === 'owner' ? 'disabled-by-owner' : 'disabled');
  task.enabled = false;
  task.ours = { episode };
  tellDisabled(world, task, episode, told);
}

/** Promise 6: what was disabled is gathered for some minutes. */
function tellDisabled(world: World, task: Task, episode: Episode, to: readonly Person[]): void {
  const facts = { since: episode.since, restarts: task.restarts - task.restartsAtLoss };
  for (const person of to) {
    const notBefore = world.now + TEN_MINUTES;
    world.pend(person, task, episode.number, { notice: 'disabled', notBefore, by: null, ...facts });
    world.deliveries.push({ at: notBefore, to: person });
  }
}

/** What an operator undid is told with the next scan to the living who hold a mail of that grace. */
export function tellUndone(world: World): void {
  for (const { task, episode } of world.undone.splice(0)) {
    if (task.deleted || !task.enabled) continue;
    for (const person of world.people.values()) {
      if (person.dead || !isHolder(world, person, task, episode)) continue;
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
  const told = episode.told.get(address);
  if (told?.grace === episode.grace && told.state === 'accepted') return true;
  return world.expected.disabled.some(
    (one) => one.to === address && one.task === task.id && one.episode === episode.number,
  );
}
