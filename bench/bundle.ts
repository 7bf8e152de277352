import { spawnSync } from 'node:child_process';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { build, type Metafile } from 'esbuild';
import { DEPLOYED, temporaryFolder } from './bundle-options.ts';
import { functionEnvironment } from './notify-deployment.ts';
import { machine, median, print, printFigure, rounded } from './output.ts';

const GOALS = { size: 1.15, time: 1.25 };
const SUBJECTS = { scanner: 'functions/scanner/scanner.handler.ts', bare: 'bench/bare-sdk-clients.ts' };

interface Bundle {
  path: string;
  bytes: number;
  metafile: Metafile;
}

/**
 * The scanner's bundle against the SDK clients that it uses, in size and in the time a fresh
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
  const milliseconds = (of: ImportTime[]) => rounded(median(of.map((run) => run.wall)), 1);
  const cpu = (of: ImportTime[]) => rounded(median(of.map((run) => run.cpu)), 1);
  const time = rounded(milliseconds(times.scanner) / milliseconds(times.bare), 3);
  printFigure({
    bench: 'bundle',
    figure: 'import time of the scanner against the bare SDK clients it uses',
    details: {
      ...on,
      of: `median of ${processes} fresh processes each, in turns, clients connected`,
      milliseconds: milliseconds(times.scanner),
      bareMilliseconds: milliseconds(times.bare),
      cpuMilliseconds: cpu(times.scanner),
      bareCpuMilliseconds: cpu(times.bare),
      cpuRatio: rounded(cpu(times.scanner) / cpu(times.bare), 3),
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

/** Milliseconds of one import: as time passed, and as the processors were busy. */
interface ImportTime {
  wall: number;
  cpu: number;
}

function timesOf(
  scanner: Bundle,
  bare: Bundle,
  processes: number,
): { scanner: ImportTime[]; bare: ImportTime[] } {
  const times = { scanner: [] as ImportTime[], bare: [] as ImportTime[] };
  importIn(bare.path);
  importIn(scanner.path);
  for (let run = 0; run < processes; run += 1) {
    times.bare.push(importIn(bare.path));
    times.scanner.push(importIn(scanner.path));
  }
  return times;
}

/** What it takes a fresh process to import a bundle. */
function importIn(path: string): ImportTime {
  const program =
    'const before = process.cpuUsage(), started = performance.now();' +
    `await import(${JSON.stringify(path)});` +
    'const wall = performance.now() - started, { user, system } = process.cpuUsage(before);' +
    'process.stdout.write(JSON.stringify({ wall, cpu: (user + system) / 1000 }), () => process.exit(0));';
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', program], {
    encoding: 'utf8',
    // Nothing is called.
    env: { ...functionEnvironment('https://example.com'), NODE_OPTIONS: '--enable-source-maps' },
  });
  if (status !== 0) throw new Error(`${path} cannot be imported: ${stderr}`);
  return JSON.parse(stdout) as ImportTime;
}
