import { expect, test } from 'vitest';
import { deployedService } from '../../simulation/engine/deployed-service.ts';
import { World } from '../../simulation/engine/world.ts';
import { parseScenario } from '../../simulation/scenario/scenario.ts';
import { runJson, shrunk, soakRun } from '../../simulation/soak/soak.ts';
import { soakScenario } from '../../simulation/soak/soak-scenario.ts';
import { at, failing, T } from './story.ts';

/** `npm run simulate:soak` takes as many as it is asked for. */
const SCHEDULES = 100;

test('no promise is broken by random scenarios with random faults', async () => {
  const broken: string[] = [];
  let whole = 0;
  for (let seed = 1; seed <= SCHEDULES; seed += 1) {
    const result = await soakRun(seed);
    if (result.isWhole) whole += 1;
    broken.push(...result.broken.map((what) => `seed ${seed}: ${what}`));
  }
  expect(broken).toEqual([]);
  expect(whole).toBeGreaterThan(SCHEDULES * 0.9);
});

test('the same seed is the same schedule with the same end', async () => {
  expect(soakScenario(7)).toEqual(soakScenario(7));
  expect(await soakRun(7)).toEqual(await soakRun(7));
});

/** Runs a schedule that is worked out by hand. */
function runOf(schedule: Record<string, unknown>): ReturnType<typeof runJson> {
  const empty = { tasks: [], events: [], chaos: [], recipients: {} };
  return runJson({ version: 1, start: T, scanEvery: '6h', ...empty, ...schedule });
}

/** Long names with nothing in common, so that one mail does not hold them all. */
function crowd(): Record<string, unknown> {
  const tasks = Array.from({ length: 260 }, (_, place) => failing(`acmeCo/${place}-${'x'.repeat(480)}`));
  const blastRadius = { share: 1, shareFloor: 1000, perRun: 1000, perDay: 1000 };
  const policy = { mode: 'disable', warnAfter: '2d', disableAfter: '2d', blastRadius };
  return { until: at(6), policy, tasks };
}

test('what does not fit into one mail goes into the next, before anything is disabled', async () => {
  const { broken, mails } = await runOf(crowd());
  expect(broken).toEqual([]);
  // Of warnings, reminders and what was disabled two each.
  expect(mails).toBe(6);
});

test('who owned a task before a listing that is held up still counts as whom it was known to be of', async () => {
  const { broken } = await runOf({
    until: at(10),
    // A seed by which the tasks of acmeCo are listed.
    seed: 4,
    policy: { mode: 'disable', warnAfter: '3d', disableAfter: '3d', reminders: [] },
    admins: { 'acmeCo/': ['boss@acme.test'] },
    tasks: [failing('acmeCo/a')],
    events: [{ at: at(6, -6), type: 'owners', task: 'acmeCo/a', owners: ['bob@acme.test'] }],
    chaos: [{ at: at(6, -7), type: 'crash', process: 'listing', call: 3, when: 'before' }],
  });
  expect(broken).toEqual([]);
});

test('an announcement stands where SES refused its reader later, and the process died before it could say so', async () => {
  const { broken } = await runOf({
    until: at(30),
    seed: 5006800,
    policy: {
      mode: 'disable',
      warnAfter: '4d',
      disableAfter: '3d',
      reminders: ['1d'],
      stopNotice: '30h',
      atDeadline: 'disable',
    },
    admins: { 'beta/': ['boss@beta.test'] },
    tasks: [
      {
        id: 'beta/a',
        kind: 'capture',
        enabled: true,
        createdAt: '2025-06-01T00:00:00Z',
        owners: ['ana@acme.test'],
        dataPlane: 'us-1',
        shards: [{ id: '0', status: 'PRIMARY' }],
      },
      {
        id: 'beta/job',
        kind: 'job',
        enabled: true,
        createdAt: '2025-06-01T00:00:00Z',
        owners: ['ana@acme.test'],
        dataPlane: 'us-1',
      },
    ],
    events: [
      { at: at(6, 18), type: 'shards', task: 'beta/a', shards: [{ id: '0', status: 'FAILED' }] },
      { at: at(14), type: 'fault', target: 'ses', mode: 'reject', for: '29h', recipient: 'ana@acme.test' },
      { at: '2026-01-13T04:06:00Z', type: 'started', task: 'beta/job', deadline: '2026-01-14T17:06:00Z' },
    ],
    chaos: [
      { at: at(13, 6), type: 'crash', process: 'notify', call: 14, when: 'before' },
      { at: at(13, 6), type: 'late-tick', by: 20_880_000 },
    ],
    recipients: { 'ana@acme.test': { zone: 'America/New_York', quietHours: { from: '00:00', to: '12:01' } } },
  });
  expect(broken).toEqual([]);
});

