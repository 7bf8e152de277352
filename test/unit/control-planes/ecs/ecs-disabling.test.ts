import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { EcsControlPlane } from '../../../../functions/control-planes/ecs/ecs-control-plane.ts';
import type { ControlAnswer, DisableRequest } from '../../../../functions/platform/control-plane.port.ts';
import { askToDisable, askToEnable } from '../../../contract/control-plane-contract.ts';
import { AwsError, type EcsServer } from './ecs-server.ts';
import { ecsStage, NOW } from './ecs-stage.ts';

const API = 'ecs/main/api';
const TARGET = 'service/main/api';
const ON = {
  DynamicScalingInSuspended: false,
  DynamicScalingOutSuspended: false,
  ScheduledScalingSuspended: false,
};
const OFF = {
  DynamicScalingInSuspended: true,
  DynamicScalingOutSuspended: true,
  ScheduledScalingSuspended: true,
};

let server: EcsServer;
let controls: EcsControlPlane;

beforeEach(async () => {
  ({ server, controls } = await ecsStage());
  server.add('main/api', { desiredCount: 3 });
});
afterEach(() => server.close());

const api = () => server.services.get('main/api')!;
const target = () => server.targets.get(TARGET)!;
const scaled = (SuspendedState: Record<string, boolean> = ON) =>
  server.targets.set(TARGET, { MinCapacity: 2, MaxCapacity: 6, SuspendedState });
const keptOf = (answer: ControlAnswer) => (answer.outcome === 'confirmed' ? answer.kept : undefined);
const seen = async () => ({ revision: (await controls.get(API))?.revision ?? '' });
/** The next time that an action comes in, somebody else acts first. */
function meanwhile(action: string, act: () => void): void {
  server.before = (asked) => {
    if (asked !== action) return;
    server.before = undefined;
    act();
  };
}

