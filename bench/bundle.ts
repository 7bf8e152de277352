import { spawnSync } from 'node:child_process';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { build, type Metafile } from 'esbuild';
import { ENV } from '../functions/platform/names.ts';
import { DEPLOYED, temporaryFolder } from './bundle-options.ts';
import { machine, median, print, printFigure, rounded } from './output.ts';

const GOALS = { size: 1.15, time: 1.25 };
const SUBJECTS = { scanner: 'functions/scanner/scanner.handler.ts', bare: 'bench/bare-sdk-clients.ts' };

interface Bundle {
  path: string;
  bytes: number;
  metafile: Metafile;
}

/**
 * Row 8 of the budgets: the scanner's bundle against the SDK clients that it uses, in size and in the time a fresh
 * process takes to import it; both bundled as functions are for deployment.
 *
 * @param processes how many fresh processes the import is timed in, each
 */
export async function benchBundle(processes: number): Promise<void> {
  const folder = temporaryFolder();
  const scanner = await bundled(SUBJECTS.scanner, join(folder, 'scanner.mjs'));
  const bare = await bundled(SUBJECTS.bare, join(folder, 'bare.mjs'));
  assertSameClients(scanner, bare);
  print({ bench: 'bundle', step: 'scanner', bytes: scanner.bytes, parts: partsOf(scanner) });
  print({ bench: 'bundle', step: 'bare SDK clients', bytes: bare.bytes, parts: partsOf(bare) });
  const times = timesOf(scanner, bare, processes);
  const on = { ...machine(), options: 'esbuild as deployed: ESM, minified, node24, SDK bundled' };
  const size = rounded(scanner.bytes / bare.bytes, 3);
  printFigure({
    bench: 'bundle',
    figure: 'size of the scanner against the bare SDK clients it uses',
    details: { ...on, bytes: scanner.bytes, bareBytes: bare.bytes },
    value: size,
    goal: `<= ${GOALS.size}`,
    met: size <= GOALS.size,
    ratio: size,
  });
  const time = rounded(median(times.scanner) / median(times.bare), 3);
  printFigure({
    bench: 'bundle',
    figure: 'import time of the scanner against the bare SDK clients it uses',
    details: {
      ...on,
      of: `median of ${processes} fresh processes each, in turns, clients connected`,
      milliseconds: rounded(median(times.scanner), 1),
      bareMilliseconds: rounded(median(times.bare), 1),
      fastest: { scanner: rounded(Math.min(...times.scanner), 1), bare: rounded(Math.min(...times.bare), 1) },
    },
    value: time,
    goal: `<= ${GOALS.time}`,
    met: time <= GOALS.time,
    ratio: time,
  });
}

async function bundled(entry: string, path: string): Promise<Bundle> {
  const { metafile } = await build({
    ...DEPLOYED,
    entryPoints: [entry],
    outfile: path,
    metafile: true,
    sourcemap: true,
    sourcesContent: false,
  });
  return { path, bytes: statSync(path).size, metafile };
}

/** Bytes of the output by package; what is our own by folder. */
function partsOf({ metafile }: Bundle): Record<string, number> {
  const parts = new Map<string, number>();
  for (const output of Object.values(metafile.outputs)) {
    for (const [input, { bytesInOutput }] of Object.entries(output.inputs)) {
      const name = partOf(input);
      parts.set(name, (parts.get(name) ?? 0) + bytesInOutput);
    }
  }
  return Object.fromEntries([...parts].filter(([, bytes]) => bytes >= 1_000).sort(([, a], [, b]) => b - a));
}

function partOf(input: string): string {
  const last = input.lastIndexOf('node_modules/');
  const path = last < 0 ? input : input.slice(last + 'node_modules/'.length);
  return path
    .split('/')
    .slice(0, last < 0 || path.startsWith('@') ? 2 : 1)
    .join('/');
}

function assertSameClients(scanner: Bundle, bare: Bundle): void {
  const [used, compared] = [clientsOf(scanner), clientsOf(bare)];
  if (used !== compared) throw new Error(`the scanner uses ${used}, compared is ${compared}`);
}

/** The SDK clients of which something is in the output. */
function clientsOf({ metafile }: Bundle): string {
  const names = new Set<string>();
  for (const { inputs } of Object.values(metafile.outputs)) {
    for (const [input, { bytesInOutput }] of Object.entries(inputs)) {
      const name = /@aws-sdk\/(client|lib)-[a-z]+/.exec(input)?.[0];
      if (name !== undefined && bytesInOutput > 0) names.add(name);
    }
  }
  return [...names].sort().join(', ');
}

function timesOf(scanner: Bundle, bare: Bundle, processes: number): { scanner: number[]; bare: number[] } {
  const times = { scanner: [] as number[], bare: [] as number[] };
  importIn(bare.path);
  importIn(scanner.path);
  for (let run = 0; run < processes; run += 1) {
    times.bare.push(importIn(bare.path));
    times.scanner.push(importIn(scanner.path));
  }
  return times;
}

/** Milliseconds that a fresh process takes to import a bundle. */
function importIn(path: string): number {
  const program =
    'const started = performance.now();' +
    `await import(${JSON.stringify(path)});` +
    'process.stdout.write(String(performance.now() - started));process.exit(0);';
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', program], {
    encoding: 'utf8',
    env: { ...lambdaEnvironment(), PATH: process.env.PATH },
  });
  if (status !== 0) throw new Error(`${path} cannot be imported: ${stderr}`);
  return Number(stdout);
}

/** Values that the deployment would give; nothing is called. */
function lambdaEnvironment(): Record<string, string> {
  const values: Partial<Record<keyof typeof ENV, string>> = {
    stage: 'dev',
    controlPlane: 'own',
    stageCeiling: 'disable',
    scanEvery: '900000',
    gatherDisabled: '600000',
    confirmWithin: '1800000',
    sendLease: '60000',
    mailsPerSecond: '1',
    maxReceives: '10',
    allowedDomains: 'example.com',
    sources: '[]',
  };
  const unused = new Set<keyof typeof ENV>(['demoClock']);
  const environment: Record<string, string> = {
    AWS_REGION: 'eu-west-1',
    NODE_OPTIONS: '--enable-source-maps',
  };
  for (const [key, name] of Object.entries(ENV) as [keyof typeof ENV, string][]) {
    if (!unused.has(key)) environment[name] = values[key] ?? 'https://example.com/unused';
  }
  return environment;
}
