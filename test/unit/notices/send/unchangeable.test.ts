import { describe, expect, it } from 'vitest';
import { storeOnTask } from '../../../../functions/notices/send/unchangeable.ts';
import { loadGivenUp } from '../../../../functions/store/given-up.ts';
import { RowRefused } from '../../../../functions/store/table/row-limits.ts';
import { TableBusy } from '../../../../functions/store/table-busy.ts';
import { ANA, answerStage, START, TASK } from './answer-stage.ts';

const NOTICE = { recipient: ANA, task: TASK, episode: 1 };

async function stored(store: () => Promise<unknown>, notice = NOTICE) {
  const stage = await answerStage();
  const isStored = await storeOnTask(stage.system, notice, store);
  const kinds = (await stage.rows({ pk: 'OOPS' })).filter(({ pk }) => pk === 'OOPS');
  return { ...stage, isStored, kinds, givenUp: [...(await loadGivenUp(stage.table)).values()] };
}

describe('what became of a notice', () => {
  it('is stored on its task, and nothing else happens', async () => {
    const { isStored, kinds, givenUp, rows } = await stored(async () => 'done');
    expect({ isStored, kinds, givenUp }).toEqual({ isStored: true, kinds: [], givenUp: [] });
    expect(await rows({ pk: 'OPERATORS' })).toEqual([]);
  });

  it('that its row can never take leaves the task on, by name, and notifies operators', async () => {
    const { isStored, kinds, givenUp, rows } = await stored(() =>
      Promise.reject(new RowRefused('it is full')),
    );
    expect(isStored).toBe(false);
    expect(kinds).toMatchObject([{ worker: 'notify', cause: 'permanent', error: 'RowRefused' }]);
    expect(await rows({ pk: 'OOPS#' })).toMatchObject([{ item: `${ANA} ${TASK}`, attempt: 1 }]);
    expect(givenUp).toMatchObject([
      {
        queue: 'disable',
        item: `${TASK}#1`,
        at: START,
        // Until the task changes: a later version may have room.
        version: 5,
        fingerprint: kinds[0]?.fingerprint,
        reason: expect.stringContaining('it is full'),
      },
    ]);
    expect(await rows({ pk: 'OPERATORS' })).toMatchObject([
      {
        code: 'disable-failing',
        subject: TASK,
        detail: expect.stringContaining(`taskwarden oops resolve ${kinds[0]?.fingerprint}`),
      },
    ]);
  });

  it('of a task that nobody knows is given up without a version', async () => {
    const unknown = { ...NOTICE, task: 'acmeCo/gone' };
    const { isStored, givenUp } = await stored(() => Promise.reject(new RowRefused('it is full')), unknown);
    expect(isStored).toBe(false);
    expect(givenUp).toMatchObject([{ queue: 'disable', item: 'acmeCo/gone#1' }]);
    expect(givenUp[0]).not.toHaveProperty('version');
  });

  it.each([new TableBusy('it changes too fast'), new TypeError('not a function')])(
    'that fails for another reason is nobody’s own fault: %s',
    async (error) => {
      await expect(stored(() => Promise.reject(error))).rejects.toBe(error);
    },
  );
});
