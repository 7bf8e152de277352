import { describe, expect, it, vi } from 'vitest';
import type { Disabling } from '../../../functions/abandonment/task.ts';
import { DAY } from '../../../functions/abandonment/time.ts';
import { disableTask } from '../../../functions/disabling/disable.ts';
import { disableConsumer } from '../../../functions/disabling/disable-consumer.ts';
import { clearRefusals } from '../../../functions/disabling/refusals.ts';
import { undoDisabling } from '../../../functions/disabling/undo.ts';
import type { ControlAnswer, ControlPlane } from '../../../functions/platform/control-plane.port.ts';
import { keys } from '../../../functions/store/keys.ts';
import type { Write } from '../../../functions/store/table/table.port.ts';
import { ANA_ADDRESS, TASK } from '../notices/send/answer-stage.ts';
import { puts, refusing } from '../store/refusing-table.ts';
import { askedStage, DISABLING, DUE, NOW, RUN } from './confirm-stage.ts';

// No control plane that is not listed refuses, of those that come with the project: one that does stands at the port.
const plane = vi.hoisted(() => ({ current: undefined as unknown }));
vi.mock('../../../functions/control-planes/control-plane-for.ts', async (original) => ({
  ...(await original<object>()),
  controlPlaneFor: () => plane.current,
}));

const REFUSED: ControlAnswer = { outcome: 'refused', reason: 'it is locked' };
const { requestedAt: _, ...QUEUED } = { ...DISABLING, state: 'queued' as const, attempts: 0 };
const DELIVERY = { body: '', messageId: 'm', receiveCount: 3, maxReceives: 10 };

async function refusingStage(
  during: () => Promise<void> = async () => undefined,
  { answer = REFUSED, disabling = QUEUED }: { answer?: ControlAnswer; disabling?: Disabling } = {},
) {
  const stage = await askedStage({ open: { disabling }, record: { asked: null } });
  const asked: Parameters<ControlPlane['disable']>[0][] = [];
  plane.current = {
    disable: async (request) => {
      asked.push(request);
      await during();
      return answer;
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

describe('a task that its owning system says is not what was decided upon', () => {
  const edited = { outcome: 'changed', reason: 'it was edited' } as const;
  const gone = { outcome: 'gone' } as const;
  it.each<[ControlAnswer, string]>([
    [edited, 'it was edited'],
    [gone, 'its control plane knows no such task'],
  ])(
    'is left alone and decided anew with the next scan, and the audit says why: %o',
    async (answer, reason) => {
      const stage = await refusingStage(undefined, { answer });
      expect(await stage.work()).toEqual({ outcome: 'skipped', reason: answer.outcome });
      expect(await stage.record()).toMatchObject({
        task: { enabled: true },
        asked: null,
        next: { at: NOW, why: 'look' },
      });
      expect(await stage.open()).not.toHaveProperty('disabling');
      const evidence = { outcome: answer.outcome, run: RUN, episode: 1 };
      expect(await stage.audits()).toMatchObject([
        { at: NOW, act: 'disabling taken back', by: 'taskwarden', reason, evidence, mails: [] },
      ]);
      expect(await stage.rows({ pk: 'OPERATORS' })).toEqual([]);
    },
  );

  it('is taken back in the name of its owner, where they asked for it', async () => {
    const asker = { by: 'person', person: ANA_ADDRESS, at: DUE } as const;
    const stage = await refusingStage(undefined, { answer: edited, disabling: { ...QUEUED, asker } });
    await stage.work();
    expect(await stage.audits()).toMatchObject([
      { by: ANA_ADDRESS, evidence: { outcome: 'changed', run: null, episode: 1 } },
    ]);
  });
});

describe('an undoing of which its owning system is asked', () => {
  const undo = { task: TASK, by: 'olga', reason: 'it is needed', isOperator: true };

  /** A task that we disabled, whose owning system answers this. */
  async function disabledStage(answer: ControlAnswer) {
    const stage = await askedStage();
    await stage.confirm();
    plane.current = { disable: async () => answer, enable: async () => answer } satisfies ControlPlane;
    const before = await stage.record();
    return { ...stage, before, undone: await undoDisabling(stage.system, undo) };
  }

  it.each<[ControlAnswer, string]>([
    [{ outcome: 'refused', reason: 'it is locked' }, 'it is locked'],
    [{ outcome: 'changed', reason: 'it was edited' }, 'it was edited'],
    [{ outcome: 'gone' }, 'the task was deleted'],
  ])('is refused with its reason, and leaves nothing behind: %o', async (answer, reason) => {
    const { undone, before, ...stage } = await disabledStage(answer);
    expect(undone).toEqual({ outcome: 'refused', reason });
    // With a note of it, an enabling by others would be taken for the one that was asked for.
    expect(await stage.record()).toEqual({ ...before, rev: expect.any(Number) });
    expect((await stage.audits()).map(({ act }) => act)).toEqual(['disabled']);
  });

  it.each<[ControlAnswer, object]>([
    [{ outcome: 'confirmed', at: NOW }, { outcome: 'enabled' }],
    [{ outcome: 'requested' }, { outcome: 'requested' }],
  ])('is done, or to be done, where it answers %o', async (answer, outcome) => {
    const { undone, ...stage } = await disabledStage(answer);
    expect(undone).toEqual(outcome);
    expect((await stage.record()).task.enabled).toBe(answer.outcome === 'confirmed');
    expect((await stage.audits()).map(({ act }) => act)).toContain('enabled');
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