describe('disabling a service', () => {
  it('sets its desired count to 0, suspends its scaling, and keeps what was there', async () => {
    scaled();
    const answer = await askToDisable(controls, API, await seen());
    expect(answer).toEqual({ outcome: 'confirmed', at: NOW, kept: '{"desiredCount":3,"suspended":[]}' });
    expect(api().desiredCount).toBe(0);
    expect(target()).toEqual({ MinCapacity: 2, MaxCapacity: 6, SuspendedState: OFF });
  });

  it('suspends its scaling before it sets the count, which scaling would raise again', async () => {
    scaled();
    await askToDisable(controls, API, await seen());
    const writes = server.asked.filter((action) => !/^(Describe|List)/.test(action));
    expect(writes).toEqual(['TagResource', 'RegisterScalableTarget', 'UpdateService']);
  });

  it('makes no target for one that does not scale', async () => {
    const answer = await askToDisable(controls, API, await seen());
    expect(keptOf(answer)).toBe('{"desiredCount":3,"suspended":null}');
    expect(server.targets.size).toBe(0);
  });

  it('says on the service what was there', async () => {
    scaled({ ...ON, DynamicScalingInSuspended: true });
    await askToDisable(controls, API, await seen());
    const [tag] = api().tags;
    expect(tag?.key).toBe('taskwarden:disabled');
    expect(tag?.value).toMatch(/^desired=3 suspended=in request=[0-9a-f]{12}$/);
    // What a tag of ECS may have.
    expect(tag?.value).toMatch(/^[\p{L}\p{N} +\-=._:/@]{1,256}$/u);
  });

  it('is asked for of what was deployed: a deployment in between wins', async () => {
    scaled();
    const before = await seen();
    server.deploy('main/api');
    const answer = await askToDisable(controls, API, before);
    expect(answer).toEqual({ outcome: 'changed', reason: 'it was deployed anew' });
    expect([api().desiredCount, target().SuspendedState, api().tags]).toEqual([3, ON, []]);
  });

  it('puts back all it did where somebody deploys just before the count is set', async () => {
    scaled();
    meanwhile('UpdateService', () => server.deploy('main/api'));
    const answer = await askToDisable(controls, API, await seen());
    expect(answer).toEqual({
      outcome: 'changed',
      reason: 'it changed while it was disabled; it is as it was before',
    });
    expect([api().desiredCount, target().SuspendedState, api().tags]).toEqual([3, ON, []]);
  });

  it('puts back all it did where somebody deploys just after it', async () => {
    scaled();
    const before = await seen();
    server.before = (action) => {
      if (action !== 'DescribeServices' || api().desiredCount > 0) return;
      server.before = undefined;
      server.deploy('main/api');
    };
    expect((await askToDisable(controls, API, before)).outcome).toBe('changed');
    expect([api().desiredCount, target().SuspendedState, api().tags]).toEqual([3, ON, []]);
  });

  it('takes the answer of the call for it where what is read back lags behind', async () => {
    const before = await seen();
    const { deployments } = api();
    server.before = (action) => {
      if (action === 'UpdateService' && api().desiredCount > 0) server.deploy('main/api');
      // Told as it was before somebody deployed.
      if (action === 'DescribeServices') api().deployments = deployments;
    };
    expect((await askToDisable(controls, API, before)).outcome).toBe('changed');
    expect(api().desiredCount).toBe(3);
  });

  it('leaves a count that somebody sets just after it', async () => {
    scaled();
    const before = await seen();
    const reads = { left: 2 };
    server.before = (action) => {
      if (action !== 'DescribeServices') return;
      reads.left -= 1;
      if (reads.left === 0) api().desiredCount = 5;
    };
    expect((await askToDisable(controls, API, before)).outcome).toBe('changed');
    expect([api().desiredCount, target().SuspendedState, api().tags]).toEqual([5, ON, []]);
  });

  it('is confirmed only once ECS shows it', async () => {
    const before = await seen();
    // What is told lags behind what was done: the old count, again and again.
    server.before = (action) => {
      if (action === 'DescribeServices' && server.asked.includes('UpdateService')) api().desiredCount = 3;
    };
    const unsettled = await askToDisable(controls, API, before).catch((error: unknown) => error);
    expect(String(unsettled)).toContain('api does not show its new count yet');
    server.before = undefined;
    api().desiredCount = 0;
    expect((await askToDisable(controls, API, { ...before, isRepeated: true })).outcome).toBe('confirmed');
    expect(api().desiredCount).toBe(0);
  });

  it('takes one that is off already for another’s doing, asked again or not', async () => {
    const before = await seen();
    api().desiredCount = 0;
    for (const isRepeated of [false, true])
      expect(await askToDisable(controls, API, { ...before, isRepeated })).toEqual({
        outcome: 'changed',
        reason: 'its desired count is 0 already',
      });
  });

  it('knows its own doing again after a lost answer, with what was there before it', async () => {
    scaled({ ...ON, ScheduledScalingSuspended: true });
    const before = await seen();
    server.fault = 'lose-answer';
    await expect(askToDisable(controls, API, before)).rejects.toThrow('control plane services');
    server.fault = undefined;
    const again = await askToDisable(controls, API, { ...before, isRepeated: true });
    expect(keptOf(again)).toBe('{"desiredCount":3,"suspended":["scheduled"]}');
  });

  it('after a lost answer gives back to whoever deployed meanwhile', async () => {
    scaled();
    const before = await seen();
    server.fault = 'lose-answer';
    await expect(askToDisable(controls, API, before)).rejects.toThrow();
    server.fault = undefined;
    server.deploy('main/api');
    expect((await askToDisable(controls, API, { ...before, isRepeated: true })).outcome).toBe('changed');
    expect([api().desiredCount, target().SuspendedState, api().tags]).toEqual([3, ON, []]);
  });

  it('that was cut off before the count was set is put back, and decided upon anew', async () => {
    scaled({ ...ON, DynamicScalingInSuspended: true });
    const before = await seen();
    meanwhile('UpdateService', () => {
      throw new AwsError('ServerException', 'busy', 500);
    });
    await expect(askToDisable(controls, API, before)).rejects.toThrow('ServerException');
    expect(target().SuspendedState).toEqual(OFF);
    // Whether somebody has enabled it since, nobody can tell.
    expect((await askToDisable(controls, API, { ...before, isRepeated: true })).outcome).toBe('changed');
    const asBefore = { ...ON, DynamicScalingInSuspended: true };
    expect([api().desiredCount, target().SuspendedState, api().tags]).toEqual([3, asBefore, []]);
    const anew = await askToDisable(controls, API, before);
    expect(keptOf(anew)).toBe('{"desiredCount":3,"suspended":["in"]}');
  });

  it('after a lost answer is not done a second time to what somebody enabled meanwhile', async () => {
    scaled();
    const before = await seen();
    server.fault = 'lose-answer';
    await expect(askToDisable(controls, API, before)).rejects.toThrow();
    server.fault = undefined;
    api().desiredCount = 1;
    expect((await askToDisable(controls, API, { ...before, isRepeated: true })).outcome).toBe('changed');
    expect([api().desiredCount, target().SuspendedState, api().tags]).toEqual([1, ON, []]);
  });

  it('of what a tool enabled again keeps what was suspended before us, not what we suspended', async () => {
    scaled({ ...ON, ScheduledScalingSuspended: true });
    await askToDisable(controls, API, await seen());
    api().desiredCount = 2;
    const later = { task: { id: API }, requestId: `${API}#2` } as DisableRequest;
    const answer = await controls.disable({ ...later, isRepeated: false });
    expect(keptOf(answer)).toBe('{"desiredCount":2,"suspended":["scheduled"]}');
  });

  it('lets it scale again where its role may not set the count', async () => {
    scaled();
    const before = await seen();
    meanwhile('UpdateService', () => {
      throw new AwsError('AccessDeniedException', 'x is not authorized to perform: ecs:UpdateService on y');
    });
    await expect(askToDisable(controls, API, before)).rejects.toThrow('its role may not ecs:UpdateService');
    expect([api().desiredCount, target().SuspendedState, api().tags]).toEqual([3, ON, []]);
  });

  it('is refused where ECS refuses it, and leaves it scaling', async () => {
    scaled();
    const before = await seen();
    meanwhile('UpdateService', () => {
      throw new AwsError('InvalidParameterException', 'desiredCount is managed elsewhere');
    });
    expect(await askToDisable(controls, API, before)).toEqual({
      outcome: 'refused',
      reason: 'InvalidParameterException: desiredCount is managed elsewhere',
    });
    expect([api().desiredCount, target().SuspendedState, api().tags]).toEqual([3, ON, []]);
  });

  it('does without the tag on a service that takes none', async () => {
    api().serviceArn = 'arn:aws:ecs:eu-west-1:123456789012:service/api';
    const before = await seen();
    server.fault = 'lose-answer';
    await expect(askToDisable(controls, API, before)).rejects.toThrow();
    server.fault = undefined;
    // Nothing says whose doing it is: what was asked for before is taken for ours.
    expect((await askToDisable(controls, API, before)).outcome).toBe('changed');
    expect((await askToDisable(controls, API, { ...before, isRepeated: true })).outcome).toBe('confirmed');
    expect(server.asked).not.toContain('TagResource');
  });

  it.each([
    [49, true],
    [50, false],
  ])('notes what was there where there is room: %d tags beside those of AWS', async (count, isNoted) => {
    const tags = Array.from({ length: count }, (_, at) => ({ key: `own-${at}`, value: '' }));
    api().tags = [{ key: 'aws:cloudformation:stack-name', value: 'web' }, ...tags];
    expect((await askToDisable(controls, API, await seen())).outcome).toBe('confirmed');
    expect(api().tags.some(({ key }) => key === 'taskwarden:disabled')).toBe(isNoted);
  });

  it.each([
    ['is deleted', () => void Object.assign(api(), { status: 'INACTIVE', desiredCount: 0 })],
    ['lost its cluster', () => void server.clusters.clear()],
  ])('finds it gone where it %s', async (_, remove) => {
    const before = await seen();
    remove();
    expect(await askToDisable(controls, API, before)).toEqual({ outcome: 'gone' });
  });

  it('finds it gone where it is deleted just before the count is set', async () => {
    const before = await seen();
    meanwhile('UpdateService', () => void Object.assign(api(), { status: 'INACTIVE', desiredCount: 0 }));
    expect(await askToDisable(controls, API, before)).toEqual({ outcome: 'gone' });
  });

  it('leaves alone what is in a cluster that lost its tag', async () => {
    await server.close();
    ({ server, controls } = await ecsStage({ clusters: { tag: 'team' } }));
    server.add('main/api');
    server.clusters.set('main', { status: 'ACTIVE', tags: [{ key: 'team', value: 'data' }] });
    const before = await seen();
    server.clusters.set('main', { status: 'ACTIVE', tags: [] });
    expect(await askToDisable(controls, API, before)).toEqual({ outcome: 'gone' });
    expect(api().desiredCount).toBe(2);
  });
});

