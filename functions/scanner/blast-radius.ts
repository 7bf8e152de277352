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

/**
 * Which of the due tasks a spike holds (promise 10): more than `share` of the fleet or of one data plane, and more
 * than `shareFloor`. Where one tenant or one plane makes up more than half of it, only its tasks are held, and the
 * rest goes on if it is no spike itself. `turnedOff` are those turned off unapproved in the last 24 h.
 */
export function heldBySpike<Due extends Counted>(
  due: readonly Due[],
  turnedOff: readonly Counted[],
  fleet: Fleet,
  brake: Brake,
): Set<Due> {
  const held = new Set<Due>();
  let rest = [...due];
  let past = [...turnedOff];
  while (rest.length > 0) {
    const spike = spikeOf(rest, past, fleet, brake);
    if (!spike) break;
    const culprit = culpritOf(spike);
    const guilty = (one: Counted) => (culprit ? culprit(one) : spike.includes(one));
    for (const one of rest.filter(guilty)) held.add(one);
    rest = rest.filter((one) => !guilty(one));
    past = past.filter((one) => !guilty(one));
  }
  return held;
}

/** All that makes up a spike, of the fleet or else of one data plane; undefined where there is none. */
function spikeOf(
  due: readonly Counted[],
  past: readonly Counted[],
  fleet: Fleet,
  brake: Brake,
): readonly Counted[] | undefined {
  const all = [...due, ...past];
  const exceeds = (count: number, of: number) => count > brake.share * of && count > brake.shareFloor;
  if (exceeds(all.length, fleet.total)) return all;
  for (const plane of new Set(due.map((one) => one.dataPlane))) {
    const here = all.filter((one) => one.dataPlane === plane);
    if (exceeds(here.length, fleet.byPlane.get(plane) ?? 0)) return here;
  }
  return undefined;
}

/** The one tenant or plane that makes up more than half of a spike: the larger one, on a tie the tenant. */
function culpritOf(spike: readonly Counted[]): ((one: Counted) => boolean) | undefined {
  const tenant = largest(spike.map((one) => one.tenant));
  const plane = largest(spike.map((one) => one.dataPlane));
  const [name, size, of] =
    tenant.size >= plane.size
      ? ([tenant.name, tenant.size, 'tenant'] as const)
      : ([plane.name, plane.size, 'dataPlane'] as const);
  return size > spike.length / 2 ? (one) => one[of] === name : undefined;
}

function largest(names: string[]): { name: string; size: number } {
  const sizes = new Map<string, number>();
  let best = { name: '', size: 0 };
  for (const name of names) {
    const size = (sizes.get(name) ?? 0) + 1;
    sizes.set(name, size);
    if (size > best.size) best = { name, size };
  }
  return best;
}
