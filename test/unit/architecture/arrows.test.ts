import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ROOT, textFiles } from './pages.ts';

/** Everything below functions/. */
const ALL = 'functions/*';

/**
 * The whole matrix: what a folder may import beside itself. Handlers put a function together and may import all of
 * functions/; otherwise arrows go from capabilities over the rules and the store down to the platform.
 */
const MAY_IMPORT: Record<string, readonly string[]> = {
  'functions/abandonment': [],
  // Also the ports of the store and of control planes, which stand behind them.
  'functions/platform': ['functions/abandonment'],
  'functions/store': ['functions/abandonment', 'functions/platform', 'emails'],
  'functions/episodes': ['functions/abandonment', 'functions/store'],
  'functions/work': ['functions/abandonment', 'functions/platform', 'functions/store'],
  'functions/breaker': ['functions/abandonment', 'functions/platform', 'functions/store', 'functions/work'],
  'functions/catalog': [
    'functions/abandonment',
    'functions/control-planes',
    'functions/disabling',
    'functions/episodes',
    'functions/platform',
    'functions/store',
    'functions/work',
  ],
  'functions/control-planes': ['functions/abandonment', 'functions/platform', 'functions/store'],
  'functions/disabling': [
    'functions/abandonment',
    'functions/control-planes',
    'functions/episodes',
    'functions/platform',
    'functions/store',
    'functions/work',
  ],
  'functions/garbage': ['functions/abandonment', 'functions/platform', 'functions/store'],
  'functions/facts': ['functions/abandonment', 'functions/platform', 'functions/store'],
  'functions/notices': [
    'emails',
    'functions/abandonment',
    'functions/episodes',
    'functions/facts',
    'functions/platform',
    'functions/store',
    'functions/work',
  ],
  'functions/operators': [
    'functions/abandonment',
    'functions/breaker',
    'functions/disabling',
    'functions/episodes',
    'functions/notices',
    'functions/platform',
    'functions/store',
    'functions/webhooks',
    'functions/work',
  ],
  'functions/operator-work': [
    'functions/abandonment',
    'functions/catalog',
    'functions/disabling',
    'functions/operators',
    'functions/platform',
    'functions/store',
    'functions/work',
  ],
  'functions/owner-page': [
    'emails',
    'functions/abandonment',
    'functions/disabling',
    'functions/episodes',
    'functions/notices',
    'functions/platform',
    'functions/store',
    'functions/work',
  ],
  'functions/scanner': [
    'functions/abandonment',
    'functions/catalog',
    'functions/disabling',
    'functions/episodes',
    'functions/garbage',
    'functions/facts',
    'functions/notices',
    'functions/operator-work',
    'functions/operators',
    'functions/platform',
    'functions/store',
    'functions/webhooks',
    'functions/work',
  ],
  'functions/webhooks': ['functions/abandonment', 'functions/platform', 'functions/store', 'functions/work'],
  emails: ['functions/abandonment'],
  // Read and copied by teams: nothing of ours is in them.
  examples: [],
  bin: ['lib'],
  lib: ['functions/platform'],
  simulation: [ALL, 'emails'],
  cli: [ALL, 'console', 'lib', 'simulation'],
  // A face of the command line: its pages show what the commands print.
  console: [ALL, 'cli', 'simulation'],
  local: [ALL, 'lib', 'simulation'],
  bench: [ALL, 'cli', 'console', 'lib', 'simulation'],
  scripts: [ALL, 'emails', 'lib', 'local', 'simulation', 'test'],
};

interface Arrow {
  from: string;
  /** A path from the root, or a package's name. */
  to: string;
}

