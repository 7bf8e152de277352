import { describe, expect, it } from 'vitest';
import { DAY, formatInstant, HOUR, type Instant } from '../../../../functions/abandonment/time.ts';
import { METRIC } from '../../../../functions/platform/names.ts';
import { feedbackStep } from '../../../../functions/scanner/steps/feedback.ts';
import {
  canaryRoundWrite,
  type FeedbackCanaryRecord,
  loadCanaryRound,
} from '../../../../functions/store/heard.ts';
import { loadOperatorAlert, operatorAlert } from '../../../../functions/store/operator-alerts.ts';
import { loadPauses, type PausesRecord, pausesWrite } from '../../../../functions/store/pauses.ts';
import { puts, refusing } from '../../store/refusing-table.ts';
import { START as NOW, type RunStage, runStage } from '../run-stage.ts';
import { NOTHING_PAUSED } from '../stored-rows.ts';

/** A round that began an hour ago, was asked for then, and was not answered. */
const ROUND: FeedbackCanaryRecord = {
  id: 'canary-1',
  since: NOW - HOUR + 1,
  askedAt: NOW - HOUR + 1,
  sentAt: NOW - HOUR + 2,
  messages: ['m1', 'm2'],
  deliveredAt: null,
  bouncedAt: null,
  rev: 0,
};
const NOBODY: PausesRecord = { ...NOTHING_PAUSED, notify: NOW - DAY };

/** A stage that watches, with its newest round, and since when it holds. */
async function stageOf(
  round: Partial<FeedbackCanaryRecord> | null,
  silent: Instant | null = null,
  canaries = true,
) {
  const stage = runStage({ canaries });
  if (round) await stage.write(canaryRoundWrite({ ...ROUND, ...round }));
  await stage.write(pausesWrite({ ...NOBODY, feedbackSilent: silent }));
  if (silent !== null) await stage.write(operatorAlert('feedback-canary-missed', 'ses', 'as it was', silent));
  return stage;
}

/** Takes the step, and gives whether the rest of the scan goes by the silence, and what is stored then. */
async function take(stage: RunStage) {
  const run = await stage.begin();
  const { cursor, figures } = await stage.take(feedbackStep, run);
  const pauses = await loadPauses(stage.table);
  return {
    cursor,
    figures,
    seen: run.view.isFeedbackSilent,
    silent: pauses.feedbackSilent,
    pauses,
    view: run.view.pausesRecord,
    round: await loadCanaryRound(stage.table),
    alert: await loadOperatorAlert(stage.table, 'feedback-canary-missed', 'ses'),
  };
}

describe('a round of canary mails', () => {
  it('begins where there was none', async () => {
    const stage = await stageOf(null);
    const { round, figures, cursor, silent } = await take(stage);
    const { id = '' } = round ?? {};
    expect(id).toMatch(/^canary-id\d{6}$/);
    expect(round).toEqual({
      id,
      since: NOW,
      askedAt: NOW,
      sentAt: null,
      messages: [],
      deliveredAt: null,
      bouncedAt: null,
      rev: 1,
    });
    expect(stage.sent).toEqual([
      {
        queue: 'notify',
        body: { v: 1, kind: 'feedback-canary', key: id, notAfter: NOW + HOUR, correlationId: 'run' },
      },
    ]);
    expect([figures, cursor, silent]).toEqual([{ feedbackCanaries: 1 }, null, null]);
  });

  it.each<[string, Partial<FeedbackCanaryRecord>, 'none' | 'again' | 'new']>([
    ['a day after both answers', { deliveredAt: NOW - 25 * HOUR, bouncedAt: NOW - DAY }, 'new'],
    ['not before that', { deliveredAt: NOW - DAY + 1, bouncedAt: NOW - 25 * HOUR }, 'none'],
    ['just answered', { deliveredAt: NOW, bouncedAt: NOW }, 'none'],
    ['not answered for an hour', { since: NOW - 2 * HOUR, askedAt: NOW - HOUR }, 'again'],
    ['asked for less than an hour ago', { since: NOW - 2 * HOUR, askedAt: NOW - HOUR + 1 }, 'none'],
    ['with one answer for an hour', { askedAt: NOW - HOUR, deliveredAt: NOW - HOUR }, 'again'],
    ['with the other one', { askedAt: NOW - HOUR, bouncedAt: NOW - DAY }, 'again'],
  ])('is asked for: %s', async (_what, before, expected) => {
    const stage = await stageOf(before);
    const { round } = await take(stage);
    expect(stage.sent).toHaveLength(expected === 'none' ? 0 : 1);
    if (expected === 'none') expect(round).toEqual({ ...ROUND, ...before, rev: 1 });
    if (expected === 'again') expect(round).toEqual({ ...ROUND, ...before, askedAt: NOW, rev: 2 });
    if (expected === 'new')
      expect(round).toMatchObject({ since: NOW, askedAt: NOW, deliveredAt: null, rev: 2 });
    if (expected === 'again') expect(stage.sent[0]?.body.key).toBe('canary-1');
  });

  it('is not sent where it could not be stored', async () => {
    const stage = await stageOf(null);
    stage.on(
      refusing(stage.system.table, (writes) => puts(writes, 'META', ({ sk }) => sk === 'FEEDBACK-CANARY')),
    );
    expect((await take(stage)).figures).toEqual({});
    expect(stage.sent).toEqual([]);
  });

  it('is not there where nobody watches, and what holds for it goes on', async () => {
    const stage = await stageOf({ since: NOW - DAY }, NOW - HOUR, false);
    const { silent, seen, alert, round, pauses } = await take(stage);
    expect([silent, seen, alert, stage.sent]).toEqual([null, false, undefined, []]);
    expect(round).toMatchObject({ askedAt: ROUND.askedAt });
    expect(pauses.notify).toBe(NOBODY.notify);
    const calm = await stageOf(null, null, false);
    await take(calm);
    expect([calm.writes, calm.sent]).toEqual([[], []]);
  });
});

