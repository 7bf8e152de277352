import { describe, expect, it } from 'vitest';
import { DAY, HOUR, MINUTE } from '../../../functions/abandonment/time.ts';
import { addSubscription } from '../../../functions/operators/people.ts';
import { recipientKey } from '../../../functions/platform/addresses.ts';
import { evaluateTask, scanEveryOf } from '../../../functions/scanner/evaluate-task.ts';
import { deadlineWrites } from '../../../functions/store/deadline-row.ts';
import { keys } from '../../../functions/store/keys.ts';
import { pausesWrite } from '../../../functions/store/pauses.ts';
import type { Write } from '../../../functions/store/table/table.port.ts';
import { newTaskRecord, type TaskRecord } from '../../../functions/store/tasks.ts';
import { eachNews } from '../../../functions/store/webhook-news.ts';
import { aTask } from '../abandonment/decide-builders.ts';
import { puts, refusing } from '../store/refusing-table.ts';
import { dueTask } from './due-task.ts';
import { aPlane, START as NOW, only, type RunStage, runStage } from './run-stage.ts';
import { NOTHING_PAUSED } from './stored-rows.ts';

const A = 'acmeCo/a';
const TOPIC = 'arn:aws:sns:eu-west-1:123456789012:chat';

/** A task that is abandoned now, and nothing was done about that. */
function abandoned(owners = ['ana@acme.test']): TaskRecord {
  const { open: _, next: _next, ...record } = dueTask(A);
  return { ...record, task: { ...record.task, owners }, episodes: 0, open: null, next: null };
}

/** A job that runs since two days, and is to end after two. */
function overdue(): TaskRecord {
  const record = newTaskRecord(aTask({ kind: 'job', startedAt: NOW - 2 * DAY }));
  return { ...record, evidence: { ...record.evidence, observedAt: NOW } };
}

async function stageOf(record: TaskRecord, policy: Record<string, unknown> = {}, ...more: Write[]) {
  const stage = runStage({ topics: [TOPIC] });
  await stage.policy({ mode: 'disable', ...policy });
  await stage.planes(aPlane('eu-1'));
  await stage.tasks(record);
  await stage.write(...deadlineWrites(undefined, record), ...more);
  return stage;
}

/** Evaluates the task once, and gives what the run counts, and who is to hear what. */
async function look(stage: RunStage) {
  const run = await stage.begin();
  const seen = await evaluateTask(run, await stage.task());
  const rows = await stage.rows({ pk: 'R#', sk: 'N#' });
  const notices = rows
    .filter(({ pending }) => pending != null)
    .map(({ pk, pending }) => `${pk.slice(2)} ${(pending as { notice: string }).notice}`);
  return { seen, notices: notices.sort(), figures: run.figures };
}

const ANA = recipientKey('ana@acme.test');
const BOB = recipientKey('bob@acme.test');