const IMPORT = /\b(?:import|export)\b[^'";]*?\bfrom\s*'([^']+)'|\bimport\s*\(?\s*'([^']+)'/g;

function arrowsOf(file: string): Arrow[] {
  return [...textOf(file).matchAll(IMPORT)].map((match) => {
    const target = match[1] ?? match[2] ?? '';
    return {
      from: file,
      to: target.startsWith('.') ? join(dirname(file), target).replaceAll('\\', '/') : target,
    };
  });
}

function textOf(file: string): string {
  return readFileSync(join(ROOT, file), 'utf8');
}

const FILES = textFiles().filter((file) => file.includes('/') && /\.(ts|mjs)$/.test(file));
const ARROWS = FILES.flatMap(arrowsOf);
const functions = FILES.filter((file) => file.startsWith('functions/'));

const isHandler = (file: string) => file.endsWith('.handler.ts');
const shown = (arrows: Arrow[]) => arrows.map(({ from, to }) => `${from} -> ${to}`);
const within = (folder: string) =>
  ARROWS.filter(({ from }) => folderOf(from) === `functions/${folder}` && !isHandler(from));

/** `functions/store` of a file in it, else the folder at the root; a package is its own. */
function folderOf(file: string): string {
  const [top = '', next = ''] = file.split('/');
  return top === 'functions' ? `functions/${next}` : top;
}

function isAllowed({ from, to }: Arrow): boolean {
  const [folder, target] = [folderOf(from), folderOf(to)];
  if (folder === target || !FILES.includes(to)) return true;
  const allowed = isHandler(from) ? [ALL] : (MAY_IMPORT[folder] ?? []);
  return allowed.includes(target) || (target.startsWith('functions/') && allowed.includes(ALL));
}

describe('the matrix of arrows', () => {
  const folders = new Set(FILES.map(folderOf).filter((folder) => folder !== 'test'));

  it('has a row for every folder, and none for others', () => {
    expect(Object.keys(MAY_IMPORT).sort()).toEqual([...folders].sort());
  });

  it('holds for every import, type imports included', () => {
    expect(ARROWS.length).toBeGreaterThan(1_000);
    const forbidden = shown(
      ARROWS.filter(({ from }) => folderOf(from) !== 'test').filter((arrow) => !isAllowed(arrow)),
    );
    expect([...new Set(forbidden)].sort()).toEqual([]);
  });

  it.each([
    ['functions/store/tasks.ts', 'functions/scanner/scan.ts', false],
    ['functions/abandonment/decide.ts', 'functions/platform/names.ts', false],
    ['functions/platform/ports.ts', 'lib/config.ts', false],
    ['functions/platform/system.ts', 'functions/store/table/table.port.ts', false],
    ['functions/control-planes/http/read-tasks.ts', 'functions/catalog/ingest.ts', false],
    ['lib/config.ts', 'functions/store/rows.ts', false],
    ['functions/catalog/ingest.handler.ts', 'functions/disabling/confirm.ts', true],
    ['simulation/engine/world.ts', 'functions/scanner/scan.ts', true],
  ])('decides on %s -> %s', (from, to, allowed) => {
    expect(isAllowed({ from, to })).toBe(allowed);
  });
});

/**
 * The files of circles, and those between two, sorted: what is left where files that import none of the others, or that none of
 * them imports, are taken away again and again.
 */
function circlesIn(arrows: readonly Arrow[]): string[] {
  let left = arrows.filter(({ from, to }) => from !== to);
  for (;;) {
    const importing = new Set(left.map(({ from }) => from));
    const imported = new Set(left.map(({ to }) => to));
    const next = left.filter(({ from, to }) => importing.has(to) && imported.has(from));
    if (next.length === left.length) return [...importing].sort();
    left = next;
  }
}

describe('circles of files', () => {
  it('are none, anywhere, type imports included', () => {
    expect(circlesIn(ARROWS)).toEqual([]);
  });

  it('would be found', () => {
    const arrow = (text: string) => ({ from: text.charAt(0), to: text.charAt(1) });
    expect(circlesIn(['ab', 'bc', 'ca', 'cd', 'xa'].map(arrow))).toEqual(['a', 'b', 'c']);
    expect(circlesIn(['ab', 'bc', 'ac'].map(arrow))).toEqual([]);
  });
});

/** Folders that may know each other: the console is a face of the command line, which starts it by one command. */
const FACE = ['cli', 'console'];

describe('circles of folders', () => {
  const between = ARROWS.filter(
    ({ from, to }) => FILES.includes(to) && folderOf(from) !== 'test' && !isHandler(from),
  ).map((arrow) => ({ ...arrow, from: folderOf(arrow.from), to: folderOf(arrow.to) }));

  it('are none, type imports included, but for the one of the command line and its console', () => {
    const isFace = ({ from, to }: Arrow) => FACE.includes(from) && FACE.includes(to);
    expect(between.some(isFace)).toBe(true);
    expect(circlesIn(between.filter((arrow) => !isFace(arrow)))).toEqual([]);
  });

  it('stand in no two rows of the matrix either', () => {
    const allowed = Object.entries(MAY_IMPORT).flatMap(([from, all]) => all.map((to) => ({ from, to })));
    const named = allowed.filter(({ from, to }) => to !== ALL && !(FACE.includes(from) && FACE.includes(to)));
    expect(circlesIn(named)).toEqual([]);
  });
});

/** Concrete stores and adapters: only what puts a function together may name them. */
const ADAPTER =
  /^functions\/(platform\/(aws-|clients|runtime|system-beside|telemetry)|store\/table\/(dynamodb-table|memory-table|create-table))/;

describe('imports go one way', () => {
  it('the rules import no package', () => {
    expect(shown(within('abandonment').filter(({ to }) => !FILES.includes(to)))).toEqual([]);
  });

  it('capabilities know ports, not what stands behind them', () => {
    const capabilities = ['catalog', 'control-planes', 'disabling', 'notices', 'owner-page', 'scanner'];
    const concrete = capabilities.flatMap(within).filter(({ to }) => ADAPTER.test(to));
    expect(shown(concrete)).toEqual([]);
  });

  it('an episode is changed in its folder alone', () => {
    const CHANGE =
      /\.\.\.(record|before|known),[^{}\n]*\bopen\b(?!: null)|\b(disabling|told|informed|brake|rungs): \{ ?\.\.\.|\bopen: \{ ?\.\.\.record/;
    const own = /^functions\/(episodes|store)\//;
    const changing = textFiles().filter(
      (file) =>
        file.startsWith('functions/') &&
        file.endsWith('.ts') &&
        CHANGE.test(readFileSync(join(ROOT, file), 'utf8')),
    );
    expect(changing.filter((file) => !own.test(file))).toEqual([]);
    expect(changing).toContain('functions/episodes/disabling.ts');
  });

  it('nobody in functions imports a handler', () => {
    const inFunctions = ARROWS.filter(({ from }) => from.startsWith('functions/'));
    expect(shown(inFunctions.filter(({ to }) => isHandler(to)))).toEqual([]);
  });

  it('what runs knows nothing of the CDK', () => {
    const cdk = ARROWS.filter(({ to }) => /^(aws-cdk-lib|constructs|cdk-nag)/.test(to));
    expect(shown(cdk.filter(({ from }) => from.startsWith('functions/')))).toEqual([]);
  });

  it('the deployment knows what runs by the shared names alone', () => {
    const arrows = ARROWS.filter(({ from, to }) => /^(lib|bin)\//.test(from) && to.startsWith('functions/'));
    expect(new Set(arrows.map(({ to }) => to))).toEqual(
      new Set(
        ['alarm-names', 'brand', 'control-plane-settings', 'names', 'queues', 'retention'].map(
          (name) => `functions/platform/${name}.ts`,
        ),
      ),
    );
  });

  it('no value is cast past its type, anywhere but in tests', () => {
    const casting = FILES.filter(
      (file) => !file.startsWith('test/') && /\bas unknown as\b/.test(textOf(file)),
    );
    expect(casting).toEqual([]);
  });

  it('only the clock asks the machine for the time, and only chance for chance', () => {
    const asking = functions.filter((file) => /\bDate\.now\(|new Date\(\)|Math\.random\(/.test(textOf(file)));
    expect(asking).toEqual(['functions/platform/real-clock.ts']);
  });

  it('takes zod/mini as a namespace: bundlers drop nothing of what `{ z }` brings along, 400 kB of it', () => {
    const whole = functions.filter((file) => /import \{[^}]*\bz\b[^}]*\} from 'zod/.test(textOf(file)));
    expect(whole).toEqual([]);
  });

  it('handlers have 40 lines at most', () => {
    const long = functions.filter(
      (file) => isHandler(file) && textOf(file).trimEnd().split('\n').length > 40,
    );
    expect(long).toEqual([]);
  });
});
