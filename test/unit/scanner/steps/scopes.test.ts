import { describe, expect, it } from 'vitest';
import { DAY } from '../../../../functions/abandonment/time.ts';
import { scopesStep } from '../../../../functions/scanner/steps/scopes.ts';
import { keys } from '../../../../functions/store/keys.ts';
import { evaluationRequest } from '../../../../functions/store/looks.ts';
import { allRows } from '../../../../functions/store/rows.ts';
import { newTaskRecord, type TaskRecord } from '../../../../functions/store/tasks.ts';
import { aTask } from '../../abandonment/decide-builders.ts';
import { refusing } from '../../store/refusing-table.ts';
import { dueTask } from '../due-task.ts';
import { aPlane, START as NOW, type RunStage, runStage } from '../run-stage.ts';

/** A task with an open episode that somebody enabled, or that recovered, since it was evaluated last. */
function recovered(id: string, dataPlane = 'eu-1'): TaskRecord {
  const task = dueTask(id, { dataPlane, disableAt: NOW + 3 * DAY });
  return {
    ...task,
    evidence: { ...task.evidence, statuses: ['FAILED'] },
    keep: { kind: 'keep', until: NOW + DAY, by: 'ana', at: NOW },
  };
}

const IDS = ['acmeCo/a', 'acmeCo/ab', 'acmeCo/prod/c', 'beta/a'];

/** Four tasks whose owner keeps them: their episodes are over with the next evaluation. */
async function stageOf(...asked: string[]) {
  const stage = runStage();
  await stage.policy({ mode: 'disable' });
  await stage.planes(aPlane('eu-1'), aPlane('us-1'));
  await stage.tasks(...IDS.map((id) => recovered(id, id === 'beta/a' ? 'us-1' : 'eu-1')));
  for (const scope of asked) await stage.write(evaluationRequest(scope, NOW));
  return stage;
}

const requests = async ({ table }: RunStage) =>
  (await allRows(table, { pk: keys.look('').pk })).map(({ sk }) => sk);

/** Takes the step, and gives which tasks were evaluated. */
async function look(
  stage: RunStage,
  { spent = (): boolean => false, asked = undefined as string[] | undefined } = {},
) {
  const rows = await allRows(stage.table, { pk: keys.look('').pk });
  const run = await stage.begin(NOW, { asked: rows.filter(({ sk }) => asked?.includes(sk) ?? true) });
  const { cursor, figures } = await stage.take(scopesStep, run, { budget: { spent } });
  const open = await stage.rows({ pk: 'T#', sk: 'T' });
  const looked = open.filter((row) => row.open === undefined).map(({ pk }) => pk.slice(2));
  return { looked: looked.sort(), cursor, figures, left: await requests(stage) };
}

describe('a request to evaluate a scope', () => {
  it.each<[string, string[]]>([
    ['ALL', IDS],
    ['P#acmeCo/', ['acmeCo/a', 'acmeCo/ab', 'acmeCo/prod/c']],
    ['P#acmeCo/prod/', ['acmeCo/prod/c']],
    ['P#', IDS],
    ['D#us-1', ['beta/a']],
    ['D#eu-1', ['acmeCo/a', 'acmeCo/ab', 'acmeCo/prod/c']],
    ['D#ap-1', []],
  ])('evaluates all that is open there once: %s', async (scope, expected) => {
    const stage = await stageOf(scope);
    expect(await look(stage)).toMatchObject({ looked: [...expected].sort(), cursor: null, left: [] });
    expect((await look(stage)).figures).toEqual({});
  });

  it('evaluates no candidate, which the threshold finds', async () => {
    const stage = await stageOf('D#eu-1');
    const record = newTaskRecord(aTask({ id: 'acmeCo/new' }));
    await stage.tasks({ ...record, evidence: { ...record.evidence, observedAt: NOW, statuses: ['FAILED'] } });
    expect((await look(stage)).figures.looked).toBe(3);
  });

  it('is kept where it was made again meanwhile: the next scan evaluates once more', async () => {
    const stage = await stageOf('ALL');
    const rows = await allRows(stage.table, { pk: keys.look('').pk });
    await stage.write(evaluationRequest('ALL', NOW + 1));
    const run = await stage.begin(NOW, { asked: rows });
    expect(await stage.take(scopesStep, run)).toMatchObject({ cursor: null });
    expect(await requests(stage)).toEqual(['ALL']);
  });

  it('is kept where time is short, and so are those behind it', async () => {
    const stage = await stageOf('P#acmeCo/', 'P#beta/');
    expect(await look(stage, { spent: () => true })).toMatchObject({
      looked: [],
      cursor: 'P#acmeCo/',
      left: ['P#acmeCo/', 'P#beta/'],
    });
    expect(await look(stage)).toMatchObject({ looked: [...IDS].sort(), left: [] });
  });
});

describe('a request that came since the run began', () => {
  it('is for this run where it is of a data plane, which the run itself may have changed', async () => {
    const stage = await stageOf('D#us-1', 'P#acmeCo/');
    expect(await look(stage, { asked: [] })).toMatchObject({ looked: ['beta/a'], left: ['P#acmeCo/'] });
  });

  it('is worked once where the run knew it before', async () => {
    const stage = await stageOf('D#us-1');
    expect((await look(stage)).figures.looked).toBe(1);
  });
});

it('a task that cannot be read leaves its record, and keeps no other from being evaluated', async () => {
  const stage = await stageOf('P#acmeCo/');
  const { batchGet } = stage.table;
  stage.table.batchGet = async (asked) => {
    if (asked.some(({ pk }) => pk === 'T#acmeCo/a')) throw new Error('unreadable');
    return batchGet.call(stage.table, asked);
  };
  expect((await look(stage)).looked).toEqual(['acmeCo/ab', 'acmeCo/prod/c']);
  expect(await stage.rows({ pk: 'OOPS#' })).toMatchObject([{ worker: 'scanner/scopes', item: 'acmeCo/a' }]);
});

it('a request that is to be forgotten and cannot be says so, and is worked again', async () => {
  const stage = await stageOf('ALL');
  stage.on(
    refusing(stage.system.table, (writes) => writes.some((write) => 'delete' in write), {
      times: 100,
      answer: { outcome: 'busy', reason: 'throttled' },
    }),
  );
  await expect(look(stage)).rejects.toThrow('the end of a request to look at a scope');
  expect(await requests(stage)).toEqual(['ALL']);
});
