import { expect, test } from 'vitest';
import { at, failing, play } from './story.ts';

test('a control plane that is down while probes pass: one message is tried at a probe, and all wait', async () => {
  const { lines, story, summary } = await play({
    until: at(24),
    operators: ['ops@platform.test'],
    events: [{ at: at(21), type: 'fault', target: 'control-plane', mode: 'down', for: '36h' }],
  });
  expect(summary.deadLettered).toBe(0);
  expect(lines.filter((line) => line.type === 'operator-alert' && line.code === 'breaker-open')).toHaveLength(
    1,
  );
  // About five attempts until it opens; then one at each of 75 probes.
  expect(summary.oops).toBeLessThanOrEqual(85);
  expect(story).toContainEqual(expect.stringMatching(/^T\+22d12h.* disabled acmeCo\/a #1/));
});

test('what waits on a queue that is off is queued again every three days only', async () => {
  const sent: string[] = [];
  await play(
    {
      until: at(32),
      operators: ['ops@platform.test'],
      tasks: [failing('acmeCo/a'), failing('acmeCo/b', { owners: ['bob@acme.test'] })],
      events: [{ at: at(21), type: 'fault', target: 'control-plane', mode: 'down', for: '10d' }],
    },
    {
      processOf: (_name, system) => ({
        ...system,
        queues: {
          send: async (queue, messages) => {
            if (queue === 'disable') sent.push(...messages.map(({ body }) => body));
            await system.queues.send(queue, messages);
          },
        },
      }),
    },
  );
  // At the date, and after 3, 6 and 9 days; some once more where a breaker closed in between and nothing was there.
  expect(sent.length).toBeGreaterThanOrEqual(2 * 3);
  expect(sent.length).toBeLessThanOrEqual(2 * 6);
});
