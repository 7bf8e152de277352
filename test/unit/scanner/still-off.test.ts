import { describe, expect, it } from 'vitest';
import { DAY } from '../../../functions/abandonment/time.ts';
import { addAdmin, addSubscription } from '../../../functions/operators/people.ts';
import { recipientKey } from '../../../functions/platform/addresses.ts';
import { evaluateTask } from '../../../functions/scanner/evaluate-task.ts';
import { notifyStillOff } from '../../../functions/scanner/still-off.ts';
import { notifyUndone } from '../../../functions/scanner/undone.ts';
import { type AlertRecord, alertWrite } from '../../../functions/store/alerts.ts';
import { holderWrite } from '../../../functions/store/holders.ts';
import { keys } from '../../../functions/store/keys.ts';
import { newRecipient, type RecipientRecord, recipientWrite } from '../../../functions/store/recipients.ts';
import type { Write } from '../../../functions/store/table/table.port.ts';
import type { TaskRecord } from '../../../functions/store/tasks.ts';
import { anAlert } from '../store/filled-table.ts';
import { puts, refusing } from '../store/refusing-table.ts';
import { dueTask } from './due-task.ts';
import { aPlane, START as NOW, type RunStage, runStage } from './run-stage.ts';

const A = 'acmeCo/a';
const TOPIC = 'arn:aws:sns:eu-west-1:123456789012:chat';
const [ANA, BOB, BOSS] = ['ana', 'bob', 'boss'].map((name) => recipientKey(`${name}@acme.test`)) as [
  string,
  string,
  string,
];

/** A task that a scan disabled sixty days ago: it can be enabled as it was for thirty days more. */
function off(
  more: Partial<TaskRecord['disabledByUs']> = {},
  owners = ['ana@acme.test', 'bob@acme.test'],
): TaskRecord {
  const { task, ...record } = dueTask(A);
  return {
    ...record,
    task: { ...task, owners, enabled: false },
    open: null,
    next: { at: NOW, why: 'look' },
    disabledByUs: { at: NOW - 60 * DAY, episode: 1, run: 'r1', ...more },
  };
}
const ALERT = anAlert({
  since: NOW - 90 * DAY,
  firedAt: NOW - 70 * DAY,
  resolvedAt: NOW - 60 * DAY,
  reason: 'disabled',
  evidence: { restarts: 4 },
  mails: [],
  run: 'r1',
  holders: [ANA],
});
const recipient = (name: string, more: Partial<RecipientRecord>): Write =>
  recipientWrite({
    ...newRecipient(recipientKey(`${name}@acme.test`), `${name}@acme.test`),
    ...more,
  } as RecipientRecord);

async function stageOf(record: TaskRecord, alert: AlertRecord | null, ...more: Write[]) {
  const stage = runStage({ topics: [TOPIC] });
  await stage.policy({ mode: 'disable', stillOff: '30d' });
  await stage.tasks(record);
  if (alert) await stage.write(alertWrite(alert));
  await stage.write(...more);
  return stage;
}

/** Who is to hear what, by then. */
async function noticesOf({ rows }: RunStage): Promise<[string, Record<string, unknown>][]> {
  const waiting = (await rows({ pk: 'R#', sk: 'N#' })).filter(({ pending }) => pending != null);
  return waiting.map(({ pk, pending }) => [pk.slice(2), pending as Record<string, unknown>]);
}
const heard = async (stage: RunStage) => (await noticesOf(stage)).map(([key]) => key).sort();