describe('a round that is not answered', () => {
  const since = NOW - 6 * HOUR;

  it('for six hours holds what rests on the word of SES, and operators hear of it', async () => {
    const stage = await stageOf({ since, askedAt: NOW, sentAt: since + 1_000 });
    const { seen, silent, pauses, view, alert } = await take(stage);
    expect([seen, silent]).toEqual([true, NOW]);
    expect(pauses).toEqual({ ...NOBODY, feedbackSilent: NOW, rev: 2 });
    expect(view).toEqual(pauses);
    expect(alert).toMatchObject({
      detail:
        `SES did not say what became of the canary mails of ${formatInstant(since)}: ` +
        'nothing is turned off and no mail of unknown outcome is sent again until it does',
      since: NOW,
      toldAt: null,
    });
    const about = { since: formatInstant(since), sentAt: formatInstant(since + 1_000) };
    expect(stage.measured).toEqual([
      { name: METRIC.feedbackCanaryMissed, value: 1, unit: 'Count', properties: about },
    ]);
    expect(stage.logged).toEqual([
      { level: 'error', message: 'SES does not answer the canary of the feedback path', properties: about },
    ]);
  });

  it('for less says nothing yet', async () => {
    const stage = await stageOf({ since: since + 1, askedAt: NOW });
    expect(await take(stage)).toMatchObject({ seen: false, silent: null, alert: undefined });
    expect([stage.measured, stage.logged]).toEqual([[], []]);
  });

  it('is counted with each scan, and held and sent to operators once; SES may not even have taken it', async () => {
    const stage = await stageOf({ since, askedAt: NOW, sentAt: null }, NOW - HOUR);
    expect(await take(stage)).toMatchObject({
      silent: NOW - HOUR,
      seen: true,
      alert: { detail: 'as it was' },
    });
    expect(stage.measured).toMatchObject([{ properties: { since: formatInstant(since), sentAt: null } }]);
    expect(stage.writes).toEqual([]);
  });

  it('holds nothing where that could not be stored; the next scan does it', async () => {
    const stage = await stageOf({ since, askedAt: NOW });
    stage.on(refusing(stage.system.table, (writes) => puts(writes, 'META', ({ sk }) => sk === 'PAUSES')));
    expect(await take(stage)).toMatchObject({ seen: false, silent: null, alert: undefined });
    expect(await take(stage)).toMatchObject({ seen: true, silent: NOW });
  });
});

describe('the hold ends', () => {
  it.each<[string, Partial<FeedbackCanaryRecord>, boolean]>([
    ['settleAfter after both answers', { deliveredAt: NOW - 2 * HOUR, bouncedAt: NOW - HOUR }, false],
    ['not before', { deliveredAt: NOW - HOUR + 1, bouncedAt: NOW - 2 * HOUR }, true],
    ['not with one of them', { deliveredAt: NOW - 5 * HOUR, askedAt: NOW }, true],
  ])('%s', async (_what, round, isHeld) => {
    const stage = await stageOf(round, NOW - 3 * HOUR);
    const { silent, seen, alert } = await take(stage);
    expect([silent !== null, seen, alert !== undefined]).toEqual([isHeld, isHeld, isHeld]);
  });

  it('by the policy in force', async () => {
    const stage = await stageOf({ deliveredAt: NOW - 2 * HOUR, bouncedAt: NOW - HOUR }, NOW - 3 * HOUR);
    await stage.policy({ settleAfter: '2h' });
    expect((await take(stage)).silent).toBe(NOW - 3 * HOUR);
  });

  it('is not written where nothing is held', async () => {
    const stage = await stageOf({ deliveredAt: NOW - 2 * HOUR, bouncedAt: NOW - HOUR });
    await take(stage);
    expect(stage.writes).toEqual([]);
  });
});
