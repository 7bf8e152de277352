import { describe, expect, it } from 'vitest';
import { DAY } from '../../../functions/abandonment/time.ts';
import {
  type DisablingTask,
  putOff,
  queuedAgain,
  requested,
  takenBack,
  withDisabling,
  withoutDisabling,
} from '../../../functions/episodes/disabling.ts';
import type { OpenTask } from '../../../functions/episodes/open-task.ts';
import { withSpikeHold } from '../../../functions/episodes/spike.ts';
import {
  type DisabledByUs,
  type EnablingTask,
  enabledLater,
  enablingAsked,
  withEnabling,
  withoutEnabling,
  withUndoAsked,
  withUndoNotified,
  withUndoRefused,
  withUndoRequested,
} from '../../../functions/episodes/undo.ts';
import { countWrites } from '../../../functions/store/counts.ts';
import { deadlineWrites } from '../../../functions/store/deadline-row.ts';
import { loadPolicies } from '../../../functions/store/policies.ts';
import { loadTask, type TaskRecord } from '../../../functions/store/tasks.ts';
import { failingFleet, T, taskLine } from '../cli/cli-stage.ts';

const A = 'acmeCo/a';
const BY = { by: 'olga', reason: '', isOperator: true };

/** A task with a deadline of its own, that was warned of and then disabled. */
async function lived() {
  const stage = await failingFleet(
    [],
    ['mode=disable', 'evidenceMaxAge=365d', 'scanEvery=30d', 'stopNotice=2d'],
  );
  await stage.taskwarden(['tasks', 'import', '-'], taskLine(A, { deadline: '2026-03-01T00:00:00Z' }));
  const task = async () => (await loadTask(stage.table, A))!;
  await stage.scanOn(14);
  const open = (await task()) as OpenTask;
  await stage.scanOn(21);
  const disabled = (await task()) as DisabledByUs;
  expect([open.open.number, disabled.task.enabled]).toEqual([1, false]);
  return { open, disabled, policy: (await loadPolicies(stage.table)).for(A) };
}

const NOW = T + 22 * DAY;

/** Every change that is stored by `storeTask` without a word of deadlines and counters beside it. */
const OF_OPEN: Record<string, (open: OpenTask, disabling: DisablingTask) => TaskRecord> = {
  withSpikeHold: (open) => withSpikeHold(open, NOW),
  withDisabling: (_, disabling) => disabling,
  withoutDisabling: (_, disabling) => withoutDisabling(disabling, NOW),
  requested: (_, disabling) => requested(disabling, NOW, DAY),
  putOff: (_, disabling) => putOff(requested(disabling, NOW, DAY), disabling, false, NOW),
  takenBack: (_, disabling) => takenBack(disabling, NOW),
  queuedAgain: (_, disabling) => queuedAgain(disabling, NOW),
};
const OF_DISABLED: Record<string, (disabled: DisabledByUs, enabling: EnablingTask) => TaskRecord> = {
  withUndoAsked: (disabled) => withUndoAsked(disabled, BY, NOW),
  withUndoRefused: (disabled) => withUndoRefused(withUndoAsked(disabled, BY, NOW), disabled),
  withUndoRequested: (disabled) => withUndoRequested(disabled, NOW),
  withUndoNotified: (disabled) => withUndoNotified(withUndoAsked(disabled, BY, NOW)),
  withEnabling: (_, enabling) => enabling,
  enabledLater: (_, enabling) => enabledLater(enabling, NOW),
  enablingAsked: (_, enabling) => enablingAsked(enabling),
  withoutEnabling: (_, enabling) => withoutEnabling(enabling),
};

describe('what is stored without its deadline and the counters of its plane', async () => {
  const { open, disabled, policy } = await lived();
  const asker = { by: 'run', run: 'r', disableAt: NOW } as const;

  it.each(Object.entries(OF_OPEN))('changes neither: %s', (_, change) => {
    const after = change(open, withDisabling(open, asker, NOW));
    expect(after).not.toEqual(open);
    expect([...deadlineWrites(open, after), ...countWrites(open, after, policy)]).toEqual([]);
  });

  it.each(Object.entries(OF_DISABLED))('changes neither: %s', (_, change) => {
    const after = change(disabled, withEnabling(disabled, BY, NOW));
    expect([...deadlineWrites(disabled, after), ...countWrites(disabled, after, policy)]).toEqual([]);
  });
});
