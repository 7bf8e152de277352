import { describe, expect, it } from 'vitest';
import { DAY, formatInstant, HOUR, MINUTE } from '../../../../functions/abandonment/time.ts';
import type { OperatorAlertCode } from '../../../../functions/platform/alert-codes.ts';
import { operatorsGenerator } from '../../../../functions/scanner/generators/operators.ts';
import { keys } from '../../../../functions/store/keys.ts';
import {
  alertClosed,
  loadOperatorAlert,
  type OperatorAlertRecord,
  operatorAlertWrite,
} from '../../../../functions/store/operator-alerts.ts';
import {
  loadAlertsAndIncidents,
  type OperatorIncidentRecord,
  operatorIncidentWrite,
} from '../../../../functions/store/operator-incidents.ts';
import { pausesWrite } from '../../../../functions/store/pauses.ts';
import type { Write } from '../../../../functions/store/table/table.port.ts';
import { eachNews } from '../../../../functions/store/webhook-news.ts';
import { puts, refusing } from '../../store/refusing-table.ts';
import { dueTask } from '../due-task.ts';
import { START as NOW, only, type RunStage, runStage } from '../run-stage.ts';
import { NOTHING_PAUSED } from '../stored-rows.ts';

/** One that lasts until it is taken back, one that comes and goes, one that is sent once, and one that only happened. */
const STAYS = 'correlated-failure';
const FLAPS = 'data-plane-silent';
const ONCE = 'data-plane-deleted';
const EVENT = 'webhook-gone';
const WEEK = 7 * DAY;

const alert = (code: OperatorAlertCode, subject: string, more: Partial<OperatorAlertRecord> = {}): Write =>
  operatorAlertWrite({
    code,
    subject,
    detail: `${subject} it is`,
    since: NOW - HOUR,
    toldAt: null,
    active: true,
    rev: 0,
    ...more,
  });
const incident = (
  code: OperatorAlertCode,
  subject: string,
  more: Partial<OperatorIncidentRecord> = {},
): Write =>
  operatorIncidentWrite({
    code,
    subject,
    since: NOW - 2 * DAY,
    toldAt: NOW - 2 * DAY,
    endedAt: null,
    rev: 0,
    ...more,
  });

/** A stage with rows of what operators are to hear and heard, and a webhook that hears of all of it. */
async function stageOf(...rows: Write[]) {
  const stage = runStage();
  await stage.write(
    pausesWrite({ ...NOTHING_PAUSED, webhooks: [{ id: 'w1', prefix: '', types: [] }] }),
    ...rows,
  );
  return stage;
}

const take = async (stage: RunStage, more = {}) =>
  stage.take(operatorsGenerator, await stage.begin(NOW, more));
const texts = ({ alerts }: RunStage) =>
  alerts.map(({ code, subject, detail, isOver }) => `${isOver ? 'over ' : ''}${code} ${subject}: ${detail}`);
/** What webhooks hear, in its order. */
async function news({ table }: RunStage) {
  const heard: string[] = [];
  for await (const { events } of eachNews(table, null))
    for (const { type, data } of events)
      heard.push([type, data.code, data.subject, data.since, data.endedAt].filter(Boolean).join(' '));
  return heard.sort();
}
const knownOf = async ({ table }: RunStage, code: OperatorAlertCode, subject: string) =>
  (await loadAlertsAndIncidents(table)).incidents.get(`${code}#${subject}`);

