import { describe, expect, it } from 'vitest';
import type { Task } from '../../../../functions/abandonment/task.ts';
import { DAY, HOUR, type Instant } from '../../../../functions/abandonment/time.ts';
import { deadlinesStep } from '../../../../functions/scanner/steps/deadlines.ts';
import { deadlineWrites } from '../../../../functions/store/deadline-row.ts';
import { bucketOf } from '../../../../functions/store/keys.ts';
import { newTaskRecord, type TaskRecord } from '../../../../functions/store/tasks.ts';
import { aTask } from '../../abandonment/decide-builders.ts';
import { aPlane, START as NOW, type RunStage, runStage, takeReading } from '../run-stage.ts';

function record(id: string, more: Partial<Task>): TaskRecord {
  const task = newTaskRecord(aTask({ id, ...more }));
  return { ...task, evidence: { ...task.evidence, observedAt: NOW, statuses: ['PRIMARY'] } };
}
/** A job that runs since an instant. */
const job = (id: string, startedAt: Instant): TaskRecord => record(id, { kind: 'job', startedAt });
/** A task of which its owning system said when it is to end. */
const ending = (id: string, deadline: Instant): TaskRecord => record(id, { deadline });

async function stageOf(policies: Record<string, Record<string, unknown>>, ...tasks: TaskRecord[]) {
  const stage = runStage();
  for (const [scope, document] of Object.entries(policies))
    await stage.policy(scope === '' ? { mode: 'notify', ...document } : document, scope);
  await stage.planes(aPlane('eu-1'));
  await stage.tasks(...tasks);
  for (const task of tasks) await stage.write(...deadlineWrites(undefined, task));
  return stage;
}

/** Takes the step; gives how many rows of the index it read, whose task it read, and who is notified of their deadline. */
async function scan(stage: RunStage, how?: Parameters<typeof takeReading>[2]) {
  const { turn, read } = await takeReading(stage, deadlinesStep, how);
  const notices = await stage.rows({ pk: 'R#', sk: 'N#' });
  const due = notices.map(({ task, pending }) => `${task} ${(pending as { notice: string }).notice}`);
  return {
    considered: turn.figures.considered ?? 0,
    read,
    due: due.sort(),
    cursor: turn.cursor,
  };
}

const TWO_DAYS = { failAfter: '2d', stopNotice: '6h' };

describe('a deadline', () => {
  it('that comes within its notice is announced; what comes later is not even evaluated', async () => {
    const due = NOW - 2 * DAY + 6 * HOUR;
    const stage = await stageOf(
      { '': TWO_DAYS },
      job('acmeCo/job', due),
      job('acmeCo/later', due + 1),
      ending('acmeCo/said', NOW + 6 * HOUR),
      ending('acmeCo/said-later', NOW + 6 * HOUR + 1),
    );
    expect(await scan(stage)).toEqual({
      considered: 2,
      read: ['acmeCo/job', 'acmeCo/said'],
      due: ['acmeCo/job stopping', 'acmeCo/said stopping'],
      cursor: null,
    });
  });

  it('that is past is acted upon where the policy asks for that alone', async () => {
    const stage = await stageOf(
      { '': { failAfter: '2d', stopNotice: '6h', atDeadline: 'alert' }, 'beta/': { stopNotice: null } },
      job('acmeCo/a', NOW - 2 * DAY),
      ending('acmeCo/b', NOW),
      job('beta/a', NOW - 2 * DAY + HOUR),
      job('beta/b', NOW - 2 * DAY),
    );
    const { due } = await scan(stage);
    expect(due).toEqual(['acmeCo/a overdue', 'acmeCo/b overdue', 'beta/b overdue']);
  });

  it('is not looked for where no policy asks for anything', async () => {
    const tasks = [job('acmeCo/a', NOW - 9 * DAY), ending('acmeCo/b', NOW)];
    expect((await scan(await stageOf({ '': { failAfter: '2d' } }, ...tasks))).considered).toBe(0);
    // Of jobs that may run for ever only what was said is a deadline.
    const found = await scan(await stageOf({ '': { stopNotice: '6h' } }, ...tasks));
    expect([found.considered, found.read]).toEqual([1, ['acmeCo/b']]);
  });

  it('is found wherever it stands, and from where the scan before stopped', async () => {
    const ids = Array.from({ length: 20 }, (_, number) => `acmeCo/t${number}`);
    expect(new Set(ids.map((id) => bucketOf(id))).size).toBe(8);
    const stage = await stageOf({ '': TWO_DAYS }, ...ids.map((id) => job(id, NOW - 2 * DAY + HOUR)));
    expect(await scan(stage, { spent: () => true })).toMatchObject({ considered: 0, cursor: '0' });
    // Eight partitions by what was said, then eight by the start of jobs.
    const last = ids.filter((id) => bucketOf(id) === 7);
    expect((await scan(stage, { cursor: '15' })).considered).toBe(last.length);
    expect((await scan(stage)).due).toHaveLength(20);
  });
});

