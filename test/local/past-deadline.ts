import { DAY, HOUR, type Instant } from '../../functions/abandonment/time.ts';
import { recipientKey } from '../../functions/platform/addresses.ts';
import { alertWrite } from '../../functions/store/alerts.ts';
import { loadPolicies } from '../../functions/store/policies.ts';
import { newTaskRecord, type TaskRecord, taskWrite } from '../../functions/store/tasks.ts';
import type { LocalStage } from '../../local/stage.ts';

/**
 * Stores a task whose owner was warned ten days ago that it would be turned off three days ago: it fails since a
 * month, and nobody came.
 */
export async function storePastDeadline(
  { system }: LocalStage,
  request: { id: string; owner: string; now: Instant },
): Promise<void> {
  const record = pastDeadline(request);
  const policy = (await loadPolicies(system.table)).for(request.id);
  const alert = alertWrite({
    task: request.id,
    episode: 1,
    type: 'task_abandoned',
    stage: 'disable',
    since: request.now - 30 * DAY,
    firedAt: request.now - 10 * DAY,
    resolvedAt: null,
    reason: null,
    evidence: {},
    mails: [],
    run: null,
    untold: [],
    holders: [],
  });
  const result = await system.table.transact(
    [taskWrite(record, policy), alert],
    system.random.id(request.now),
  );
  if (result.outcome !== 'applied') throw new Error(`not stored: ${result.outcome}`);
}

function pastDeadline({ id, owner, now }: { id: string; owner: string; now: Instant }): TaskRecord {
  const warnedAt = now - 10 * DAY;
  const disableAt = warnedAt + 7 * DAY;
  const record = newTaskRecord({
    id,
    kind: 'capture',
    dekaf: false,
    owners: [owner],
    dataPlane: 'aws-eu-west-1',
    enabled: true,
    createdAt: now - 300 * DAY,
    firstSeenAt: now - 300 * DAY,
    version: 4,
  });
  return {
    ...record,
    evidence: {
      ...record.evidence,
      observedAt: now - HOUR,
      statuses: ['FAILED'],
      lastSeen: { PRIMARY: now - 30 * DAY },
    },
    episodes: 1,
    open: {
      number: 1,
      firedAt: warnedAt,
      since: now - 30 * DAY,
      warnAfter: 14 * DAY,
      disableAfter: 7 * DAY,
      grace: 1,
      graceMode: 'disable',
      told: {
        [recipientKey(owner)]: {
          address: owner,
          grace: 1,
          warning: 'accepted',
          dated: true,
          acceptedAt: warnedAt,
        },
      },
      dates: [{ at: warnedAt, disableAt, grace: 1, after: 7 * DAY }],
      rungs: [],
      mails: [],
    },
    next: { at: disableAt, why: 'disable' },
  };
}