describe('what is new', () => {
  it('is sent once, all of one code together, and known from then on', async () => {
    const stage = await stageOf(alert(STAYS, 'b'), alert(STAYS, 'a'), alert(FLAPS, 'b'));
    const messages: number[] = [];
    const { notify } = stage.system.operators;
    stage.system.operators = {
      notify: async (first, others = []) => {
        messages.push(1 + others.length);
        await notify(first, others);
      },
    };
    expect(await take(stage)).toMatchObject({ cursor: null, figures: only({}) });
    expect(texts(stage)).toEqual([`${STAYS} a: a it is`, `${STAYS} b: b it is`, `${FLAPS} b: b it is`]);
    expect(messages).toEqual([2, 1]);
    expect(await loadOperatorAlert(stage.table, STAYS, 'a')).toMatchObject({
      toldAt: NOW,
      since: NOW - HOUR,
      rev: 2,
    });
    expect(await knownOf(stage, STAYS, 'a')).toEqual({
      code: STAYS,
      subject: 'a',
      since: NOW - HOUR,
      toldAt: NOW,
      endedAt: null,
      active: false,
      detail: '',
      rev: 1,
    });
    const since = formatInstant(NOW - HOUR);
    expect(await news(stage)).toEqual([
      `operator.alert.raised ${STAYS} a ${since}`,
      `operator.alert.raised ${STAYS} b ${since}`,
      `operator.alert.raised ${FLAPS} b ${since}`,
    ]);
    await take(stage);
    expect([stage.alerts.length, (await news(stage)).length]).toEqual([3, 3]);
  });

  it('and only happened is not followed to an end', async () => {
    const stage = await stageOf(alert(EVENT, 'w1'), alert('not-mine', 'acmeCo/a'));
    await take(stage);
    expect(stage.alerts.map(({ code }) => code).sort()).toEqual(['not-mine', EVENT]);
    expect((await loadAlertsAndIncidents(stage.table)).incidents.size).toBe(0);
    // No webhook hears of itself.
    expect(await news(stage)).toEqual([
      `operator.alert.raised not-mine acmeCo/a ${formatInstant(NOW - HOUR)}`,
    ]);
  });

  it('is sent with the next scan where operators could not be reached, and the others are sent all the same', async () => {
    const stage = await stageOf(alert(STAYS, 'a'), alert(FLAPS, 'b'));
    const { notify } = stage.system.operators;
    stage.system.operators = {
      notify: async (first, others) => {
        if (first.code === STAYS) throw new Error('SNS is away');
        await notify(first, others);
      },
    };
    expect((await take(stage)).figures).toEqual({ failed: 1 });
    expect(stage.alerts.map(({ code }) => code)).toEqual([FLAPS]);
    expect(await loadOperatorAlert(stage.table, STAYS, 'a')).toMatchObject({ toldAt: null });
    expect(await stage.rows({ pk: 'OOPS#' })).toMatchObject([{ worker: 'scanner/operators', item: STAYS }]);
    stage.system.operators = { notify };
    await take(stage);
    expect(stage.alerts.map(({ code }) => code)).toEqual([FLAPS, STAYS]);
  });

  it('and says something else meanwhile is sent with the next scan again', async () => {
    const stage = await stageOf(alert(STAYS, 'a'));
    const { notify } = stage.system.operators;
    stage.system.operators = {
      notify: async (first, others) => {
        await notify(first, others);
        if (stage.alerts.length === 1) await stage.write(alert(STAYS, 'a', { detail: 'more of it', rev: 1 }));
      },
    };
    await take(stage);
    await take(stage);
    expect(texts(stage)).toEqual([`${STAYS} a: a it is`, `${STAYS} a: more of it`]);
  });
});

