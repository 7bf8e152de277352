import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { EcsControlPlane } from '../../../../functions/control-planes/ecs/ecs-control-plane.ts';
import { listAll } from '../../../contract/control-plane-contract.ts';
import { AwsError, type EcsServer } from './ecs-server.ts';
import { ecsStage, NOW } from './ecs-stage.ts';

let server: EcsServer;
let controls: EcsControlPlane;

async function open(changes: Record<string, unknown> = {}) {
  await server?.close();
  ({ server, controls } = await ecsStage(changes));
}

beforeEach(() => open());
afterEach(() => server.close());

const idsOf = (tasks: { id: string }[]) => tasks.map(({ id }) => id);

describe('a service is a task', () => {
  it('with its cluster and its name behind the prefix, its creation, its owners and its data plane', async () => {
    server.add('main/api', {
      tags: [{ key: 'taskwarden:owners', value: 'Ana@example.com  bo@example.com' }],
    });
    expect(await controls.get('ecs/main/api')).toEqual({
      id: 'ecs/main/api',
      kind: 'service',
      enabled: true,
      createdAt: Date.UTC(2026, 0, 1),
      owners: ['ana@example.com', 'bo@example.com'],
      dataPlane: 'ecs-eu-west-1',
      shards: [{ status: 'PRIMARY' }],
      revision: expect.stringMatching(/^[\w-]{32}$/),
      restarts: 0,
    });
  });

  it('has the addresses among the words of its tag for owners, each once', async () => {
    const words = 'the-data-team ana@example.com ana@EXAMPLE.com @ bo@example.com';
    server.add('main/api', { tags: [{ key: 'owner', value: words }] });
    expect((await controls.get('ecs/main/api'))?.owners).toEqual([]);
    server.services.get('main/api')!.tags.push({ key: 'taskwarden:owners', value: words });
    const owners = ['ana@example.com', 'bo@example.com'];
    expect((await controls.get('ecs/main/api'))?.owners).toEqual(owners);
  });

  it('was created at the latest now, whatever the clock of AWS says', async () => {
    server.add('main/api', { createdAt: NOW / 1_000 + 60 });
    expect((await controls.get('ecs/main/api'))?.createdAt).toBe(NOW);
  });

  const primary = { id: 'ecs-svc/9', status: 'PRIMARY' };
  const earlier = { id: 'ecs-svc/8', status: 'ACTIVE', runningCount: 2, failedTasks: 7 };
  it.each([
    ['PRIMARY', 'one task of three runs', [{ ...primary, runningCount: 1, failedTasks: 4 }]],
    [
      'STANDBY',
      'only an earlier deployment runs',
      [{ ...primary, runningCount: 0, failedTasks: 4 }, earlier],
    ],
    ['FAILED', 'tasks failed to start', [{ ...primary, runningCount: 0, failedTasks: 4, pendingCount: 1 }]],
    ['FAILED', 'the rollout was given up', [{ ...primary, runningCount: 0, rolloutState: 'FAILED' }]],
    ['PENDING', 'none runs, and none failed', [{ ...primary, runningCount: 0, rolloutState: 'IN_PROGRESS' }]],
    ['PENDING', 'nothing was deployed yet', []],
  ])('is %s where %s', async (status, _, deployments) => {
    server.add('main/api', { desiredCount: 3, deployments });
    expect((await controls.get('ecs/main/api'))?.shards).toEqual([{ status }]);
  });

  it('that CodeDeploy deploys has task sets in the place of deployments', async () => {
    const sets = [
      { id: 'ecs-svc/2', status: 'PRIMARY', runningCount: 0 },
      { id: 'ecs-svc/1', status: 'ACTIVE', runningCount: 2 },
    ];
    server.add('main/api', { deployments: [], taskSets: sets });
    const task = await controls.get('ecs/main/api');
    expect(task?.shards).toEqual([{ status: 'STANDBY' }]);
    expect(task).not.toHaveProperty('restarts');
    sets[0]!.runningCount = 1;
    expect((await controls.get('ecs/main/api'))?.shards).toEqual([{ status: 'PRIMARY' }]);
  });

  it('is disabled with a desired count of 0, and has no shard then, though tasks of it are stopping', async () => {
    server.add('main/api', { desiredCount: 0, deployments: [{ ...primary, runningCount: 1 }] });
    expect(await controls.get('ecs/main/api')).toMatchObject({ enabled: false, shards: [] });
  });

  it('counts restarts by the failed tasks of its deployment, and anew with the next', async () => {
    const service = server.add('main/api', {
      deployments: [{ ...primary, runningCount: 0, failedTasks: 31 }],
    });
    expect((await controls.get('ecs/main/api'))?.restarts).toBe(31);
    server.deploy('main/api');
    expect(service.deployments).toHaveLength(2);
    expect((await controls.get('ecs/main/api'))?.restarts).toBe(0);
  });

  it('has another revision with each deployment, also of what it was, and none with a count or a tag', async () => {
    const service = server.add('main/api');
    const revision = async () => (await controls.get('ecs/main/api'))?.revision;
    const before = await revision();
    service.desiredCount = 5;
    service.deployments[0]!.runningCount = 4;
    service.deployments[0]!.rolloutState = 'COMPLETED';
    service.tags = [{ key: 'taskwarden:owners', value: 'ana@example.com' }];
    expect(await revision()).toBe(before);
    server.deploy('main/api');
    expect(await revision()).not.toBe(before);
  });

  it('is none where it runs once on each instance, is being deleted, or is in another cluster', async () => {
    server.add('main/agent', { schedulingStrategy: 'DAEMON' });
    server.add('main/old', { status: 'DRAINING' });
    server.add('other/api');
    server.add('main/api');
    expect(idsOf((await listAll(controls)).tasks)).toEqual(['ecs/main/api']);
    for (const id of [
      'ecs/main/agent',
      'ecs/main/old',
      'ecs/other/api',
      'ecs/main/none',
      'ecs/main',
      'api/x/y',
    ])
      expect(await controls.get(id)).toBeUndefined();
  });
});

