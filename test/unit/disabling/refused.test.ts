import { describe, expect, it, vi } from 'vitest';
import { DAY } from '../../../functions/abandonment/time.ts';
import { disableTask } from '../../../functions/disabling/disable.ts';
import { disableConsumer } from '../../../functions/disabling/disable-consumer.ts';
import { clearRefusals } from '../../../functions/disabling/refusals.ts';
import type { ControlAnswer, ControlPlane } from '../../../functions/platform/control-plane.port.ts';
import { keys } from '../../../functions/store/keys.ts';
import type { Write } from '../../../functions/store/table/table.port.ts';
import { TASK } from '../notices/send/answer-stage.ts';
import { puts, refusing } from '../store/refusing-table.ts';
import { askedStage, DISABLING, DUE, NOW, RUN } from './confirm-stage.ts';

// Neither of the control planes that come with the project refuses: one that does stands at the port.
const plane = vi.hoisted(() => ({ current: undefined as unknown }));
vi.mock('../../../functions/control-planes/control-plane-for.ts', async (original) => ({
  ...(await original<object>()),
  controlPlaneFor: () => plane.current,
}));

const REFUSED: ControlAnswer = { outcome: 'refused', reason: 'it is locked' };
const { requestedAt: _, ...QUEUED } = { ...DISABLING, state: 'queued' as const, attempts: 0 };
const DELIVERY = { body: '', messageId: 'm', receiveCount: 3, maxReceives: 10 };

async function refusingStage(during: () => Promise<void> = async () => undefined) {
  const stage = await askedStage({ open: { disabling: QUEUED }, record: { asked: null } });
  const asked: Parameters<ControlPlane['disable']>[0][] = [];
  plane.current = {
    disable: async (request) => {
      asked.push(request);
      await during();
      return REFUSED;
    },
    enable: async () => REFUSED,
  } satisfies ControlPlane;
  return { ...stage, asked, work: () => disableTask(stage.system, { task: TASK, episode: 1 }, DELIVERY) };
}

describe('a task that its owning system refuses to turn off', () => {
  it('is let be: its message ends with the reason', async () => {
    const stage = await refusingStage();
    expect(await stage.work()).toEqual({ outcome: 'skipped', reason: 'refused' });
    expect(stage.asked).toMatchObject([
      {
        run: RUN,
        episode: 1,
        disableAt: DUE,
        requestId: `${TASK}#1`,
        // The attempts before this one died before they noted that they ask.
        isRepeated: false,
        task: { id: TASK, version: 5 },
      },
    ]);
  });

  it('leaves one record, and a mark under its name on the task', async () => {
    const stage = await refusingStage();
    await stage.work();
    const [kind] = await stage.rows({ pk: 'OOPS', sk: '' });
    expect(kind).toMatchObject({
      worker: 'disable',
      cause: 'permanent',
      error: 'DisableRefused',
      sample: expect.stringContaining('the owning system refused: it is locked'),
      lastItem: TASK,
      lastAttempt: 3,
    });
    const fingerprint = String(kind?.fingerprint);
    expect(await stage.record()).toMatchObject({
      task: { enabled: true },
      next: { at: NOW, why: 'look' },
      open: {
        disabling: {
          state: 'refused',
          attempts: 1,
          refused: { at: NOW, reason: 'it is locked', version: 5, fingerprint },
        },
      },
    });
    expect(await stage.table.get(keys.refusal(fingerprint, TASK))).toMatchObject({ at: NOW });
  });

  it('is told to operators, with the command that asks again at once', async () => {
    const stage = await refusingStage();
    await stage.work();
    const [kind] = await stage.rows({ pk: 'OOPS', sk: '' });
    expect(await stage.table.get(keys.operatorAlert('disable-failing', TASK))).toMatchObject({
      subject: TASK,
      since: NOW,
      active: true,
      toldAt: null,
      detail: `the owning system refuses to disable it: it is locked; it is asked again after a day, or by \`taskwarden oops resolve ${kind?.fingerprint}\``,
    });
  });

  it('is not given up where it changed meanwhile: the refusal may not be about what it is now', async () => {
    const stage = await refusingStage(async () =>
      stage.changeTask((record) => ({ ...record, task: { ...record.task, version: 6 } })),
    );
    expect(await stage.work()).toEqual({
      outcome: 'retry',
      reason: 'it changed while it was refused',
      // 20 s, doubled twice, and half of that by chance.
      delaySeconds: 40,
      failed: true,
      recorded: true,
    });
    expect((await stage.open()).disabling?.state).toBe('requested');
    expect(await stage.rows({ pk: 'OPERATORS' })).toEqual([]);
    expect(await stage.rows({ pk: 'REFUSED#' })).toEqual([]);
  });
});

it('what operators resolve is asked for again, on fresh state where others change the task meanwhile', async () => {
  const stage = await refusingStage();
  await stage.work();
  const [kind] = await stage.rows({ pk: 'OOPS', sk: '' });
  const fingerprint = String(kind?.fingerprint);
  const isCleared = (writes: Write[]) => puts(writes, `T#${TASK}`, ({ sk }) => sk === 'T');
  const contested = refusing(stage.system.table, isCleared, { times: 5 });
  stage.system.table = contested;
  expect(await clearRefusals(stage.system, fingerprint)).toEqual([TASK]);
  expect(contested.refused).toBe(5);
  expect((await stage.open()).disabling).toBeUndefined();
  expect(await stage.rows({ pk: 'REFUSED#' })).toEqual([]);
  // Nothing is refused any more: there is nothing to ask again.
  expect(await clearRefusals(stage.system, fingerprint)).toEqual([]);
});

it('a change in the middle is recorded by the pipeline where nothing failed before it', async () => {
  const stage = await refusingStage();
  stage.meanwhile(() =>
    stage.changeTask((record) => ({ ...record, vetoes: { count: 1, lastAt: NOW - DAY } })),
  );
  expect(await stage.work()).toEqual({
    outcome: 'retry',
    reason: 'the task changed meanwhile',
    delaySeconds: 40,
    failed: true,
  });
  expect(stage.asked).toEqual([]);
});

it('the probe of the queue asks the owning system whether it can be asked', async () => {
  const stage = await refusingStage();
  await expect(disableConsumer.probe?.(stage.system)).resolves.toBeUndefined();
  plane.current = { check: () => Promise.reject(new Error('away')) };
  await expect(disableConsumer.probe?.(stage.system)).rejects.toThrow('away');
});
