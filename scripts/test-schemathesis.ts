/**
 * Lets schemathesis try the servers of examples/ by their contract (docs/control-plane.openapi.yaml), with what it makes up:
 * `npm run test:schemathesis`. `-- --max-examples 500` tries more, `-- --seed 7` others. Installs it into .local/ the first
 * time; ends with exit code 2 where it cannot be had.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { obstacleTo } from './python-tool.ts';
import { conclude, run, type Tally } from './vitest-run.ts';

const ROOT = join(import.meta.dirname, '..');
const HOME = join(ROOT, '.local', 'schemathesis-4.32.5');
const CONTRACT = join(ROOT, 'docs', 'control-plane.openapi.yaml');
const SAMPLE = join(ROOT, 'examples', 'control-plane-http', 'tasks.json');
const TOKEN = 'a-token-for-tests';

const SERVERS = [
  ['node', 'examples/control-plane-http/main.ts'],
  ['python3', 'examples/control-plane-http-python/server.py'],
] as const;

/** Starts a server on a copy of the sample, and gives its address once it listens. */
function start(command: readonly [string, string], folder: string): Promise<[ChildProcess, string]> {
  const tasks = join(folder, 'tasks.json');
  copyFileSync(SAMPLE, tasks);
  const [program, file] = command;
  const child = spawn(program, [file, '--port', '0', '--tasks', tasks], {
    cwd: ROOT,
    env: { ...process.env, TASKS_TOKEN: TOKEN },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`${file} ended with ${code}`)));
    child.stdout.on('data', (chunk: Buffer) => {
      const url = /http:\/\/[\d.]+:\d+/.exec(chunk.toString())?.[0];
      if (url !== undefined) resolve([child, url]);
    });
  });
}

async function tried(command: readonly [string, string], options: readonly string[]): Promise<boolean> {
  const folder = mkdtempSync(join(tmpdir(), 'taskwarden-schemathesis-'));
  const [child, url] = await start(command, folder);
  process.stdout.write(`${command[1]} at ${url}\n`);
  const authorization = `Authorization: Bearer ${TOKEN}`;
  const asked = [CONTRACT, '--url', url, '--header', authorization, '--checks', 'all', ...options];
  process.env.PYTHONPATH = join(ROOT, 'scripts', 'schemathesis');
  process.env.SCHEMATHESIS_HOOKS = 'hooks';
  const settings = ['--config-file', join(ROOT, 'scripts', 'schemathesis', 'schemathesis.toml')];
  // What it remembers of failures lies in the folder it runs in.
  const code = await run(join(HOME, 'bin', 'schemathesis'), [...settings, 'run', ...asked], folder);
  child.kill();
  rmSync(folder, { recursive: true, force: true });
  return code === 0;
}

const requirements = join(ROOT, 'scripts', 'schemathesis-requirements.txt');
const why = obstacleTo({ name: 'schemathesis', requirements, home: HOME });
if (why === undefined) {
  const tally: Tally = { passed: 0, failed: 0 };
  const options = ['--max-examples', '100', '--seed', '1', ...process.argv.slice(2)];
  for (const server of SERVERS) tally[(await tried(server, options)) ? 'passed' : 'failed'] += 1;
  conclude(tally);
} else {
  process.stderr.write(`error: schemathesis cannot run here: ${why}\n`);
  process.exitCode = 2;
}
