import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { describe, expect, it } from 'vitest';

const ROOT = join(import.meta.dirname, '..', '..', '..');
const IMPORT = /\b(?:import|export)\b[^'";]*?\bfrom\s*'([^']+)'|\bimport\s*\(?\s*'([^']+)'/g;

interface Arrow {
  from: string;
  /** A path from the root, or a package's name. */
  to: string;
  typeOnly: boolean;
}

function filesUnder(folder: string): string[] {
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => join(folder, name).split(sep).join('/'));
}

function arrowsOf(file: string): Arrow[] {
  const text = readFileSync(join(ROOT, file), 'utf8');
  return [...text.matchAll(IMPORT)].map((match) => {
    const target = match[1] ?? match[2] ?? '';
    const to = target.startsWith('.')
      ? relative(ROOT, join(ROOT, dirname(file), target))
          .split(sep)
          .join('/')
      : target;
    return {
      from: file,
      to,
      typeOnly: match[0].startsWith('import type') || match[0].startsWith('export type'),
    };
  });
}

const functions = filesUnder('functions').flatMap(arrowsOf);
const lib = [...filesUnder('lib'), ...filesUnder('bin')].flatMap(arrowsOf);

const isHandler = (file: string) => file.endsWith('.handler.ts');
const folderOf = (file: string) => file.split('/')[1] ?? '';
const shown = (arrows: Arrow[]) => arrows.map(({ from, to }) => `${from} -> ${to}`);
const within = (folder: string) =>
  functions.filter(({ from }) => folderOf(from) === folder && !isHandler(from));

/** Concrete stores and adapters: only what puts a function together may name them. */
const ADAPTER =
  /^functions\/(platform\/(aws-|clients|runtime|telemetry)|store\/(dynamodb-table|memory-table|create-table))/;

describe('imports go one way', () => {
  it('reads the imports at all', () => {
    expect(functions.length).toBeGreaterThan(50);
    expect(lib.length).toBeGreaterThan(20);
  });

  it('the rules import nothing but each other', () => {
    expect(shown(within('abandonment').filter(({ to }) => !to.startsWith('functions/abandonment/')))).toEqual(
      [],
    );
  });

  it('the platform knows capabilities and stores by their types at most', () => {
    const up = within('platform').filter(
      ({ to, typeOnly }) =>
        to.startsWith('functions/') &&
        !/^functions\/(platform|abandonment)\//.test(to) &&
        !(typeOnly && to === 'functions/store/table.port.ts'),
    );
    expect(shown(up)).toEqual([]);
  });

  it('the store knows no capability', () => {
    const up = within('store').filter(
      ({ to }) => to.startsWith('functions/') && !/^functions\/(store|platform|abandonment)\//.test(to),
    );
    expect(shown(up)).toEqual([]);
  });

  it('capabilities know ports, not what stands behind them', () => {
    const capabilities = ['catalog', 'control-planes', 'disabling', 'notices', 'owner-page', 'scanner'];
    const concrete = capabilities.flatMap(within).filter(({ to }) => ADAPTER.test(to));
    expect(shown(concrete)).toEqual([]);
  });

  it('episodes are changed from rules and rows alone', () => {
    const out = within('episodes').filter(
      ({ to }) => to.startsWith('functions/') && !/^functions\/(episodes|abandonment|store)\//.test(to),
    );
    const concrete = within('episodes').filter(({ to }) => ADAPTER.test(to));
    expect(shown([...out, ...concrete])).toEqual([]);
  });

  it('an episode is changed in its folder alone', () => {
    const CHANGE =
      /\.\.\.(record|before|known),[^{}\n]*\bopen\b(?!: null)|\b(disabling|told|informed|brake|rungs): \{ ?\.\.\.|\bopen: \{ ?\.\.\.record/;
    const own = /^functions\/(episodes|store)\//;
    const changing = filesUnder('functions').filter((file) =>
      CHANGE.test(readFileSync(join(ROOT, file), 'utf8')),
    );
    expect(changing.filter((file) => !own.test(file))).toEqual([]);
    expect(changing).toContain('functions/episodes/disabling.ts');
  });

  it("what the scanner does is nobody else's", () => {
    const into = functions.filter(
      ({ from, to }) => to.startsWith('functions/scanner/') && folderOf(from) !== 'scanner',
    );
    expect(shown(into)).toEqual([]);
  });

  it('nobody imports a handler', () => {
    expect(shown(functions.filter(({ to }) => isHandler(to)))).toEqual([]);
  });

  it('what runs knows nothing of how it is deployed, operated or simulated', () => {
    const out = functions.filter(({ to }) => /^(lib|bin|cli|local|simulation|test|bench|scripts)\//.test(to));
    const cdk = functions.filter(({ to }) => /^(aws-cdk-lib|constructs|cdk-nag)/.test(to));
    expect(shown([...out, ...cdk])).toEqual([]);
  });

  it('the deployment knows what runs by the shared names alone', () => {
    const known = lib.filter(({ to }) => to.startsWith('functions/'));
    expect(new Set(known.map(({ to }) => to))).toEqual(new Set(['functions/platform/names.ts']));
  });

  it('only the clock asks the machine for the time, and only chance for chance', () => {
    const asking = filesUnder('functions').filter((file) =>
      /\bDate\.now\(|new Date\(\)|Math\.random\(/.test(readFileSync(join(ROOT, file), 'utf8')),
    );
    expect(asking).toEqual(['functions/platform/real-clock.ts']);
  });

  it('takes zod/mini as a namespace: bundlers drop nothing of what `{ z }` brings along, 400 kB of it', () => {
    const whole = filesUnder('functions').filter((file) =>
      /import \{[^}]*\bz\b[^}]*\} from 'zod/.test(readFileSync(join(ROOT, file), 'utf8')),
    );
    expect(whole).toEqual([]);
  });

  it('handlers have 40 lines at most', () => {
    const long = filesUnder('functions').filter(
      (file) => isHandler(file) && readFileSync(join(ROOT, file), 'utf8').trimEnd().split('\n').length > 40,
    );
    expect(long).toEqual([]);
  });
});