describe('a task that is still off', () => {
  const remind = async (stage: RunStage) => notifyStillOff(await stage.begin(), await stage.task());

  it('is brought to mind of its recipients once', async () => {
    const stage = await stageOf(off(), ALERT);
    const record = await remind(stage);
    expect(record).toEqual(await stage.task());
    expect(record).toMatchObject({ next: null, disabledByUs: { reminded: true } });
    expect(await heard(stage)).toEqual([ANA, BOB].sort());
    const [, pending] = (await noticesOf(stage))[0]!;
    expect(pending).toMatchObject({
      notice: 'still-off',
      since: NOW,
      notBefore: NOW,
      facts: { since: ALERT.since, disabledAt: NOW - 60 * DAY, resolvedReason: 'disabled' },
    });
    expect((await remind(stage))?.rev).toBe(record?.rev);
  });

  it('is not yet where that is due later', async () => {
    const stage = await stageOf(off({ at: NOW - 60 * DAY + 1 }), ALERT);
    const record = await stage.task();
    expect(await notifyStillOff(await stage.begin(), record)).toBe(record);
    expect(await heard(stage)).toEqual([]);
  });

  it('is of no interest to who declined reminders; topics repeat what people hear', async () => {
    const subscription = { prefix: '', topic: TOPIC, alertTypes: ['task_auto_disabled'] };
    const some = await stageOf(off(), ALERT, recipient('bob', { declined: true }));
    await addSubscription(some.system, subscription, 'olga');
    await remind(some);
    expect(await heard(some)).toEqual([ANA, recipientKey(TOPIC)].sort());
    const none = await stageOf(off({}, ['bob@acme.test']), ALERT, recipient('bob', { declined: true }));
    await addSubscription(none.system, subscription, 'olga');
    const before = await none.table.get(keys.alert(A, 1));
    expect(await remind(none)).toMatchObject({ disabledByUs: { reminded: true } });
    expect(await heard(none)).toEqual([]);
    expect(await none.table.get(keys.alert(A, 1))).toEqual(before);
  });

  it('goes to those who hear of a disabling today', async () => {
    const stage = await stageOf(off({}, []), ALERT);
    await addSubscription(
      stage.system,
      { prefix: 'acmeCo/', email: 'bob@acme.test', alertTypes: ['task_auto_disabled'] },
      'olga',
    );
    await addSubscription(
      stage.system,
      { prefix: 'acmeCo/', email: 'ana@acme.test', alertTypes: ['task_abandoned'] },
      'olga',
    );
    await remind(stage);
    expect(await heard(stage)).toEqual([BOB]);
    const alone = await stageOf(off({}, []), ALERT);
    await addAdmin(alone.system, { prefix: 'acmeCo/', email: 'boss@acme.test' }, 'olga');
    await remind(alone);
    expect(await heard(alone)).toEqual([BOSS]);
  });

  it.each<[string, TaskRecord, AlertRecord | null, Record<string, unknown>]>([
    ['its alert is kept no longer', off(), null, {}],
    ['it can no longer be enabled as it was', off({ at: NOW - 90 * DAY }), ALERT, {}],
    ['its scope only detects by now', off(), ALERT, { mode: 'detect' }],
  ])('goes to nobody where %s, and not asked for again', async (_what, record, alert, policy) => {
    const stage = await stageOf(record, alert);
    await stage.policy(policy, 'acmeCo/');
    expect(await remind(stage)).toMatchObject({ disabledByUs: { reminded: true } });
    expect(await heard(stage)).toEqual([]);
  });

  it('goes with an evaluation of the task, which is taken again where that changed meanwhile', async () => {
    const stage = await stageOf(off(), ALERT);
    await stage.planes(aPlane('eu-1'));
    stage.on(refusing(stage.system.table, (writes) => puts(writes, `T#${A}`)));
    const run = await stage.begin();
    const seen = await evaluateTask(run, await stage.task());
    expect(run.figures).toEqual({ conflicts: 1 });
    expect(seen?.record).toMatchObject({ disabledByUs: { reminded: true } });
    expect(await heard(stage)).toEqual([ANA, BOB].sort());
  });
});