describe('an evaluation of a task', () => {
  it('lets it fire and notifies its owners, and answers it as it is stored then', async () => {
    const stage = await stageOf(abandoned(['ana@acme.test', 'bob@acme.test']));
    const { seen, notices, figures } = await look(stage);
    expect(notices).toEqual([`${ANA} warning`, `${BOB} warning`].sort());
    expect(figures).toEqual({ fired: 1, notices: 2 });
    expect(seen?.record).toEqual(await stage.task());
    expect(seen?.decision).toMatchObject({ answer: 'waiting', reason: 'notice-pending' });
    expect(await stage.rows({ pk: `T#${A}`, sk: 'A#' })).toHaveLength(1);
  });

  it('writes nothing where nothing is to be done', async () => {
    const stage = await stageOf(abandoned());
    await look(stage);
    const before = stage.writes.length;
    const { seen, figures } = await look(stage);
    expect([stage.writes.length, figures]).toEqual([before, {}]);
    expect(seen?.record).toEqual(await stage.task());
  });

  it('ends what is over, and counts that', async () => {
    const well = dueTask(A);
    const stage = await stageOf({ ...well, evidence: { ...well.evidence, statuses: ['PRIMARY'] } });
    expect(await look(stage)).toMatchObject({
      figures: only({ resolved: 1 }),
      seen: { record: { open: null } },
    });
  });

  it('notes once what holds it', async () => {
    const held = { ...dueTask(A, { open: { brake: { heldAt: NOW - HOUR } } }) };
    const stage = await stageOf(held);
    expect((await look(stage)).figures).toEqual({ held: 1 });
    expect((await look(stage)).figures).toEqual({});
    const { rev: _, ...other } = {
      ...(await stage.task()),
      hold: { reason: 'kept' as const, since: NOW - HOUR },
    };
    await stage.tasks({ ...other, rev: (await stage.task()).rev });
    expect((await look(stage)).figures).toEqual({ held: 1 });
  });

  it('in mode detect notifies nobody', async () => {
    const stage = await stageOf(abandoned(), { mode: 'detect' });
    await addSubscription(stage.system, { prefix: '', topic: TOPIC, alertTypes: ['task_abandoned'] }, 'olga');
    expect(await look(stage)).toMatchObject({ notices: [], figures: only({ fired: 1 }) });
    expect((await look(stage)).figures).toEqual({});
  });

  it('counts what fires, not how often it did before', async () => {
    const stage = await stageOf({ ...abandoned(), episodes: 3 });
    expect(await look(stage)).toMatchObject({
      figures: only({ fired: 1, notices: 1 }),
      seen: { record: { episodes: 4 } },
    });
  });

  it('counts no hold anew where something else of the task changes', async () => {
    const held = dueTask(A, { open: { brake: { heldAt: NOW - HOUR } } });
    const hold = { reason: 'blast-radius', since: NOW - HOUR } as const;
    const stage = await stageOf({ ...held, hold, next: { at: NOW - HOUR, why: 'look' } });
    const { rev } = await stage.task();
    expect((await look(stage)).figures).toEqual({});
    expect((await stage.task()).rev).toBe(rev + 1);
  });

  it('warns who subscribed to that, and asks for nobody in mode detect', async () => {
    const subscribed = async (policy: Record<string, unknown>) => {
      const stage = await stageOf(abandoned([]), policy);
      const bob = { prefix: 'acmeCo/', email: 'bob@acme.test', alertTypes: ['task_abandoned'] };
      await addSubscription(stage.system, bob, 'olga');
      const asked: string[] = [];
      const { query } = stage.table;
      stage.table.query = (request) => {
        asked.push(request.pk);
        return query.call(stage.table, request);
      };
      const { notices } = await look(stage);
      return { notices, asked: asked.some((pk) => pk.startsWith('PEOPLE#')) };
    };
    expect(await subscribed({})).toEqual({ notices: [`${BOB} warning`], asked: true });
    expect(await subscribed({ mode: 'detect' })).toEqual({ notices: [], asked: false });
  });

  it('notifies all of 250 owners, in more than one transaction', async () => {
    const owners = Array.from({ length: 250 }, (_, number) => `o${number}@acme.test`);
    const stage = await stageOf(abandoned(owners));
    const { notices, figures, seen } = await look(stage);
    expect(new Set(notices).size).toBe(250);
    expect(figures).toEqual({ fired: 1, notices: 250 });
    expect(seen?.record).toEqual(await stage.task());
    expect(Math.max(...stage.writes)).toBeLessThanOrEqual(100);
  });

  it('notifies all holders of a warning of its end, however many there are', async () => {
    const parts = Object.fromEntries(
      Array.from({ length: 150 }, (_, number) => {
        const address = `o${number}@acme.test`;
        const part = {
          address,
          grace: 1,
          warning: 'accepted',
          dated: true,
          acceptedAt: NOW - 7 * DAY,
        } as const;
        return [recipientKey(address), part];
      }),
    );
    const kept = { kind: 'keep', until: NOW + DAY, by: 'ana', at: NOW } as const;
    const alert = { ...dueTask(A, { open: { told: parts } }), keep: kept };
    const stage = await stageOf({
      ...alert,
      task: { ...alert.task, owners: Object.values(parts).map(({ address }) => address) },
    });
    await stage.write({
      put: {
        ...keys.alert(A, 1),
        v: 1,
        task: A,
        episode: 1,
        type: 'task_abandoned',
        since: 0,
        firedAt: 0,
        evidence: {},
        mails: [],
        untold: [],
      },
    });
    expect(await look(stage)).toMatchObject({ notices: { length: 150 }, figures: { resolved: 1 } });
  });

  it('notifies topics beside people, of what they subscribed to', async () => {
    const subscribe = (stage: RunStage, type: string) =>
      addSubscription(stage.system, { prefix: '', topic: TOPIC, alertTypes: [type] }, 'olga');
    const stage = await stageOf(abandoned());
    await subscribe(stage, 'task_abandoned');
    expect((await look(stage)).notices).toEqual([`${ANA} warning`, `${recipientKey(TOPIC)} warning`].sort());
    const ending = abandoned();
    const far = await stageOf({ ...ending, task: { ...ending.task, deadline: NOW + 90 * DAY } });
    await subscribe(far, 'task_abandoned');
    expect((await look(far)).notices).toHaveLength(2);
    const other = await stageOf(abandoned());
    await subscribe(other, 'task_overdue');
    expect((await look(other)).notices).toEqual([`${ANA} warning`]);
    const late = await stageOf(overdue(), { failAfter: '2d', stopNotice: '6h', atDeadline: 'alert' });
    await subscribe(late, 'task_overdue');
    expect((await look(late)).notices).toEqual([`${ANA} overdue`, `${recipientKey(TOPIC)} overdue`].sort());
  });
});