describe('a listing', () => {
  it('goes through pages and clusters, and describes ten services at a time', async () => {
    await open({ clusters: ['web', 'jobs'] });
    for (let at = 0; at < 25; at += 1) server.add(`web/api-${at}`);
    server.add('jobs/nightly');
    server.mostOfAPage = 20;
    const { tasks, pages } = await listAll(controls);
    expect(new Set(idsOf(tasks)).size).toBe(26);
    // jobs; web with 20 and with 5.
    expect(pages).toBe(3);
    expect(server.asked.filter((action) => action === 'ListServices')).toHaveLength(3);
    expect(server.asked.filter((action) => action === 'DescribeServices')).toHaveLength(1 + 2 + 1);
  });

  it.each([
    [10, 1],
    [2, 3],
    [0.5, 5],
  ])('with %d calls a second takes %d pages for 50 services', async (callsPerSecond, pages) => {
    await open({ callsPerSecond });
    for (let at = 0; at < 50; at += 1) server.add(`main/api-${at}`);
    const listed = await listAll(controls);
    expect([listed.tasks.length, listed.pages]).toEqual([50, pages]);
  });

  it('takes the clusters that have a tag', async () => {
    await open({ clusters: { tag: 'team', value: 'data' } });
    server.add('a/one');
    server.add('b/two');
    server.add('c/three');
    server.clusters.set('b', { status: 'ACTIVE', tags: [{ key: 'team', value: 'data' }] });
    server.clusters.set('c', { status: 'ACTIVE', tags: [{ key: 'team', value: 'web' }] });
    expect(idsOf((await listAll(controls)).tasks)).toEqual(['ecs/b/two']);
    expect(await controls.get('ecs/c/three')).toBeUndefined();
  });

  it('with a tag of any value takes all that have it', async () => {
    await open({ clusters: { tag: 'team' } });
    server.add('a/one');
    server.add('b/two');
    for (const name of ['a', 'b'])
      server.clusters.set(name, { status: 'ACTIVE', tags: [{ key: 'team', value: name }] });
    expect(idsOf((await listAll(controls)).tasks)).toEqual(['ecs/a/one', 'ecs/b/two']);
  });

  it('names a cluster that is not there, and lists the others', async () => {
    await open({ clusters: ['main', 'typo'] });
    server.add('main/api');
    const { tasks, refused } = await listAll(controls);
    expect(idsOf(tasks)).toEqual(['ecs/main/api']);
    expect(refused).toEqual([{ task: 'ecs/typo', reason: 'there is no cluster of this name' }]);
    await expect(controls.check()).rejects.toThrow('control plane services: there is no cluster named typo');
  });

  it('takes a cluster that was deleted, and is still told of, for one that is not there', async () => {
    await open({ clusters: ['main', 'old'] });
    server.add('main/api');
    server.clusters.set('old', { status: 'INACTIVE', tags: [] });
    expect((await listAll(controls)).refused.map(({ task }) => task)).toEqual(['ecs/old']);
  });

  it('takes no service for gone that is untold for another reason', async () => {
    server.add('main/api');
    expect(await controls.get('ecs/main/none')).toBeUndefined();
    server.untoldFor = 'ACCESS_DENIED';
    await expect(controls.get('ecs/main/none')).rejects.toThrow('cannot be described: ACCESS_DENIED');
  });

  it.each([[['typo', 'other']], [{ tag: 'team' }]])(
    'of no cluster at all (%j) concludes nothing',
    async (clusters) => {
      await open({ clusters });
      server.add('main/api');
      await expect(controls.list(null)).rejects.toThrow(/there is no cluster .*are account, region and/);
    },
  );

  it('goes on behind a cluster that was deleted meanwhile', async () => {
    await open({ clusters: ['a', 'b', 'c'] });
    for (const name of ['a/one', 'b/two', 'c/three']) server.add(name);
    const first = await controls.list(null);
    server.clusters.delete('b');
    const second = await controls.list(first.cursor);
    expect(second.tasks).toEqual([]);
    expect(idsOf((await controls.list(second.cursor)).tasks)).toEqual(['ecs/c/three']);
  });

  it('refuses a service that cannot be taken by name, with the reason', async () => {
    await open({ prefix: `${'p'.repeat(252)}/` });
    server.add('main/odd').desiredCount = -1;
    server.add(`main/${'n'.repeat(255)}`);
    server.add('main/api');
    const { tasks, refused } = await listAll(controls);
    expect(tasks).toHaveLength(1);
    expect(refused.map(({ reason }) => reason)).toEqual([
      expect.stringContaining('desiredCount'),
      'its id is 513 bytes long; allowed are 512 bytes of UTF-8',
    ]);
    expect(refused[0]?.task).toMatch(/^p+\/main\/odd$/);
    await expect(controls.get(refused[0]?.task ?? '')).rejects.toThrow('service odd: desiredCount');
  });
});