describe('enabling it again', () => {
  const disabled = async () => {
    const before = await seen();
    const kept = keptOf(await askToDisable(controls, API, before));
    return { ...before, kept };
  };

  it('restores count and scaling as they were, and takes the note away', async () => {
    scaled({ ...ON, DynamicScalingOutSuspended: true });
    api().tags = [{ key: 'team', value: 'data' }];
    const answer = await askToEnable(controls, API, await disabled());
    expect(answer).toEqual({ outcome: 'confirmed', at: NOW });
    expect(api().desiredCount).toBe(3);
    expect(target()).toEqual({
      MinCapacity: 2,
      MaxCapacity: 6,
      SuspendedState: { ...ON, DynamicScalingOutSuspended: true },
    });
    expect(api().tags).toEqual([{ key: 'team', value: 'data' }]);
  });

  it('goes by the note on the service where nothing was kept', async () => {
    scaled();
    const { revision } = await disabled();
    expect((await askToEnable(controls, API, { revision })).outcome).toBe('confirmed');
    expect([api().desiredCount, target().SuspendedState]).toEqual([3, ON]);
  });

  it('runs one where nothing at all says how many', async () => {
    const { revision } = await disabled();
    api().tags = [];
    expect((await askToEnable(controls, API, { revision })).outcome).toBe('confirmed');
    expect(api().desiredCount).toBe(1);
  });

  it('leaves what was deployed since as it is', async () => {
    const asked = await disabled();
    server.deploy('main/api');
    expect(await askToEnable(controls, API, asked)).toEqual({
      outcome: 'changed',
      reason: 'it was deployed anew since',
    });
    expect(api().desiredCount).toBe(0);
  });

  it('leaves a count that somebody set since, and lets it scale again, which we had suspended', async () => {
    scaled();
    const asked = await disabled();
    api().desiredCount = 7;
    expect((await askToEnable(controls, API, asked)).outcome).toBe('confirmed');
    expect([api().desiredCount, target().SuspendedState, api().tags]).toEqual([7, ON, []]);
  });

  it('leaves a suspending that somebody changed since', async () => {
    scaled();
    const asked = await disabled();
    const theirs = { ...OFF, DynamicScalingOutSuspended: false };
    scaled(theirs);
    expect((await askToEnable(controls, API, asked)).outcome).toBe('confirmed');
    expect(target().SuspendedState).toEqual(theirs);
  });

  it('is done where its answer was lost, and completes what was left', async () => {
    scaled();
    const asked = await disabled();
    server.fault = 'lose-answer';
    await expect(askToEnable(controls, API, asked)).rejects.toThrow();
    server.fault = undefined;
    expect(target().SuspendedState).toEqual(OFF);
    expect((await askToEnable(controls, API, asked)).outcome).toBe('confirmed');
    expect([api().desiredCount, target().SuspendedState, api().tags]).toEqual([3, ON, []]);
  });

  it('of one that a deployment tool raised again shows as enabled in the next listing', async () => {
    await disabled();
    api().desiredCount = 2;
    expect(await controls.get(API)).toMatchObject({ enabled: true });
  });
});