describe('what lasts', () => {
  const notifiedAlert = (code: OperatorAlertCode, more: Partial<OperatorAlertRecord> = {}) => [
    alert(code, 'a', { toldAt: NOW - WEEK, since: NOW - 9 * DAY, ...more }),
    incident(code, 'a', { toldAt: NOW - WEEK, since: NOW - 9 * DAY }),
  ];
  const rejected = { at: NOW, by: 'olga', reason: 'fine', until: NOW + 1 };

  it.each<[string, Write[], number]>([
    ['a week after it was sent', notifiedAlert(STAYS), 1],
    ['not before', notifiedAlert(STAYS, { toldAt: NOW - WEEK + 1 }), 0],
    ['not where it is sent once', notifiedAlert(ONCE), 0],
    ['not while an operator leaves it as it is', notifiedAlert(STAYS, { rejected }), 0],
    ['again once that is over', notifiedAlert(STAYS, { rejected: { ...rejected, until: NOW } }), 1],
    ['not where it is over and may soon begin again', notifiedAlert(FLAPS, { endedAt: NOW - 1 }), 0],
  ])('is sent again: %s', async (_what, rows, messages) => {
    const stage = await stageOf(...rows);
    await take(stage);
    expect(stage.alerts.filter(({ isOver }) => !isOver)).toHaveLength(messages);
    // To webhooks it is no news.
    expect(await news(stage)).toEqual([]);
    if (messages === 1)
      expect(await knownOf(stage, STAYS, 'a')).toMatchObject({ toldAt: NOW, since: NOW - 9 * DAY });
  });

  it('no more, which nobody took back, goes in place of being sent again, and its end is sent', async () => {
    const stage = await stageOf(
      alert('veto-loop', 'acmeCo/a', { toldAt: NOW - WEEK }),
      incident('veto-loop', 'acmeCo/a', { toldAt: NOW - WEEK }),
    );
    // In the hour of the scan before nobody asks whether it lasts, but for what is due again.
    const scan = async () => stage.take(operatorsGenerator, await stage.begin(NOW + MINUTE, { before: NOW }));
    await scan();
    expect(await loadOperatorAlert(stage.table, 'veto-loop', 'acmeCo/a')).toBeUndefined();
    expect(stage.alerts).toEqual([]);
    await scan();
    const over = `over since ${formatInstant(NOW + MINUTE)}; it lasted 2 d`;
    expect(texts(stage)).toEqual([`over veto-loop acmeCo/a: ${over}`]);
  });

  it('since before operators’ knowledge of it was kept is noted, and webhooks hear of it', async () => {
    const stage = await stageOf(alert(STAYS, 'a', { toldAt: NOW - DAY }));
    await take(stage);
    expect(stage.alerts).toEqual([]);
    expect(await knownOf(stage, STAYS, 'a')).toMatchObject({ since: NOW - HOUR, toldAt: NOW - DAY });
    expect(await news(stage)).toEqual([`operator.alert.raised ${STAYS} a ${formatInstant(NOW - HOUR)}`]);
  });
});

describe('what comes and goes', () => {
  it('and is back within a day is not sent anew; its week counts from when it was sent', async () => {
    const stage = await stageOf(alert(FLAPS, 'a'), incident(FLAPS, 'a', { endedAt: NOW - HOUR }));
    expect((await take(stage)).figures).toEqual({});
    expect([stage.alerts, await news(stage)]).toEqual([[], []]);
    expect(await loadOperatorAlert(stage.table, FLAPS, 'a')).toMatchObject({ toldAt: NOW - 2 * DAY, rev: 2 });
    expect(await knownOf(stage, FLAPS, 'a')).toMatchObject({ endedAt: null, rev: 2 });
  });

  it('and never was over is only noted on its alert', async () => {
    const stage = await stageOf(alert(FLAPS, 'a'), incident(FLAPS, 'a'));
    await take(stage);
    expect(await loadOperatorAlert(stage.table, FLAPS, 'a')).toMatchObject({ toldAt: NOW - 2 * DAY });
    expect(await knownOf(stage, FLAPS, 'a')).toMatchObject({ rev: 1 });
  });

  it('is sent again a week after it was sent, as what lasts', async () => {
    const stage = await stageOf(alert(FLAPS, 'a'), incident(FLAPS, 'a', { toldAt: NOW - WEEK }));
    await take(stage);
    expect(texts(stage)).toEqual([`${FLAPS} a: a it is`]);
    expect(await knownOf(stage, FLAPS, 'a')).toMatchObject({ toldAt: NOW, since: NOW - 2 * DAY });
    expect(await news(stage)).toEqual([]);
  });

  it('and is back a day later is sent anew, with the end of what was before', async () => {
    const stage = await stageOf(alert(FLAPS, 'a'), incident(FLAPS, 'a', { endedAt: NOW - DAY }));
    await take(stage);
    const over = `over ${FLAPS} a: over since ${formatInstant(NOW - DAY)}; it lasted 1 d`;
    expect(texts(stage)).toEqual([`${FLAPS} a: a it is`, over]);
    expect(await news(stage)).toEqual([
      `operator.alert.ended ${FLAPS} a ${formatInstant(NOW - 2 * DAY)} ${formatInstant(NOW - DAY)}`,
      `operator.alert.raised ${FLAPS} a ${formatInstant(NOW - HOUR)}`,
    ]);
  });

  it('is noted by the next scan where the table did not take it, and counted', async () => {
    const stage = await stageOf(alert(FLAPS, 'a'), incident(FLAPS, 'a', { endedAt: NOW - HOUR }));
    stage.on(refusing(stage.system.table, (writes) => puts(writes, 'OPERATORS')));
    expect((await take(stage)).figures).toEqual({ conflicts: 1 });
    expect((await take(stage)).figures).toEqual({});
    expect(stage.alerts).toEqual([]);
  });
});

