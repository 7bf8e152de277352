/** A task that is due to be disabled and not approved, or was disabled unapproved in the last 24 h. */
export interface Counted {
  tenant: string;
  dataPlane: string;
}

/** The tasks that are eligible now or were disabled by us in the last 24 h. */
export interface Fleet {
  total: number;
  byPlane: ReadonlyMap<string, number>;
}

export interface SpikeLimit {
  share: number;
  shareFloor: number;
}

/** What counts towards a spike: what is due and not approved, and what was disabled unapproved in the last 24 h. */
interface Load<Due extends Counted> {
  due: readonly Due[];
  past: readonly Counted[];
}

/** One tenant, or one data plane. */
interface Group {
  of: 'tenant' | 'dataPlane';
  name: string;
}

/**
 * Which of the due tasks a spike holds (promise 10): more than `share` of the fleet or of one data plane, and more than
 * `shareFloor`. Of the tenants and planes that each make up more than half of it, the one with the fewest tasks due
 * whose removal leaves no spike is held alone (on a tie the plane); where no removal leaves none, all of it is held.
 *
 * @param past those disabled unapproved in the last 24 h
 */
export function heldBySpike<Due extends Counted>(
  due: readonly Due[],
  past: readonly Counted[],
  fleet: Fleet,
  limit: SpikeLimit,
): Set<Due> {
  const all: Load<Due> = { due, past };
  const exceeds = (size: number, of: number) => size > limit.share * of && size > limit.shareFloor;
  const isSpikeOf = (plane: string, size: number) => exceeds(size, fleet.byPlane.get(plane) ?? 0);
  const spikingPlanes = (load: Load<Due>) => {
    const sizes = sizesBy(load, 'dataPlane');
    const planes = new Set(load.due.map(({ dataPlane }) => dataPlane));
    return [...planes].filter((plane) => isSpikeOf(plane, sizes.get(plane) ?? 0));
  };
  if (exceeds(sizeOf(all), fleet.total)) {
    const isSpike = (load: Load<Due>) => exceeds(sizeOf(load), fleet.total) || spikingPlanes(load).length > 0;
    return new Set(heldOf(all, all, isSpike));
  }
  // Each plane's spike is judged by itself: that of another plane does not widen it.
  return new Set(
    spikingPlanes(all).flatMap((name) => {
      const group: Group = { of: 'dataPlane', name };
      return heldOf(all, ofGroup(all, group), (load) => isSpikeOf(name, sizeOf(ofGroup(load, group))));
    }),
  );
}

/** What is held of one spike: a group's tasks, or all of it. */
function heldOf<Due extends Counted>(
  all: Load<Due>,
  spike: Load<Due>,
  isSpike: (load: Load<Due>) => boolean,
): readonly Due[] {
  const held = groupsOf(spike)
    .filter((group) => !isSpike(withoutGroup(all, group)))
    // The planes come first, and the sort is stable.
    .map((group) => ofGroup(all, group).due)
    .sort((a, b) => a.length - b.length);
  return held[0] ?? spike.due;
}

/** The planes and tenants with something due that each make up more than half of a spike; the planes first. */
function groupsOf<Due extends Counted>(spike: Load<Due>): Group[] {
  return (['dataPlane', 'tenant'] as const).flatMap((of) =>
    [...sizesBy(spike, of)]
      .filter(([name, size]) => size > sizeOf(spike) / 2 && spike.due.some((task) => task[of] === name))
      .map(([name]) => ({ of, name })),
  );
}

function sizesBy({ due, past }: Load<Counted>, of: Group['of']): Map<string, number> {
  const sizes = new Map<string, number>();
  for (const task of [...due, ...past]) sizes.set(task[of], (sizes.get(task[of]) ?? 0) + 1);
  return sizes;
}

function sizeOf({ due, past }: Load<Counted>): number {
  return due.length + past.length;
}

function ofGroup<Due extends Counted>({ due, past }: Load<Due>, { of, name }: Group): Load<Due> {
  return { due: due.filter((task) => task[of] === name), past: past.filter((task) => task[of] === name) };
}

function withoutGroup<Due extends Counted>({ due, past }: Load<Due>, { of, name }: Group): Load<Due> {
  return { due: due.filter((task) => task[of] !== name), past: past.filter((task) => task[of] !== name) };
}
