import { describe, expect, test } from 'vitest';
import type { EffectLine } from '../../simulation/effects.ts';
import { at, failing, type Told, tell } from './story.ts';

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
const FOR = { '36h': 36, '9d': 216, '10d': 240 } as const;
const SIZES = [1, 9, 60];

const TABLE = WAYS.flatMap(({ queue, fault }) =>
  Object.entries(FOR).flatMap(([lasts, hours]) =>
    SIZES.map((size) => ({ queue, ...fault, lasts, hours, size })),
  ),
);

async function broken(row: (typeof TABLE)[number]): Promise<Told> {
  const { queue, target, mode, hours, size } = row;
  return tell({
    until: at(WORK_AT[queue] + 12),
    policy: { stage: 'disable', blastRadius: { share: 1, shareFloor: 1_000 } },
    tasks: fleet(size),
    operators: ['ops@platform.test'],
    events: [{ at: at(WORK_AT[queue]), type: 'fault', target, mode, for: `${hours}h` }],
  });
}

const alerts = (lines: EffectLine[], code: string) =>
  lines.filter((line) => line.type === 'operator-alert' && line.code === code);

/** When each task was warned first, or turned off. */
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

/** Probes of so many hours: after 5, 15, 35, 65, 95... minutes; each may try two messages. */
const probesIn = (hours: number) => 3 + 2 * hours;

describe('a worker that is broken, or what it needs', () => {
  test.each(TABLE)('$target $mode for $lasts with $size tasks loses nothing', async (row) => {
    const { lines, summary } = await broken(row);
    const begin = Date.parse(at(WORK_AT[row.queue]));
    const end = begin + row.hours * HOUR;
    expect(summary.deadLettered).toBe(0);
    const opened = alerts(lines, 'breaker-open');
    expect(opened.length).toBeGreaterThanOrEqual(1);
    expect(opened.length).toBeLessThanOrEqual(row.hours > 7 * 24 ? 2 : 1);
    expect(Date.parse(opened[0]?.at ?? '') - begin).toBeLessThanOrEqual(10 * MINUTE);
    const worked = [...workedAt(lines, row.queue).values()];
    expect(worked).toHaveLength(row.size);
    expect(Math.max(...worked) - end).toBeLessThanOrEqual(HOUR);
    // Each message fails about five times before the breaker opens; then two at a probe.
    expect(summary.oops).toBeLessThanOrEqual(6 * row.size + 2 * probesIn(row.hours) + 20);
  });
});
