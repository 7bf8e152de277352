import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { run } from '../../../cli/program.ts';
import type { Place } from '../../../cli/stage.ts';

let home: string;
let folder: string;

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'taskwarden-home-'));
  folder = mkdtempSync(join(tmpdir(), 'taskwarden-folder-'));
});
afterEach(() => {
  for (const path of [home, folder]) rmSync(path, { recursive: true, force: true });
});

const ofFolder = () => join(folder, 'taskwarden.json');
const ofUser = () => join(home, '.config', 'taskwarden', 'config.json');

function write(path: string, value: unknown): void {
  mkdirSync(join(path, '..'), { recursive: true });
  writeFileSync(path, typeof value === 'string' ? value : JSON.stringify(value));
}

/** Runs a command where these files are. */
async function taskwarden(args: string[], env: Record<string, string> = {}) {
  let [out, err] = ['', ''];
  const opened: { name: string; place: Place }[] = [];
  const code = await run(args, {
    open: (name, place) => {
      opened.push({ name, place });
      return Promise.reject(new Error('opened'));
    },
    stdin: (async function* () {})(),
    stdout: { write: (text: string) => (out += text) },
    stderr: { write: (text: string) => (err += text) },
    env: { HOME: home, ...env },
    folder,
  });
  const json = out.split('\n').flatMap((line) => (line.startsWith('{') ? [JSON.parse(line)] : []));
  return { code, out, err, json, opened };
}

const stageOf = async (args: string[], env: Record<string, string> = {}) =>
  (await taskwarden(['config', '--json', ...args], env)).json[0];

describe('what commands go by', () => {
  it('an option, then the environment, then the nearest file, then the default', async () => {
    expect(await stageOf([])).toEqual({ key: 'stage', value: 'local', from: 'default' });
    write(ofUser(), { stage: 'user', region: 'eu-west-1' });
    expect(await stageOf([])).toEqual({ key: 'stage', value: 'user', from: ofUser() });
    write(ofFolder(), { stage: 'folder' });
    expect(await stageOf([])).toEqual({ key: 'stage', value: 'folder', from: ofFolder() });
    const env = { TASKWARDEN_STAGE: 'variable' };
    expect(await stageOf([], env)).toEqual({ key: 'stage', value: 'variable', from: 'TASKWARDEN_STAGE' });
    expect(await stageOf(['--stage', 'option'], env)).toEqual({
      key: 'stage',
      value: 'option',
      from: '--stage',
    });
  });

  it('each key for itself, and commands get them', async () => {
    write(ofUser(), { stage: 'user', region: 'eu-west-1', profile: 'operators' });
    write(ofFolder(), { stage: 'folder' });
    const place = { region: 'eu-west-1', profile: 'operators' };
    expect((await taskwarden(['admins', 'list'])).opened).toEqual([{ name: 'folder', place }]);
    // The SDK reads the environment by itself.
    const env = { AWS_REGION: 'us-east-1', AWS_ACCESS_KEY_ID: 'key' };
    expect((await taskwarden(['admins', 'list'], env)).opened).toEqual([{ name: 'folder', place: {} }]);
    expect((await taskwarden(['config'], env)).out).toMatch(
      /region +us-east-1 +AWS_REGION\nprofile +- +AWS_ACCESS_KEY_ID\n/,
    );
  });

  it('TASKWARDEN_CONFIG names one file in the place of all, which must be there', async () => {
    write(ofFolder(), { stage: 'folder' });
    write(join(folder, 'other.json'), { stage: 'other' });
    expect(await stageOf([], { TASKWARDEN_CONFIG: 'other.json' })).toMatchObject({ value: 'other' });
    expect(await taskwarden(['config'], { TASKWARDEN_CONFIG: 'none.json' })).toMatchObject({
      code: 2,
      err: `error: ${join(folder, 'none.json')}: there is no such file; TASKWARDEN_CONFIG names it\n`,
    });
  });

  it.each<[unknown, string]>([
    [{ stage: 5 }, 'stage is 5; allowed: a text'],
    [{ stage: 'Prod' }, 'stage is "Prod"; allowed: a name of lower-case letters, digits, dashes'],
    [
      { stages: 'prod' },
      'unknown key "stages"; did you mean "stage"? allowed are "stage", "region", "profile"',
    ],
    [{ region: '' }, 'region is ""; allowed: at least 1'],
    ['{ stage: prod }', 'is no JSON; allowed: {"stage": "prod", "region": "...", "profile": "..."}'],
    [[], 'is a list; allowed: an object'],
  ])('a file that says %j is refused by its name and the key', async (value, problem) => {
    write(ofFolder(), value);
    const ran = await taskwarden(['admins', 'list']);
    expect(ran.code).toBe(2);
    expect(ran.err).toBe(`error: ${ofFolder()}: ${problem}\n`);
    expect(ran.opened).toEqual([]);
  });
});