describe('what is over', () => {
  it('is sent once, and nothing is left of it', async () => {
    const stage = await stageOf(
      incident(STAYS, 'b'),
      incident(STAYS, 'a'),
      incident(FLAPS, 'c', { endedAt: NOW - DAY }),
    );
    expect((await take(stage)).figures).toEqual({});
    const now = formatInstant(NOW);
    expect(texts(stage)).toEqual([
      `over ${STAYS} a: over since ${now}; it lasted 2 d`,
      `over ${STAYS} b: over since ${now}; it lasted 2 d`,
      `over ${FLAPS} c: over since ${formatInstant(NOW - DAY)}; it lasted 1 d`,
    ]);
    expect((await news(stage))[0]).toBe(
      `operator.alert.ended ${STAYS} a ${formatInstant(NOW - 2 * DAY)} ${now}`,
    );
    expect(await stage.rows({ pk: 'OPERATORS' })).toEqual([]);
    await take(stage);
    expect(stage.alerts).toHaveLength(3);
  });

  it('and comes and goes is noted first, and sent a day later', async () => {
    const stage = await stageOf(incident(FLAPS, 'a'));
    await take(stage);
    expect([stage.alerts, await news(stage)]).toEqual([[], []]);
    expect(await knownOf(stage, FLAPS, 'a')).toMatchObject({ endedAt: NOW });
  });

  it('while its alert stays is sent once, and kept in mind until that is gone', async () => {
    const rows = [
      alert(FLAPS, 'a', { toldAt: NOW - 2 * DAY, endedAt: NOW - DAY }),
      incident(FLAPS, 'a', { endedAt: NOW - DAY }),
    ];
    const stage = await stageOf(...rows);
    await take(stage);
    expect((await take(stage)).figures).toEqual({});
    expect(stage.alerts).toHaveLength(1);
    expect(await knownOf(stage, FLAPS, 'a')).toMatchObject({ endToldAt: NOW, endedAt: NOW - DAY });
    await stage.write({ delete: keys.operatorAlert(FLAPS, 'a') });
    await take(stage);
    expect([stage.alerts.length, await stage.rows({ pk: 'OPERATORS' })]).toEqual([1, []]);
  });

  it('since an operator ended it is sent at once, and what they did is forgotten with it', async () => {
    const stage = await stageOf(incident(FLAPS, 'a'), ...alertClosed(FLAPS, 'a', NOW - MINUTE));
    await take(stage);
    expect(texts(stage)).toEqual([
      `over ${FLAPS} a: over since ${formatInstant(NOW - MINUTE)}; it lasted 1 d 23 h`,
    ]);
    expect(await stage.rows({ pk: 'OPERATORS' })).toEqual([]);
  });

  it('though nobody was notified is forgotten, with what an operator did', async () => {
    const stage = await stageOf(...alertClosed(FLAPS, 'a', NOW - MINUTE));
    await take(stage);
    expect([stage.alerts, await stage.rows({ pk: 'OPERATORS' })]).toEqual([[], []]);
  });

  it('for an operator and begins anew is sent as both, and what they did is forgotten', async () => {
    const stage = await stageOf(incident(FLAPS, 'a'), ...alertClosed(FLAPS, 'a', NOW - HOUR));
    await stage.write(alert(FLAPS, 'a'));
    await take(stage);
    expect(stage.alerts.map(({ isOver = false }) => isOver)).toEqual([false, true]);
    expect((await loadAlertsAndIncidents(stage.table)).closed.size).toBe(0);
    expect(await knownOf(stage, FLAPS, 'a')).toMatchObject({ since: NOW - HOUR, toldAt: NOW });
    expect(await news(stage)).toHaveLength(2);
  });

  it('by what nobody takes back is found with the first scan of an hour', async () => {
    const rows = [
      alert('veto-loop', 'acmeCo/a', { toldAt: NOW - DAY }),
      incident('veto-loop', 'acmeCo/a', { toldAt: NOW - DAY }),
    ];
    const stage = await stageOf(...rows);
    await stage.take(operatorsGenerator, await stage.begin(NOW + MINUTE, { before: NOW }));
    expect(stage.alerts).toEqual([]);
    await take(stage, { before: NOW - 1 });
    expect(stage.alerts.map(({ code, isOver }) => [code, isOver])).toEqual([['veto-loop', true]]);
    expect(await knownOf(stage, 'veto-loop', 'acmeCo/a')).toMatchObject({ endedAt: NOW, endToldAt: NOW });
  });
});

