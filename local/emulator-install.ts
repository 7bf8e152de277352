import { existsSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { childEnvironment, LOCAL_FOLDER } from './local-aws.ts';
import { LocalProblem, type Say, timed } from './progress.ts';
import { runProgram } from './run-program.ts';

/** Packages of PyPI that are to lie in an environment of their own. */
export interface PythonEnvironment {
  /** Names its folder, too: another version is another folder. */
  name: string;
  /** How long it takes, roughly. */
  takes: string;
  /** The interpreter to make it with. */
  python: string;
  /** What to say where that interpreter cannot. */
  needs: string;
  /** A file with every package pinned. */
  requirements: string;
}

/**
 * Installs packages into a virtual environment under `.local/` where it is missing; answers its Python.
 * @throws LocalProblem where it cannot be made
 */
export async function makePythonEnvironment(tell: Say, wanted: PythonEnvironment): Promise<string> {
  const folder = join(LOCAL_FOLDER, wanted.name);
  const python = join(folder, 'bin', 'python');
  const installed = join(folder, 'installed');
  if (existsSync(installed)) return python;
  const what = `Installing ${wanted.name} into .local/ (from PyPI, once, ${wanted.takes})`;
  await timed(tell, what, async () => {
    await rm(folder, { recursive: true, force: true });
    await makeEnvironment(folder, wanted);
    const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '-r', wanted.requirements];
    const log = join(LOCAL_FOLDER, 'emulator-install.log');
    await runProgram(python, pip, { env: childEnvironment({}), log, what: 'Installing the emulator' });
    await writeFile(installed, '');
  });
  return python;
}

async function makeEnvironment(folder: string, { python, needs }: PythonEnvironment): Promise<void> {
  const log = join(LOCAL_FOLDER, 'emulator-venv.log');
  try {
    await runProgram(python, ['-m', 'venv', folder], {
      env: childEnvironment({}),
      log,
      what: 'Making a Python environment for the emulator',
    });
  } catch (error) {
    if (!(error instanceof LocalProblem)) throw error;
    throw new LocalProblem(`${error.message}\n${needs}`);
  }
}
