import { describe, expect, it } from 'vitest';
import { NO_EVIDENCE } from '../../../functions/abandonment/evidence.ts';
import type { Disabling, Episode, Task } from '../../../functions/abandonment/task.ts';
import { DAY } from '../../../functions/abandonment/time.ts';
import { disableConsumer } from '../../../functions/disabling/disable-consumer.ts';
import { refusalMarker } from '../../../functions/disabling/refusals.ts';
import { type DisablingTask, refused as refusedTask } from '../../../functions/episodes/disabling.ts';
import { resolveOops } from '../../../functions/operators/oops.ts';
import { recipientKey } from '../../../functions/platform/addresses.ts';
import { FleetView } from '../../../functions/store/fleet-view.ts';
import { loadTask, newTaskRecord, taskWrite } from '../../../functions/store/tasks.ts';
import { recordOops } from '../../../functions/work/oops.ts';
import { START, workStage } from './stage.ts';

const TASK: Task = {
  id: 'acmeCo/a',
  kind: 'capture',
  dekaf: false,
  owners: ['ana@acme.test'],
  dataPlane: 'eu-1',
  enabled: true,
  createdAt: START - 100 * DAY,
  version: 3,
  firstSeenAt: START - 100 * DAY,
};

const DISABLING: Disabling = {
  state: 'queued',
  asker: { by: 'run', run: 'r1', disableAt: START - DAY },
  queuedAt: START,
  attempts: 0,
};

const OPEN = {
  number: 1,
  firedAt: START - 8 * DAY,
  since: START - 30 * DAY,
  warnAfter: 14 * DAY,
  disableAfter: 7 * DAY,
  mails: [],
  grace: 1,
  graceMode: 'disable',
  told: {
    [recipientKey('ana@acme.test')]: {
      address: 'ana@acme.test',
      grace: 1,
      warning: 'accepted',
      dated: true,
      acceptedAt: START - 8 * DAY,
      digest: 'd1',
    },
  },
  dates: [{ at: START - 8 * DAY, disableAt: START - DAY, grace: 1, after: 7 * DAY }],
  rungs: [
    { grace: 1, lead: DAY, deadline: START - DAY },
    { grace: 1, lead: 3 * DAY, deadline: START - DAY },
  ],
  disabling: DISABLING,
} satisfies Episode;

/** A stage with a task that the owning system refused to turn off. */
async function refused() {
  const stage = workStage({ queue: 'disable' });
  const { system, table } = stage;
  const fingerprint = await recordOops(system, {
    worker: 'disable',
    item: TASK.id,
    attempt: 1,
    cause: 'permanent',
    error: new Error('the owning system refused: it may not be turned off'),
  });
  const record: DisablingTask = {
    ...newTaskRecord(TASK),
    evidence: {
      ...NO_EVIDENCE,
      observedAt: START,
      statuses: ['FAILED'],
      lastSeen: { PRIMARY: START - 30 * DAY },
    },
    episodes: 1,
    open: OPEN,
  };
  const { policies } = await FleetView.load(table, START);
  const policy = { ...policies.for(TASK.id), mode: 'disable' as const };
  const refused = refusedTask(record, { at: START, reason: 'it may not', version: 3, fingerprint });
  await table.transact([taskWrite(refused, policy), refusalMarker(fingerprint, TASK.id, START)], 'w1');
  await table.transact(
    [{ put: { pk: 'POLICY', sk: 'S#', v: 1, scope: '', document: { mode: 'disable' }, rev: 1 } }],
    'w2',
  );
  return { ...stage, fingerprint };
}

const disablingOf = async ({ table }: { table: Parameters<typeof loadTask>[0] }) =>
  (await loadTask(table, TASK.id))?.open?.disabling;

describe('a task that the owning system refuses to turn off', () => {
  it('is not asked for again by scan after scan, for a day', async () => {
    const stage = await refused();
    for (let scan = 0; scan < 5; scan += 1) {
      stage.pass(DAY / 6);
      await stage.scan();
    }
    expect(stage.sent).toEqual([]);
    expect((await disablingOf(stage))?.state).toBe('refused');
    stage.pass(DAY / 6);
    await stage.scan();
    expect(stage.sent.map(({ queue }) => queue)).toContain('disable');
  });

  it('is not asked for by a message that is still on its way', async () => {
    const stage = await refused();
    const body = { key: TASK.id, episode: 1 };
    const outcome = await disableConsumer.act(
      stage.system,
      { v: 1, kind: 'disable', ...body, notAfter: START, correlationId: 'x' },
      { body: '', messageId: 'm', receiveCount: 1, maxReceives: 10 },
    );
    expect(outcome).toEqual({ outcome: 'skipped', reason: 'refused' });
  });

  it('is asked for again once somebody resolved the failure', async () => {
    const stage = await refused();
    expect(await resolveOops(stage.system, stage.fingerprint, 'olga')).toEqual({ again: [TASK.id] });
    expect(await disablingOf(stage)).toBeUndefined();
    await stage.scan();
    expect(stage.sent.map(({ queue }) => queue)).toContain('disable');
  });

  it('is asked for again once it was edited', async () => {
    const stage = await refused();
    const record = (await loadTask(stage.table, TASK.id))!;
    const { policies } = await FleetView.load(stage.table, stage.system.clock.now());
    const edited = { ...record, task: { ...record.task, version: 4 } };
    await stage.table.transact([taskWrite(edited, policies.for(TASK.id))], 'w3');
    stage.pass(60_000);
    await stage.scan();
    expect((await disablingOf(stage))?.state).toBe('queued');
  });
});
