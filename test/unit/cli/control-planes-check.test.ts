import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { run } from '../../../cli/program.ts';
import { failedTask, type Running, start, TaskFile } from '../../contract/http-servers.ts';

const EXAMPLE = join(import.meta.dirname, '..', '..', '..', 'examples', 'control-plane-http');
const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const TOKEN = 'a-token-of-tests';
const TASKS = ['ana/orders', 'ben/ledger export', 'cleo/refunds', 'dora/mails', 'team/test'];

const closing: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

interface Planted {
  /** Which check names it. */
  named: string;
  /** Other checks that meet it, too. @default none */
  also?: readonly string[];
  /** What is said of it. */
  said: RegExp;
  /** A text of a file of the example, and what stands in its place. */
  replace?: readonly [file: 'server.ts' | 'tasks.ts' | 'signature.ts', text: string, by: string];
  /** What is wrong with a task. */
  task?: Record<string, unknown>;
}

const KNOWN_KEY = 'const before = done.get(key);';

/** Defects that do not hide each other. */
const TEN: Record<string, Planted> = {
  'limit is not kept to': {
    named: 'pages',
    said: /GET \/tasks\?limit=2 lists 3 tasks; expected: at most 2/,
    replace: ['server.ts', 'page.slice(0, limit)', 'page.slice(0, limit + 1)'],
  },
  'all pages have one ETag': {
    named: 'etag',
    said: /two pages with other tasks have one ETag, "1"/,
    replace: ['server.ts', 'const tag = `', 'const tag = `"1"`; void `'],
  },
  'a 404 says nothing of tasks': {
    named: 'no-such-task',
    also: ['change-of-no-task'],
    said: /GET \/tasks\/no-such-task-\S+ answers 404 application\/problem\+json; expected: .*"no-such-task"/,
    replace: ['server.ts', "'There is no such task', 'no-such-task')", "'There is no such task')"],
  },
  'pages are text': {
    named: 'first-page',
    said: /answers 200 text\/plain; expected: application\/json/,
    replace: [
      'server.ts',
      "'application/json' : 'application/problem+json'",
      "'text/plain' : 'application/problem+json'",
    ],
  },
  'a strange cursor begins anew': {
    named: 'cursor',
    said: /cursor=!not-one-of-yours! answers 200/,
    replace: ['server.ts', 'if (last === undefined) return', 'if (last === null) return'],
  },
  'nobody is asked for credentials': {
    named: 'credentials',
    said: /answers 200 \S+ to a request with no credentials; expected: 401/,
    replace: ['server.ts', 'if (token !== undefined && ', 'if (token === null && '],
  },
  'the version is not compared': {
    named: 'expected-version',
    also: ['enable'],
    said: /POST \/tasks\/team%2Ftest\/disable answers 200 .*expected: 409 with the code "version-changed"/,
    replace: ['server.ts', 'if (task.version !== asked.version)', 'if (task.version === null)'],
  },
  'disabling is a publication': {
    named: 'disable',
    also: ['enable'],
    said: /disable changes the version from "\d+" to "\d+"; expected: the same version/,
    replace: ['tasks.ts', 'task.enabled = enabled;', 'task.enabled = enabled; task.version += "1";'],
  },
  'keys are forgotten': {
    named: 'idempotency-key',
    said: /answers 409 .* to the same Idempotency-Key again; expected: 200/,
    replace: ['server.ts', KNOWN_KEY, 'const before = done.get("");'],
  },
  'a task has a status of its own': {
    named: 'tasks',
    said: /lists "ben\/ledger export": shards\[0\]\.status is "RUNNING"/,
    task: { shards: [{ status: 'RUNNING' }] },
  },
};

