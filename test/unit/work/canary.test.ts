import { describe, expect, it } from 'vitest';
import { DAY, HOUR, MINUTE } from '../../../functions/abandonment/time.ts';
import { QUEUE_NAMES } from '../../../functions/platform/queues.ts';
import { noteEvent, noteMail, noteMailEvent } from '../../../functions/store/heard.ts';
import { listOops } from '../../../functions/store/oops.ts';
import { canaryIn, canaryOf } from '../../../functions/work/canary.ts';
import { probeWorker } from '../../../functions/work/probe.ts';
import { START, workStage } from './stage.ts';

/** Nothing is listed here. */
const QUEUES = QUEUE_NAMES.filter((queue) => queue !== 'listing');

describe('canaries', () => {
  const missed = (stage: ReturnType<typeof workStage>) =>
    stage.metrics.filter(({ name }) => name === 'CanaryMissed').map(({ properties }) => properties.queue);
  const isCanary = ({ body }: { body: string }) => JSON.parse(body).kind === 'canary';
  /** Works what the scan sent to the stage's queue. */
  async function work(stage: ReturnType<typeof workStage>): Promise<void> {
    for (const { queue, body } of stage.sent.splice(0).filter(isCanary)) {
      if (queue === 'notify') await stage.deliver(1, { body, messageId: body });
    }
  }

  it('go through each queue with each scan', async () => {
    const stage = workStage({ canaries: true });
    await stage.scan();
    expect(
      stage.sent
        .filter(isCanary)
        .map(({ queue }) => queue)
        .sort(),
    ).toEqual([...QUEUES].sort());
    expect(missed(stage)).toEqual([]);
  });

  it('are missed of the queues that did not work them until the next scan', async () => {
    const stage = workStage({ canaries: true });
    await stage.scan();
    await work(stage);
    stage.pass(15 * MINUTE);
    await stage.scan();
    expect(missed(stage).sort()).toEqual(QUEUES.filter((queue) => queue !== 'notify').sort());
  });

  it('cost one write each', async () => {
    const stage = workStage({ canaries: true });
    await stage.scan();
    stage.writes.length = 0;
    await work(stage);
    expect(stage.writes).toEqual([1]);
  });

  it.each([
    { what: 'count up to the end of their life, four scans', late: 0, isMissed: false },
    { what: 'do not count after it: whoever works them now did not before', late: 1, isMissed: true },
  ])('$what', async ({ late, isMissed }) => {
    const stage = workStage({ canaries: true });
    await stage.scan();
    // No other scan came meanwhile.
    stage.pass(4 * 15 * MINUTE + late);
    await work(stage);
    stage.pass(MINUTE);
    await stage.scan();
    expect(missed(stage).includes('notify')).toBe(isMissed);
  });

  it('are skipped once their life is over', async () => {
    const stage = workStage();
    const body = JSON.stringify(canaryOf('run', START, START + MINUTE));
    stage.pass(MINUTE);
    expect(await stage.deliver(1, { body })).toEqual({ outcome: 'done', reason: 'canary' });
    stage.pass(1);
    expect(await stage.deliver(1, { body })).toEqual({ outcome: 'skipped', reason: 'expired' });
  });

  it('are tried again where the table is busy', async () => {
    const stage = workStage();
    const { transact } = stage.table;
    stage.table.transact = async (...args) =>
      args[0].some((write) => 'put' in write && write.put.pk === 'CANARY')
        ? { outcome: 'busy', reason: 'throttled' }
        : transact.apply(stage.table, args);
    const body = JSON.stringify(canaryOf('run', START, START + MINUTE));
    expect(await stage.deliver(1, { body })).toMatchObject({ outcome: 'retry', failed: true });
    expect(await listOops(stage.table)).toMatchObject([
      { cause: 'retryable', error: 'TableBusy', sample: 'the table is busy: throttled', lastItem: 'canary/' },
    ]);
  });

  it.each<[string, object]>([
    ['of another kind', { kind: 'notify' }],
    ['of another version', { v: 2 }],
    ['without an end', { notAfter: undefined }],
    ['of no scan', { key: undefined }],
    ['of no instant', { at: 'now' }],
    ['without a name by which it is traced', { correlationId: undefined }],
  ])('%s are none', (_what, change) => {
    const canary = canaryOf('run', START, START + MINUTE);
    expect(canaryIn(canary)).toEqual(canary);
    expect(canaryIn({ ...canary, ...change })).toBeUndefined();
  });

  it('that come late do not hide that a newer one was worked', async () => {
    const stage = workStage({ canaries: true });
    await stage.scan();
    const late = stage.sent.find(({ queue, body }) => queue === 'notify' && isCanary({ body }))!;
    stage.pass(15 * MINUTE);
    await stage.scan();
    await work(stage);
    expect(await stage.deliver(1, { body: late.body })).toMatchObject({ outcome: 'done' });
    stage.metrics.length = 0;
    stage.pass(15 * MINUTE);
    await stage.scan();
    expect(missed(stage)).not.toContain('notify');
  });

  it('are not sent where they are switched off', async () => {
    const stage = workStage();
    await stage.scan();
    stage.pass(15 * MINUTE);
    await stage.scan();
    expect(stage.sent).toEqual([]);
    expect(missed(stage)).toEqual([]);
  });
});

