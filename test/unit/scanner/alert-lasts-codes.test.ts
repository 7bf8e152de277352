import { describe, expect, it } from 'vitest';
import type { Episode } from '../../../functions/abandonment/task.ts';
import { DAY, HOUR, MINUTE } from '../../../functions/abandonment/time.ts';
import type { OperatorAlertCode } from '../../../functions/platform/alert-codes.ts';
import { lasts, lastsThisHour } from '../../../functions/scanner/alert-lasts.ts';
import { loadGivenUpOf, type Work } from '../../../functions/store/given-up.ts';
import { keys } from '../../../functions/store/keys.ts';
import { noticeWrite } from '../../../functions/store/notices.ts';
import type { OperatorAlertRecord } from '../../../functions/store/operator-alerts.ts';
import type { Write } from '../../../functions/store/table/table.port.ts';
import type { TaskRecord } from '../../../functions/store/tasks.ts';
import { disablingOf, enablingOf } from '../../../functions/work/given-up.ts';
import { dueTask } from './due-task.ts';
import { START as NOW, runStage } from './run-stage.ts';
import { givenUp } from './stored-rows.ts';

const A = 'acmeCo/a';
const alert = (code: OperatorAlertCode, subject = A): OperatorAlertRecord => ({
  code,
  subject,
  detail: '',
  since: NOW - 7 * DAY,
  toldAt: NOW - 7 * DAY,
  active: true,
  rev: 1,
});
/** The mark of work that was given up, of the version that the task has. */
const mark = (work: Work) => givenUp(work, { version: 7 });
const task = (more: Partial<TaskRecord> = {}, open: Partial<Episode> = {}): TaskRecord => ({
  ...dueTask(A, { open }),
  ...more,
});
const { task: ownTask } = dueTask(A);
const vetoed = { count: 1, lastAt: NOW };
const reverted = { ...ownTask, reverted: { at: NOW - DAY, disabledAt: NOW - 2 * DAY } };
const disabling = {
  state: 'queued',
  asker: { by: 'person', person: 'ana', at: NOW },
  queuedAt: NOW,
  attempts: 0,
} as const;

/** A stage with a task and rows beside it; asks both questions, of a run whose scan before was an hour ago. */
async function asked(of: OperatorAlertRecord, record: TaskRecord | null, ...rows: Write[]) {
  const stage = runStage();
  if (record) await stage.tasks(record);
  await stage.write(...rows);
  const thisHour = await lastsThisHour(await stage.begin(NOW, { before: NOW - HOUR }), of);
  return { lasts: await lasts(await stage.begin(), of), thisHour, stage };
}

const ANA: Work = { queue: 'notify', item: 'ana' };
const waits = noticeWrite({
  recipient: 'ana',
  address: 'ana@acme.test',
  task: A,
  episode: 1,
  pending: { notice: 'warning', since: NOW, notBefore: NOW },
});

