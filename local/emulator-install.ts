import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile, rm, writeFile } from 'node:fs/promises';
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
  /** A file with every package pinned, and the hashes of its files. */
  requirements: string;
  /** Packages of it that come as source only, and the file with what builds them. @default none */
  fromSource?: { packages: readonly string[]; buildRequirements: string };
}

/**
 * Installs packages into a virtual environment under `.local/` where it is missing; answers its Python.
 * @throws LocalProblem where it cannot be made
 */
export async function makePythonEnvironment(say: Say, wanted: PythonEnvironment): Promise<string> {
  const folder = join(LOCAL_FOLDER, wanted.name);
  const python = join(folder, 'bin', 'python');
  const installed = join(folder, 'installed');
  const pins = await pinsOf(wanted);
  if (existsSync(installed) && (await readFile(installed, 'utf8')) === pins) return python;
  const what = `Installing ${wanted.name} into .local/ (from PyPI, once, ${wanted.takes})`;
  await timed(say, what, async () => {
    await rm(folder, { recursive: true, force: true });
    await makeEnvironment(folder, wanted);
    for (const args of installations(wanted)) await pip(python, args);
    await writeFile(installed, pins);
  });
  return python;
}

/** What was installed by other pins, or without any hashes, is not taken for it. */
async function pinsOf({ requirements, fromSource }: PythonEnvironment): Promise<string> {
  const files = [requirements, ...(fromSource ? [fromSource.buildRequirements] : [])];
  const texts = await Promise.all(files.map((file) => readFile(file)));
  return createHash('sha256').update(Buffer.concat(texts)).digest('hex');
}

/** What pip is to install, one call after another: nothing whose hash does not stand in a file of ours. */
function installations({ requirements, fromSource }: PythonEnvironment): string[][] {
  const built = ['--only-binary', ':all:'];
  if (fromSource === undefined) return [[...built, '-r', requirements]];
  const source = ['--no-build-isolation', '--no-binary', fromSource.packages.join(',')];
  return [
    [...built, '-r', fromSource.buildRequirements],
    // Isolated, a build would fetch what it takes by itself, without hashes.
    [...built, ...source, '-r', requirements],
  ];
}

async function pip(python: string, args: readonly string[]): Promise<void> {
  const install = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--require-hashes'];
  const log = join(LOCAL_FOLDER, 'emulator-install.log');
  await runProgram(python, [...install, ...args], {
    env: childEnvironment({}),
    log,
    what: 'Installing the emulator',
  });
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