/** Defects that hide others, or that others hide. */
const ALONE: Record<string, Planted> = {
  'pages overlap': {
    named: 'pages',
    said: /lists "ben\/ledger export" again; expected: each task on one page/,
    replace: ['tasks.ts', 'task.id > id', 'task.id >= id'],
  },
  'pages leave tasks out': {
    named: 'pages',
    said: /pages of 2 have "dora\/mails" where the page of 1000 has "cleo\/refunds"/,
    replace: ['server.ts', 'cursorAt(shown.at(-1))', 'cursorAt(page.at(-1))'],
  },
  'a page follows itself': {
    named: 'pages',
    said: /names itself as the next page/,
    replace: [
      'server.ts',
      'cursorAt(shown.at(-1)) : null',
      '(searchParams.get("cursor") ?? cursorAt(shown.at(-1))) : null',
    ],
  },
  'an ETag never holds': {
    named: 'etag',
    said: /answers 200 .* to the ETag that the page has; expected: 304/,
    replace: ['server.ts', "request.headers['if-none-match'] === tag", 'request.method === tag'],
  },
  'any ETag holds': {
    named: 'etag',
    said: /answers 304 to an ETag that the page does not have; expected: 200/,
    replace: [
      'server.ts',
      "request.headers['if-none-match'] === tag",
      "request.headers['if-none-match'] !== undefined",
    ],
  },
  'an id with a slash is not found': {
    named: 'one-task',
    also: ['changes'],
    said: /GET \/tasks\/ana%2Forders answers 404/,
    replace: [
      'server.ts',
      'const id = decoded(encoded);',
      "const id = (encoded ?? '').replaceAll('%20', ' ');",
    ],
  },
  'versions change as they are read': {
    named: 'one-task',
    also: ['disable'],
    said: /has version "\d+", listed a moment ago as "\d+"/,
    replace: [
      'tasks.ts',
      'get: (id) => read().find((task) => task.id === id)',
      'get: (id) => read().map((task) => ({ ...task, version: String(process.hrtime.bigint()) })).find((task) => task.id === id)',
    ],
  },
  'old signatures do': {
    named: 'credentials',
    said: /to a request with an old signature; expected: 401/,
    replace: ['signature.ts', '> 300', '> 300_000'],
  },
  'other signatures do': {
    named: 'credentials',
    said: /to a request with another signature; expected: 401/,
    replace: [
      'signature.ts',
      'return sent.length === right.length &&',
      'return sent.length === right.length || ',
    ],
  },
  'a body about another task does': {
    named: 'path-and-body',
    said: /answers 200 .*; expected: 400: a signature covers the body and not the path/,
    replace: ['server.ts', 'if (asked.task !== id || ', 'if ('],
  },
  'what others disabled is disabled again': {
    named: 'already-disabled',
    said: /answers 200 .* to another request; expected: 409 with the code "already-disabled"/,
    replace: ['server.ts', 'if (task.enabled === enabled)', 'if (task.enabled === null)'],
  },
  'it says done and does nothing': {
    named: 'disable',
    said: /answers 200, and the task does not read disabled/,
    replace: ['tasks.ts', 'task.enabled = enabled;', ''],
  },
  'a redirect stands before it': {
    named: 'first-page',
    said: /answers 302 to \/elsewhere; expected: no redirect/,
    replace: [
      'server.ts',
      '  const url = new URL(',
      "  if (true) return { status: 302, headers: { location: '/elsewhere' } };\n  const url = new URL(",
    ],
  },
};

