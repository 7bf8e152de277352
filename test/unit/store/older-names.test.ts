import { describe, expect, it } from 'vitest';
import type { Task } from '../../../functions/abandonment/task.ts';
import { loadAlert } from '../../../functions/store/alerts.ts';
import { keys } from '../../../functions/store/keys.ts';
import { loadPolicies } from '../../../functions/store/policies.ts';
import { MemoryTable } from '../../../functions/store/table/memory-table.ts';
import type { Row } from '../../../functions/store/table/table.port.ts';
import { loadTask, taskWrite } from '../../../functions/store/tasks.ts';

const ID = 'acmeCo/a';
const FIRED = Date.UTC(2026, 0, 15);
const RAISED = Date.UTC(2026, 0, 16);

const TASK: Task = {
  id: ID,
  kind: 'capture',
  dekaf: false,
  owners: ['ana@acme.test'],
  dataPlane: 'eu-1',
  enabled: true,
  createdAt: 0,
  version: 1,
  firstSeenAt: 0,
};

const OPEN_ROW = {
  number: 1,
  firedAt: FIRED,
  since: 0,
  warnAfter: 1,
  grace: 2,
  disableAfter: 1,
  graceStage: 'disable',
  stageRaisedAt: RAISED,
  told: {},
  dates: [],
  rungs: [],
  mails: [],
};

const EVIDENCE = { statuses: ['FAILED'], lastSeen: {}, stale: [], restarts: { total: 0, atLoss: 0 } };
const TASK_ROW = {
  ...keys.task(ID),
  v: 1,
  task: TASK,
  evidence: EVIDENCE,
  episodes: 1,
  open: OPEN_ROW,
  rev: 3,
};

async function tableOf(...rows: Row[]): Promise<MemoryTable> {
  const table = new MemoryTable();
  await table.transact(
    rows.map((put) => ({ put })),
    'before',
  );
  return table;
}

describe('rows from when a mode was called a stage', () => {
  it('have the mode of the grace and when it was raised', async () => {
    const record = await loadTask(await tableOf(TASK_ROW), ID);
    expect(record?.open).toMatchObject({ number: 1, grace: 2, graceMode: 'disable', modeRaisedAt: RAISED });
    expect(record?.open).not.toHaveProperty('graceStage');
  });

  it('are written by the same names', async () => {
    const table = await tableOf(TASK_ROW);
    const record = await loadTask(table, ID);
    const policies = await loadPolicies(table);
    expect(taskWrite(record!, policies.for(ID)).put.open).toEqual(OPEN_ROW);
  });

  it('have the mode of a policy, and when it rose', async () => {
    const document = { stage: 'disable', warnAfter: '30d' };
    const row = { ...keys.policy('acmeCo/'), v: 1, scope: 'acmeCo/', document, raisedAt: RAISED };
    const policies = await loadPolicies(await tableOf(row));
    expect(policies.for(ID)).toMatchObject({ mode: 'disable', modeRaisedAt: RAISED });
  });

  it('have the mode of an alert', async () => {
    const alert = { task: ID, episode: 1, type: 'task_abandoned', stage: 'notify', since: 0, firedAt: FIRED };
    const table = await tableOf({
      ...keys.alert(ID, 1),
      v: 1,
      ...alert,
      resolvedAt: null,
      reason: null,
      mails: [],
      untold: [],
      rev: 1,
    });
    expect((await loadAlert(table, ID, 1))?.stage).toBe('notify');
  });
});
