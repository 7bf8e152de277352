import { alertOperators } from './alerts.ts';
import { disableDue, notifyUndone, remindStillOff } from './disabling.ts';
import { candidate, endOf, fire, hold, resolve } from './episodes.ts';
import type { Instant, Json } from './facts.ts';
import { addTask, publish, see, setPolicy } from './fleet.ts';
import { goOn } from './grace.ts';
import { note, restart } from './health.ts';
import { deliverDue } from './mails.ts';
import { watchPlanes } from './outages.ts';
import { act, hearOfMail, operate } from './people.ts';
import { queueMails } from './windows.ts';
import { type Expected, type Task, World } from './world.ts';

type ScenarioEvent = Json & { at: string };

/**
 * A second reading of docs/scenario.md and docs/rules.md, for scenarios without faults: it shares no
 * code with the product, evaluates every task at every scan, and keeps everything in memory.
 *
 * @returns what people would see
 */
export function expectedOf(file: Json): Expected {
  const world = new World(file);
  for (const task of file.tasks as Json[]) addTask(world, task);
  const events = [...(file.events as ScenarioEvent[])]
    .map((event, place) => ({ event, place, at: Date.parse(event.at) }))
    .sort((a, b) => a.at - b.at || a.place - b.place);
  const until = Date.parse(file.until as string);
  for (let instant = world.now; instant <= until; instant += world.scanEvery) {
    reach(world, events, instant, false);
    world.now = instant;
    scan(world);
    deliverDue(world, instant);
  }
  reach(world, events, until, true);
  return world.expected;
}

/** What lies before a scan: delayed work that is due before an event comes first; at one instant the event does. */
function reach(
  world: World,
  events: { event: ScenarioEvent; at: Instant }[],
  to: Instant,
  isEnd: boolean,
): void {
  for (;;) {
    const next = events[0]?.at ?? Number.POSITIVE_INFINITY;
    const work = Math.min(...world.deliveries.map(({ at }) => at), Number.POSITIVE_INFINITY);
    if (next <= work && next <= to) {
      world.now = next;
      happen(world, events.shift()!.event);
    } else if (work < to || (isEnd && work <= to)) deliverDue(world, work);
    else return;
  }
}

type Meaning = (world: World, event: Json) => void;

/** The table of events in docs/scenario.md; each acts on its task where it has one. */
const MEANINGS: Record<string, Meaning> = {
  created: (world, event) => addTask(world, event.task as Json),
  shards: (world, event) => see(world, taskOf(world, event), event.shards),
  restarted: (world, event) => restart(taskOf(world, event), (event.times as number) ?? 1, world.now),
  published: (world, event) =>
    publish(world, taskOf(world, event), event.by as string, event.enabled as boolean | undefined),
  deleted: (world, event) => {
    Object.assign(taskOf(world, event), { deleted: true, revertedAt: null });
  },
  owners: (world, event) => {
    taskOf(world, event).owners = event.owners as string[];
  },
  'data-plane': (world, event) =>
    world.unknown.plane(event.dataPlane as string, event.state === 'up', world.now),
  'mail-event': hearOfMail,
  policy: (world, event) => setPolicy(world, event.scope as string, event.set as Json),
  operator: (world, event) => operate(world, event.action as string, event.of as string),
  action: (world, event) => act(world, taskOf(world, event), event),
};

function happen(world: World, event: Json): void {
  const meaning = MEANINGS[event.type as string];
  if (!meaning) throw new Error(`the model knows no event ${String(event.type)}`);
  meaning(world, event);
}

function taskOf(world: World, event: Json): Task {
  return world.tasks.get(event.task as string)!;
}

/** One scan: each task is decided, what is due is disabled, mails are queued. */
function scan(world: World): void {
  notifyUndone(world);
  remindStillOff(world);
  for (const task of world.tasks.values()) note(task, world.policyOf(task), world.now);
  watchPlanes(world);
  for (const task of world.tasks.values()) evaluate(world, task);
  disableDue(world);
  queueMails(world);
  alertOperators(world);
}

/** Decides a task until nothing changes: an episode may end and the next begin with one scan. */
function evaluate(world: World, task: Task): void {
  for (let step = 0; step < 10; step += 1) {
    const reason = task.open && endOf(world, task, task.open);
    if (reason) {
      resolve(world, task, reason);
      continue;
    }
    const next = task.open ? goOn(world, task, task.open) : candidate(world, task);
    if (task.open || next !== 'fire') {
      hold(world, task, next);
      return;
    }
    fire(world, task);
  }
}