describe('a scope with a policy of its own', () => {
  const at = (hours: number) => NOW - hours * HOUR;

  it('finds its jobs sooner than those of others, of its tenant alone, and each once', async () => {
    const stage = await stageOf(
      {
        '': { failAfter: '10d', stopNotice: '6h' },
        'acmeCo/fast/': { failAfter: '1d' },
        'acmeCo/slow/': { failAfter: '20d' },
      },
      job('acmeCo/fast/a', at(20)),
      job('acmeCo/fast/later', at(18) + 1),
      job('acmeCo/b', at(20)),
      job('acmeCo/old', at(236)),
      job('acmeCo/slow/a', at(236)),
      job('beta/a', at(20)),
    );
    const { considered, read, due } = await scan(stage);
    // Those of ten days are found for all, those of one tenant from there on.
    expect(considered).toBe(4);
    expect(read).toEqual(['acmeCo/fast/a', 'acmeCo/old']);
    expect(due).toEqual(['acmeCo/fast/a stopping', 'acmeCo/old stopping']);
  });

  it('may be the only one that asks', async () => {
    const stage = await stageOf(
      {
        'acmeCo/': { mode: 'notify', failAfter: '1d', stopNotice: '6h' },
        'acmeCo/faster/': { failAfter: '12h' },
      },
      job('acmeCo/a', at(20)),
      job('acmeCo/faster/a', at(10)),
      job('beta/a', at(20)),
      ending('acmeCo/said', NOW + HOUR),
      ending('beta/said', NOW + HOUR),
    );
    const { considered, due } = await scan(stage);
    expect(due).toEqual(['acmeCo/a stopping', 'acmeCo/faster/a stopping', 'acmeCo/said stopping']);
    expect(considered).toBe(4);
  });

  it('with the longest notice lets what was said be looked for as far ahead', async () => {
    const stage = await stageOf(
      { '': { stopNotice: '6h' }, 'acmeCo/': { stopNotice: '3d' }, 'beta/': { stopNotice: '1d' } },
      ending('acmeCo/a', NOW + 3 * DAY),
      ending('beta/a', NOW + 2 * DAY),
      ending('gamma/a', NOW + 3 * DAY + 1),
    );
    expect(await scan(stage)).toMatchObject({
      considered: 2,
      read: ['acmeCo/a'],
      due: ['acmeCo/a stopping'],
    });
  });

  it('that lets its jobs run for ever has none of them read', async () => {
    const forever = { failAfter: null };
    const stage = await stageOf(
      { '': { failAfter: '2d', stopNotice: '6h' }, 'acmeCo/never/': forever, 'beta/never/': forever },
      job('acmeCo/never/a', at(47)),
      job('beta/never/a', at(20)),
    );
    expect(await scan(stage)).toMatchObject({ considered: 1, read: [], due: [] });
  });
});
