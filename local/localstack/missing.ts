import { spawnSync } from 'node:child_process';
import { missingForDynamoDbLocal } from '../dynamodb-local.ts';

/** The release whose packages `requirements.txt` pins. */
const PYTHON = '3.13';

/** Where it may be: of that name, or as what is called when nobody says which. */
const PYTHONS = [`python${PYTHON}`, 'python3', 'python'];

/** A version manager's command may be on the `PATH` and answer for no version: it is asked, and asked for what pip needs. */
const QUESTION = 'import sys, venv, ensurepip; print("%d.%d" % sys.version_info[:2], sys.executable)';

/** An interpreter of the right release, with its venv module; undefined where there is none. */
export function findPython(): string | undefined {
  for (const command of [...PYTHONS, ...managedPythons()]) {
    const { status, stdout } = spawnSync(command, ['-c', QUESTION], { encoding: 'utf8' });
    const path = status === 0 && stdout.startsWith(`${PYTHON} `) ? stdout.slice(PYTHON.length).trim() : '';
    if (path !== '') return path;
  }
  return undefined;
}

/** What pyenv has installed and the `PATH` does not name. */
function managedPythons(): string[] {
  const { status, stdout } = spawnSync('pyenv', ['prefix', PYTHON], { encoding: 'utf8' });
  return status === 0 ? [`${stdout.trim()}/bin/python${PYTHON}`] : [];
}

/** What LocalStack takes and this machine does not have, one line each; empty where it can be started. */
export function missingForLocalStack(): string[] {
  const python = findPython() === undefined ? [`no Python ${PYTHON} with its venv module`] : [];
  const table = missingForDynamoDbLocal();
  return [...python, ...(table === undefined ? [] : [table])];
}
