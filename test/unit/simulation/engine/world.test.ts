import { expect, test } from 'vitest';
import { formatInstant } from '../../../../functions/abandonment/time.ts';
import { loadDataPlanes } from '../../../../functions/store/data-planes.ts';
import { loadPauses } from '../../../../functions/store/pauses.ts';
import { loadTask } from '../../../../functions/store/tasks.ts';
import type { Service } from '../../../../simulation/engine/service.port.ts';
import { simulate } from '../../../../simulation/engine/simulate.ts';
import { parseScenario } from '../../../../simulation/scenario/scenario.ts';

const TASK = {
  id: 'acmeCo/a',
  kind: 'capture',
  enabled: true,
  createdAt: '2025-06-01T00:00:00Z',
  owners: ['ana@acme.test'],
  dataPlane: 'eu-1',
  shards: [{ id: '0', status: 'FAILED' }],
  lastPrimaryAt: '2025-12-30T00:00:00Z',
};

/** A service that notes what it is given and does nothing. */
function listening(more: Partial<Service> = {}): { service: Service; heard: string[] } {
  const heard: string[] = [];
  const service: Service = {
    scan: async (system, at) => {
      heard.push(`scan ${formatInstant(at)}`);
      system.telemetry.metric('ScanCompleted', 1);
    },
    work: async (system, { queue, body }) => {
      const { 'detail-type': type, detail } = JSON.parse(body);
      heard.push(
        `${queue} ${type} ${detail.observedAt ?? detail.state ?? ''} @${formatInstant(system.clock.now())}`,
      );
      return { outcome: 'done' };
    },
    watch: async () => {},
    probe: async () => 0,
    verdict: () => ({ verdict: 'passed', reason: 'worked' }),
    mailReport: () => '{}',
    hear: async (_system, plane) => {
      heard.push(`life sign of ${plane}`);
    },
    act: async () => true,
    approve: async () => [],
    dismiss: async () => false,
    poll: async () => true,
    pause: async (_system, what, paused) => {
      heard.push(`${what} ${paused ? 'paused' : 'resumed'}`);
    },
    undo: async (_system, what) => {
      heard.push(`undo ${JSON.stringify(what)}`);
    },
    revive: async () => false,
    ...more,
  };
  return { service, heard };
}

async function run(scenario: object, service: Service) {
  const parsed = parseScenario({
    version: 1,
    start: '2026-01-01T00:00:00Z',
    until: '2026-01-01T02:00:00Z',
    scanEvery: '1h',
    tasks: [TASK],
    ...scenario,
  });
  if (!parsed.ok) throw new Error(parsed.problem);
  return simulate(parsed.scenario, service);
}

test('scans run at the start, every scanEvery, and at the end', async () => {
  const { service, heard } = listening();
  const simulated = await run({}, service);
  expect(heard.filter((line) => line.startsWith('scan'))).toEqual([
    'scan 2026-01-01T00:00:00Z',
    'scan 2026-01-01T01:00:00Z',
    'scan 2026-01-01T02:00:00Z',
  ]);
  expect(simulated.ok && simulated.summary).toMatchObject({ at: '2026-01-01T02:00:00Z', scans: 3, tasks: 1 });
});

test('an event is worked before the scan of its instant, after the life signs were asked for', async () => {
  const { service, heard } = listening();
  const events = [
    { at: '2026-01-01T01:00:00Z', type: 'shards', task: 'acmeCo/a', shards: [{ id: '0', status: 'IDLE' }] },
  ];
  await run({ events }, service);
  expect(heard).toEqual([
    'life sign of eu-1',
    'scan 2026-01-01T00:00:00Z',
    'ingest Shards Observed 2026-01-01T01:00:00Z @2026-01-01T01:00:00Z',
    'life sign of eu-1',
    'scan 2026-01-01T01:00:00Z',
    'life sign of eu-1',
    'scan 2026-01-01T02:00:00Z',
  ]);
});

test('a plane that is down gives no life signs and no observations until it is up', async () => {
  const { service, heard } = listening();
  const events = [
    { at: '2026-01-01T00:30:00Z', type: 'data-plane', dataPlane: 'eu-1', state: 'down' },
    { at: '2026-01-02T12:30:00Z', type: 'data-plane', dataPlane: 'eu-1', state: 'up' },
  ];
  await run({ events, until: '2026-01-02T13:00:00Z', scanEvery: '12h' }, service);
  expect(heard).toEqual([
    'life sign of eu-1',
    'scan 2026-01-01T00:00:00Z',
    'ingest Data Plane Reported down @2026-01-01T00:30:00Z',
    'scan 2026-01-01T12:00:00Z',
    'scan 2026-01-02T00:00:00Z',
    'scan 2026-01-02T12:00:00Z',
    'ingest Data Plane Reported up @2026-01-02T12:30:00Z',
    'ingest Shards Observed 2026-01-02T12:30:00Z @2026-01-02T12:30:00Z',
  ]);
});

