import { parseScenario } from '../scenario/scenario.ts';
import type { Scenario } from '../scenario/scenario-types.ts';

const T = Date.parse('2026-01-01T00:00:00Z');
const HOURS = 3_600_000;

function at(days: number, hours = 0): string {
  return new Date(T + (days * 24 + hours) * HOURS).toISOString();
}

function task(id: string, owners: string[], more: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    id,
    kind: 'capture',
    enabled: true,
    createdAt: '2025-06-01T00:00:00Z',
    owners,
    dataPlane: 'eu-1',
    shards: [{ id: '0', status: 'FAILED' }],
    lastPrimaryAt: at(0),
    ...more,
  };
}

const ANA = 'ana@acme.test';
const BOB = 'bob@acme.test';
const CEM = 'cem@beta.test';
const DEA = 'dea@beta.test';
const EVE = 'eve@gamma.test';

/**
 * Eleven days in which nearly all happens that can: episodes fire, are warned and reminded of, kept, snoozed, recovered
 * from, vetoed, paused, bounced, disabled by date and by an owner, and undone. What happens lies far enough apart
 * for a delay of `settleAfter` and two ticks to change no outcome.
 */
const EVENTFUL = {
  version: 1,
  start: at(0),
  until: at(11, 12),
  scanEvery: '6h',
  policy: {
    mode: 'disable',
    warnAfter: '1d',
    disableAfter: '2d',
    reminders: ['1d'],
    publicationVeto: '3d',
    keepMax: '30d',
    recoveryMail: true,
  },
  policies: { 'gamma/': { disableAfter: '3d', reminders: ['36h'] } },
  subscriptions: [{ prefix: 'acmeCo/', email: 'team@acme.test' }],
  admins: { 'beta/': ['boss@beta.test'] },
  operators: ['ops@platform.test'],
  tasks: [
    task('acmeCo/turned-off', [ANA, BOB]),
    task('acmeCo/recovers', [ANA]),
    task('acmeCo/kept', [BOB]),
    task('beta/bounces', [CEM]),
    task('beta/by-owner', [DEA]),
    task('gamma/unheard', [EVE], { dataPlane: 'us-1' }),
    task('beta/fails-later', [DEA, ANA], {
      shards: [{ id: '0', status: 'PRIMARY' }],
      lastPrimaryAt: undefined,
    }),
  ].map(({ lastPrimaryAt, ...rest }) => (lastPrimaryAt === undefined ? rest : { ...rest, lastPrimaryAt })),
  events: [
    { at: at(1, 13), type: 'restarted', task: 'acmeCo/turned-off', times: 3 },
    { at: at(1, 20), type: 'shards', task: 'acmeCo/recovers', shards: [{ id: '0', status: 'PRIMARY' }] },
    { at: at(1, 21), type: 'mail-event', recipient: CEM, event: 'bounce' },
    { at: at(1, 22), type: 'action', task: 'acmeCo/kept', by: BOB, action: 'snooze', for: '30h' },
    { at: at(2), type: 'shards', task: 'beta/fails-later', shards: [{ id: '0', status: 'FAILED' }] },
    { at: at(2, 14), type: 'action', task: 'beta/by-owner', by: DEA, action: 'disable' },
    { at: at(3, 2), type: 'data-plane', dataPlane: 'us-1', state: 'down' },
    { at: at(4, 14), type: 'data-plane', dataPlane: 'us-1', state: 'up' },
    { at: at(4, 14), type: 'operator', action: 'pause', of: 'disable' },
    { at: at(4, 20), type: 'published', task: 'beta/fails-later', by: 'user' },
    { at: at(5, 14), type: 'operator', action: 'resume', of: 'disable' },
    { at: at(6, 14), type: 'operator', action: 'undo', of: 'acmeCo/turned-off' },
  ],
};

/** The eventful scenario, read. */
export function eventfulScenario(): Scenario {
  const parsed = parseScenario(EVENTFUL);
  if (!parsed.ok) throw new Error(parsed.problem);
  return parsed.scenario;
}
