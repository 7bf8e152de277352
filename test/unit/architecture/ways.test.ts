import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { CHILD_LIMIT } from '../../child-limit.ts';
import { ROOT } from './pages.ts';

/** By file of functions/episodes/, how often it was entered. */
type Entered = Record<string, number>;

const [task, event] = (() => {
  const script = join(ROOT, 'test/unit/architecture/ways.ts');
  const printed = execFileSync(process.execPath, [script], {
    encoding: 'utf8',
    stdio: 'pipe',
    ...CHILD_LIMIT,
  });
  const { task, event } = JSON.parse(printed) as { task: Entered; event: Entered };
  return [task, event];
})();

const often = (entered: Entered) => Object.entries(entered).filter(([, times]) => times > 2);

it('an evaluation that fires and warns enters each file of an episode twice at most', () => {
  expect(task).toMatchObject({ 'evaluate.ts': 1, 'fire.ts': 1, 'warn.ts': 1, 'inform.ts': 1 });
  expect(often(task)).toEqual([]);
});

it('so does an event of SES', () => {
  expect(event).toMatchObject({ 'mail-outcome.ts': 2, 'warning-outcome.ts': 1 });
  expect(often(event)).toEqual([]);
});