describe('a disabling that an operator undid', () => {
  const undone = (
    state: 'asked' | 'enabled' | 'told' = 'enabled',
    task: Partial<TaskRecord['task']> = {},
  ): TaskRecord => {
    const record = off();
    const undo = { episode: 1, by: 'olga', at: NOW - DAY, state };
    return {
      ...record,
      task: { ...record.task, enabled: true, ...task },
      disabledByUs: null,
      next: null,
      undo,
    };
  };
  const notify = async (stage: RunStage) => notifyUndone(await stage.begin(), await stage.task());
  const holders = [
    holderWrite(A, 1, BOB, NOW),
    holderWrite(A, 1, BOSS, NOW),
    holderWrite(A, 2, 'other', NOW),
  ];
  const recipients = ['ana', 'bob', 'boss'].map((name) =>
    recipient(name, name === 'boss' ? { dead: { reason: 'bounce', at: NOW } } : {}),
  );

  it('goes once to those who are reachable and hold a mail of that episode', async () => {
    const stage = await stageOf(undone(), ALERT, ...holders, ...recipients);
    expect(await notify(stage)).toMatchObject({ undo: { state: 'told', by: 'olga' } });
    expect(await heard(stage)).toEqual([ANA, BOB].sort());
    expect((await noticesOf(stage))[0]?.[1]).toEqual({
      notice: 'enabled',
      since: NOW,
      notBefore: NOW,
      facts: { since: ALERT.since, restarts: 4, enabledAt: NOW - DAY },
    });
    const { rev } = await stage.task();
    expect((await notify(stage))?.rev).toBe(rev);
  });

  it.each<[string, TaskRecord]>([
    ['it was only asked for', undone('asked')],
    ['they were notified', undone('told')],
    ['nothing was undone', off()],
  ])('goes to nobody where %s', async (_what, record) => {
    const stage = await stageOf(record, ALERT, ...recipients);
    const stored = await stage.task();
    expect(await notifyUndone(await stage.begin(), stored)).toBe(stored);
    expect(await heard(stage)).toEqual([]);
  });

  it.each<[string, Partial<TaskRecord['task']>]>([
    ['off', { enabled: false }],
    ['deleted', { deletedAt: NOW - 1 }],
  ])('goes to nobody where the task is %s again by then', async (_what, task) => {
    const stage = await stageOf(undone('enabled', task), ALERT, ...holders, ...recipients);
    expect((await notify(stage))?.undo).toMatchObject({ state: 'told' });
    expect(await heard(stage)).toEqual([]);
  });

  it('goes with an evaluation of the task, which is taken again where that changed meanwhile', async () => {
    const stage = await stageOf(undone(), ALERT, ...recipients);
    await stage.planes(aPlane('eu-1'));
    stage.on(refusing(stage.system.table, (writes) => puts(writes, `T#${A}`)));
    const run = await stage.begin();
    expect((await evaluateTask(run, await stage.task()))?.record.undo).toMatchObject({ state: 'told' });
    expect(run.figures.conflicts).toBe(1);
    const notices = (await noticesOf(stage)).filter(([, { notice }]) => notice === 'enabled');
    expect(notices.map(([key]) => key)).toEqual([ANA]);
  });

  it('goes with the next evaluation where the task or its alert changed meanwhile', async () => {
    const task = await stageOf(undone(), ALERT, ...recipients);
    task.on(
      refusing(task.system.table, (writes) => puts(writes, `T#${A}`, ({ undo }) => undo !== undefined)),
    );
    expect(await notify(task)).toBeUndefined();
    expect(await heard(task)).toEqual([]);
    await notify(task);
    expect(await heard(task)).toEqual([ANA]);
    const alert = await stageOf(undone(), ALERT, ...recipients);
    const { get } = alert.table;
    let changes = 1;
    alert.table.get = async (key) => {
      const row = await get.call(alert.table, key);
      if (key.sk.startsWith('A#') && changes-- > 0)
        await alert.write(
          alertWrite({
            ...ALERT,
            untold: [
              {
                key: BOB,
                address: 'bob@acme.test',
                pending: {
                  notice: 'disabled',
                  since: NOW,
                  notBefore: NOW,
                  facts: { since: NOW, restarts: 0 },
                },
              },
            ],
          }),
        );
      return row;
    };
    expect(await notify(alert)).toBeUndefined();
    await notify(alert);
    // Who was still to hear of the disabling does.
    expect(await heard(alert)).toEqual([ANA, BOB].sort());
  });
});
