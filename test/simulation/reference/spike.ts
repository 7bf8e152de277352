import { DAY } from './facts.ts';
import { isEligible } from './health.ts';
import type { Disabling, Episode, Task, World } from './world.ts';

/** A task whose date has come. */
export interface Due {
  task: Task;
  episode: Episode;
  disableAt: number;
}

/** What we disabled in the last 24 h. */
export function lastDay(world: World): Disabling[] {
  return world.disablings.filter(({ at }) => at > world.now - DAY);
}

/** What counts towards a spike: what is due and not approved, and what was disabled unapproved. */
interface Load {
  due: readonly Due[];
  past: readonly Task[];
}

type Belongs = (task: Task) => boolean;

/** Promise 10 and decision 0017: the tasks of those due that a spike holds. */
export function heldBySpike(world: World, due: readonly Due[]): Set<Due> {
  const past = lastDay(world).filter(({ by }) => by === 'unapproved');
  const load = { due, past: past.map(({ task }) => task) };
  if (isTooMuch(world, load, () => true)) {
    const isSpike = (left: Load) =>
      isTooMuch(world, left, () => true) || spikingPlanes(world, left).length > 0;
    return new Set(blamed(load, load, isSpike));
  }
  return new Set(
    spikingPlanes(world, load).flatMap((plane) => {
      const onPlane: Belongs = ({ dataPlane }) => dataPlane === plane;
      return blamed(load, part(load, onPlane), (left) => isTooMuch(world, part(left, onPlane), onPlane));
    }),
  );
}

/** More than `share` of those tasks that are eligible or were disabled by us in the last 24 h, and `shareFloor`. */
function isTooMuch(world: World, load: Load, belongs: Belongs): boolean {
  const { share, shareFloor } = world.policies.blastRadius;
  const off = new Set(lastDay(world).map(({ task }) => task.id));
  const counted = [...world.tasks.values()].filter((task) => isEligible(task) || off.has(task.id));
  const size = sizeOf(load);
  return size > shareFloor && size > share * counted.filter(belongs).length;
}

function spikingPlanes(world: World, load: Load): string[] {
  const planes = new Set(load.due.map(({ task }) => task.dataPlane));
  return [...planes].filter((plane) => {
    const onPlane: Belongs = ({ dataPlane }) => dataPlane === plane;
    return isTooMuch(world, part(load, onPlane), onPlane);
  });
}

/** The group with the fewest due whose removal leaves no spike, on a tie the plane; else all of the spike. */
function blamed(load: Load, spike: Load, isSpike: (left: Load) => boolean): readonly Due[] {
  const tasks = spike.due.map(({ task }) => task);
  const planes = [...new Set(tasks.map(({ dataPlane }) => dataPlane))];
  const tenants = [...new Set(tasks.map(({ id }) => id.split('/')[0]))];
  const groups: Belongs[] = [
    ...planes.map(
      (name): Belongs =>
        ({ dataPlane }) =>
          dataPlane === name,
    ),
    ...tenants.map(
      (name): Belongs =>
        ({ id }) =>
          id.split('/')[0] === name,
    ),
  ];
  const fits = groups
    .filter((group) => sizeOf(part(spike, group)) > sizeOf(spike) / 2)
    .filter((group) => !isSpike(part(load, (task) => !group(task))))
    .map((group) => part(load, group).due);
  return fits.reduce(
    (fewest, group) => (group.length < fewest.length ? group : fewest),
    fits[0] ?? spike.due,
  );
}

function part({ due, past }: Load, belongs: Belongs): Load {
  return { due: due.filter(({ task }) => belongs(task)), past: past.filter(belongs) };
}

function sizeOf({ due, past }: Load): number {
  return due.length + past.length;
}
