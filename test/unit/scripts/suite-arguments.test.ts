import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';

const SUITES = [
  'mutation',
  'planted-bugs',
  'simulate-alarms',
  'simulate-compare',
  'simulate-crash',
  'simulate-reference',
  'simulate-soak',
];

function call(suite: string, ...args: string[]) {
  const { status, stdout, stderr } = spawnSync('npx', ['tsx', `scripts/${suite}.ts`, ...args], {
    encoding: 'utf8',
  });
  return { status, stdout, stderr };
}

describe.each(SUITES)('%s', (suite) => {
  it('says how it is called, and refuses an option that it does not have without running', () => {
    const help = call(suite, '--help');
    expect([help.status, help.stderr]).toEqual([0, '']);
    expect(help.stdout).toContain('--');

    const wrong = call(suite, '--nosuch');
    expect(wrong).toMatchObject({ status: 2, stdout: '' });
    expect(wrong.stderr).toMatch(/^error: Unknown option '--nosuch'/);
    expect(wrong.stderr).not.toContain('    at ');
  });
});

it('refuses what is no number, and a name that nothing has', () => {
  expect(call('simulate-soak', '--schedules', 'many').stderr).toBe(
    'error: --schedules is "many"; allowed: whole numbers from 1 on\n',
  );
  expect(call('planted-bugs', '--only', 'nosuch')).toMatchObject({ status: 2, stdout: '' });
});
