import { describe, expect, it } from 'vitest';
import { DAY, HOUR, MINUTE, SECOND } from '../../../../functions/abandonment/time.ts';
import { judgeNotices } from '../../../../functions/notices/send/judge-notices.ts';
import type { PendingNotice } from '../../../../functions/store/notices.ts';
import type { PausesRecord } from '../../../../functions/store/pauses.ts';
import type { Row } from '../../../../functions/store/table/table.port.ts';
import { takingNo } from '../../store/refusing-table.ts';
import {
  ACCEPTED,
  ANA,
  ANA_ADDRESS,
  ASKED,
  BO,
  BO_ADDRESS,
  DATE,
  type Given,
  START,
  TASK,
} from './answer-stage.ts';
import { FACTS, notifyStage, waitsFor } from './notify-stage.ts';

/** What is decided of all that waits, two seconds after it was asked for. */
async function judged(
  setup: Given & { pauses?: Partial<PausesRecord>; also?: ReturnType<typeof waitsFor>[] } = {},
) {
  const stage = await notifyStage(setup);
  stage.pass(2 * SECOND);
  const act = async () =>
    judgeNotices(stage.system, await stage.view(), ANA, await stage.waiting(), START + 2 * SECOND);
  return { ...stage, act };
}

/** What goes, and why the rest is taken back. */
async function verdict(setup: Parameters<typeof judged>[0]) {
  const { act, logged, notice } = await judged(setup);
  const items = (await act()).map(({ item }) => item);
  const skipped = logged.map(({ properties }) => properties);
  return { items, skipped, isLeft: (await notice())?.pending != null };
}

const past = (pending: object): Partial<PendingNotice> => ({ since: START, notBefore: START, ...pending });
const OFF: Given = { task: { enabled: false }, open: null };

describe('a warning, just before it goes,', () => {
  /** The date is a full grace from now on, rounded up to the minute. */
  const DATED = {
    task: TASK,
    episode: 1,
    notice: 'warning',
    grace: 1,
    disableAt: START + 7 * DAY + MINUTE,
    after: 7 * DAY,
    since: START - 14 * DAY,
    restarts: 30,
    asked: START,
  };

  it('names the date and what was tried', async () => {
    expect(await verdict({})).toEqual({ items: [DATED], skipped: [], isLeft: true });
  });

  it('says how often the task came up for too short', async () => {
    const { record } = await notifyStage();
    const evidence = { ...(await record()).evidence, twitches: { count: 3, lastAt: START } };
    expect((await verdict({ record: { evidence } })).items).toEqual([{ ...DATED, twitches: 3 }]);
  });

  it('names no date below mode disable (promise 3)', async () => {
    const { after: _, ...undated } = DATED;
    const { items } = await verdict({ policy: { mode: 'notify' }, open: { graceMode: 'notify' } });
    expect(items).toEqual([{ ...undated, disableAt: null }]);
  });

  it('goes with the task and the notice that it was decided from', async () => {
    const { act, record, waiting } = await judged();
    expect(await act()).toMatchObject([{ record: await record(), notice: (await waiting())[0] }]);
  });

  it.each<[string, Given, string]>([
    ['its episode is over', { open: null }, 'over'],
    ['another episode is open', { open: { number: 2 } }, 'over'],
    ['SES took it before', { told: ACCEPTED }, 'told'],
    ['their policy only detects by now', { policy: { mode: 'detect' } }, 'stage'],
    ['they are no recipient any more', { task: { owners: [BO_ADDRESS] } }, 'no-recipient'],
  ])('is taken back, with the reason, where %s', async (_what, setup, reason) => {
    expect(await verdict(setup)).toEqual({
      items: [],
      skipped: [{ task: TASK, notice: 'warning', reason }],
      isLeft: false,
    });
  });

  it.each(['warning', 'overdue'] as const)('%s goes again where an operator wants that', async (notice) => {
    const overdue: Given = {
      task: { deadline: START - DAY },
      policy: { mode: 'disable', stopNotice: '3d', atDeadline: 'alert' },
      open: { alert: 'task_overdue', graceMode: 'notify', since: START - DAY },
    };
    const setup = {
      ...(notice === 'overdue' && overdue),
      told: { ...ACCEPTED, dated: notice === 'warning' },
    };
    const [again] = (await verdict({ ...setup, waits: { notice, again: true } })).items;
    expect(again).toMatchObject({ notice });
    expect(again?.alert).toBe(notice === 'overdue' ? 'task_overdue' : undefined);
    const once = await verdict({ ...setup, waits: { notice } });
    expect(once).toMatchObject({ items: [], skipped: [{ reason: 'told' }] });
  });

  it.each<[string, Partial<PausesRecord>]>([
    ['evaluating', { evaluate: START }],
    ['telling', { notify: START }],
  ])('waits on while %s is paused', async (_what, pauses) => {
    expect(await verdict({ pauses })).toEqual({ items: [], skipped: [], isLeft: true });
  });
});

