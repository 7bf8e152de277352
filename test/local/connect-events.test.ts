import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { policyWrite } from '../../functions/store/policies.ts';
import { loadTask } from '../../functions/store/tasks.ts';
import { awsVariables, childEnvironment, LOCAL_FOLDER, ROOT } from '../../local/local-aws.ts';
import type { LocalStage } from '../../local/stage.ts';
import { deployedStage, eventually, mailsTo, nextScan } from './deployed.ts';
import { storePastDeadline } from './past-deadline.ts';

const TASK = 'pushed/prod/orders-capture';
const FORGOTTEN = 'pushed/old/forgotten-capture';
const PINNED = 'pushed/old/pinned-capture';

/** The page as somebody would follow it for the stage `local`, whose control plane `pushed` is asked by events. */
const page = readFile(join(ROOT, 'docs/connect/events.md'), 'utf8').then((text) =>
  text
    .replace('STAGE=prod', 'STAGE=local')
    .replace('SOURCE=fleet.control-plane', 'SOURCE=demo.fleet')
    .replaceAll('acmeCo/', 'pushed/'),
);

/** The code blocks of a language: what stands behind its name, and the code. */
async function blocksOf(language: string): Promise<{ name: string; code: string }[]> {
  const pattern = new RegExp(`^\`\`\`${language}(?: (\\S+))?\\n([\\s\\S]*?)^\`\`\`$`, 'gm');
  return [...(await page).matchAll(pattern)].map(([, name = '', code = '']) => ({ name, code }));
}

let stage: LocalStage;
let folder = '';
let python = 'python3';
/** What the page's shell left: names of the bus and of the queue. */
let variables: Record<string, string> = {};

function start(program: string, args: readonly string[]) {
  const env = childEnvironment({ ...awsVariables(inject('endpoint')), PYTHONPATH: folder, ...variables });
  return spawn(program, args, { cwd: folder, env });
}

async function run(program: string, args: readonly string[]): Promise<string> {
  const child = start(program, args);
  let printed = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (printed += text));
  const code = await new Promise((done) => child.once('close', done));
  if (code !== 0) throw new Error(`${program} ended with ${code}:\n${printed}`);
  return printed;
}

/** A Python with the SDK: `boto3` where it is installed, else what it stands on, which the emulator brings. */
async function pythonWithSdk(): Promise<string> {
  if (spawnSync('python3', ['-c', 'import boto3']).status === 0) return 'python3';
  const client =
    'from botocore.session import get_session\n\n\ndef client(name):\n    return get_session().create_client(name)\n';
  await writeFile(join(folder, 'boto3.py'), client);
  const installed = (await readdir(LOCAL_FOLDER)).map((name) => join(LOCAL_FOLDER, name, 'bin', 'python'));
  const found = installed.find((path) => spawnSync(path, ['-c', 'import botocore']).status === 0);
  if (!found) throw new Error('there is no Python with botocore');
  return found;
}

/** All shell blocks as one script, as they are typed one after the other: what was sent is heard before it is asked for. */
async function script(): Promise<string> {
  const shown = `taskwarden tasks show ${TASK}`;
  const blocks = (await blocksOf('bash')).map(({ code }) =>
    code.includes(shown) ? `until ${shown} > shown 2>&1; do sleep 1; done\n${code}` : code,
  );
  return [
    'set -euo pipefail',
    // Version 1 of the AWS command line takes no endpoint for SQS from the environment.
    'aws() { command aws --endpoint-url "$AWS_ENDPOINT_URL" "$@"; }',
    `taskwarden() { TASKWARDEN_STAGE=local tsx ${join(ROOT, 'cli', 'taskwarden.ts')} "$@"; }`,
    ...blocks,
    'printf "BUS_ARN=%s\\nQUEUE_URL=%s\\nSOURCE=%s\\n" "$BUS_ARN" "$QUEUE_URL" "$SOURCE" > variables',
  ].join('\n');
}

const hasCommandLine = spawnSync('aws', ['--version']).status === 0;

describe.skipIf(!hasCommandLine)('the page about events, followed from its beginning to its end', () => {
  let printed = '';
  /** What answers requests, until it is ended. */
  let owningSystem: ChildProcess | undefined;

  beforeAll(async () => {
    stage = await deployedStage();
    folder = await mkdtemp(join(tmpdir(), 'taskwarden-connect-'));
    python = await pythonWithSdk();
    for (const { name, code } of await blocksOf('python')) await writeFile(join(folder, name), code);
    await writeFile(join(folder, 'followed.sh'), await script());
    printed = await run('bash', ['followed.sh']);
    const lines = (await readFile(join(folder, 'variables'), 'utf8')).trim().split('\n');
    variables = Object.fromEntries(lines.map((line) => line.split(/=(.*)/).slice(0, 2)));
  });
  afterAll(() => owningSystem?.kill());
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('puts on the bus what Taskwarden takes: a task that fails, and nothing that is refused', async () => {
    await run(python, ['put_events.py']);
    const record = await eventually('the task, with its restarts', async () => {
      const found = await loadTask(stage.system.table, TASK);
      return found?.evidence.restarts.total === 412 ? found : undefined;
    });
    expect(record).toMatchObject({
      task: { version: 7, owners: ['ana@acme.test'], dataPlane: 'aws-eu-1', enabled: true },
      evidence: { statuses: ['FAILED'] },
    });
    expect(printed).toContain('1 event is valid');
    expect(printed).toMatch(/sent 1; /);
    expect(printed).toContain('nothing was refused');
  });

  it('answers requests: what is confirmed is disabled and its owner hears, what is refused is held', async () => {
    const now = Date.now();
    await stage.system.table.transact(
      [policyWrite('pushed/old/', { mode: 'disable' })],
      'prepared-for-connect',
    );
    await storePastDeadline(stage, { id: FORGOTTEN, owner: 'fay@pushed.test', now });
    await storePastDeadline(stage, { id: PINNED, owner: 'pia@pushed.test', now });
    await nextScan(stage);
    const pinned = `PINNED[${JSON.stringify(PINNED)}] = 'it is pinned'`;
    const code = `import answer_requests as mine\nmine.${pinned}\nwhile True: mine.work()`;
    owningSystem = start(python, ['-c', code]);
    const off = await eventually('the disabling', async () => {
      const found = await loadTask(stage.system.table, FORGOTTEN);
      return found?.disabledByUs ? found : undefined;
    });
    expect(off).toMatchObject({ task: { enabled: false, version: 5 }, open: null });
    const held = await eventually('the refusal', async () => {
      const found = await loadTask(stage.system.table, PINNED);
      return found?.open?.disabling?.state === 'refused' ? found : undefined;
    });
    expect(held).toMatchObject({
      task: { enabled: true },
      open: { disabling: { refused: { reason: 'it is pinned' } } },
    });
    const [mail] = await eventually('word of the disabling', async () => {
      const mails = await mailsTo('fay@pushed.test');
      return mails.length > 0 ? mails : undefined;
    });
    expect(mail?.subject).toContain('was turned off');
    expect(mail?.text).toContain('You get this because you own this task.');
  });
});
