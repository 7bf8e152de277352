import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { HOUR } from '../../functions/abandonment/time.ts';
import { HttpControlPlane } from '../../functions/control-planes/http/http-control-plane.ts';
import type { SettingsOf } from '../../functions/platform/control-plane-settings.ts';
import { deployedService } from '../../simulation/engine/deployed-service.ts';
import { ListedWorld } from '../local/listed-world.ts';
import { failedTask, type Running, serve, TaskFile } from './http-servers.ts';

const OWNERS = {
  'team/api': 'ana@example.com',
  'team/worker': 'bo@example.com',
  'team/mended': 'cleo@example.com',
  'team/off': 'dora@example.com',
  'team/late': 'finn@example.com',
};

let file: TaskFile;
let server: Running;
let world: ListedWorld;

beforeAll(async () => {
  const broken = Object.entries(OWNERS).map(([id, owner]) => failedTask(id, { owners: [owner] }));
  const web = failedTask('team/web', { shards: [{ status: 'PRIMARY' }], owners: ['eve@example.com'] });
  file = new TaskFile([...broken, web]);
  server = await serve(file.tasks());
  const settings: SettingsOf<'http'> = {
    type: 'http',
    name: 'jobs',
    prefix: 'jobs/',
    dataPlane: 'jobs-eu-1',
    url: server.url,
    pollEvery: HOUR,
    callsPerSecond: 1_000,
    timeout: 10_000,
    pageSize: 4,
  };
  world = new ListedWorld(settings, (_, ports) => new HttpControlPlane({ settings, ...ports }));
  await world.setPolicy('jobs/', {
    mode: 'disable',
    warnAfter: '3d',
    disableAfter: '2d',
    reminders: [],
    minHealthy: '2h',
  });
});
afterAll(async () => {
  await server.close();
  file.delete();
});

/** What the server itself has of a task. */
const truth = (id: string) => file.read().find((task) => task.id === id);
const isEnabled = (id: string) => truth(id)?.enabled;

/**
 * One history, told in its order: each test goes on where the one before it ended. A scan each six hours; the first one
 * lists what there is, so that all clocks begin at 0d6h, and each listing is decided upon by the scan after it.
 */
describe('tasks of an HTTP control plane that nobody keeps alive', () => {
  it('warn their owners once they were not alive for three days', async () => {
    await world.until(3);
    expect(world.heard()).toEqual([]);
    await world.until(4);
    expect(world.heard().sort()).toEqual([
      '3d6h mail ana@example.com: warning jobs/team/api',
      '3d6h mail bo@example.com: warning jobs/team/worker',
      '3d6h mail cleo@example.com: warning jobs/team/mended',
      '3d6h mail dora@example.com: warning jobs/team/off',
      '3d6h mail finn@example.com: warning jobs/team/late',
    ]);
    expect(file.read().every(({ enabled }) => enabled)).toBe(true);
  });

  it('are left alone where somebody publishes or disables them before the date', async () => {
    file.change('team/mended', { version: '2' });
    file.change('team/off', { enabled: false });
    await world.until(5);
    expect(world.heard()).toEqual(['4d12h mail cleo@example.com: withdrawn jobs/team/mended']);
  });

  it('are disabled at their server at the date, but for one that was published in that moment', async () => {
    // What is decided upon at 5d6h is what was listed at 5d0h.
    let scans = 0;
    await world.until(7, async () => {
      scans += 1;
      if (scans === 1) file.change('team/late', { version: '2' });
    });
    expect(world.heard().sort()).toEqual([
      '5d12h mail finn@example.com: withdrawn jobs/team/late',
      '5d6h mail ana@example.com: disabled jobs/team/api',
      '5d6h mail bo@example.com: disabled jobs/team/worker',
    ]);
    expect(Object.keys(OWNERS).map(isEnabled)).toEqual([false, false, true, false, true]);
    expect(isEnabled('team/web')).toBe(true);
    expect(truth('team/api')?.version).toBe('1');
  });

  it('are enabled again by an undo', async () => {
    await deployedService.undo(world.system, { task: 'jobs/team/api' });
    await world.until(8);
    expect(isEnabled('team/api')).toBe(true);
    expect(world.heard()).toEqual(['7d6h mail ana@example.com: enabled jobs/team/api']);
  });

  it('are not disabled a second time where a system enables them again', async () => {
    file.change('team/worker', { enabled: true });
    await world.until(9);
    expect(world.heard()).toEqual(['8d12h operators disable-reverted jobs/team/worker']);
    expect(isEnabled('team/worker')).toBe(true);
  });
});
