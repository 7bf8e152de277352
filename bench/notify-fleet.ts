import { PolicyBook } from '../functions/abandonment/policy-book.ts';
import { DAY, type Instant } from '../functions/abandonment/time.ts';
import { taskRecordFrom } from '../functions/catalog/task-entry.ts';
import { dataPlaneWrite, newDataPlane } from '../functions/store/data-planes.ts';
import { policyWrite } from '../functions/store/policies.ts';
import type { Write } from '../functions/store/table/table.port.ts';
import { taskWrite } from '../functions/store/tasks.ts';

const TENANTS = 20;
const PLANES = 10;
const POLICY = { mode: 'disable' };

const book = PolicyBook.fromDocuments(new Map([['', POLICY]]));

/** The address of one owner, as the peer names them. */
export function ownerName(owner: number): string {
  return `owner${String(owner).padStart(5, '0')}@example.com`;
}

/** Tasks that are all past their threshold, owned in turn, and a policy that warns all owners at once. */
export function* abandonedFleet(tasks: number, owners: number, now: Instant): Generator<Write> {
  yield policyWrite('', { ...POLICY, rampPerDay: owners });
  for (let plane = 0; plane < PLANES; plane += 1) yield dataPlaneWrite(newDataPlane(planeName(plane), now));
  for (let place = 0; place < tasks; place += 1) yield taskAt(place, ownerName(place % owners), now);
}

function taskAt(place: number, owner: string, now: Instant): Write {
  const lostAt = now - 15 * DAY;
  const entry = {
    id: `tenant-${place % TENANTS}/production/i-${place.toString(16).padStart(17, '0')}`,
    kind: 'capture' as const,
    enabled: true,
    createdAt: now - 400 * DAY,
    observedSince: now - 200 * DAY,
    owners: [owner],
    dataPlane: planeName(place % PLANES),
    shards: [{ id: '0', status: 'FAILED' as const }],
    lastPrimaryAt: lostAt,
  };
  const record = taskRecordFrom(entry, now, book.global);
  return taskWrite({ ...record, evidence: { ...record.evidence, lostAt } }, book.global);
}

function planeName(plane: number): string {
  return `aws-eu-central-1-production-${plane}`;
}