describe('a reminder, just before it goes,', () => {
  const reminder = { lead: 3 * DAY, deadline: DATE, state: 'pending' } as const;
  const waits: Partial<PendingNotice> = { notice: 'reminder', lead: 3 * DAY, by: DATE };

  it('says of which step it is', async () => {
    const { items } = await verdict({ told: { ...ACCEPTED, reminder }, waits });
    expect(items).toMatchObject([{ notice: 'reminder', lead: 3 * DAY, asked: START, grace: 1 }]);
  });

  it('is taken back where they declined reminders, and is done for the task', async () => {
    const setup: Given = { told: { ...ACCEPTED, reminder }, waits, recipient: { declined: true } };
    const { act, part, notice, logged } = await judged(setup);
    expect(await act()).toEqual([]);
    expect(logged).toMatchObject([{ message: 'notice skipped', properties: { reason: 'declined' } }]);
    expect(await part()).toEqual({ ...ACCEPTED, reminder: { ...reminder, state: 'done' } });
    // By its row a later suppression finds the task.
    expect(await notice()).toMatchObject({ pending: null });
  });
});

describe('a notice of what is past, just before it goes,', () => {
  it.each<[string, object, object]>([
    ['what was frozen', {}, {}],
    ['of which alert it was', { alert: 'task_overdue' }, { alert: 'task_overdue' }],
    ['how often the task came up for too short', { twitches: 2 }, { twitches: 2 }],
  ])('says %s', async (_what, facts, more) => {
    const waits = past({ notice: 'disabled', facts: { ...FACTS, ...facts } });
    expect((await verdict({ ...OFF, waits })).items).toEqual([
      {
        task: TASK,
        episode: 1,
        notice: 'disabled',
        grace: 0,
        disableAt: null,
        since: FACTS.since,
        restarts: 4,
        asked: START,
        ...more,
      },
    ]);
  });

  it.each<[string, Given, Partial<PendingNotice>, string | undefined]>([
    ['disabled of what is on again', {}, past({ notice: 'disabled' }), 'on-again'],
    ['recovered of what fails again', { open: null }, past({ notice: 'recovered' }), 'fails-again'],
    ['recovered of what is off', OFF, past({ notice: 'recovered' }), 'off'],
    [
      'enabled of what was made anew since',
      { task: { cameBackAt: START + 1 } },
      past({ notice: 'enabled' }),
      'gone',
    ],
    ['enabled of what is on', {}, past({ notice: 'enabled' }), undefined],
    ['withdrawn, whatever came after it', OFF, past({ notice: 'withdrawn' }), undefined],
    ['still-off of what is on again', {}, past({ notice: 'still-off' }), 'on-again'],
    ['still-off of what is off', OFF, past({ notice: 'still-off' }), undefined],
    [
      'still-off to who declined reminders',
      { ...OFF, recipient: { declined: true } },
      past({ notice: 'still-off' }),
      'declined',
    ],
  ])('%s is dropped with its reason, or goes', async (_what, setup, waits, reason) => {
    const { items, skipped, isLeft } = await verdict({
      ...setup,
      waits: { ...waits, facts: FACTS } as never,
    });
    expect(items).toHaveLength(reason ? 0 : 1);
    expect(skipped).toEqual(reason ? [{ task: TASK, notice: waits.notice, reason }] : []);
    expect(isLeft).toBe(reason === undefined);
  });

  it.each<[string, object, boolean]>([
    ['90 days after the disabling', { disabledAt: START + 2 * SECOND - 90 * DAY }, false],
    ['just before', { disabledAt: START + 2 * SECOND - 90 * DAY + 1 }, true],
    [
      'at the instant that its owning system named',
      { disabledAt: START - DAY, restorableUntil: START + 2 * SECOND },
      false,
    ],
    ['just before it', { disabledAt: START - 100 * DAY, restorableUntil: START + 2 * SECOND + 1 }, true],
  ])('still-off goes no more once the task cannot be enabled as it was: %s', async (_what, facts, goes) => {
    const waits = past({ notice: 'still-off', facts: { ...FACTS, ...facts } });
    const { items, skipped } = await verdict({ ...OFF, waits });
    expect(items).toHaveLength(goes ? 1 : 0);
    if (!goes) expect(skipped).toMatchObject([{ reason: 'too-late' }]);
  });

  it.each<[string, Given['task'], string | undefined]>([
    ['goes while it holds', { disclaimed: [BO] }, undefined],
    ['is dropped where they took it back', { disclaimed: [ANA] }, 'taken-back'],
    ['is dropped where nobody says so any more', {}, 'taken-back'],
    ['is dropped where the task is gone', { deletedAt: START }, 'gone'],
  ])('that somebody said it is not theirs %s', async (_what, task, reason) => {
    const facts = { ...FACTS, disclaimed: { by: BO_ADDRESS } };
    const waits = past({ notice: 'disclaimed', facts });
    const { items, skipped } = await verdict({ task: task ?? {}, waits });
    expect(items).toHaveLength(reason ? 0 : 1);
    expect(skipped.map((about) => about.reason)).toEqual(reason ? [reason] : []);
  });

  it('of a task that nobody knows any more is dropped, but for what is withdrawn', async () => {
    const also = [
      waitsFor({ notice: 'enabled', facts: FACTS }, { task: 'acmeCo/gone' }),
      waitsFor({ notice: 'withdrawn', facts: FACTS }, { task: 'acmeCo/gone-too' }),
      waitsFor(
        { notice: 'disclaimed', facts: { ...FACTS, disclaimed: { by: BO_ADDRESS } } },
        { task: 'acmeCo/lost' },
      ),
    ];
    const { items, skipped } = await verdict({ waits: null, also });
    expect(items).toMatchObject([{ task: 'acmeCo/gone-too', notice: 'withdrawn' }]);
    expect(skipped).toEqual([
      { task: 'acmeCo/gone', notice: 'enabled', reason: 'gone' },
      { task: 'acmeCo/lost', notice: 'disclaimed', reason: 'gone' },
    ]);
  });
});

