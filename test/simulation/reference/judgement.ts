import { isRestorable } from './disabling.ts';
import { endOf } from './episodes.ts';
import { isNewGrace } from './grace.ts';
import { isAlive, isEligible, isHealthy } from './health.ts';
import { recipientsOf } from './recipients.ts';
import type { Episode, Pending, Person, Task, World } from './world.ts';

export type Verdict = 'send' | 'wait' | 'void';

/** Sections 6 and 7: what a notice is worth at the instant its mail is claimed. */
export function judge(world: World, person: Person, pending: Pending, task: Task): Verdict {
  switch (pending.notice) {
    case 'withdrawn':
      return 'send';
    case 'disabled':
      return sendIf(!task.deleted && !task.enabled);
    case 'still-off':
      return sendIf(!task.deleted && !task.enabled && !person.declined && isRestorable(world, task));
    case 'enabled':
      return sendIf(!task.deleted && task.enabled);
    case 'recovered':
      return sendIf(isEligible(task) && isHealthy(task, world.policyOf(task), world.now));
    default: {
      const episode = task.open?.number === pending.episode ? task.open : null;
      return episode ? judgeOpen(world, person, pending.notice, task, episode) : 'void';
    }
  }
}

function sendIf(holds: boolean): Verdict {
  return holds ? 'send' : 'void';
}

function judgeOpen(world: World, person: Person, notice: string, task: Task, episode: Episode): Verdict {
  const policy = world.policyOf(task);
  if (endOf(world, task, episode)) return 'void';
  if (world.paused.has('evaluate') || world.unknown.isOpen(task) || isAlive(task, policy)) return 'wait';
  if (policy.stage === 'detect') return 'void';
  const recipients = recipientsOf(world, task, 'task_abandoned');
  if (recipients.all.length > 0 && isNewGrace(episode, policy, task.raisedAt, recipients)) return 'wait';
  const notified = episode.notified.get(person.address);
  if (!notified || !recipients.all.includes(person) || notified.grace !== episode.grace) return 'void';
  if (notice === 'warning') return notified.state === 'accepted' ? 'void' : 'send';
  const isWanted = policy.stage === 'disable' && !person.declined && notified.state === 'accepted';
  return isWanted && notified.reminder?.pending ? 'send' : 'void';
}
