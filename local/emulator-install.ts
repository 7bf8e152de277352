import { existsSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { childEnvironment, LOCAL_FOLDER, ROOT } from './local-aws.ts';
import { LocalProblem, type Say, timed } from './progress.ts';
import { runProgram } from './run-program.ts';

/** The emulator and everything it stands on, pinned. */
const REQUIREMENTS = join(ROOT, 'scripts', 'emulator-requirements.txt');

const MINISTACK = 'ministack-1.5.33';

/** Installs MiniStack into a virtual environment of its own where it is missing; answers its Python. */
export async function installEmulator(tell: Say): Promise<string> {
  const folder = join(LOCAL_FOLDER, MINISTACK);
  const python = join(folder, 'bin', 'python');
  const installed = join(folder, 'installed');
  if (existsSync(installed)) return python;
  await timed(tell, `Installing ${MINISTACK} into .local/ (from PyPI, once, about 20 s)`, async () => {
    await rm(folder, { recursive: true, force: true });
    await makeEnvironment(folder);
    const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '-r', REQUIREMENTS];
    const log = join(LOCAL_FOLDER, 'emulator-install.log');
    await runProgram(python, pip, { env: childEnvironment({}), log, what: 'Installing the emulator' });
    await writeFile(installed, '');
  });
  return python;
}

async function makeEnvironment(folder: string): Promise<void> {
  const log = join(LOCAL_FOLDER, 'emulator-venv.log');
  try {
    await runProgram('python3', ['-m', 'venv', folder], {
      env: childEnvironment({}),
      log,
      what: 'Making a Python environment for the emulator',
    });
  } catch (error) {
    if (!(error instanceof LocalProblem)) throw error;
    const advice =
      'Python 3.10 or newer with its venv module is needed (Debian, Ubuntu: apt install python3-venv)';
    throw new LocalProblem(`${error.message}\n${advice}`);
  }
}