describe('what an alert says holds', () => {
  it.each<[OperatorAlertCode, string, TaskRecord | null, Write[], boolean]>([
    ['veto-loop', 'while publications keep it from firing', task({ vetoes: vetoed }), [], true],
    ['veto-loop', 'not once none does', task(), [], false],
    ['veto-loop', 'not once they count nothing', task({ vetoes: { ...vetoed, count: 0 } }), [], false],
    [
      'veto-loop',
      'not of a task that is off',
      task({ vetoes: vetoed, task: { ...ownTask, enabled: false } }),
      [],
      false,
    ],
    ['veto-loop', 'not of a task that is gone', null, [], false],
    ['disable-reverted', 'while it is on again', task({ task: reverted }), [], true],
    ['disable-reverted', 'not where nothing was reverted', task(), [], false],
    ['disable-reverted', 'not of a task that is gone', null, [], false],
    ['disable-failing', 'while the disabling is on its way', task({}, { disabling }), [], true],
    ['disable-failing', 'while it is given up', task(), [mark(disablingOf(A, 1))], true],
    ['disable-failing', 'not once another episode is open', task(), [mark(disablingOf(A, 2))], false],
    ['disable-failing', 'not otherwise', task(), [], false],
    ['disable-failing', 'not of a task that is gone', null, [], false],
    [
      'no-reachable-owner',
      'while that holds it',
      task({ hold: { reason: 'no-reachable-owner', since: NOW } }),
      [],
      true,
    ],
    [
      'no-reachable-owner',
      'not while something else does',
      task({ hold: { reason: 'kept', since: NOW } }),
      [],
      false,
    ],
    ['no-reachable-owner', 'not of a task that is held by nothing', task(), [], false],
    ['no-reachable-owner', 'not of a task that is gone', null, [], false],
    ['blast-radius', 'while a spike waits for approval', task({}, { brake: { heldAt: NOW } }), [], true],
    [
      'blast-radius',
      'not once it is approved',
      task({}, { brake: { heldAt: NOW, approvedAt: NOW } }),
      [],
      false,
    ],
  ])('%s: %s', async (code, _what, record, rows, holds) => {
    expect(await asked(alert(code, code === 'blast-radius' ? 'fleet' : A), record, ...rows)).toMatchObject({
      lasts: holds,
      thisHour: holds,
    });
  });

  it.each<[string, Write[], boolean]>([
    ['while it waits', [mark(ANA), waits], true],
    ['not once nothing waits', [mark(ANA)], false],
    ['not where it is not given up', [waits], false],
  ])(
    'notify-failing: what is given up for a recipient: %s; only once a week that takes it up',
    async (_what, rows, holds) => {
      const { lasts: week, thisHour, stage } = await asked(alert('notify-failing', 'ana'), null, ...rows);
      expect([week, thisHour]).toEqual([holds, holds]);
      expect((await loadGivenUpOf(stage.table, ANA)) !== undefined).toBe(holds);
      const hourly = runStage();
      await hourly.write(...rows);
      await lastsThisHour(await hourly.begin(), alert('notify-failing', 'ana'));
      expect((await loadGivenUpOf(hourly.table, ANA)) !== undefined).toBe(
        rows.length > 1 || rows[0] !== waits,
      );
    },
  );

  it('work-given-up: while its generator has any', async () => {
    const mine = mark({ generator: 'garbage', item: 'x' });
    expect(await asked(alert('work-given-up', 'garbage'), null, mine)).toMatchObject({
      lasts: true,
      thisHour: true,
    });
    expect(await asked(alert('work-given-up', 'facts'), null, mine)).toMatchObject({
      lasts: false,
      thisHour: false,
    });
  });

  it('disable-failing: a refusal lasts with its episode, until the week is over', async () => {
    expect(await asked(alert('disable-failing'), task({}, { refusals: 1 }))).toMatchObject({
      lasts: false,
      thisHour: true,
    });
    expect(await asked(alert('disable-failing'), task({}, { refusals: 0 }))).toMatchObject({
      thisHour: false,
    });
  });

  it('enable-refused: while the enabling is given up', async () => {
    const off = { enabled: false };
    const record = {
      ...task(),
      open: null,
      next: null,
      task: { ...ownTask, ...off },
      disabledByUs: { at: NOW, episode: 1, run: null },
    };
    expect((await asked(alert('enable-refused'), record, mark(enablingOf(A, 1)))).lasts).toBe(true);
    expect((await asked(alert('enable-refused'), record, mark(enablingOf(A, 2)))).lasts).toBe(false);
    expect((await asked(alert('enable-refused'), null, mark(enablingOf(A, 0)))).lasts).toBe(false);
  });

  it('control-plane-unavailable: while it fails', async () => {
    const row = { ...keys.controlPlaneBreaker('own'), v: 1, controlPlane: 'own' };
    expect((await asked(alert('control-plane-unavailable', 'own'), null, { put: row })).lasts).toBe(true);
    expect((await asked(alert('control-plane-unavailable', 'other'), null, { put: row })).lasts).toBe(false);
  });

  it('what is over once operators were notified does not last; what others take back does', async () => {
    expect((await asked(alert('not-mine'), null)).lasts).toBe(false);
    expect(await asked(alert('data-plane-silent', 'eu-1'), null)).toMatchObject({
      lasts: true,
      thisHour: true,
    });
  });
});

it.each([
  [NOW, undefined, true],
  [NOW, NOW - 1, true],
  [NOW + 59 * MINUTE, NOW, false],
  [NOW + HOUR, NOW + 59 * MINUTE, true],
])(
  'it is asked with the first scan of an hour alone: at %i after one at %s',
  async (now, before, isAsked) => {
    const stage = runStage();
    const run = await stage.begin(now, before === undefined ? {} : { before });
    expect(await lastsThisHour(run, alert('veto-loop'))).toBe(isAsked ? false : undefined);
  },
);