/** Runs the example with defects in it, as its page says that it is run. */
async function serverWith(planted: readonly Planted[]): Promise<Running & { file: TaskFile }> {
  const folder = mkdtempSync(join(tmpdir(), 'taskwarden-check-'));
  cpSync(EXAMPLE, folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
  for (const { replace } of planted) {
    if (!replace) continue;
    const [name, text, by] = replace;
    const before = readFileSync(join(folder, name), 'utf8');
    expect(before, `${name} has ${text}`).toContain(text);
    writeFileSync(
      join(folder, name),
      before.replace(text, () => by),
    );
  }
  const spoiled = Object.assign({}, ...planted.map(({ task }) => task));
  const file = new TaskFile(TASKS.map((id) => failedTask(id, id === 'ben/ledger export' ? spoiled : {})));
  const command = ['node', join(folder, 'main.ts'), '--port', '0', '--tasks', file.path] as const;
  const server = await start(command, { TASKS_TOKEN: TOKEN, TASKS_SECRET: SECRET });
  closing.push(
    () => rmSync(folder, { recursive: true, force: true }),
    () => file.delete(),
    server.close,
  );
  return { ...server, file };
}

const ENV = { TOKEN_HERE: TOKEN, SECRET_HERE: SECRET };
const ACCESS = ['--token-env', 'TOKEN_HERE', '--secret-env', 'SECRET_HERE'];
const CHANGES = ['--task', 'team/test', '--allow-changes'];

/** Runs the command line with an environment, and no stage. */
async function taskwarden(...args: string[]) {
  const printed = { out: '', err: '' };
  const sink = (to: 'out' | 'err') => ({
    write: (text: string) => {
      printed[to] += text;
      return true;
    },
  });
  const code = await run(args, {
    open: async () => {
      throw new Error('no stage is opened');
    },
    stdin: (async function* () {})(),
    stdout: sink('out'),
    stderr: sink('err'),
    env: ENV,
  });
  return { code, ...printed };
}

const check = (url: string, ...more: string[]) =>
  taskwarden('control-planes', 'check', url, ...ACCESS, ...more);

const failures = (out: string) => out.split('\n').filter((line) => line.startsWith('FAIL'));

describe('a server that keeps to the contract', () => {
  it('has no defect, by reading and by changes, and is as it was before', async () => {
    const { url, file } = await serverWith([]);
    const before = file.read();
    const { code, out } = await check(url, ...CHANGES);
    expect(failures(out)).toEqual([]);
    expect(code).toBe(0);
    expect(out).not.toContain('skip');
    expect(file.read()).toEqual(before);
  });

  it('is only read where no changes are allowed', async () => {
    const { url, file } = await serverWith([]);
    file.change('team/test', { enabled: false });
    const { code, out } = await taskwarden('control-plane', 'check', `${url}/`, ...ACCESS);
    expect(code).toBe(0);
    expect(out).not.toContain('expected-version');
    expect(file.read().find(({ id }) => id === 'team/test')?.enabled).toBe(false);
  });
});

describe('defects', () => {
  it('are found all ten at once, each by its name', async () => {
    const planted = Object.values(TEN);
    const { url, file } = await serverWith(planted);
    const { code, out, err } = await check(url, ...CHANGES);
    expect(code).toBe(1);
    for (const { named, said } of planted) {
      const lines = failures(out).filter((line) => line.startsWith(`FAIL  ${named}: `));
      expect(lines.join('\n'), out).toMatch(said);
    }
    expect(err).toMatch(/^error: http:\/\/\S+: 1\d defects\n$/);
    expect(file.read().find(({ id }) => id === 'team/test')?.enabled).toBe(true);
  });

  it.each(Object.entries({ ...TEN, ...ALONE }))('alone: %s', async (_, planted) => {
    const { url } = await serverWith([planted]);
    const { code, out } = await check(url, ...CHANGES);
    expect(code).toBe(1);
    const lines = failures(out);
    expect(lines.join('\n')).toMatch(planted.said);
    const { named, also = [] } = planted;
    expect(new Set(lines.map((line) => line.slice(6, line.indexOf(':'))))).toEqual(new Set([named, ...also]));
  });

  it('are given as JSON', async () => {
    const { url } = await serverWith([TEN['all pages have one ETag']!]);
    const { out, code } = await check(url, '--json');
    expect(code).toBe(1);
    const { sound, checks } = JSON.parse(out) as {
      sound: boolean;
      checks: { name: string; result: string }[];
    };
    expect(sound).toBe(false);
    expect(checks.filter(({ result }) => result === 'fail')).toMatchObject([
      {
        name: 'etag',
        defects: [{ found: expect.stringContaining('one ETag'), expected: expect.any(String) }],
      },
    ]);
  });
});

describe('what is given', () => {
  it.each([
    [['ftp://tasks.example.com'], 'the URL must be one of http or https'],
    [['https://me:secret@tasks.example.com'], 'the URL must be one of http or https'],
    [
      ['https://tasks.example.com', '--token-env', 'NOT_THERE'],
      'the environment variable "NOT_THERE" is not set',
    ],
    [['https://tasks.example.com', '--task', 'a'], '--task and --allow-changes go together'],
    [['https://tasks.example.com', '--allow-changes'], '--task and --allow-changes go together'],
    [['https://tasks.example.com', '--timeout', '10m'], 'Allowed: a duration from 1s to 30s'],
    [
      ['https://tasks.example.com', '--token-env', 'TOKEN_HERE', '--basic-env', 'TOKEN_HERE'],
      'give one of them',
    ],
  ])('%j ends with 2 and one line', async (args, problem) => {
    const { code, err } = await taskwarden('control-planes', 'check', ...args);
    expect(code).toBe(2);
    expect(err).toContain(problem);
    expect(err.trimEnd().split('\n')).toHaveLength(1);
    expect(err).not.toContain('secret');
  });

  it('that nobody answers at is one defect', async () => {
    const { code, out } = await check('http://127.0.0.1:9');
    expect(code).toBe(1);
    expect(failures(out)).toEqual([
      expect.stringMatching(/^FAIL {2}first-page: GET \/tasks\?limit=1000: no answer/),
    ]);
  });

  it('as wrong credentials is one defect', async () => {
    const { url } = await serverWith([]);
    const { code, out } = await taskwarden('control-planes', 'check', url, '--token-env', 'SECRET_HERE');
    expect(code).toBe(1);
    expect(failures(out)).toEqual([
      expect.stringContaining('answers 401 application/problem+json; expected: 200'),
    ]);
    expect(out).not.toContain(SECRET);
  });
});
