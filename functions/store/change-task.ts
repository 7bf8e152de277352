import type { EffectivePolicy } from '../abandonment/policy.ts';
import { commit, type Writing } from './commit.ts';
import { countWrites } from './counts.ts';
import { deadlineWrites } from './deadline-row.ts';
import type { Write } from './table/table.port.ts';
import { lastOfEachKey } from './table/writes.ts';
import { loadTask, type TaskRecord, taskWrite } from './tasks.ts';

/** What a change of a task comes to: a new record under the policy that places it, or only what stands beside it. */
export type TaskChange<Value> = {
  value: Value;
  /** Written in the same transaction. */
  beside?: readonly Write[];
  /** What it comes to where write `index` of `beside` is refused, if that is an answer too. */
  refused?(index: number): { value: Value } | undefined;
} & (
  | {
      record: TaskRecord;
      policy: EffectivePolicy;
      /** Whether the task may be in a correlated outage of its data plane. @default true */
      inOutage?: boolean;
    }
  | { record?: undefined }
);

/**
 * The one way to change a task: reads it, lets `change` say what is to become of it, and stores that over the revision that
 * was read, with the counters of its data plane and what stands beside it. Decided again where the task changed meanwhile.
 *
 * @param change gets undefined where no such task is known; a record that it gives then is stored as a new one, and one that
 *   it gives back as it was read is not stored again
 * @returns the change's value
 * @throws TableBusy as `commit` does
 */
export function changeTask<Value>(
  writing: Writing,
  id: string,
  change: (record: TaskRecord | undefined) => Promise<TaskChange<Value>> | TaskChange<Value>,
): Promise<Value> {
  return commit(writing, `task ${id}`, async () => {
    const before = await loadTask(writing.table, id);
    const changed = await change(before);
    const own = ownWrites(before, changed);
    const beside = lastOfEachKey(changed.beside ?? []);
    return {
      writes: [...own, ...beside],
      value: changed.value,
      refused: (index) => (index < own.length ? undefined : changed.refused?.(index - own.length)),
    };
  });
}

/**
 * Stores a task whose change rests on more than its row (a decision, an answer), over the revision that was read. Neither the
 * counters of its data plane nor the row of its deadline go with it: where a change moves one of them (the task is on or off,
 * its health, an announcement), its writes stand in `beside`.
 *
 * @param beside written in the same transaction
 * @returns the task as it is stored then; undefined where it, or what stands beside it, changed meanwhile
 * @throws TableBusy as `commit` does
 */
export function storeTask<Of extends TaskRecord>(
  writing: Writing,
  record: Of,
  policy: EffectivePolicy,
  ...beside: readonly Write[]
): Promise<Of | undefined> {
  return commit<Of | undefined>(writing, `task ${record.task.id}`, async () => ({
    writes: [taskWrite(record, policy), ...beside],
    value: { ...record, rev: record.rev + 1 },
    refused: () => ({ value: undefined }),
  }));
}

function ownWrites<Value>(before: TaskRecord | undefined, changed: TaskChange<Value>): Write[] {
  if (!changed.record || changed.record === before) return [];
  const { record, policy, inOutage } = changed;
  return [
    taskWrite(record, policy),
    ...deadlineWrites(before, record),
    ...countWrites(before, record, policy, inOutage),
  ];
}
