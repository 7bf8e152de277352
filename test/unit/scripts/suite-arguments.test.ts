import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { CHILD_LIMIT } from '../../child-limit.ts';

const ROOT = join(import.meta.dirname, '..', '..', '..');
const TSX = join(ROOT, 'node_modules', 'tsx', 'dist', 'cli.mjs');

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
  // Not by npx: where it finds no tsx, in an installation under way, it asks the registry for one and waits.
  const { status, stdout, stderr } = spawnSync(process.execPath, [TSX, `scripts/${suite}.ts`, ...args], {
    cwd: ROOT,
    encoding: 'utf8',
    ...CHILD_LIMIT,
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
