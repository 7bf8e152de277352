import type { ListedTask } from '../functions/platform/control-plane.port.ts';
import { readControlPlanes } from '../functions/platform/control-plane-settings.ts';

/** Tasks of one page. */
export const PAGE = 1_000;

/** Every so many-th task fails. */
const FAILING = 100;

const PLANES = 10;

/** The control plane of the bench, as a stage configures it. */
export const CONTROL_PLANES = readControlPlanes(
  JSON.stringify([
    { type: 'http', name: 'fleet', prefix: 'fleet/', dataPlane: 'plane-0', url: 'http://127.0.0.1' },
  ]),
);

/** One page of the fleet as a control plane answers it, as JSON. */
export function pageText(tasks: number, page: number): string {
  const from = page * PAGE;
  const count = Math.max(0, Math.min(PAGE, tasks - from));
  const listed = Array.from({ length: count }, (_, at) => taskAt(from + at));
  const cursor = from + PAGE < tasks ? String(page + 1) : null;
  return JSON.stringify({ tasks: listed, refused: [], cursor });
}

function taskAt(place: number): ListedTask {
  const name = String(place).padStart(9, '0');
  return {
    id: `fleet/team-${place % 97}/orders-capture-${name}`,
    kind: 'service',
    enabled: true,
    createdAt: 1_750_000_000_000 + place,
    owners: [`team-${place % 97}@example.com`],
    dataPlane: `plane-${place % PLANES}`,
    shards: [{ id: '0', status: place % FAILING === 0 ? 'FAILED' : 'PRIMARY' }],
    revision: `revision-of-${name}`,
    restarts: place % FAILING === 0 ? place % 17 : 0,
  };
}
