import { describe, expect, test } from 'vitest';
import type { EffectLine } from '../../simulation/engine/effects.ts';
import type { WorldOptions } from '../../simulation/engine/world.ts';
import type { CrashingProcess } from '../../simulation/faults/crashing-process.ts';
import { at, failing, type Played, play } from './story.ts';

const HOUR = 3_600_000;
const MINUTE = 60_000;

/** Tasks of as many owners, all of which fail since `T`. */
function fleet(size: number): Record<string, unknown>[] {
  return Array.from({ length: size }, (_, task) =>
    failing(`tenant${task}/task`, { owners: [`owner${task}@acme.test`], dataPlane: `plane${task % 7}` }),
  );
}

/** When work comes to each queue: warnings on day 14, and what they lead to on day 21. */
const WORK_AT = { notify: 14, disable: 21 } as const;

interface Broken {
  queue: keyof typeof WORK_AT;
  fault: { target: string; mode: string };
}

const WAYS: Broken[] = [
  ...['down', 'crash', 'throttle'].map((mode) => ({
    queue: 'disable' as const,
    fault: { target: 'disabler', mode },
  })),
  ...['down', 'throttle', 'crash'].map((mode) => ({
    queue: 'disable' as const,
    fault: { target: 'control-plane', mode },
  })),
  ...['down', 'crash', 'throttle'].map((mode) => ({
    queue: 'notify' as const,
    fault: { target: 'notifier', mode },
  })),
  ...['down', 'throttle'].map((mode) => ({ queue: 'notify' as const, fault: { target: 'ses', mode } })),
];
/** How long, and how many tasks: many at once, and one alone, whose attempts are few. */
const SPANS = [
  { lasts: '36h', hours: 36, size: 60 },
  { lasts: '9d', hours: 216, size: 1 },
  { lasts: '10d', hours: 240, size: 9 },
];
const TABLE = WAYS.flatMap(({ queue, fault }) => SPANS.map((span) => ({ queue, ...fault, ...span })));

async function broken(row: (typeof TABLE)[number]): Promise<Played> {
  const { queue, target, mode, hours, size } = row;
  return play({
    until: at(WORK_AT[queue] + 12),
    policy: { mode: 'disable', blastRadius: { share: 1, shareFloor: 1_000 } },
    tasks: fleet(size),
    operators: ['ops@platform.test'],
    events: [{ at: at(WORK_AT[queue]), type: 'fault', target, mode, for: `${hours}h` }],
  });
}

const alerts = (lines: EffectLine[], code: string) =>
  lines.filter((line) => line.type === 'operator-alert' && line.code === code);

/** When each task was warned first, or disabled. */
function workedAt(lines: EffectLine[], queue: keyof typeof WORK_AT): Map<string, number> {
  const first = new Map<string, number>();
  for (const line of lines) {
    const tasks =
      queue === 'disable'
        ? line.type === 'task-disabled'
          ? [line.task]
          : []
        : line.type === 'mail'
          ? line.items.filter(({ notice }) => notice === 'warning').map(({ task }) => task)
          : [];
    for (const task of tasks) if (!first.has(task)) first.set(task, Date.parse(line.at));
  }
  return first;
}

/** Probes in so many hours: after 5, 15, 35, 65 minutes, and each half hour from then on. */
const probesIn = (hours: number) => 3 + 2 * hours;

describe('a worker that is broken, or what it needs', () => {
  test.each(TABLE)('$target $mode for $lasts with $size tasks loses nothing', async (row) => {
    const { lines, summary } = await broken(row);
    const begin = Date.parse(at(WORK_AT[row.queue]));
    const end = begin + row.hours * HOUR;
    expect(summary.deadLettered).toBe(0);
    const opened = alerts(lines, 'breaker-open');
    expect(Date.parse(opened[0]?.at ?? '') - begin).toBeLessThanOrEqual(10 * MINUTE);
    expect(opened).toHaveLength(row.hours > 7 * 24 ? 2 : 1);
    const worked = [...workedAt(lines, row.queue).values()];
    expect(worked).toHaveLength(row.size);
    expect(Math.max(...worked) - end).toBeLessThanOrEqual(HOUR);
    // Messages are kept for 4 days: so often all are tried until it opens. Else two at each probe.
    const retentions = 1 + Math.floor(row.hours / 96);
    expect(summary.oops).toBeLessThanOrEqual(6 * row.size * retentions + 2 * probesIn(row.hours));
  });
});

/** Processes of one queue's worker that start in a span die: at once, or in their work, which a probe does not do. */
function dying(queue: string, from: number, hours: number, atCall: number): WorldOptions {
  const begin = Date.parse(at(from));
  const hasFault = ({ name, startedAt }: CrashingProcess) =>
    name === queue && startedAt >= begin && startedAt < begin + hours * HOUR;
  return {
    processFaults: {
      injectorOf: (process) =>
        hasFault(process)
          ? (_call, { calls }) => (calls >= atCall ? { dies: 'before' } : undefined)
          : undefined,
    },
  };
}

