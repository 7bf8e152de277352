/**
 * Runs a command beside AWS's own DynamoDB Local: `node scripts/dynamodb-local.ts -- vitest run test/contract`.
 * The command finds it in `TASKWARDEN_TABLE_ENDPOINT`; without a command it stays up until it is interrupted.
 * Ends with the command's exit code; with 0 and one line where a JDK 17 or Maven is missing.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { openSync } from 'node:fs';
import { createServer } from 'node:net';
import { constants } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { DYNAMODB_LOCAL, fetchDynamoDbLocal, missingCompiler } from '../local/dynamodb-local.ts';

const READY_WITHIN_MS = 60_000;
const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const TABLE_SERVER = join(ROOT, 'local', 'dynamodb', 'TableServer.java');
const LOG = join(ROOT, '.local', 'dynamodb-local', 'server.log');

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.on('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}

function startServer(port: number): ChildProcess {
  const classPath = ['-Djava.library.path=lib', '-cp', `lib${process.platform === 'win32' ? '\\' : '/'}*`];
  const log = openSync(LOG, 'w');
  return spawn('java', [...classPath, TABLE_SERVER, String(port)], {
    cwd: DYNAMODB_LOCAL,
    stdio: ['ignore', log, log],
  });
}

/** Any HTTP answer will do: without a signed request it is 400. */
async function untilReady(endpoint: string, server: ChildProcess): Promise<void> {
  for (let waited = 0; waited < READY_WITHIN_MS; waited += 100) {
    if (server.exitCode !== null)
      throw new Error(`DynamoDB Local ended with code ${server.exitCode}, see ${LOG}`);
    const answered = await fetch(endpoint).then(
      () => true,
      () => false,
    );
    if (answered) return;
    await wait(100);
  }
  throw new Error(
    `DynamoDB Local did not answer at ${endpoint} within ${READY_WITHIN_MS / 1000} s, see ${LOG}`,
  );
}

function run([program = '', ...parameters]: string[], endpoint: string): Promise<number> {
  const PATH = [join(ROOT, 'node_modules', '.bin'), process.env.PATH].join(delimiter);
  const env = { ...process.env, PATH, TASKWARDEN_TABLE_ENDPOINT: endpoint };
  return new Promise((resolve, reject) => {
    const child = spawn(program, parameters, { stdio: 'inherit', env });
    process.on('exit', () => child.kill());
    child.on('error', reject);
    child.on('exit', (code, signal) => resolve(code ?? 128 + (signal ? constants.signals[signal] : 0)));
  });
}

function untilInterrupted(endpoint: string): Promise<number> {
  console.log(`DynamoDB Local answers at ${endpoint}; Ctrl-C ends it`);
  return new Promise(() => {});
}

async function main(command: string[]): Promise<number> {
  const missing = missingCompiler() ?? fetchDynamoDbLocal();
  if (missing) {
    console.log(`DynamoDB Local is not run (${missing}): the table port is checked against memory only`);
    return 0;
  }
  const port = await freePort();
  const endpoint = `http://127.0.0.1:${port}`;
  const server = startServer(port);
  process.on('exit', () => server.kill());
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => process.exit(128 + constants.signals[signal]));
  }
  await untilReady(endpoint, server);
  return command.length > 0 ? run(command, endpoint) : untilInterrupted(endpoint);
}

const argv = process.argv.slice(2);
process.exit(await main(argv[0] === '--' ? argv.slice(1) : argv));