test('a reverted task may have recovered where two observations of one instant were heard in the other order', async () => {
  const seen = (status: string) => ({
    at: at(7, 14.5),
    type: 'shards',
    task: 'acmeCo/a',
    shards: [{ id: '0', status }],
  });
  const { broken } = await runOf({
    until: at(14),
    seed: 1,
    policy: { mode: 'disable', warnAfter: '2d', disableAfter: '2d', reminders: [], minHealthy: '30m' },
    tasks: [failing('acmeCo/a')],
    events: [
      { at: at(7, 1.5), type: 'published', task: 'acmeCo/a', by: 'system', enabled: true },
      seen('PRIMARY'),
      seen('FAILED'),
    ],
    chaos: [{ at: at(7, 6), type: 'conflict', times: 19 }],
  });
  expect(broken).toEqual([]);
});

const KEPT = {
  at: at(0, 2),
  type: 'action',
  task: 'acmeCo/j',
  by: 'ana@acme.test',
  action: 'keep',
  for: '25h',
};

test.each([
  ['was announced', [], 30],
  ['they were notified of with a date', [KEPT], 60],
])(
  'a job may be disabled for a former deadline that %s, while nobody could hear that it began anew',
  async (_what, acts, hours) => {
    const { broken } = await runOf({
      until: at(4),
      seed: 1,
      policy: { mode: 'disable', failAfter: '24h', stopNotice: '30h', atDeadline: 'disable' },
      tasks: [
        {
          id: 'acmeCo/j',
          kind: 'job',
          enabled: true,
          createdAt: '2025-06-01T00:00:00Z',
          owners: ['ana@acme.test'],
          dataPlane: 'eu-1',
          startedAt: T,
        },
      ],
      events: [...acts, { at: at(0, hours), type: 'started', task: 'acmeCo/j' }],
      chaos: [{ at: at(0, hours - 1), type: 'conflict', times: 8 }],
    });
    expect(broken).toEqual([]);
  },
);

test('a mail may name an earlier date than one to somebody else whose sender died as SES took it', async () => {
  const asleep = (zone: string, from: string, to: string) => ({ zone, quietHours: { from, to } });
  const { broken } = await runOf({
    until: at(6),
    seed: 5519604,
    policy: {
      mode: 'disable',
      warnAfter: '2d',
      disableAfter: '2d',
      reminders: ['1d'],
      escalateAt: '1d',
      minHealthy: '12h',
    },
    admins: { 'acmeCo/': ['boss@acme.test'] },
    tasks: [
      failing('acmeCo/a', { owners: ['ana@acme.test', 'cem@beta.test'] }),
      failing('acmeCo/b', { owners: ['bob@acme.test'] }),
    ],
    chaos: [{ at: at(3, 6), type: 'crash', process: 'notify', call: 19, when: 'after' }],
    recipients: {
      'ana@acme.test': asleep('Asia/Kathmandu', '05:00', '04:00'),
      'cem@beta.test': asleep('America/New_York', '17:30', '09:15'),
    },
  });
  expect(broken).toEqual([]);
});

test('one mail less in what the verifier sees makes it fail', async () => {
  const parsed = parseScenario({
    version: 1,
    start: T,
    until: at(22),
    scanEvery: '6h',
    policy: { mode: 'disable' },
    tasks: [failing('acmeCo/a'), failing('acmeCo/b', { owners: ['bob@acme.test'] })],
  });
  if (!parsed.ok) throw new Error(parsed.problem);
  const all: string[] = [];
  await new World(parsed.scenario, deployedService, { seesMail: ({ digest }) => all.push(digest) > 0 }).run();
  const first = all.slice(0, 2);
  expect(first).toHaveLength(2);
  for (const hidden of first) {
    const blind = { seesMail: ({ digest }: { digest: string }) => digest !== hidden };
    const { broken } = await new World(parsed.scenario, deployedService, blind).run();
    expect(new Set(broken.map(({ promise }) => promise))).toContain(1);
  }
});

test('a failing scenario is shrunk to what it takes', async () => {
  const json = soakScenario(3);
  const shots: number[] = [];
  const smallest = await shrunk(json, async ({ events, tasks }) => {
    shots.push(1);
    return tasks.length > 0 && events.some(({ type }) => type === 'fault');
  });
  expect(smallest.tasks).toHaveLength(1);
  expect(smallest.events).toEqual([expect.objectContaining({ type: 'fault' })]);
  expect(smallest.chaos).toEqual([]);
  expect(parseScenario(smallest).ok).toBe(true);
});

test('who writes a row in between undoes nothing that was stored meanwhile', async () => {
  // Two senders took the lease of a webhook at once, and the writer in between gave it back to one of them.
  expect((await soakRun(930_403)).broken).toEqual([]);
});

test('a refusal may be taken in a day after another one, though its worker died before it said so', async () => {
  const { broken } = await runOf({
    until: at(14),
    seed: 1,
    policy: { mode: 'disable', warnAfter: '4d', disableAfter: '3d', reminders: [] },
    tasks: [failing('acmeCo/a')],
    chaos: [
      { at: at(6), type: 'refusal', task: 'acmeCo/a', for: 4 * 24 * 3_600_000 },
      { at: at(8), type: 'crash', process: 'ingest', call: 10, when: 'after' },
    ],
  });
  expect(broken).toEqual([]);
});

test('a refusal counts as taken in where operators hear of it, though its worker died before it said so', async () => {
  expect((await soakRun(950_560)).broken).toEqual([]);
});
