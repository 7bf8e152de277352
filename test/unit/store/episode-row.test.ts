import { describe, expect, test } from 'vitest';
import type { Asker } from '../../../functions/abandonment/task.ts';
import { FleetView } from '../../../functions/store/fleet-view.ts';
import { MemoryTable } from '../../../functions/store/table/memory-table.ts';
import type { Row } from '../../../functions/store/table/table.port.ts';
import { taskFromRow, taskWrite } from '../../../functions/store/tasks.ts';

const ID = 'acmeCo/a';
const DAY_21 = Date.UTC(2026, 0, 22);
const RUN = '2026-01-22T00:00:00Z';

/** The attributes of rows as versions stored them that had a run and a person in one, by who asked. */
const rowOf = (asker: object): Row => ({
  pk: `T#${ID}`,
  sk: 'T',
  v: 1,
  b: 16,
  task: {
    id: ID,
    kind: 'capture',
    dekaf: false,
    owners: [],
    dataPlane: 'eu-1',
    enabled: true,
    createdAt: 0,
    version: 5,
    firstSeenAt: 0,
  },
  evidence: { statuses: ['FAILED'], lastSeen: {}, stale: [], restarts: { total: 0, atLoss: 0 } },
  episodes: 1,
  open: {
    number: 1,
    firedAt: 1,
    since: 1,
    warnAfter: 1,
    grace: 1,
    disableAfter: 1,
    graceStage: 'disable',
    told: {},
    dates: [],
    rungs: [],
    mails: [],
    disabling: { state: 'requested', ...asker, queuedAt: DAY_21, requestedAt: DAY_21 + 1, attempts: 1 },
  },
  asked: { at: DAY_21 + 1, episode: 1, ...asker, since: 1 },
  rev: 4,
});

const ANA = { run: '', by: 'ana@acme.test', disableAt: DAY_21 };

describe('who asked for a disabling, in a row of an older version', () => {
  test.each<[string, object, Asker]>([
    ['a scan', { run: RUN, disableAt: DAY_21 }, { by: 'run', run: RUN, disableAt: DAY_21 }],
    ['an owner', ANA, { by: 'person', person: 'ana@acme.test', at: DAY_21 }],
    [
      'an owner whose name was not kept',
      { run: '', disableAt: DAY_21 },
      { by: 'person', person: 'owner', at: DAY_21 },
    ],
  ])('is %s', (_who, attributes, asker) => {
    const { open, asked } = taskFromRow(rowOf(attributes));
    expect(open?.disabling).toEqual({
      state: 'requested',
      asker,
      queuedAt: DAY_21,
      requestedAt: DAY_21 + 1,
      attempts: 1,
    });
    expect(asked).toEqual({ at: DAY_21 + 1, episode: 1, asker, since: 1 });
  });

  test.each([
    ['a scan', { run: RUN, disableAt: DAY_21 }],
    ['an owner', ANA],
  ])('stands there as before once it is stored again: %s', async (_who, attributes) => {
    const row = rowOf(attributes);
    const { policies } = await FleetView.load(new MemoryTable(), DAY_21);
    const { put } = taskWrite(taskFromRow(row), policies.for(ID));
    expect(put).toMatchObject({ open: row.open, asked: row.asked, rev: 5 });
    expect(Object.keys(put.open as object).sort()).toEqual(Object.keys(row.open as object).sort());
    expect(put.open).toEqual(row.open);
    expect(put.asked).toEqual(row.asked);
  });
});