describe('what AWS answers in the place of services', () => {
  const denied =
    'User: arn:aws:sts::1:assumed-role/x is not authorized to perform: ecs:ListServices on resource: *';
  it.each([
    ['ThrottlingException', 'Rate exceeded', 'AWS throttles (ThrottlingException); lower callsPerSecond'],
    [
      'AccessDeniedException',
      denied,
      'its role may not ecs:ListServices; docs/connect/ecs.md has a template that allows it',
    ],
    [
      'AccessDenied',
      'User: x is not authorized to perform: sts:AssumeRole on resource: y',
      "its role cannot be assumed: it does not trust the functions' roles, or wants another externalId (docs/connect/ecs.md)",
    ],
    [
      'UnrecognizedClientException',
      'The security token included in the request is invalid.',
      'AWS does not take its credentials (UnrecognizedClientException); see docs/connect/ecs.md',
    ],
    ['ServerException', 'of bo@example.com', 'ServerException: of <address>'],
  ])('%s says what to do', async (name, message, why) => {
    server.add('main/api');
    server.error = new AwsError(name, message, name === 'ServerException' ? 500 : 400);
    await expect(controls.list(null)).rejects.toThrow(`control plane services: ${why}`);
  });

  it('is never as long as it likes', async () => {
    server.error = new AwsError('ClientException', 'x'.repeat(5_000));
    const error = await controls.list(null).catch((problem: unknown) => problem);
    expect(String(error).length).toBeLessThan(300);
  });
});