test('what is known of a failing task is repeated well within evidenceMaxAge, of a running one it is not', async () => {
  const repeats = async (status: string) => {
    const { service, heard } = listening();
    await run(
      { until: '2026-01-03T00:00:00Z', tasks: [{ ...TASK, shards: [{ id: '0', status }] }] },
      service,
    );
    return heard.filter((line) => line.startsWith('ingest')).map((line) => line.slice(-20, -7));
  };
  expect(await repeats('FAILED')).toEqual([
    '2026-01-01T09',
    '2026-01-01T18',
    '2026-01-02T03',
    '2026-01-02T12',
    '2026-01-02T21',
  ]);
  expect(await repeats('PRIMARY')).toEqual([]);
});

test('the start is in the table before the first scan', async () => {
  let seen: unknown;
  const { service } = listening({
    scan: async (system) => {
      const record = await loadTask(system.table, 'acmeCo/a');
      seen ??= {
        statuses: record?.evidence.statuses,
        lastPrimary: record?.evidence.lastSeen.PRIMARY,
        firstSeen: record?.task.firstSeenAt,
        planes: [...(await loadDataPlanes(system.table)).keys()],
        paused: (await loadPauses(system.table)).evaluate,
      };
    },
  });
  await run({}, service);
  expect(seen).toEqual({
    statuses: ['FAILED'],
    lastPrimary: Date.parse('2025-12-30T00:00:00Z'),
    firstSeen: Date.parse('2026-01-01T00:00:00Z'),
    planes: ['eu-1'],
    paused: null,
  });
});

test('operators pause, resume and undo at the instant of their word', async () => {
  const { service, heard } = listening();
  const events = [
    { at: '2026-01-01T00:10:00Z', type: 'operator', action: 'pause', of: 'notify' },
    { at: '2026-01-01T00:20:00Z', type: 'operator', action: 'resume', of: 'notify' },
    { at: '2026-01-01T00:30:00Z', type: 'operator', action: 'undo', of: 'acmeCo/a' },
  ];
  await run({ events, until: '2026-01-01T00:40:00Z' }, service);
  expect(heard.slice(2)).toEqual(['notify paused', 'notify resumed', 'undo {"task":"acmeCo/a"}']);
});

test('a process that dies without a fault of the scenario is a defect and reported as one', async () => {
  const { service } = listening({ scan: () => Promise.reject(new Error('oh\nno')) });
  const simulated = await run({ until: '2026-01-01T00:10:00Z' }, service);
  expect(simulated).toMatchObject({
    ok: true,
    broken: ['scanner died without a fault at 2026-01-01T00:00:00Z: Error: oh'],
  });
});

test('a task disabled on request is printed with its run and date, and confirmed to Taskwarden', async () => {
  const { service, heard } = listening({
    scan: async (system, at) => {
      system.telemetry.metric('ScanCompleted', 1);
      if (formatInstant(at) !== '2026-01-01T01:00:00Z') return;
      await system.events.publish('Task Disable Requested', {
        task: 'acmeCo/a',
        taskVersion: 1,
        episode: 1,
        run: '2026-01-01T01:00:00.000Z',
        disableAt: '2026-01-01T01:00:00Z',
        requestId: 'r1',
      });
    },
  });
  const simulated = await run({}, service);
  expect(simulated.ok && simulated.lines).toEqual([
    {
      at: '2026-01-01T01:00:00Z',
      type: 'task-disabled',
      task: 'acmeCo/a',
      episode: 1,
      run: '2026-01-01T01:00:00Z',
      disableAt: '2026-01-01T01:00:00Z',
    },
  ]);
  expect(heard.filter((line) => line.includes('Task Disabled'))).toHaveLength(1);
  const broken = simulated.ok ? simulated.broken.join('\n') : '';
  expect(broken).toContain('promise 1 broken');
  expect(broken).toContain('promise 16 broken');
});

test('a request that names an older version of the task is not followed', async () => {
  const { service } = listening({
    scan: (system) => {
      system.telemetry.metric('ScanCompleted', 1);
      return system.events.publish('Task Disable Requested', {
        task: 'acmeCo/a',
        taskVersion: 0,
        episode: 1,
        run: 'r',
      });
    },
  });
  const simulated = await run({}, service);
  expect(simulated.ok && simulated.lines).toEqual([]);
});

test('an event of a mail that was never sent cannot be run', async () => {
  const { service } = listening();
  const events = [
    { at: '2026-01-01T00:10:00Z', type: 'mail-event', recipient: 'ana@acme.test', event: 'bounce' },
  ];
  expect(await run({ events }, service)).toEqual({
    ok: false,
    problem: 'events[0].recipient: no mail went to ana@acme.test before 2026-01-01T00:10:00Z',
  });
});
