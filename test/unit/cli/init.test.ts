import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { run } from '../../../cli/program.ts';
import type { Access } from '../../../examples/control-plane-http/server.ts';
import { tasksOfFile } from '../../../examples/control-plane-http/tasks.ts';
import { loadConfig } from '../../../lib/config.ts';
import { type Running, serve } from '../../contract/http-servers.ts';

const ROOT = join(import.meta.dirname, '..', '..', '..');
const folder = mkdtempSync(join(tmpdir(), 'taskwarden-init-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const running: Running[] = [];
afterEach(async () => {
  for (const runningServer of running.splice(0)) await runningServer.close();
  rmSync(join(folder, 'config'), { recursive: true, force: true });
});

/** The reference server with its own tasks: three, one of which fails, and one has no owner. */
async function server(access?: Access): Promise<string> {
  const started = await serve(tasksOfFile(join(ROOT, 'examples/control-plane-http/tasks.json')), access);
  running.push(started);
  return started.url;
}

/** Runs `init`; `typed` are the lines that somebody types. */
async function init(args: string[], typed: string[] = [], env: Record<string, string> = {}) {
  let [out, err] = ['', ''];
  const code = await run(['init', '--folder', join(folder, 'config'), ...args], {
    open: () => Promise.reject(new Error('no stage is to be opened')),
    stdin: (async function* () {
      for (const line of typed) yield `${line}\n`;
    })(),
    stdout: { write: (text: string) => (out += text) },
    stderr: { write: (text: string) => (err += text) },
    env,
  });
  return { code, out, err };
}

const written = (stage = 'prod') => JSON.parse(readFileSync(join(folder, 'config', `${stage}.json`), 'utf8'));
const FLAGS = ['--sender', 'warden@acme.test', '--no-input'];

describe('init by asking', () => {
  it('takes what stands in brackets for an empty line, and shows what the control plane has', async () => {
    const url = await server();
    const typed = ['warden@acme.test', '', 'the data team', '', 'http', url, 'captures', '', '', ''];
    const { code, out, err } = await init(['--stage', 'prod'], typed);
    expect(err).toContain('SES identity that it is sent as (a domain or an address) [acme.test]: ');
    expect(code).toBe(0);
    expect(out).toContain('it answers: 3 tasks; 1 without PRIMARY now, 1 without an owner\n');
    expect(out).toContain('npm run deploy -- --context stage=prod');
    expect(out).toContain('taskwarden -- policy set captures/ minHealthy=2h --stage prod');
    expect(written()).toEqual({
      sender: 'warden@acme.test',
      contact: 'the data team',
      alarmEmails: ['warden@acme.test'],
      ses: { identity: 'acme.test' },
      controlPlanes: [{ type: 'http', name: 'captures', prefix: 'captures/', dataPlane: 'captures', url }],
    });
  });

  it('asks again for what is wrong, and says what is allowed', async () => {
    const typed = ['warden', 'warden@acme.test', 'other.test', 'acme.test', '', '', 'kafka', 'events'];
    const { code, err } = await init([], typed);
    expect(code).toBe(0);
    expect(err).toContain('Mail address that warnings come from: "warden", allowed: a mail address');
    expect(err).toContain('allowed: an address of the SES identity other.test');
    expect(err).toContain('"kafka" is none of kafka-connect, ecs, http, events');
    expect(written()).not.toHaveProperty('controlPlanes');
  });

  it('asks only for what the options leave open', async () => {
    const { code, err } = await init([...FLAGS.slice(0, 2), '--control-plane', 'events'], ['', '', '']);
    expect(code).toBe(0);
    expect(err).not.toContain('Mail address that warnings come from');
    expect(err).not.toContain('Control plane');
  });

  it('writes nothing where nobody answers and there is no default', async () => {
    const { code, err } = await init([], []);
    expect(code).toBe(2);
    expect(err).toContain('error: --sender is missing: Mail address that warnings come from');
  });
});

describe('init from options', () => {
  it('writes what synth takes, and what each type needs', async () => {
    const ecs = ['--control-plane', 'ecs', '--clusters', 'main, jobs', '--region', 'eu-west-1', '--no-check'];
    expect((await init([...FLAGS, ...ecs])).code).toBe(0);
    expect(loadConfig({ stage: 'prod' }, folder, {}).controlPlanes).toMatchObject([
      { type: 'ecs', prefix: 'ecs/', clusters: ['main', 'jobs'], region: 'eu-west-1', pollEvery: 600_000 },
    ]);
  });

  it('names the secret of the credentials, and how to make it', async () => {
    const url = await server({ basic: 'ana:s3cret' });
    const http = ['--control-plane', 'http', '--url', url, '--credentials', 'basic'];
    const { code, out } = await init([...FLAGS, ...http, '--credential-env', 'TRY'], [], {
      TRY: 'ana:s3cret',
    });
    expect(code).toBe(0);
    expect(written().controlPlanes[0].credentials).toEqual({
      scheme: 'basic',
      from: { secret: 'taskwarden/http' },
    });
    expect(out).toContain(
      "aws secretsmanager create-secret --name taskwarden/http --secret-string 'user:password'",
    );
    expect(`${out}${JSON.stringify(written())}`).not.toContain('s3cret');
  });

  it.each([
    [
      ['--sender', 'warden'],
      '--sender: Mail address that warnings come from: "warden", allowed: a mail address',
    ],
    [['--identity', 'other.test'], '"warden@acme.test", allowed: an address of the SES identity other.test'],
    [
      ['--control-plane', 'airbyte'],
      '--control-plane: "airbyte" is none of kafka-connect, ecs, http, events',
    ],
    [['--control-plane', 'http'], '--url is missing: Its URL'],
    [
      ['--control-plane', 'http', '--url', 'ftp://x'],
      '--url: Its URL: "ftp://x", allowed: an http or https URL',
    ],
    [['--control-plane', 'events', '--url', 'http://x'], '--url: this control plane has none'],
    [['--stage', 'Prod!', '--control-plane', 'events'], '--stage "Prod!" is no stage'],
  ])('refuses %j, and writes nothing', async (args, why) => {
    const { code, err } = await init([...FLAGS, ...args]);
    expect(code).toBe(2);
    expect(err).toContain(why);
    expect(() => written()).toThrow();
  });
});

describe('a control plane that cannot be asked', () => {
  const http = (url: string) => ['--control-plane', 'http', '--url', url];

  it('keeps the configuration from being written, unless nobody wants it asked', async () => {
    const url = await server({ token: 't0ken' });
    const { code, err } = await init([...FLAGS, ...http(url)]);
    expect(code).toBe(2);
    expect(err).toMatch(/the control plane cannot be asked: .*401.*; --no-check writes it all the same/);
    expect(() => written()).toThrow();
    expect((await init([...FLAGS, ...http(url), '--no-check'])).code).toBe(0);
  });

  it('is written all the same where somebody says so', async () => {
    const url = await server({ token: 't0ken' });
    const open = ['', '', '', '', '', '', ''];
    const { code, out } = await init([...FLAGS.slice(0, 2), ...http(url)], [...open, 'yes']);
    expect(code).toBe(0);
    expect(out).toContain('not reached: ');
  });
});

describe('a configuration that is there', () => {
  it('is written over with --force alone', async () => {
    const args = [...FLAGS, '--control-plane', 'events'];
    await init(args);
    writeFileSync(join(folder, 'config', 'prod.json'), '{"mine": true}');
    const { code, err } = await init(args);
    expect(code).toBe(2);
    expect(err).toContain('prod.json is there already; --force writes over it');
    expect(written()).toEqual({ mine: true });
    expect((await init([...args, '--force'])).code).toBe(0);
    expect(written()).toHaveProperty('sender', 'warden@acme.test');
  });
});