/** Tells the verifier that something is wrong meanwhile; it fails no call. */
const disturbed = (from: number, days: number) => ({
  at: at(from),
  type: 'fault',
  target: 'ses',
  mode: 'reject',
  recipient: 'nobody@acme.test',
  for: `${days}d`,
});

describe('what the bus and SES say while their worker is broken', () => {
  const DIES = [
    ['at once', 1],
    ['in its work', 3],
  ] as const;

  test.each(DIES)(
    'an ingest that dies %s for nine days hears after the fix what was sent',
    async (_, atCall) => {
      const { lines, story, summary } = await play(
        {
          until: at(26),
          policy: { mode: 'notify' },
          events: [
            {
              at: at(16),
              type: 'shards',
              task: 'acmeCo/a',
              shards: [{ id: '0', status: 'PRIMARY' }],
            },
          ],
        },
        dying('ingest', 15, 216, atCall),
      );
      expect(summary.deadLettered).toBe(0);
      expect(alerts(lines, 'breaker-open').length).toBeLessThanOrEqual(2);
      expect(story).toContainEqual(expect.stringMatching(/^T\+24d1?h?\+? resolved acmeCo\/a #1 recovered/));
    },
  );

  test.each(DIES)('a bounce waits for a mail-events that dies %s for 36 hours', async (_, atCall) => {
    const { lines, summary } = await play(
      {
        until: at(19),
        tasks: [failing('acmeCo/a', { owners: ['ana@acme.test', 'bob@acme.test'] })],
        events: [{ at: at(14, 1), type: 'mail-event', recipient: 'bob@acme.test', event: 'bounce' }],
      },
      dying('mail-events', 14, 36, atCall),
    );
    expect(summary.deadLettered).toBe(0);
    const opened = alerts(lines, 'breaker-open').map((line) => Date.parse(line.at));
    expect(opened).toHaveLength(1);
    expect((opened[0] ?? 0) - Date.parse(at(14, 1))).toBeLessThanOrEqual(10 * MINUTE);
    // Heard after the fix: who bounced is not reminded on day 18.
    const reminded = lines.flatMap((line) =>
      line.type === 'mail' && line.items.some(({ notice }) => notice === 'reminder') ? [line.to] : [],
    );
    expect(reminded).toEqual(['ana@acme.test']);
  });
});

describe('one bad item', () => {
  /** The owning system does not answer when it is asked for one task, until so many days after `T`. */
  const unanswered = (task: string, until: number): WorldOptions => ({
    processOf: (_name, system) => ({
      ...system,
      events: {
        publish: async (type, detail) => {
          if (detail.task === task && system.clock.now() < Date.parse(at(until)))
            throw new Error('no answer');
          await system.events.publish(type, detail);
        },
      },
    }),
  });

  test('among nine is the only one that waits, and is done within an hour after its end', async () => {
    const { lines, summary } = await play(
      {
        until: at(33),
        policy: { mode: 'disable', blastRadius: { share: 1, shareFloor: 100 } },
        tasks: fleet(9),
        events: [disturbed(21, 10)],
      },
      unanswered('tenant4/task', 31),
    );
    expect(summary.deadLettered).toBe(0);
    expect(alerts(lines, 'breaker-open').length).toBeLessThanOrEqual(2);
    const worked = workedAt(lines, 'disable');
    const bad = worked.get('tenant4/task') ?? 0;
    worked.delete('tenant4/task');
    expect(worked.size).toBe(8);
    expect(Math.max(...worked.values()) - Date.parse(at(21))).toBeLessThanOrEqual(15 * MINUTE);
    expect(bad - Date.parse(at(31))).toBeGreaterThanOrEqual(0);
    expect(bad - Date.parse(at(31))).toBeLessThanOrEqual(HOUR);
  });

  test('keeps the work that comes while it fails from nothing for longer than a probe', async () => {
    const late = failing('late/task', { owners: ['late@acme.test'], lastPrimaryAt: at(3) });
    const { lines } = await play(
      {
        until: at(30),
        tasks: [failing('bad/task'), late],
        events: [disturbed(21, 8)],
        policy: { mode: 'disable', blastRadius: { share: 1, shareFloor: 100 } },
      },
      unanswered('bad/task', 29),
    );
    const worked = workedAt(lines, 'disable').get('late/task') ?? 0;
    expect(worked - Date.parse(at(24))).toBeLessThanOrEqual(30 * MINUTE);
    expect(alerts(lines, 'breaker-open').length).toBeLessThanOrEqual(2);
  });
});
