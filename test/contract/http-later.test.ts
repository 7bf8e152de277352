import { afterAll, beforeAll, expect, it } from 'vitest';
import { HOUR } from '../../functions/abandonment/time.ts';
import { HttpControlPlane } from '../../functions/control-planes/http/http-control-plane.ts';
import type { SettingsOf } from '../../functions/platform/control-plane-settings.ts';
import type { Fetch } from '../../functions/platform/ports.ts';
import { ListedWorld } from '../local/listed-world.ts';
import { failedTask, type Running, serve, TaskFile } from './http-servers.ts';

let file: TaskFile;
let server: Running;
beforeAll(async () => {
  file = new TaskFile([failedTask('api')]);
  server = await serve(file.tasks());
});
afterAll(async () => {
  await server.close();
  file.delete();
});

/** As a server does that puts changes on a queue of its own: it says that it will, and does it by and by. */
const later =
  (fetch: Fetch, waiting: (() => Promise<unknown>)[]): Fetch =>
  async (url, init) => {
    if (init?.method !== 'POST') return fetch(url, init);
    waiting.push(() => fetch(url, init));
    return new Response(null, { status: 202 });
  };

it('a server that disables later is asked again after confirmWithin, and believed once the task reads so', async () => {
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
  const waiting: (() => Promise<unknown>)[] = [];
  const world = new ListedWorld(
    settings,
    (_, ports) => new HttpControlPlane({ settings, ...ports, fetch: later(ports.fetch, waiting) }),
  );
  await world.setPolicy('jobs/', { mode: 'disable', warnAfter: '3d', disableAfter: '2d', reminders: [] });
  await world.until(5.25);
  expect(world.heard()).toEqual(['3d6h mail ana@acme.test: warning jobs/api']);
  expect(waiting).toHaveLength(1);
  expect(file.read()[0]?.enabled).toBe(true);
  for (const act of waiting.splice(0)) await act();
  await world.until(6);
  expect(world.heard().sort()).toEqual([
    '5d12h mail ana@acme.test: disabled jobs/api',
    '5d12h operators disable-failing jobs/api',
    '5d18h operators over disable-failing jobs/api',
  ]);
  expect(file.read()[0]?.enabled).toBe(false);
});
