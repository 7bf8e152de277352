import { expect, test } from 'vitest';
import { buildSystem, type GivenPorts } from '../../../functions/platform/system.ts';
import { MemoryTable } from '../../../functions/store/table/memory-table.ts';
import { SIMULATED_CONFIG } from '../../../simulation/engine/sim-system.ts';

const NEEDED: GivenPorts = {
  clock: { now: () => 0 },
  random: { next: () => 0, id: () => 'id' },
  table: new MemoryTable(),
  queues: { send: async () => {} },
  config: SIMULATED_CONFIG,
};
const MAIL = { to: 'a@acme.test', subject: '', text: '', html: '', headers: {}, digest: 'd' };

test('a port that was not given is a fault that says whose system lacks which', async () => {
  const system = buildSystem('the function breaker', NEEDED);
  await expect(system.mailer.send(MAIL)).rejects.toThrow('the function breaker has no mailer');
  await expect(system.events.publish('Task Disabled', {})).rejects.toThrow('the function breaker has no bus');
  const alert = { code: 'breaker-open', subject: 'notify', detail: 'it is off' } as const;
  await expect(system.operators.notify(alert)).rejects.toThrow(
    'the function breaker has no operators’ channel',
  );
});

test('logs and metrics that go nowhere fail nothing', () => {
  const { telemetry } = buildSystem('a test', NEEDED);
  expect(() => {
    telemetry.log('error', 'attempt failed');
    telemetry.metric('ScanCompleted', 1);
  }).not.toThrow();
});

test('a port that was given is used', async () => {
  const accepted = { outcome: 'accepted', messageId: 'm' } as const;
  const system = buildSystem('the function notifier', { ...NEEDED, mailer: { send: async () => accepted } });
  expect(await system.mailer.send(MAIL)).toEqual(accepted);
});
