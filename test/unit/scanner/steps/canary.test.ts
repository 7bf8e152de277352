import { describe, expect, it } from 'vitest';
import { HOUR, type Instant, MINUTE } from '../../../../functions/abandonment/time.ts';
import { readControlPlanes } from '../../../../functions/platform/control-plane-settings.ts';
import { METRIC } from '../../../../functions/platform/names.ts';
import { QUEUE_NAMES, type QueueName } from '../../../../functions/platform/queues.ts';
import { canaryStep } from '../../../../functions/scanner/steps/canary.ts';
import { keys } from '../../../../functions/store/keys.ts';
import { START as NOW, only, type RunStage, runStage } from '../run-stage.ts';

const BEFORE = NOW - 15 * MINUTE;
const USED = QUEUE_NAMES.filter((queue) => queue !== 'listing');

/** A stage whose queues worked the canaries of these scans. */
async function stageOf(worked: Partial<Record<QueueName, Instant>> = {}) {
  const stage = runStage({ canaries: true });
  for (const queue of USED) {
    const at = queue in worked ? worked[queue] : BEFORE;
    if (at !== undefined) await stage.write({ put: { ...keys.canary(queue), v: 1, at, workedAt: NOW } });
  }
  return stage;
}

const take = async (stage: RunStage, more = {}) => stage.take(canaryStep, await stage.begin(NOW, more));
const missed = ({ measured }: RunStage) =>
  measured.map(({ name, value, unit, properties }) => ({ name, value, unit, ...properties }));

describe('a canary', () => {
  it('goes through each queue in use with each scan, and lives for four of them', async () => {
    const stage = await stageOf();
    expect(await take(stage, { at: NOW - MINUTE })).toMatchObject({ cursor: null, figures: only({}) });
    expect(stage.sent.map(({ queue }) => queue).sort()).toEqual([...USED].sort());
    for (const { body } of stage.sent)
      expect(body).toEqual({
        v: 1,
        kind: 'canary',
        key: 'run',
        at: NOW - MINUTE,
        notAfter: NOW + HOUR,
        correlationId: 'run',
      });
    expect(stage.measured).toEqual([]);
  });

  it('goes to the listings where a control plane is listed, and is of the run’s instant where it has no other', async () => {
    const stage = await stageOf();
    const settings = { type: 'http', name: 'own', prefix: 'own/', dataPlane: 'eu-1', url: 'http://x.test' };
    stage.system.config.controlPlanes = readControlPlanes(JSON.stringify([settings]));
    stage.system.config.scanEvery = 5 * MINUTE;
    await take(stage);
    expect(stage.sent.map(({ queue }) => queue).sort()).toEqual([...QUEUE_NAMES].sort());
    expect(stage.sent[0]?.body).toMatchObject({ at: NOW, notAfter: NOW + 20 * MINUTE });
  });

  it('is sent nowhere, and missed nowhere, where nobody watches', async () => {
    const stage = runStage();
    expect(await take(stage, { before: BEFORE })).toMatchObject({ cursor: null, figures: only({}) });
    expect([stage.sent, stage.measured]).toEqual([[], []]);
  });

  it('that cannot be sent to one queue is sent to the others', async () => {
    const stage = await stageOf();
    const { send } = stage.system.queues;
    stage.system.queues = {
      send: async (queue, messages) => {
        if (queue === USED[0]) throw new Error('the queue is away');
        await send(queue, messages);
      },
    };
    expect((await take(stage)).figures).toEqual({ failed: 1 });
    expect(stage.sent).toHaveLength(USED.length - 1);
    expect(await stage.rows({ pk: 'OOPS#' })).toMatchObject([{ worker: 'scanner/canary', item: USED[0] }]);
  });
});

describe('the canary of the scan before', () => {
  it.each<[string, Instant | undefined, boolean]>([
    ['was worked', BEFORE, false],
    ['or a later one', NOW, false],
    ['was not: the one before it was the last', BEFORE - 1, true],
    ['was not: none ever was', undefined, true],
  ])('%s', async (_what, at, isMissed) => {
    const stage = await stageOf({ notify: at as Instant });
    const { figures } = await take(stage, { before: BEFORE });
    expect(figures).toEqual(isMissed ? { canariesMissed: 1 } : {});
    const count = { name: METRIC.canaryMissed, value: 1, unit: 'Count', queue: 'notify', run: 'run' };
    expect(missed(stage)).toEqual(isMissed ? [count] : []);
    const log = {
      level: 'warn',
      message: 'canary missed',
      properties: { queue: 'notify', worked: at ?? null },
    };
    expect(stage.logged).toEqual(isMissed ? [log] : []);
    expect(stage.sent).toHaveLength(USED.length);
  });

  it('is not missed with the first scan', async () => {
    const stage = await stageOf({ notify: 0 });
    expect((await take(stage)).figures).toEqual({});
  });
});
