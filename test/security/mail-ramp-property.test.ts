import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { EffectLine } from '../../simulation/effects.ts';
import { at, failing } from '../simulation/story.ts';
import { attack } from './attack.ts';

const DAY = 86_400_000;
const GOOD = ['beta/a', 'gamma/a', 'delta/a'];
const ownerOf = (id: string) => `owner@${id.split('/')[0]}.test`;

/** What a tenant may let happen to tasks of its own, at an hour of the first ten days. */
const hostileEvent = fc.record({
  hour: fc.integer({ min: 1, max: 239 }),
  task: fc.integer({ min: 0, max: 19 }),
  owner: fc.integer({ min: 0, max: 59 }),
  what: fc.constantFrom('owners', 'owners', 'fails', 'runs', 'published'),
});
type Hostile = typeof hostileEvent extends fc.Arbitrary<infer Value> ? Value : never;

const evil = (task: number) => `acme/${String(task).padStart(2, '0')}`;

function eventOf({ hour, task, owner, what }: Hostile): Record<string, unknown> {
  const base = { at: at(0, hour), task: evil(task) };
  switch (what) {
    case 'owners':
      return { ...base, type: 'owners', owners: [`a${owner}@evil.test`, `b${(owner * 7) % 60}@evil.test`] };
    case 'published':
      return { ...base, type: 'published', by: 'system' };
    default:
      return {
        ...base,
        type: 'shards',
        shards: [{ id: '0', status: what === 'runs' ? 'PRIMARY' : 'FAILED' }],
      };
  }
}

/** The tasks that each address of the tenant ever owned: an alert of one of them gives it its place, though it left. */
function everOwned(events: readonly Hostile[]): Map<string, Set<string>> {
  const owned = new Map(
    Array.from({ length: 20 }, (_, task) => [`a${task}@evil.test`, new Set([evil(task)])]),
  );
  for (const event of events) {
    const { owners = [] } = eventOf(event) as { owners?: string[] };
    for (const owner of owners) owned.set(owner, new Set([...(owned.get(owner) ?? []), evil(event.task)]));
  }
  return owned;
}

/** `task #episode` -> when its alert fired. */
function firedAt(lines: readonly EffectLine[]): Map<string, number> {
  return new Map(
    lines.flatMap((line) =>
      line.type === 'alert-fired' ? [[`${line.task} #${line.episode}`, Date.parse(line.at)] as const] : [],
    ),
  );
}

/** Mails by which somebody of another tenant, not warned for a day, was warned though their alerts all fired later. */
function beforeThem(lines: readonly EffectLine[], good: string, owned: Map<string, Set<string>>): string[] {
  const fired = firedAt(lines);
  const since = fired.get(`${good} #1`) ?? Number.POSITIVE_INFINITY;
  const lastWarned = new Map<string, number>();
  const found: string[] = [];
  for (const line of lines) {
    if (line.type !== 'mail') continue;
    const warnings = line.items.filter(({ notice }) => notice === 'warning');
    if (warnings.length === 0) continue;
    const when = Date.parse(line.at);
    if (line.to === ownerOf(good)) break;
    const isNew = when - (lastWarned.get(line.to) ?? 0) >= DAY;
    lastWarned.set(line.to, when);
    const tasks = [...(owned.get(line.to) ?? []), ...warnings.map(({ task }) => task)];
    const oldest = Math.min(...tasks.map((task) => fired.get(`${task} #1`) ?? Number.POSITIVE_INFINITY));
    if (isNew && when >= since && oldest > since) found.push(`${line.at} ${line.to}`);
  }
  return found;
}

test('whatever one tenant lets happen, no warning of another waits behind an alert that fired later', async () => {
  const seen = { waited: 0 };
  await fc.assert(
    fc.asyncProperty(
      fc.array(hostileEvent, { minLength: 20, maxLength: 60 }),
      fc.constantFrom(1, 2, 4),
      async (events, rampPerDay) => {
        const owned = everOwned(events);
        const { lines, alerts, broken } = await attack({
          until: at(20),
          policy: { stage: 'notify', warnAfter: '2d', rampPerDay },
          tasks: [
            ...GOOD.map((id, place) =>
              failing(id, { owners: [ownerOf(id)], lastPrimaryAt: at(place - 3, 5) }),
            ),
            ...Array.from({ length: 20 }, (_, task) =>
              failing(evil(task), {
                owners: [`a${task}@evil.test`],
                dataPlane: 'evil-1',
                lastPrimaryAt: at(-1, task),
              }),
            ),
          ],
          events: events.map(eventOf),
        });
        expect(broken).toEqual([]);
        expect(alerts.filter((alert) => alert.startsWith('breaker-open'))).toEqual([]);
        for (const id of GOOD) expect(beforeThem(lines, id, owned), id).toEqual([]);
        const warned = lines.flatMap((line) =>
          line.type === 'mail' && GOOD.some((id) => ownerOf(id) === line.to) ? [line] : [],
        );
        seen.waited += warned.length;
      },
    ),
    {
      numRuns: Number(process.env.RAMP_RUNS ?? 12),
      seed: Number(process.env.RAMP_SEED ?? 1),
      endOnFailure: true,
    },
  );
  expect(seen.waited).toBeGreaterThan(5);
}, 600_000);
