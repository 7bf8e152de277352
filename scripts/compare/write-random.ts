import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

/**
 * Writes random scenarios, made by the generators of a checkout, one file each: every other one has faults, and those
 * without take the generator's modes in turn.
 */
const [checkout = '', folder = '', count = '0', first = '1'] = process.argv.slice(2);

/** The module below a folder that exports a function, wherever it lies. */
async function exporting(below: string, name: string): Promise<Record<string, unknown>> {
  const found = readdirSync(join(checkout, below), { recursive: true, encoding: 'utf8' }).find(
    (file) =>
      file.endsWith('.ts') &&
      readFileSync(join(checkout, below, file), 'utf8').includes(`export function ${name}(`),
  );
  if (found === undefined) throw new Error(`nothing below ${below}/ exports ${name}`);
  return import(pathToFileURL(join(checkout, below, found)).href);
}

type Generate = (seed: number, ...more: unknown[]) => unknown;

const soak = await exporting('simulation', 'soakScenario');
const calm = await exporting('test', 'randomScenario');
const modes = calm.MODES as string[];

for (let place = 0; place < Number(count); place += 1) {
  const seed = Number(first) + place;
  const mode = modes[(place >> 1) % modes.length];
  const [kind, scenario] =
    place % 2 === 0
      ? ['soak', (soak.soakScenario as Generate)(seed)]
      : [mode, (calm.randomScenario as Generate)(seed, undefined, mode)];
  writeFileSync(join(folder, `random-${kind}-${seed}.json`), JSON.stringify(scenario));
}
