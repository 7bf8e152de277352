import { describe, expect, it } from 'vitest';
import { BOUNDS } from '../../../functions/abandonment/bounds.ts';
import { clearRefusals, type RefusalHeard, refuseDisabling } from '../../../functions/disabling/refusals.ts';
import { keys } from '../../../functions/store/keys.ts';
import type { Write } from '../../../functions/store/table/table.port.ts';
import { type Given, TASK } from '../notices/send/answer-stage.ts';
import { ASKED, askedStage, DISABLING, DUE, NOW, OFF } from './confirm-stage.ts';

const { requestedAt: _, ...QUEUED } = { ...DISABLING, state: 'queued' as const, attempts: 0 };
const REFUSED = {
  ...DISABLING,
  state: 'refused' as const,
  refused: { at: DUE, reason: 'it is locked', version: 5, fingerprint: 'f' },
};

/** The owning system was asked to disable the task, and says over the bus that it does not. */
async function heardStage(setup: Given = {}) {
  const open = setup.open === null ? null : { disabling: DISABLING, ...setup.open };
  const stage = await askedStage({ ...setup, open });
  return {
    ...stage,
    hear: (heard: Partial<RefusalHeard> = {}) =>
      refuseDisabling(
        stage.system,
        { task: TASK, requestId: `${TASK}#1`, at: OFF, reason: 'it is locked', ...heard },
        1,
      ),
    alert: () => stage.table.get(keys.operatorAlert('disable-failing', TASK)),
  };
}

/** As far as the clock of an owning system may be behind ours. */
const CLOCKS_DIFFER = BOUNDS.ahead.most;

describe('a refusal that comes over the bus', () => {
  it.each<[string, Given, Partial<RefusalHeard>]>([
    ['to the newest request', {}, {}],
    ['as far before it as clocks may differ', {}, { at: DUE - CLOCKS_DIFFER }],
    [
      'to a request that was not confirmed in time, and is queued again',
      { open: { disabling: { ...QUEUED, attempts: 1 } } },
      {},
    ],
  ])('%s takes the disabling back', async (_what, setup, heard) => {
    const stage = await heardStage(setup);
    expect(await stage.hear(heard)).toBe('refused');
    expect((await stage.open()).disabling).toMatchObject({
      state: 'refused',
      refused: { at: NOW, reason: 'it is locked', version: 5 },
    });
    expect(await stage.alert()).toMatchObject({ since: NOW });
  });

  it.each<[string, Given, Partial<RefusalHeard>]>([
    ['from before it was asked for last', {}, { at: DUE - CLOCKS_DIFFER - 1 }],
    ['of a task that nobody knows', {}, { task: 'acmeCo/none' }],
    ['of a task without an episode', { open: null }, {}],
    ['of a task that is not to be disabled any more', { open: { disabling: undefined as never } }, {}],
    ['of what was refused already', { open: { disabling: REFUSED } }, {}],
    [
      'to an earlier request, of a task that was queued anew and not asked for since',
      { open: { disabling: QUEUED } },
      {},
    ],
    [
      'to a request that its control plane refused itself',
      { open: { disabling: { ...QUEUED, attempts: 1 } }, record: { asked: null } },
      {},
    ],
    ['to a request of another episode', {}, { requestId: `${TASK}#2` }],
    [
      'to a request of the newest episode, which was none',
      { open: { number: 2 }, record: { asked: ASKED } },
      { requestId: `${TASK}#2` },
    ],
  ])('%s changes nothing', async (_what, setup, heard) => {
    const stage = await heardStage(setup);
    const before = await stage.rows({});
    expect(await stage.hear(heard)).toBe('needless');
    expect(await stage.rows({})).toEqual(before);
  });

  it('is heard anew where the task changed meanwhile', async () => {
    const stage = await heardStage();
    stage.meanwhile(() =>
      stage.changeTask((record) => ({ ...record, task: { ...record.task, version: 6 } })),
    );
    expect(await stage.hear()).toBe('changed');
    expect((await stage.open()).disabling?.state).toBe('requested');
    expect(await stage.alert()).toBeUndefined();
  });

  it.each(['', '\n\t '])('without words (%j) is told to operators as one', async (reason) => {
    const stage = await heardStage();
    await stage.hear({ reason });
    expect((await stage.alert())?.detail).toMatch(
      /^the owning system refuses to disable it: it says not why; it is asked again after a day/,
    );
  });
});

const isOfRefusal = (write: Write) =>
  'put' in write
    ? write.put.pk.startsWith('REFUSED#')
    : 'delete' in write && write.delete.pk.startsWith('REFUSED#');

describe('a table that is too busy', () => {
  it('for a refusal is a fault that names the task', async () => {
    const stage = await heardStage();
    stage.busyFor((writes) => writes.some(isOfRefusal));
    await expect(stage.hear()).rejects.toThrow(`the table is too busy for the refusal of ${TASK}`);
    expect((await stage.open()).disabling?.state).toBe('requested');
  });

  it('for its end is a fault that says so', async () => {
    const stage = await heardStage();
    await stage.hear();
    const fingerprint = (await stage.open()).disabling?.refused?.fingerprint ?? '';
    stage.busyFor((writes) => writes.some(isOfRefusal));
    await expect(clearRefusals(stage.system, fingerprint)).rejects.toThrow(
      'the table is too busy for the end of a refusal',
    );
  });
});

describe('what operators let be asked again', () => {
  const cleared = async (setup: Given, task = TASK) => {
    const stage = await heardStage(setup);
    await stage.table.transact([{ put: { ...keys.refusal('f', task), v: 1, at: DUE } }], 'marker');
    const before = await stage.record();
    return { ...stage, before, tasks: await clearRefusals(stage.system, 'f') };
  };

  it('is what was refused: it is decided anew with the next scan', async () => {
    const { tasks, ...stage } = await cleared({ open: { disabling: REFUSED } });
    expect(tasks).toEqual([TASK]);
    expect(await stage.record()).toMatchObject({ next: { at: NOW, why: 'look' } });
    expect(await stage.open()).not.toHaveProperty('disabling');
    expect(await stage.rows({ pk: 'REFUSED#' })).toEqual([]);
  });

  it.each<[string, Given, string?]>([
    ['that nobody knows any more', {}, 'acmeCo/none'],
    ['whose episode is over', { open: null }],
    ['that is not to be disabled any more', { open: { disabling: undefined as never } }],
    ['that is asked for again by now', {}],
  ])('is no task %s: it stays as it is, and its mark goes', async (_what, setup, task) => {
    const { tasks, before, ...stage } = await cleared(setup, task);
    expect(tasks).toEqual([]);
    expect(await stage.record()).toEqual(before);
    expect(await stage.rows({ pk: 'REFUSED#' })).toEqual([]);
  });
});
