import { describe, expect, it } from 'vitest';
import { DAY, SECOND } from '../../../../functions/abandonment/time.ts';
import { evaluateNotified, takeBackWarnings } from '../../../../functions/notices/send/evaluate-notified.ts';
import { keys } from '../../../../functions/store/keys.ts';
import { loadTask } from '../../../../functions/store/tasks.ts';
import { takingNo } from '../../store/refusing-table.ts';
import {
  ACCEPTED,
  ANA,
  ANA_ADDRESS,
  ASKED,
  answerStage,
  type Given,
  SOON,
  START,
  TASK,
  touches,
} from './answer-stage.ts';
import { waitsFor } from './notify-stage.ts';

const LATER = { at: START + DAY, why: 'look' } as const;

const stoppingAt = (lookAt: number | null) => ({
  moves: 0,
  seen: null,
  told: { [ANA]: { address: ANA_ADDRESS } },
  lookAt,
});

/** Ana was notified of her task and, first, of others that are stored as copies of it. */
async function notified(setup: Given = {}, others: string[] = []) {
  const stage = await answerStage(setup);
  const row = await stage.table.get(keys.task(TASK));
  for (const id of others) {
    const task = { ...(row?.task as object), id };
    await stage.table.transact([{ put: { ...row, ...keys.task(id), task } }], 'copy');
    await stage.table.transact([waitsFor({ notice: 'warning' }, { task: id })], 'copy');
  }
  stage.pass(2 * SECOND);
  return { ...stage, next: async (id: string) => (await loadTask(stage.table, id))?.next };
}

describe('all that somebody was notified of', () => {
  it('is evaluated with the next scan', async () => {
    const { system, next } = await notified({}, ['acmeCo/0', 'acmeCo/1']);
    await evaluateNotified(system, ANA);
    for (const id of ['acmeCo/0', 'acmeCo/1', TASK])
      expect(await next(id)).toEqual({ at: SOON, why: 'look' });
  });

  it.each<[string, Given, object]>([
    ['an episode is over', { open: null }, LATER],
    [
      'its deadline was announced',
      {
        open: null,
        record: { stopping: { moves: 0, seen: null, told: { [ANA]: { address: ANA_ADDRESS } } } },
      },
      { at: SOON, why: 'look' },
    ],
  ])('is evaluated where it may matter: %s', async (_what, setup, after) => {
    const { system, next } = await notified(setup);
    await evaluateNotified(system, ANA);
    expect(await next(TASK)).toEqual(after);
  });

  it('grants nothing any more by what warned them, before they are revived', async () => {
    const { system, part, next } = await notified({ told: ACCEPTED });
    await evaluateNotified(system, ANA);
    expect(await part()).toEqual(ACCEPTED);
    await takeBackWarnings(system, ANA);
    expect(await part()).toEqual({ ...ACCEPTED, warning: 'failed' });
    expect(await next(TASK)).toEqual({ at: SOON, why: 'look' });
  });

  const DUE = { at: SOON, why: 'look' } as const;

  it.each<[string, Given, boolean]>([
    ['is due already', { record: { next: DUE } }, false],
    ['is not noted', { record: { next: null } }, true],
    ['is ahead', { record: { next: LATER } }, true],
    ['is that of its date', { record: { next: { at: START, why: 'disable' } } }, true],
    ['is due, and that of its deadline, too', { record: { next: DUE, stopping: stoppingAt(SOON) } }, false],
    [
      'is due, and that of its deadline is ahead',
      { record: { next: DUE, stopping: stoppingAt(START + DAY) } },
      true,
    ],
    [
      'is due, and that of its deadline comes with a change alone',
      { record: { next: DUE, stopping: stoppingAt(null) } },
      true,
    ],
  ])(
    'is written only where that changes something: its next evaluation %s',
    async (_what, setup, isWritten) => {
      const { system, record } = await notified(setup);
      const { rev } = await record();
      await evaluateNotified(system, ANA);
      expect((await record()).rev - rev).toBe(isWritten ? 1 : 0);
      expect((await record()).next).toEqual(DUE);
    },
  );

  it('is not what others were notified of', async () => {
    const { system, next } = await notified();
    await evaluateNotified(system, 'somebody else');
    expect(await next(TASK)).toEqual(LATER);
  });

  it('is evaluated also where one of the tasks is gone, or its row takes nothing', async () => {
    const { system, next, rows, table } = await notified({}, ['acmeCo/0', 'acmeCo/1']);
    await table.transact([{ delete: keys.task('acmeCo/0') }], 'gone');
    system.table = takingNo(system.table, ({ pk, sk }) => sk === 'T' && pk.endsWith('acmeCo/1'));
    await evaluateNotified(system, ANA);
    expect(await next(TASK)).toEqual({ at: SOON, why: 'look' });
    expect(await rows({ pk: 'OOPS#' })).toMatchObject([{ item: `${ANA} acmeCo/1`, attempt: 1 }]);
  });

  it('is not given up while the table is busy', async () => {
    const { system, busyFor, part } = await notified();
    busyFor(touches('T'));
    await expect(evaluateNotified(system, ANA)).rejects.toThrow('changes too fast');
    expect(await part()).toEqual(ASKED);
  });
});
