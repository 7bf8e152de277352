import { spawnSync } from 'node:child_process';
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** A tool of PyPI that has an environment of its own below .local/. */
export interface PythonTool {
  name: string;
  /** Its packages with their hashes. */
  requirements: string;
  /** Its environment: of another name where the requirements are others. */
  home: string;
}

const PYTHON_CHECK = 'import sys, venv; sys.exit(sys.version_info < (3, 11))';

/** Why a tool cannot be had here; undefined where it is there. Installs it the first time. */
export function obstacleTo({ name, requirements, home }: PythonTool): string | undefined {
  const installed = join(home, 'installed');
  if (existsSync(installed)) return undefined;
  if (spawnSync('python3', ['-c', PYTHON_CHECK]).status !== 0)
    return 'no Python 3.11 or newer with its venv module';
  console.log(`installing ${name} into .local/ (from PyPI, once)`);
  rmSync(home, { recursive: true, force: true });
  const verified = ['--require-hashes', '--only-binary', ':all:', '-r', requirements];
  const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', ...verified];
  for (const [program, args] of [
    ['python3', ['-m', 'venv', home]],
    [join(home, 'bin', 'python'), pip],
  ] as const) {
    const { status, stderr } = spawnSync(program, args, { encoding: 'utf8' });
    if (status !== 0) return `it cannot be installed: ${stderr?.trim().split('\n').at(-1) ?? program}`;
  }
  writeFileSync(installed, '');
  return undefined;
}
