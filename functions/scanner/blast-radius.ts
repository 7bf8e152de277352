/** A task that is due to be turned off and not approved, or was turned off unapproved in the last 24 h. */
export interface Counted {
  tenant: string;
  dataPlane: string;
}

/** The tasks that are eligible now or were turned off by us in the last 24 h. */
export interface Fleet {
  total: number;
  byPlane: ReadonlyMap<string, number>;
}

export interface Brake {
  share: number;
  shareFloor: number;
}

/** What counts towards a spike: what is due and not approved, and what was turned off unapproved in the last 24 h. */
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
 * @param past those turned off unapproved in the last 24 h
 */
export function heldBySpike<Due extends Counted>(
  due: readonly Due[],
  past: readonly Counted[],
  fleet: Fleet,
  brake: Brake,
): Set<Due> {
  const all: Load<Due> = { due, past };
  const exceeds = (load: Load<Due>, of: number) =>
    sizeOf(load) > brake.share * of && sizeOf(load) > brake.shareFloor;
  const planes = [...new Set(due.map(({ dataPlane }) => dataPlane))];
  const isPlaneSpike = (load: Load<Due>, plane: string) =>
    exceeds(ofGroup(load, { of: 'dataPlane', name: plane }), fleet.byPlane.get(plane) ?? 0);
  if (exceeds(all, fleet.total)) {
    const isSpike = (load: Load<Due>) =>
      exceeds(load, fleet.total) || planes.some((plane) => isPlaneSpike(load, plane));
    return new Set(heldOf(all, all, isSpike));
  }
  // Each plane's spike is judged by itself: that of another plane does not widen it.
  const spikes = planes.filter((plane) => isPlaneSpike(all, plane));
  return new Set(
    spikes.flatMap((plane) =>
      heldOf(all, ofGroup(all, { of: 'dataPlane', name: plane }), (load) => isPlaneSpike(load, plane)),
    ),
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
  const groups = (['dataPlane', 'tenant'] as const).flatMap((of) =>
    [...new Set(spike.due.map((one) => one[of]))].map((name) => ({ of, name })),
  );
  return groups.filter((group) => sizeOf(ofGroup(spike, group)) > sizeOf(spike) / 2);
}

function sizeOf({ due, past }: Load<Counted>): number {
  return due.length + past.length;
}

function ofGroup<Due extends Counted>({ due, past }: Load<Due>, { of, name }: Group): Load<Due> {
  return { due: due.filter((one) => one[of] === name), past: past.filter((one) => one[of] === name) };
}

function withoutGroup<Due extends Counted>({ due, past }: Load<Due>, { of, name }: Group): Load<Due> {
  return { due: due.filter((one) => one[of] !== name), past: past.filter((one) => one[of] !== name) };
}
