import { describe, expect, it } from 'vitest';
import { DAY, MINUTE, SECOND } from '../../../../functions/abandonment/time.ts';
import { recordUnmailable, setAside } from '../../../../functions/notices/send/unmailable.ts';
import type { Waiting } from '../../../../functions/notices/send/waiting.ts';
import { loadGivenUp } from '../../../../functions/store/given-up.ts';
import { keys } from '../../../../functions/store/keys.ts';
import { newRecipient, type RecipientRecord } from '../../../../functions/store/recipients.ts';
import { takingNo } from '../../store/refusing-table.ts';
import { ACCEPTED, ANA, ANA_ADDRESS, ASKED, type Given, SOON, START, TASK, touches } from './answer-stage.ts';
import { FACTS, notifyStage, waitsFor } from './notify-stage.ts';

async function stageOf(setup: Parameters<typeof notifyStage>[0] = {}) {
  const stage = await notifyStage(setup);
  stage.pass(2 * SECOND);
  const kinds = async () => (await stage.rows({ pk: 'OOPS' })).filter(({ pk }) => pk === 'OOPS');
  return { ...stage, kinds };
}

describe('a recipient to whom no mail can be written', () => {
  const recorded = async (setup: Given = {}) => {
    const stage = await stageOf(setup);
    await recordUnmailable(stage.system, await stage.ana(), 'the address is none');
    return stage;
  };

  it('is suppressed, and all that they were notified of is evaluated', async () => {
    const { ana, record } = await recorded();
    expect(await ana()).toMatchObject({ dead: { reason: 'unmailable', at: SOON }, address: ANA_ADDRESS });
    expect((await record()).next).toEqual({ at: SOON, why: 'look' });
  });

  it('leaves one record that names why, and never the address', async () => {
    const { kinds, rows, logged } = await recorded();
    expect(await kinds()).toMatchObject([
      {
        worker: 'notify',
        cause: 'permanent',
        error: 'RecipientUnmailable',
        sample: expect.stringContaining('no mail can be written to this recipient: the address is none'),
      },
    ]);
    expect(await rows({ pk: 'OOPS#' })).toMatchObject([{ item: ANA, attempt: 1 }]);
    expect(JSON.stringify(logged)).not.toContain(ANA_ADDRESS);
  });

  it.each<[string, RecipientRecord['dead']]>([
    ['for good', { reason: 'complaint', at: START }],
    ['for a time', { reason: 'soft-bounce', at: START, until: START + DAY }],
  ])('that is suppressed %s already stays so', async (_what, dead) => {
    expect((await (await recorded({ recipient: { dead } })).ana()).dead).toEqual(dead);
  });

  it('is tried again until all that they were notified of is to be evaluated', async () => {
    const stage = await stageOf();
    stage.busyFor(touches('T'));
    const recipient = await stage.ana();
    await expect(recordUnmailable(stage.system, recipient, 'none')).rejects.toThrow('changes too fast');
    expect((await stage.ana()).dead).toBeNull();
  });

  it('is known as suppressed, where nothing else was known of them', async () => {
    const { system, table, ana } = await stageOf();
    await table.transact([{ delete: keys.recipient(ANA) }], 'forget');
    await recordUnmailable(system, newRecipient(ANA, ANA_ADDRESS), 'none');
    expect(await ana()).toMatchObject({ key: ANA, address: ANA_ADDRESS, dead: { reason: 'unmailable' } });
  });
});