describe('a task that comes to its deadline', () => {
  const policy = (failAfter: string) => ({ failAfter, stopNotice: '6h', atDeadline: 'alert' });

  it('is announced once that is near, and found again at its deadline', async () => {
    const stage = await stageOf(overdue(), policy('54h'));
    expect((await look(stage)).notices).toEqual([`${ANA} stopping`]);
    expect((await stage.task()).stopping?.lookAt).toBe(NOW + 6 * HOUR);
    expect((await stage.table.get(keys.deadline(A)))?.g1sk).toBe(new Date(NOW + 6 * HOUR).toISOString());
    const far = await stageOf(overdue(), policy('55h'));
    expect((await look(far)).notices).toEqual([]);
  });

  it('is overdue at it, for those who are to hear of that', async () => {
    const stage = await stageOf(overdue(), policy('2d'));
    await addSubscription(
      stage.system,
      { prefix: 'acmeCo/', email: 'bob@acme.test', alertTypes: ['task_overdue'] },
      'olga',
    );
    expect(await look(stage)).toMatchObject({
      notices: [`${ANA} overdue`, `${BOB} overdue`].sort(),
      figures: only({ fired: 1, notices: 2 }),
      seen: { record: { open: { alert: 'task_overdue' } } },
    });
  });
});

describe('webhooks', () => {
  const scopes = (prefix: string) =>
    pausesWrite({ ...NOTHING_PAUSED, webhooks: [{ id: 'w1', prefix, types: [] }] });

  it.each([
    ['acmeCo/', [A]],
    ['beta/', []],
  ])('hear of what happens in %s', async (prefix, tasks) => {
    const stage = await stageOf(abandoned(), {}, scopes(prefix));
    await look(stage);
    const heard: string[] = [];
    for await (const { task } of eachNews(stage.table, null)) heard.push(task);
    expect(heard).toEqual(tasks);
  });
});

describe('where another writer is first', () => {
  const ofTask = (writes: Write[]) => puts(writes, `T#${A}`);

  it('the task is evaluated again as it is then, at most five times', async () => {
    const stage = await stageOf(abandoned());
    stage.on(refusing(stage.system.table, ofTask, { times: 4 }));
    expect(await look(stage)).toMatchObject({ figures: only({ conflicts: 4, fired: 1, notices: 1 }) });
    const busy = await stageOf(abandoned());
    busy.on(refusing(busy.system.table, ofTask, { times: 5 }));
    expect(await look(busy)).toEqual({ seen: undefined, notices: [], figures: { conflicts: 5 } });
  });

  it('goes by what is stored, not by what was read', async () => {
    const stage = await stageOf(abandoned());
    const stale = await stage.task();
    await stage.tasks({ ...stale, keep: { kind: 'keep', until: NOW + DAY, by: 'ana', at: NOW } });
    const run = await stage.begin();
    const seen = await evaluateTask(run, stale);
    expect(run.figures).toEqual({ conflicts: 1, held: 1 });
    expect(seen?.record).toMatchObject({ open: null, hold: { reason: 'kept' } });
  });

  it('a task that is gone by then is evaluated no more', async () => {
    const stage = await stageOf(abandoned());
    const stale = await stage.task();
    await stage.write({ delete: keys.task(A) });
    const run = await stage.begin();
    expect(await evaluateTask(run, stale)).toBeUndefined();
    expect(run.figures).toEqual({ conflicts: 1 });
  });
});

it('the schedule is what is deployed, else what the policy says', async () => {
  const stage = runStage();
  await stage.policy({ scanEvery: '20m' });
  const { view, system } = await stage.begin();
  expect(scanEveryOf(system, view)).toBe(20 * MINUTE);
  system.config.scanEvery = 5 * MINUTE;
  expect(scanEveryOf(system, view)).toBe(5 * MINUTE);
});
