import { describe, expect, it } from 'vitest';
import { DAY, HOUR } from '../../../functions/abandonment/time.ts';
import {
  giveUpDisabling,
  isDisablingGivenUp,
  isEnablingGivenUp,
  isItemGivenUp,
  isNotedAsGivenUp,
  isNotifyingGivenUp,
  isStillGivenUp,
} from '../../../functions/scanner/given-up.ts';
import { givenUpKey, loadGivenUpOf, type Work } from '../../../functions/store/given-up.ts';
import { noticeWrite } from '../../../functions/store/notices.ts';
import { newRecipient, recipientWrite } from '../../../functions/store/recipients.ts';
import { RowRefused } from '../../../functions/store/table/row-limits.ts';
import type { Write } from '../../../functions/store/table/table.port.ts';
import { disablingOf, enablingOf } from '../../../functions/work/given-up.ts';
import { dueTask } from './due-task.ts';
import { START as NOW, runStage } from './run-stage.ts';
import { givenUp } from './stored-rows.ts';

const A = 'acmeCo/a';
const ANA: Work = { queue: 'notify', item: 'ana' };

async function stageOf(...writes: Write[]) {
  const stage = runStage();
  await stage.write(...writes);
  return stage;
}

const open = () => dueTask(A) as Parameters<typeof isDisablingGivenUp>[1];
const off = () => {
  const { task, ...record } = dueTask(A);
  const disabledByUs = { at: NOW, episode: 1, run: null };
  return { ...record, task: { ...task, enabled: false }, open: null, disabledByUs } as unknown as Parameters<
    typeof isEnablingGivenUp
  >[1];
};

describe('work that is given up', () => {
  it('is let be for the version of its task, each by its own name', async () => {
    const stage = await stageOf(givenUp(disablingOf(A, 1), { version: 7 }));
    const run = await stage.begin();
    expect([await isDisablingGivenUp(run, open()), await isEnablingGivenUp(run, off())]).toEqual([
      true,
      false,
    ]);
    const enabling = await (await stageOf(givenUp(enablingOf(A, 1), { version: 7 }))).begin();
    expect([await isDisablingGivenUp(enabling, open()), await isEnablingGivenUp(enabling, off())]).toEqual([
      false,
      true,
    ]);
    const edited = await (
      await stageOf(givenUp(disablingOf(A, 1), { version: 6 }), givenUp(enablingOf(A, 1), { version: 8 }))
    ).begin();
    expect([await isDisablingGivenUp(edited, open()), await isEnablingGivenUp(edited, off())]).toEqual([
      false,
      false,
    ]);
    const none = await (await stageOf()).begin();
    expect([await isDisablingGivenUp(none, open()), await isEnablingGivenUp(none, off())]).toEqual([
      false,
      false,
    ]);
  });

  it('of a recipient is made again once something new is due', async () => {
    const run = await (await stageOf(givenUp(ANA))).begin();
    expect([
      await isNotifyingGivenUp(run, 'ana', NOW),
      await isNotifyingGivenUp(run, 'ana', NOW + 1),
      await isNotifyingGivenUp(run, 'bob', NOW),
    ]).toEqual([true, false, false]);
  });

  it('of a generator is its own: what queues have is none of it', async () => {
    const stage = await stageOf(givenUp({ generator: 'garbage', item: 'ana' }));
    expect([
      await isItemGivenUp(await stage.begin(), 'garbage', 'ana'),
      await isItemGivenUp(await stage.begin(), 'garbage', 'bob'),
      await isItemGivenUp(await stage.begin(), 'facts', 'ana'),
      await isNotifyingGivenUp(await stage.begin(), 'ana', NOW),
    ]).toEqual([true, false, false, false]);
  });

  it('is read once in a run', async () => {
    const stage = await stageOf(givenUp(ANA));
    const run = await stage.begin();
    await isNotifyingGivenUp(run, 'ana', NOW);
    await stage.write({ delete: givenUpKey(ANA) });
    expect(await isNotifyingGivenUp(run, 'ana', NOW)).toBe(true);
    expect(await isNotifyingGivenUp(await stage.begin(), 'ana', NOW)).toBe(false);
  });
});

