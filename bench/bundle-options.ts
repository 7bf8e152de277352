import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BuildOptions } from 'esbuild';

/** The repository. */
export const ROOT = join(import.meta.dirname, '..');

/** As the functions are bundled for deployment (lib/constructs/taskwarden-function.ts). */
export const DEPLOYED: BuildOptions = {
  bundle: true,
  platform: 'node',
  target: 'node24',
  format: 'esm',
  mainFields: ['module', 'main'],
  minify: true,
  banner: {
    js:
      "import { createRequire as createRequireForBundledDependencies } from 'node:module';" +
      'const require = createRequireForBundledDependencies(import.meta.url);',
  },
  absWorkingDir: ROOT,
  logLevel: 'error',
};

const folders: string[] = [];
process.on('exit', () => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

/** A folder that goes with this process. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'taskwarden-bench-'));
  folders.push(folder);
  return folder;
}
