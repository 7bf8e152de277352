import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const HOST = join(import.meta.dirname, '..', '..', '..', 'local', 'localstack', 'function-host.mjs');
const ANSWERS = 3;

const HANDLER = `
  export const handler = async (event, context) => {
    console.log('about to work');
    if (event.wrong) throw new TypeError('wrong event');
    if (event.leave) process.exit(7);
    return { event, id: context.awsRequestId, left: context.getRemainingTimeInMillis() };
  };
`;

interface Answer {
  body: Record<string, unknown> | null;
  failed: boolean;
  logs: string;
}

let folder: string;
let child: ChildProcess;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'function-host-'));
});

afterEach(() => {
  child.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

/** Starts a function's process; gives its answers, one after another, of which the first says whether it is ready. */
function host(code: string, name = 'index.handler'): () => Promise<Answer | undefined> {
  writeFileSync(join(folder, 'index.mjs'), code);
  const env = { LAMBDA_TASK_ROOT: folder, _HANDLER: name, AWS_LAMBDA_FUNCTION_TIMEOUT: '30' };
  const stdio = ['pipe', 'ignore', 'ignore', 'pipe'] as const;
  child = spawn(process.execPath, [HOST, String(ANSWERS)], { env, stdio: [...stdio] });
  const lines = createInterface({ input: child.stdio[ANSWERS] as Readable })[Symbol.asyncIterator]();
  return async () => {
    const { value, done } = await lines.next();
    return done ? undefined : (JSON.parse(value) as Answer);
  };
}

function invoke(event: unknown): void {
  const invocation = { 'invoke-id': 'request-1', payload: JSON.stringify(event) };
  child.stdin?.write(`${JSON.stringify(invocation)}\n`);
}

describe('a process of a function', () => {
  it('says that it is ready, and answers what its handler gives, with what it logged', async () => {
    const answer = host(HANDLER);
    expect(await answer()).toMatchObject({ failed: false });
    invoke({ of: 'SQS' });
    const { body, failed, logs } = (await answer())!;
    expect(failed).toBe(false);
    expect(body).toMatchObject({ event: { of: 'SQS' }, id: 'request-1' });
    expect(body?.left).toBeGreaterThan(20_000);
    expect(logs).toContain('about to work');
  });

  it('answers an error of its handler, and works the next invocation', async () => {
    const answer = host(HANDLER);
    await answer();
    invoke({ wrong: true });
    expect(await answer()).toMatchObject({
      failed: true,
      body: { errorType: 'TypeError', errorMessage: 'wrong event' },
    });
    invoke({});
    expect(await answer()).toMatchObject({ failed: false });
  });

  it.each([
    ['throws as it is loaded', 'throw new Error("no table");', 'index.handler', 'no table'],
    ['exports no such handler', HANDLER, 'index.other', 'index.other is undefined or not exported'],
    ['is not there', HANDLER, 'main.handler', "Cannot find module 'main'"],
  ])('fails with the reason where its module %s', async (_, code, name, reason) => {
    const answer = host(code, name);
    const ended = once(child, 'exit');
    expect(await answer()).toMatchObject({ failed: true, body: { errorMessage: reason } });
    expect(await ended).toEqual([1, null]);
  });

  it('that leaves in the middle answers nothing more', async () => {
    const answer = host(HANDLER);
    await answer();
    invoke({ leave: true });
    expect(await answer()).toBeUndefined();
  });

  it('ends when nobody can invoke it any more', async () => {
    const answer = host(HANDLER);
    await answer();
    const ended = once(child, 'exit');
    child.stdin?.end();
    expect(await ended).toEqual([0, null]);
  });
});
