import { describe, expect, it } from 'vitest';
import { z } from 'zod/mini';
import type { Task } from '../../../functions/abandonment/task.ts';
import { controlPlaneFor } from '../../../functions/control-planes/control-plane-for.ts';
import { GIVEN_EVENTS } from '../../../functions/control-planes/events/given-events.ts';
import type { System } from '../../../functions/platform/system.ts';

const NOW = Date.UTC(2026, 0, 5, 9, 30);
const TASK = { id: 'acmeCo/a', version: 7, dataPlane: 'eu-1' } as Task;
const REQUEST = { task: TASK, requestId: 'r-1', reason: 'grace-over' };
const DISABLE = {
  ...REQUEST,
  isRepeated: false,
  run: '2026-01-05T09:30:00Z',
  episode: 2,
  disableAt: NOW - 300_000,
};

function withControlPlane(controlPlane: 'fed' | 'own', publish?: () => Promise<void>) {
  const published: [string, Record<string, unknown>][] = [];
  const events = {
    publish:
      publish ??
      (async (type: string, detail: Record<string, unknown>) => void published.push([type, detail])),
  };
  const system = { clock: { now: () => NOW }, events, config: { controlPlane } } as unknown as System;
  return { controls: controlPlaneFor(system, 'acmeCo/a'), published };
}

describe('a control plane that is fed by events', () => {
  it('is asked to turn a task off, with the version seen, and has confirmed nothing yet', async () => {
    const { controls, published } = withControlPlane('fed');
    expect(await controls.disable(DISABLE)).toEqual({ outcome: 'requested' });
    expect(published).toEqual([
      [
        'Task Disable Requested',
        {
          version: 1,
          requestId: 'r-1',
          task: 'acmeCo/a',
          taskVersion: 7,
          dataPlane: 'eu-1',
          episode: 2,
          run: '2026-01-05T09:30:00Z',
          disableAt: '2026-01-05T09:25:00Z',
          reason: 'grace-over',
          requestedAt: '2026-01-05T09:30:00Z',
        },
      ],
    ]);
  });

  it("is told of an owner's own wish without a run or a date", async () => {
    const { controls, published } = withControlPlane('fed');
    await controls.disable({ ...DISABLE, run: null, disableAt: null });
    expect(published[0]?.[1]).toMatchObject({ run: null, disableAt: null });
  });

  it('is asked to turn a task on again', async () => {
    const { controls, published } = withControlPlane('fed');
    expect(await controls.enable({ ...REQUEST, by: 'operator', reason: 'undo' })).toEqual({
      outcome: 'requested',
    });
    expect(published[0]).toEqual([
      'Task Enable Requested',
      expect.objectContaining({
        task: 'acmeCo/a',
        taskVersion: 7,
        by: 'operator',
        reason: 'undo',
        requestId: 'r-1',
      }),
    ]);
  });

  it('is asked by events that keep to their schemas', async () => {
    const { controls, published } = withControlPlane('fed');
    await controls.disable({ ...DISABLE, disableAt: null });
    await controls.enable({ ...REQUEST, by: 'operator' });
    for (const [type, detail] of published) {
      expect(z.safeParse(GIVEN_EVENTS[type as keyof typeof GIVEN_EVENTS], detail).success).toBe(true);
    }
  });

  it('that cannot be asked is a fault, for a later try', async () => {
    const { controls } = withControlPlane('fed', async () => {
      throw new Error('the bus is away');
    });
    await expect(controls.disable(DISABLE)).rejects.toThrow('the bus is away');
  });
});

describe('a catalog that is the truth', () => {
  it('confirms at once and tells nobody', async () => {
    const { controls, published } = withControlPlane('own');
    expect(await controls.disable(DISABLE)).toEqual({ outcome: 'confirmed', at: NOW });
    expect(await controls.enable({ ...REQUEST, by: 'operator' })).toEqual({ outcome: 'confirmed', at: NOW });
    expect(published).toEqual([]);
  });
});
