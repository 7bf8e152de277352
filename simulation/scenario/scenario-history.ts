import { PolicyBook } from '../../functions/abandonment/policy-book.ts';
import { type ParsedPolicy, unannounced, withKeysSet } from '../../functions/abandonment/policy-parse.ts';
import { shown } from '../../functions/abandonment/policy-wording.ts';
import type { TaskKind } from '../../functions/abandonment/task.ts';
import { formatDuration, formatInstant } from '../../functions/abandonment/time.ts';
import { ScenarioProblem } from './scenario-fields.ts';
import type { Scenario, ScenarioEvent } from './scenario-types.ts';

/** What the file says of the world at an instant, as its events are gone through. */
interface World {
  scenario: Scenario;
  present: Set<string>;
  /** Of every task that was there. */
  kinds: Map<string, TaskKind>;
  deleted: Set<string>;
  policies: Map<string, ParsedPolicy>;
  /** Made when asked for, dropped when a policy changes. */
  book: PolicyBook | null;
}

/**
 * Goes through the events in their order and refuses what cannot be: an event for a task that is not there, a
 * second task with the id of one that is there, a keep above the `keepMax` of that instant, the undoing of a run
 * that is no scan.
 *
 * @throws ScenarioProblem
 */
export function checkHistory(scenario: Scenario): void {
  const policies = new Map([...scenario.policies].map(([scope, policy]) => [scope, policy.parsed]));
  policies.set('', scenario.policy.parsed);
  const present = new Set(scenario.tasks.map(({ id }) => id));
  const kinds = new Map(scenario.tasks.map(({ id, kind }) => [id, kind]));
  const world: World = { scenario, present, kinds, deleted: new Set(), policies, book: null };
  checkPolicies(world);
  for (const event of scenario.events) checkEvent(world, event);
}

function checkEvent(world: World, event: ScenarioEvent): void {
  const path = `events[${event.index}]`;
  switch (event.type) {
    case 'created':
      checkCreated(world, `${path}.task.id`, event.task.id);
      world.kinds.set(event.task.id, event.task.kind);
      break;
    case 'policy':
      checkAnnounced(world, path, event);
      world.policies.set(event.scope, withKeysSet(world.policies.get(event.scope) ?? {}, event.set.parsed));
      world.book = null;
      break;
    case 'operator':
      if (event.action === 'undo') checkUndo(world, `${path}.of`, event.of, event);
      break;
    case 'data-plane':
    case 'mail-event':
      break;
    case 'fault':
      if (event.task !== null) checkNamed(world, `${path}.task`, event.task);
      break;
    case 'action':
      // In a deleted task nobody has a say: what is done there is ignored, not refused.
      if (!world.deleted.has(event.task)) checkPresent(world, `${path}.task`, event.task);
      checkSpan(world, `${path}.for`, event);
      break;
    default:
      checkPresent(world, `${path}.task`, event.task);
      if (event.type === 'started' || event.type === 'ended') checkJob(world, `${path}.task`, event.task);
      if (event.type === 'deleted') {
        world.present.delete(event.task);
        world.deleted.add(event.task);
      }
  }
}

/** What is disabled at its deadline must be announced, by the policies at the start. */
function checkPolicies({ policies }: World): void {
  const [scope] = new PolicyBook(policies).unannouncedScopes();
  if (scope === undefined) return;
  const { message } = unannounced('');
  const path = scope === '' ? 'policy' : `policies["${scope}"]`;
  throw new ScenarioProblem(`${path}.atDeadline`, message);
}

/** A change must leave no scope that disables tasks at a deadline that it never announces. */
function checkAnnounced(world: World, path: string, event: ScenarioEvent & { type: 'policy' }): void {
  const changed = withKeysSet(world.policies.get(event.scope) ?? {}, event.set.parsed);
  const [scope] = new PolicyBook(new Map([...world.policies, [event.scope, changed]])).unannouncedScopes();
  if (scope === undefined) return;
  const { message } = unannounced(scope === event.scope ? '' : scope);
  const key = event.set.parsed.stopNotice === null ? 'stopNotice' : 'atDeadline';
  throw new ScenarioProblem(`${path}.set.${key}`, message);
}

function checkJob({ kinds }: World, path: string, id: string): void {
  const kind = kinds.get(id);
  if (kind === 'job') return;
  throw new ScenarioProblem(path, `${shown(id)} is a ${kind}; allowed are jobs`);
}

function checkCreated(world: World, path: string, id: string): void {
  if (world.present.has(id)) {
    throw new ScenarioProblem(
      path,
      `${shown(id)} exists already; allowed is a new id, or one that was deleted before`,
    );
  }
  world.present.add(id);
  world.deleted.delete(id);
}

function checkPresent(world: World, path: string, id: string): void {
  if (world.present.has(id)) return;
  const wrong = world.deleted.has(id) ? 'was deleted before' : 'is an unknown task';
  throw new ScenarioProblem(path, `${shown(id)} ${wrong}; allowed are the tasks that exist at that instant`);
}

/** A task that is there at some time: a fault may last until it is. */
function checkNamed({ scenario, present, deleted }: World, path: string, id: string): void {
  const comes = scenario.events.some((event) => event.type === 'created' && event.task.id === id);
  if (present.has(id) || deleted.has(id) || comes) return;
  throw new ScenarioProblem(path, `${shown(id)} is an unknown task; allowed are the tasks of the file`);
}

function checkUndo(
  world: World,
  path: string,
  of: { task: string } | { run: number },
  event: ScenarioEvent,
): void {
  if ('task' in of) {
    checkPresent(world, path, of.task);
    return;
  }
  const { start, scanEvery } = world.scenario;
  if (of.run < start || of.run >= event.at || (of.run - start) % scanEvery !== 0) {
    const instants = `start (${formatInstant(start)}) and every ${formatDuration(scanEvery)} after it`;
    const scans = `the scans before the event: ${instants}`;
    throw new ScenarioProblem(
      path,
      `${formatInstant(of.run)} is no scan; allowed are ${scans}, or a task id`,
    );
  }
}

function checkSpan(world: World, path: string, event: ScenarioEvent & { type: 'action' }): void {
  if (!('for' in event) || event.for === null) return;
  world.book ??= new PolicyBook(world.policies);
  const { keepMax, source } = world.book.for(event.task);
  if (event.for <= keepMax) return;
  const origin = `keepMax of ${shown(event.task)} then, from ${source.keepMax}`;
  const allowed = `${formatDuration(keepMax)} or less (${origin})`;
  throw new ScenarioProblem(path, `${formatDuration(event.for)} is too long; allowed are ${allowed}`);
}