describe('a notice of a task’s own deadline, just before it goes,', () => {
  const END = START + 2 * DAY;
  const asked = { address: ANA_ADDRESS, pending: { deadline: END, moves: 2 } };
  const stopping = { moves: 2, seen: END, told: { [ANA]: asked } };
  const deadlineSetup = (more: Given = {}): Given & { also: ReturnType<typeof waitsFor>[] } => ({
    task: { deadline: END },
    record: { stopping },
    open: null,
    waits: null,
    also: [waitsFor({ notice: 'stopping', by: END }, { episode: 0 })],
    ...more,
    policy: { stopNotice: '3d', atDeadline: 'disable', ...more.policy },
  });
  const expected = {
    task: TASK,
    episode: 0,
    notice: 'stopping',
    grace: 2,
    disableAt: END,
    since: END,
    restarts: 30,
    asked: START,
  };

  it('names the deadline, and that the task is turned off then', async () => {
    expect((await verdict(deadlineSetup())).items).toEqual([{ ...expected, binds: true }]);
  });

  it('binds nobody where the task is not turned off by us', async () => {
    expect((await verdict(deadlineSetup({ policy: { atDeadline: 'alert' } }))).items).toEqual([expected]);
    expect((await verdict(deadlineSetup({ policy: { mode: 'notify' } }))).items).toEqual([expected]);
  });

  it('holds whatever episode is open', async () => {
    expect((await verdict(deadlineSetup({ open: {} }))).items).toEqual([{ ...expected, binds: true }]);
  });

  it('waits while notifying is paused', async () => {
    const { act, logged, waiting } = await judged({ ...deadlineSetup(), pauses: { notify: START } });
    expect(await act()).toEqual([]);
    expect(logged).toEqual([]);
    expect(await waiting()).toHaveLength(1);
  });

  it.each<[string, Given, string]>([
    ['the deadline was taken back', { task: {} }, 'no-deadline'],
    ['it is past', { task: { deadline: START } }, 'due'],
    ['they declined reminders', { recipient: { declined: true } }, 'declined'],
    ['they are no recipient any more', { task: { deadline: END, owners: [BO_ADDRESS] } }, 'no-recipient'],
  ])('is taken back, and may be asked for anew, where %s', async (_what, more, reason) => {
    const { act, logged, waiting, record } = await judged(deadlineSetup(more));
    expect(await act()).toEqual([]);
    expect(logged).toEqual([
      { message: 'notice skipped', properties: { task: TASK, notice: 'stopping', reason } },
    ]);
    expect(await waiting()).toEqual([]);
    expect((await record()).stopping?.told[ANA]?.pending).toBeUndefined();
  });

  it('is taken back where the task is not known any more', async () => {
    const also = [waitsFor({ notice: 'stopping', by: END }, { episode: 0, task: 'acmeCo/gone' })];
    const { act, logged, waiting } = await judged({ waits: null, also });
    expect(await act()).toEqual([]);
    expect(logged).toMatchObject([{ properties: { reason: 'gone' } }]);
    expect(await waiting()).toEqual([]);
  });
});

