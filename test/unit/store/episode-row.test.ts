import { describe, expect, test } from 'vitest';
import type { Asker } from '../../../functions/abandonment/task.ts';
import {
  askedFromRow,
  askedToRow,
  episodeFromRow,
  episodeToRow,
} from '../../../functions/store/episode-row.ts';
import { FleetView } from '../../../functions/store/fleet-view.ts';
import { MemoryTable } from '../../../functions/store/table/memory-table.ts';
import type { Row } from '../../../functions/store/table/table.port.ts';
import { taskFromRow, taskWrite } from '../../../functions/store/tasks.ts';
import { graced } from '../abandonment/decide-builders.ts';

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

describe('an open episode', () => {
  const RUN_ASKED: Asker = { by: 'run', run: RUN, disableAt: DAY_21 };
  const ANA_ASKED: Asker = { by: 'person', person: 'ana@acme.test', at: DAY_21 };

  test('stands in its row with its mode under the name of stages, as older versions read it', () => {
    expect(episodeToRow(graced({ graceMode: 'notify', modeRaisedAt: 5 }))).toMatchObject({
      graceStage: 'notify',
      stageRaisedAt: 5,
    });
    expect(episodeToRow(graced())).not.toHaveProperty('graceMode');
    expect(episodeToRow(graced())).not.toHaveProperty('stageRaisedAt');
    expect(episodeToRow(graced())).not.toHaveProperty('disabling');
  });

  test.each([
    ['of which nothing is asked', graced()],
    ['whose mode was raised', graced({ modeRaisedAt: 5 })],
    [
      'that a scan disables',
      graced({ disabling: { state: 'queued', asker: RUN_ASKED, queuedAt: DAY_21, attempts: 0 } }),
    ],
    [
      'that a person disables',
      graced({
        disabling: {
          state: 'requested',
          asker: ANA_ASKED,
          queuedAt: DAY_21,
          requestedAt: DAY_21,
          attempts: 1,
        },
      }),
    ],
  ])('is read as it was stored: one %s', (_, open) => {
    expect(episodeFromRow(episodeToRow(open))).toEqual(open);
    expect(Object.keys(episodeFromRow(episodeToRow(open))).sort()).toEqual(Object.keys(open).sort());
  });

  test.each([
    { at: DAY_21, episode: 1, asker: RUN_ASKED, since: 1 },
    { at: DAY_21, episode: 2, asker: ANA_ASKED, since: 1, alert: 'task_overdue' as const },
    { at: DAY_21, episode: 1, asker: RUN_ASKED, since: 1, decided: { counted: 7 } },
  ])('and what was asked of its owning system as well: %j', (asked) => {
    expect(askedFromRow(askedToRow(asked))).toEqual(asked);
    expect(Object.keys(askedToRow(asked))).not.toContain('asker');
    expect('alert' in askedToRow(asked)).toBe('alert' in asked);
    expect('decided' in askedToRow(asked)).toBe('decided' in asked);
  });
});
