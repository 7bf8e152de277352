import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { LAST_INSTANT, runFleet, TAKEN_OVER_AT } from '../test/simulation/release-fleet.ts';
import { shapesOf } from '../test/simulation/row-shapes.ts';

/**
 * Writes the rows that this release stores of the fleet of `test/simulation/release-fleet.ts`.
 *
 *     tsx scripts/release-rows.ts                 test/fixtures/rows-<version>.json: at the instant of a change of releases,
 *                                                 and what rows look like, then and at the end
 *     tsx scripts/release-rows.ts UNTIL ROWS AT   what happens to the rows of another release that it takes over at AT
 */
const [until, over, at] = process.argv.slice(2);
if (until !== undefined && over !== undefined && at !== undefined) {
  const { told: played } = await runFleet(until, { rows: JSON.parse(readFileSync(over, 'utf8')).rows, at });
  process.stdout.write(`${played.story.join('\n')}\n`);
} else await record();

async function record(): Promise<void> {
  const root = join(import.meta.dirname, '..');
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const { rows } = await runFleet(TAKEN_OVER_AT);
  const shapes = shapesOf([...rows, ...(await runFleet(LAST_INSTANT)).rows]);
  const file = join(root, 'test', 'fixtures', `rows-${version}.json`);
  const lines = rows.map((row) => JSON.stringify(row)).join(',\n');
  const kinds = Object.entries(shapes).map(
    ([kind, shape]) => `${JSON.stringify(kind)}:${JSON.stringify(shape)}`,
  );
  const texts = [`"version":"${version}"`, `"rows":[\n${lines}\n]`, `"shapes":{\n${kinds.join(',\n')}\n}`];
  writeFileSync(file, `{${texts.join(',\n')}}\n`);
  process.stdout.write(`${rows.length} rows, and the shapes of ${kinds.length} kinds, in ${file}\n`);
}