describe('a notice that is taken back', () => {
  const VOID: Given = { policy: { mode: 'detect' } };

  it('may be asked for anew: the task knows nothing of it, and is evaluated', async () => {
    const { act, part, record } = await judged(VOID);
    await act();
    expect(await part()).toBeUndefined();
    expect((await record()).next).toEqual({ at: START + 2 * SECOND, why: 'look' });
  });

  it('is left where the task changes at that moment: it is decided again with the next mail', async () => {
    const { act, meanwhile, changeTask, part, notice } = await judged(VOID);
    meanwhile(() => changeTask((record) => ({ ...record, vetoes: { count: 1, lastAt: START } })));
    await act();
    expect(await part()).toEqual(ASKED);
    expect((await notice())?.pending).toMatchObject({ notice: 'warning' });
  });

  it('is left where a newer one stands there by then', async () => {
    const { act, meanwhile, table, waiting } = await judged({ open: null });
    const newer = waitsFor({ notice: 'enabled', since: START + HOUR, facts: FACTS });
    meanwhile(async () => void (await table.transact([newer], 'newer')));
    await act();
    expect(await waiting()).toMatchObject([{ pending: { notice: 'enabled' } }]);
  });

  it('waits no more where the row of its task can never be stored', async () => {
    const { act, system, waiting, rows } = await judged(VOID);
    system.table = takingNo(system.table, (row: Row) => row.sk === 'T');
    await act();
    expect(await waiting()).toEqual([]);
    expect(await rows({ pk: 'OOPS#' })).toMatchObject([{ item: `${ANA} ${TASK}`, attempt: 1 }]);
  });
});