describe('giving up a disabling', () => {
  it('leaves a mark with the version of the task and one record, and is counted', async () => {
    const stage = await stageOf();
    const run = await stage.begin();
    await giveUpDisabling(run, open(), new RowRefused('it has 409601 bytes'));
    expect(run.figures).toEqual({ failed: 1 });
    expect(await loadGivenUpOf(stage.table, disablingOf(A, 1))).toMatchObject({
      queue: 'disable',
      item: `${A}#1`,
      version: 7,
      at: NOW,
    });
    expect(await stage.rows({ pk: 'OOPS#' })).toMatchObject([
      { worker: 'scanner/disabling', item: A, attempt: 1 },
    ]);
  });

  it('is not for what is the fault of the table: that is thrown on', async () => {
    const stage = await stageOf();
    const run = await stage.begin();
    const down = Object.assign(new Error('the table is down'), { name: 'ServiceUnavailable' });
    await expect(giveUpDisabling(run, open(), down)).rejects.toThrow('the table is down');
    expect([run.figures, await stage.rows({ pk: 'GIVEN-UP' })]).toEqual([{}, []]);
  });
});

const waiting = (): Write =>
  noticeWrite({
    recipient: 'ana',
    address: 'ana@acme.test',
    task: A,
    episode: 1,
    pending: { notice: 'warning', since: NOW, notBefore: NOW },
  });
const lastMailed = (at: number | null): Write =>
  recipientWrite({ ...newRecipient('ana', 'ana@acme.test'), lastMailAt: at });
const notified = (): Write => {
  const { put } = waiting() as { put: Record<string, unknown> };
  return { put: { ...put, pending: null } as never };
};

describe('what is given up', () => {
  it.each<[string, Write[], boolean]>([
    ['while something waits for the recipient', [waiting()], true],
    ['while nothing went since', [waiting(), lastMailed(NOW)], true],
    ['no more once a mail went', [waiting(), lastMailed(NOW + 1)], false],
    ['no more where nothing waits', [lastMailed(null)], false],
    ['no more where they were notified of all', [notified()], false],
  ])('lasts %s', async (_what, writes, lasts) => {
    const stage = await stageOf(givenUp(ANA), ...writes);
    expect(await isNotedAsGivenUp(stage.system, ANA)).toBe(lasts);
    expect(await loadGivenUpOf(stage.table, ANA)).toBeDefined();
    expect(await isStillGivenUp(stage.system, ANA)).toBe(lasts);
    expect((await loadGivenUpOf(stage.table, ANA)) === undefined).toBe(!lasts);
  });

  const disabling = disablingOf(A, 1);
  const enabling = enablingOf(A, 1);
  it.each<[string, Work, number, ReturnType<typeof dueTask> | null, boolean]>([
    ['while the episode is open', disabling, 7, open(), true],
    ['no more once the task was edited', disabling, 6, open(), false],
    ['no more with another episode', disablingOf(A, 2), 7, open(), false],
    ['no more once the episode is over', disabling, 7, off(), false],
    ['no more once the task is gone', disabling, 7, null, false],
    ['while the task is off by us', enabling, 7, off(), true],
    ['no more with another disabling', enablingOf(A, 2), 7, off(), false],
    ['no more once it is on', enabling, 7, open(), false],
    ['no more once the task is gone, too', enabling, 7, null, false],
  ])('lasts %s (%o)', async (_what, work, version, task, lasts) => {
    const stage = await stageOf(givenUp(work, { version }));
    if (task) await stage.tasks(task);
    expect(await isNotedAsGivenUp(stage.system, work)).toBe(lasts);
    expect(await isStillGivenUp(stage.system, work)).toBe(lasts);
    expect((await loadGivenUpOf(stage.table, work)) === undefined).toBe(!lasts);
  });

  it('by a generator lasts until an operator clears it', async () => {
    const work: Work = { generator: 'garbage', item: 'x' };
    const stage = await stageOf(givenUp(work));
    expect(await isStillGivenUp(stage.system, work)).toBe(true);
    expect(await isStillGivenUp(stage.system, { generator: 'garbage', item: 'y' })).toBe(false);
    expect(await isNotedAsGivenUp(stage.system, { generator: 'garbage', item: 'y' })).toBe(false);
    stage.pass(400 * DAY + HOUR);
    expect(await isStillGivenUp(stage.system, work)).toBe(true);
  });
});
