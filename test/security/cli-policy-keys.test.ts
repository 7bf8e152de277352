import { expect, it } from 'vitest';
import { cliStage } from '../unit/cli/cli-stage.ts';

/** Keys that objects of JavaScript have of their own; before, the first two were taken in silence. */
it.each([
  '__proto__=x',
  '__proto__.stage=disable',
  'blastRadius.__proto__=1',
  'constructor=1',
  'toString.a=1',
])('a policy has no key that is none: %s', async (pair) => {
  const stage = cliStage();
  const { code, err } = await stage.taskwarden(['policy', 'set', '--yes', 'global', pair]);
  expect({ code, err }).toMatchObject({ code: 2, err: expect.stringMatching(/^error: .*unknown key/) });
  expect((await stage.taskwarden(['policy', 'list'])).out).not.toContain('disable');
});

it('a value with 10,000 faults is refused by its first ten', async () => {
  const pair = `reminders=${Array(10_000).fill('1d').join(',')}`;
  const { code, err } = await cliStage().taskwarden(['policy', 'set', '--yes', 'global', pair]);
  expect(code).toBe(2);
  const lines = err.trimEnd().split('\n');
  expect(lines[0]).toBe('error: reminders has 10000 reminders; allowed are 10');
  expect(lines).toHaveLength(11);
  expect(lines.at(-1)).toBe('error: and 9990 more');
});
