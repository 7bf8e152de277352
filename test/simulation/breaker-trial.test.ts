import { expect, test } from 'vitest';
import { at, tell } from './story.ts';

test('a control plane that is down while probes pass: one message is tried at a probe, and all wait', async () => {
  const { lines, story, summary } = await tell({
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
