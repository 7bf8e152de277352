import { createHash } from 'node:crypto';
import { defineConfig } from 'vitest/config';

/**
 * Runs the tests of a checkout and keeps each scenario that one reads. `TASKWARDEN_CHECKOUT`: the checkout's folder;
 * `TASKWARDEN_SCENARIOS`: the folder to write to, one file per scenario.
 */
const { TASKWARDEN_CHECKOUT: root, TASKWARDEN_SCENARIOS: folder } = process.env;
if (root === undefined || folder === undefined) throw new Error('run by scripts/simulate-compare.ts');

/** Wherever the file lies that reads scenarios: it is known by what it exports. */
const READER = /export function parseScenario\((\w+): unknown\)[^{]*\{/;

function keeping(start: string, name: string): string {
  return `${start}
    {
      const text = JSON.stringify(${name});
      if (text) keptHere.write(\`${folder}/\${keptHere.name(text)}.json\`, text);
    }`;
}

const IMPORTS = `
import { createHash as keptHash } from 'node:crypto';
import { writeFileSync as keptWrite } from 'node:fs';
const keptHere = { write: keptWrite, name: (text) => keptHash('sha256').update(text).digest('hex').slice(0, 16) };
`;

export default defineConfig({
  root,
  cacheDir: `${folder}/../vite-${createHash('sha256').update(root).digest('hex').slice(0, 8)}`,
  plugins: [
    {
      name: 'keep-scenarios',
      enforce: 'pre',
      transform(code) {
        return READER.test(code) ? `${code.replace(READER, keeping)}${IMPORTS}` : undefined;
      },
    },
  ],
  test: {
    include: ['test/{simulation,security,unit/simulation}/**/*.test.ts'],
    // What these run is made at random, or is one scenario over and over.
    exclude: [
      'test/simulation/{soak,reference,rules-random,crash,crash-many,thousand-owners}.test.ts',
      'test/security/*-property.test.ts',
    ],
    testTimeout: 240_000,
    hookTimeout: 240_000,
  },
});