describe('a notice that cannot be written', () => {
  async function aside(
    setup: Parameters<typeof notifyStage>[0] = {},
    cause: unknown = new RangeError('Invalid time value'),
    before: (stage: Awaited<ReturnType<typeof stageOf>>) => Promise<void> = async () => {},
  ) {
    const stage = await stageOf(setup);
    const [notice] = await stage.waiting();
    await before(stage);
    await setAside(stage.system, await stage.view(), notice as Waiting, cause);
    return stage;
  }

  it('waits no more; its task knows that it was tried, and is evaluated, and is found by them as before', async () => {
    const { waiting, part, record, notice } = await aside();
    expect(await waiting()).toEqual([]);
    expect(await notice()).toMatchObject({ pending: null });
    expect(await part()).toEqual({ ...ASKED, warning: 'tried' });
    expect((await record()).next).toEqual({ at: SOON, why: 'look' });
  });

  it.each<[string, unknown, string]>([
    ['an error by its name', new RangeError('acmeCo/secret'), 'a notice cannot be written: RangeError'],
    ['what else was thrown', 'acmeCo/secret', 'a notice cannot be written: not known'],
  ])('leaves a record that names it, and of %s no more', async (_what, cause, sample) => {
    const { kinds, rows } = await aside({}, cause);
    expect(await kinds()).toMatchObject([
      {
        worker: 'notify',
        cause: 'permanent',
        error: 'NoticeUnwritable',
        sample: expect.stringContaining(sample),
      },
    ]);
    expect(JSON.stringify(await kinds())).not.toContain('secret');
    expect(await rows({ pk: 'OOPS#' })).toMatchObject([{ item: `${ANA} ${TASK}`, attempt: 1 }]);
  });

  it('is the reminder that was tried, where it is one', async () => {
    const reminder = { lead: DAY, deadline: START + 7 * DAY, state: 'pending' } as const;
    const { part } = await aside({
      told: { ...ACCEPTED, reminder },
      waits: { notice: 'reminder', lead: DAY, by: START + 7 * DAY },
    });
    expect(await part()).toEqual({ ...ACCEPTED, reminder: { ...reminder, state: 'tried' } });
  });

  it.each<[string, Given]>([
    ['whose episode is over', { open: null }],
    ['of an episode before', { open: { number: 2 } }],
    ['of which the task knows nothing', { open: { told: {} } }],
  ])('%s is gone, and the task is as it was', async (_what, setup) => {
    const before = await (await stageOf(setup)).record();
    const { waiting, record } = await aside(setup);
    expect(await waiting()).toEqual([]);
    expect({ ...(await record()), rev: 0 }).toEqual({ ...before, rev: 0 });
  });

  it('is let be where a newer one stands there by then, and so is the task', async () => {
    const { waiting, part } = await aside({}, new Error('x'), async ({ table }) => {
      await table.transact([waitsFor({ notice: 'enabled', facts: FACTS })], 'newer');
    });
    expect(await waiting()).toMatchObject([{ pending: { notice: 'enabled' } }]);
    expect(await part()).toEqual(ASKED);
  });

  it('of a task that changes at the same time is set aside all the same', async () => {
    const { waiting, part, record } = await aside({}, new Error('x'), async ({ meanwhile, changeTask }) => {
      let writes = 0;
      meanwhile(async () => {
        writes += 1;
        // Those before are the records of what failed.
        if (writes === 2) await changeTask((record) => ({ ...record, vetoes: { count: 1, lastAt: START } }));
      }, 2);
    });
    expect(await waiting()).toEqual([]);
    expect(await part()).toMatchObject({ warning: 'tried' });
    expect((await record()).vetoes).toEqual({ count: 1, lastAt: START });
  });

  it('of a task whose row takes nothing waits no more; the task is never turned off, and operators hear of it', async () => {
    const { waiting, part, rows, table } = await aside({}, new Error('x'), async ({ system }) => {
      system.table = takingNo(system.table, ({ sk }) => sk === 'T');
    });
    expect(await waiting()).toEqual([]);
    expect(await part()).toEqual(ASKED);
    expect([...(await loadGivenUp(table)).values()]).toMatchObject([
      { queue: 'disable', item: `${TASK}#1`, version: 5 },
    ]);
    expect(await rows({ pk: 'OPERATORS' })).toMatchObject([{ code: 'disable-failing', subject: TASK }]);
  });

  it('waits on where such a row meets a newer notice', async () => {
    const { waiting } = await aside({}, new Error('x'), async ({ system, table }) => {
      await table.transact([waitsFor({ notice: 'enabled', facts: FACTS })], 'newer');
      system.table = takingNo(system.table, ({ sk }) => sk === 'T');
    });
    expect(await waiting()).toMatchObject([{ pending: { notice: 'enabled' } }]);
  });

  it('is not set aside while the table is busy', async () => {
    const stage = await stageOf();
    const [notice] = await stage.waiting();
    stage.busyFor(touches('T'));
    await expect(
      setAside(stage.system, await stage.view(), notice as Waiting, new Error('x')),
    ).rejects.toThrow('changes too fast');
    expect(await stage.waiting()).toHaveLength(1);
    stage.pass(MINUTE);
  });
});
