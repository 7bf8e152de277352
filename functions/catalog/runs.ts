import type { Task } from '../abandonment/task.ts';
import type { Instant } from '../abandonment/time.ts';
import { scheduled, type TaskRecord } from '../store/tasks.ts';

/** What owning systems say of when a task runs and is to end. */
export type Run = Pick<Task, 'deadline' | 'deadlineSetAt' | 'startedAt' | 'endedAt'>;

/** One thing that is said of it; a `deadline` of null: there is none. */
export type RunReport =
  | { what: 'started'; at: Instant; deadline: Instant | null }
  | { what: 'ended'; at: Instant }
  | { what: 'deadline'; at: Instant; deadline: Instant | null };

/**
 * What is known once something is said, in whatever order it comes: the newest start, an end only of that run, and the
 * newest word on the deadline. Of two at one instant the later one heard holds. The same object where nothing changes.
 */
export function afterReport(run: Run, report: RunReport): Run {
  if (report.what === 'started') return afterStart(run, report);
  return report.what === 'ended' ? afterEnd(run, report.at) : afterDeadline(run, report);
}

function afterStart(run: Run, report: Extract<RunReport, { what: 'started' }>): Run {
  const { at } = report;
  if (run.startedAt !== undefined && at < run.startedAt) return run;
  const { endedAt, ...rest } = run;
  const isOver = endedAt !== undefined && endedAt > at;
  const started = { ...rest, startedAt: at, ...(isOver ? { endedAt } : {}) };
  return afterDeadline(started, report);
}

/** An end of an earlier run is forgotten with it. */
function afterEnd(run: Run, at: Instant): Run {
  const isEarlier = run.startedAt !== undefined && at < run.startedAt;
  return isEarlier || (run.endedAt ?? 0) >= at ? run : { ...run, endedAt: at };
}

function afterDeadline(run: Run, { at, deadline }: { at: Instant; deadline: Instant | null }): Run {
  if (run.deadlineSetAt !== undefined && at < run.deadlineSetAt) return run;
  const { deadline: _, ...rest } = run;
  return { ...rest, deadlineSetAt: at, ...(deadline === null ? {} : { deadline }) };
}

/** What a task says of its runs. */
export function runOf({ deadline, deadlineSetAt, startedAt, endedAt }: Task): Run {
  return {
    ...(deadline === undefined ? {} : { deadline }),
    ...(deadlineSetAt === undefined ? {} : { deadlineSetAt }),
    ...(startedAt === undefined ? {} : { startedAt }),
    ...(endedAt === undefined ? {} : { endedAt }),
  };
}

/** The task with what is said of its runs in the place of what was. */
export function withRun(task: Task, run: Run): Task {
  const { deadline: _d, deadlineSetAt: _s, startedAt: _a, endedAt: _e, ...rest } = task;
  return { ...rest, ...run };
}

/** Takes what is said of the runs of a known task in; of what was before its deletion nothing is kept. */
export function ranAgain(
  current: TaskRecord,
  report: RunReport,
  now: Instant,
): { store: TaskRecord } | { skip: string } {
  const { task } = current;
  if (task.deletedAt !== undefined) return { skip: 'deleted' };
  if (task.cameBackAt !== undefined && report.at < task.cameBackAt) return { skip: 'of-a-former-life' };
  const before = runOf(task);
  const after = afterReport(before, report);
  const keys = ['deadline', 'startedAt', 'endedAt', 'deadlineSetAt'] as const;
  if (keys.every((key) => before[key] === after[key])) return { skip: 'nothing-of-note' };
  return { store: scheduled({ ...current, task: withRun(task, after) }, now) };
}
