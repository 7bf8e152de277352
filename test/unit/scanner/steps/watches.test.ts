import { describe, expect, it } from 'vitest';
import { DAY, formatInstant, HOUR, type Instant } from '../../../../functions/abandonment/time.ts';
import { METRIC } from '../../../../functions/platform/names.ts';
import { watchesStep } from '../../../../functions/scanner/steps/watches.ts';
import { keys } from '../../../../functions/store/keys.ts';
import { loadOperatorAlert, operatorAlert } from '../../../../functions/store/operator-alerts.ts';
import { aPlane, START as NOW, type RunStage, runStage } from '../run-stage.ts';

/** A stage that watches; when an event came in last, and since when SES says nothing. */
async function stageOf({
  fedAt,
  unansweredSince,
}: {
  fedAt?: unknown;
  unansweredSince?: Instant | null;
} = {}) {
  const stage = runStage({ canaries: true });
  if (fedAt !== undefined) await stage.write({ put: { ...keys.feed(), v: 1, at: fedAt } });
  if (unansweredSince !== undefined)
    await stage.write({ put: { ...keys.feedback(), v: 1, unansweredSince, heardAt: NOW - 9 * DAY } });
  return stage;
}

const take = async (stage: RunStage) => stage.take(watchesStep, await stage.begin());
const alertOf = ({ table }: RunStage) => loadOperatorAlert(table, 'evidence-stale', 'events');
const counted = (name: string, since: Instant) => ({
  name,
  value: 1,
  unit: 'Count',
  properties: { since: formatInstant(since) },
});

describe('the word of SES', () => {
  it.each<[Instant | null | undefined, boolean]>([
    [NOW - DAY, true],
    [NOW - DAY + 1, false],
    [null, false],
    [undefined, false],
  ])(
    'is missed a day after the first mail of which it says nothing (%s)',
    async (unansweredSince, isMissed) => {
      const stage = await stageOf({ ...(unansweredSince !== undefined && { unansweredSince }) });
      expect(await take(stage)).toMatchObject({ cursor: null });
      expect(stage.measured).toEqual(isMissed ? [counted(METRIC.feedbackSilent, NOW - DAY)] : []);
      const properties = { since: formatInstant(NOW - DAY) };
      const log = { level: 'error', message: 'SES says nothing of mails that it took', properties };
      expect(stage.logged).toEqual(isMissed ? [log] : []);
    },
  );
});

describe('the events of control planes', () => {
  it.each<[string, unknown, Instant | null, boolean]>([
    ['missed once they are older than evidence may be', NOW - DAY, null, true],
    ['not before', NOW - DAY + 1, null, false],
    ['missed after four silences where a plane gives life signs', NOW - HOUR, NOW - 9 * HOUR, true],
    ['not before', NOW - HOUR + 1, NOW - 9 * HOUR, false],
    ['not missed where none ever came', undefined, null, false],
    ['nor where nobody can read when', 'yesterday', null, false],
  ])('are %s', async (_what, fedAt, lifeSignAt, isMissed) => {
    const stage = await stageOf({ fedAt });
    await stage.planes(aPlane('eu-1', { lifeSignAt: null }), aPlane('us-1', { lifeSignAt }));
    await take(stage);
    const since = fedAt as Instant;
    expect(stage.measured).toEqual(isMissed ? [counted(METRIC.feedSilent, since)] : []);
    const alert = await alertOf(stage);
    expect(alert === undefined).toBe(!isMissed);
    if (isMissed)
      expect(alert).toMatchObject({
        detail: `no event of any control plane was taken in since ${formatInstant(since)}`,
        since: NOW,
        toldAt: null,
      });
  });

  it('are missed once for operators while they are away, and counted with each scan', async () => {
    const stage = await stageOf({ fedAt: NOW - 2 * DAY });
    await stage.write(operatorAlert('evidence-stale', 'events', 'as it was', NOW - DAY));
    await take(stage);
    expect([stage.measured.length, (await alertOf(stage))?.detail]).toEqual([1, 'as it was']);
  });

  it('are back: the alert goes', async () => {
    const stage = await stageOf({ fedAt: NOW });
    await stage.write(operatorAlert('evidence-stale', 'events', 'as it was', NOW - DAY));
    await take(stage);
    expect([stage.measured, await alertOf(stage)]).toEqual([[], undefined]);
    await take(stage);
    expect(stage.writes).toEqual([1]);
  });
});

it('nothing is missed, nor read, where nobody watches', async () => {
  const stage = await stageOf({ fedAt: NOW - 9 * DAY, unansweredSince: NOW - 9 * DAY });
  stage.system.config.canaries = false;
  expect(await take(stage)).toMatchObject({ cursor: null });
  expect([stage.measured, await alertOf(stage)]).toEqual([[], undefined]);
});