describe('what is missed', () => {
  it('SES on the mails it took, after a day, until it says something', async () => {
    const stage = workStage({ canaries: true });
    await noteMail(stage.system);
    stage.pass(DAY - 1);
    await stage.scan();
    expect(stage.count('FeedbackSilent')).toBe(0);
    stage.pass(1);
    await stage.scan();
    expect(stage.count('FeedbackSilent')).toBe(1);
    await noteMailEvent(stage.system);
    stage.pass(DAY);
    await stage.scan();
    expect(stage.count('FeedbackSilent')).toBe(1);
  });

  it('SES also where mails go out all the time', async () => {
    const stage = workStage({ canaries: true });
    await noteMail(stage.system);
    await noteMailEvent(stage.system);
    for (let hour = 0; hour < 30; hour += 1) {
      stage.pass(HOUR);
      await noteMail(stage.system);
    }
    await stage.scan();
    expect(stage.count('FeedbackSilent')).toBe(1);
  });

  it('every event, and operators are notified until one comes', async () => {
    const stage = workStage({ canaries: true });
    await noteEvent(stage.system);
    stage.pass(DAY);
    await stage.scan();
    expect(stage.count('FeedSilent')).toBe(1);
    const alert = () => stage.rows({ pk: 'OPERATORS', sk: 'evidence-stale' });
    expect(await alert()).toHaveLength(1);
    await noteEvent(stage.system);
    stage.pass(MINUTE);
    await stage.scan();
    expect(await alert()).toEqual([]);
    expect(stage.count('FeedSilent')).toBe(1);
  });

  it('no feed that was never there', async () => {
    const stage = workStage({ canaries: true });
    stage.pass(30 * DAY);
    await stage.scan();
    expect(stage.count('FeedSilent')).toBe(0);
  });
});

describe('a probe', () => {
  it('passes where the table can be read and written', async () => {
    const { system, consumer } = workStage();
    expect(await probeWorker(system, consumer)).toEqual({
      probe: 'passed',
      functionVersion: '7',
      worked: 0,
    });
  });

  it('fails where the table is down', async () => {
    const { system, consumer, breakTable } = workStage();
    breakTable(true);
    await expect(probeWorker(system, consumer)).rejects.toThrow('the table is down');
  });

  it('fails where what only this work rests on is down', async () => {
    const { system, consumer } = workStage();
    const broken = { ...consumer, probe: () => Promise.reject(new Error('SES: the account may not send')) };
    await expect(probeWorker(system, broken)).rejects.toThrow('the account may not send');
  });

  it('changes nothing but its own row', async () => {
    const { system, consumer, rows } = workStage();
    await probeWorker(system, consumer);
    expect(await rows({})).toMatchObject([{ sk: 'PROBE#notify', at: START }]);
  });
});