it('operators are asked for with each scan, before all else', () => {
  expect(operatorsGenerator).toMatchObject({ band: 'urgent', everySeconds: 0 });
});

describe('however long it takes to find out', () => {
  const vetoed = (id: string) => ({ ...dueTask(id), vetoes: { count: 1, lastAt: NOW } });
  const notifiedLoop = (id: string) => [
    alert('veto-loop', id, { toldAt: NOW - WEEK }),
    incident('veto-loop', id, { toldAt: NOW - WEEK }),
  ];

  it('alerts of one code are sent in their order', async () => {
    const stage = await stageOf(
      ...notifiedLoop('acmeCo/a'),
      alert('veto-loop', 'acmeCo/b'),
      alert('veto-loop', 'acmeCo/c'),
    );
    await stage.tasks(vetoed('acmeCo/a'));
    await take(stage);
    expect(stage.alerts.map(({ subject }) => subject)).toEqual(['acmeCo/a', 'acmeCo/b', 'acmeCo/c']);
  });

  it('ends of one code are, too', async () => {
    const lasting = alert('veto-loop', 'acmeCo/a', { toldAt: NOW - DAY });
    const rows = ['acmeCo/a', 'acmeCo/b', 'acmeCo/c'].map((id) => incident('veto-loop', id));
    const stage = await stageOf(lasting, ...rows);
    await take(stage, { before: NOW - HOUR });
    expect(stage.alerts.map(({ subject }) => subject)).toEqual(['acmeCo/a', 'acmeCo/b', 'acmeCo/c']);
  });

  it('one of which that cannot be found out leaves its record, and the others are sent', async () => {
    const stage = await stageOf(...notifiedLoop('acmeCo/a'), alert('veto-loop', 'acmeCo/b'));
    const { get } = stage.table;
    stage.table.get = async (key) => {
      if (key.pk === 'T#acmeCo/a') throw new Error('unreadable');
      return get.call(stage.table, key);
    };
    // Once where it is due again, and once where it may be over.
    expect((await take(stage, { before: NOW - HOUR })).figures).toEqual({ failed: 2 });
    expect(stage.alerts.map(({ subject }) => subject)).toEqual(['acmeCo/b']);
    const failed = await stage.rows({ pk: 'OOPS#' });
    expect(failed.map(({ worker, item }) => [worker, item])).toEqual(
      [1, 2].map(() => ['scanner/operators', 'veto-loop#acmeCo/a']),
    );
  });
});

it('what an earlier version sent a week ago is sent again, and webhooks hear of it for the first time', async () => {
  const stage = await stageOf(alert(STAYS, 'a', { toldAt: NOW - WEEK }));
  await take(stage);
  expect(texts(stage)).toEqual([`${STAYS} a: a it is`]);
  expect(await news(stage)).toEqual([`operator.alert.raised ${STAYS} a ${formatInstant(NOW - HOUR)}`]);
});

it.each<[string, Write[], string]>([
  ['that they were notified', [alert(STAYS, 'a')], 'that operators were told'],
  ['that it is over', [alert('veto-loop', 'acmeCo/a', { toldAt: NOW - WEEK })], 'the end of an alert'],
])('a busy table that does not take %s is recorded by that', async (_what, rows, subject) => {
  const stage = await stageOf(...rows);
  stage.on(
    refusing(
      stage.system.table,
      (writes) => writes.some((write) => JSON.stringify(write).includes('OPERATORS')),
      {
        times: 100,
        answer: { outcome: 'busy', reason: 'throttled' },
      },
    ),
  );
  await take(stage, { before: NOW });
  expect(stage.logged.map(({ properties }) => String(properties.message)).join()).toContain(subject);
});
