import { basename, dirname } from 'node:path';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';
import { ALONE } from './vitest.config.ts';

/**
 * The nearest tests first, and properties, which take long, last: a change ends with the first test that notices it.
 * Stryker says in `related` which file is changed.
 */
class NearestFirst extends BaseSequencer {
  override sort(tests: TestSpecification[]): Promise<TestSpecification[]> {
    const [changed = ''] = this.ctx.config.related ?? [];
    const folder = dirname(changed).replace(/^.*\/functions\//, '/test/unit/');
    const distance = ({ moduleId }: TestSpecification): number => {
      if (moduleId.includes('/test/property/')) return 3;
      if (moduleId.includes('/test/contract/')) return 1;
      if (!dirname(moduleId).endsWith(folder)) return 2;
      return basename(moduleId).startsWith(basename(changed, 'ts')) ? 0 : 1;
    };
    return Promise.resolve(tests.toSorted((left, right) => distance(left) - distance(right)));
  }
}

/** The tests of units and properties, or those of the folder that `--own-tests` hands over. */
const tests = process.env.MUTATION_TESTS || 'test/{unit,property}';
const alone = ALONE.filter((path) => path.startsWith(process.env.MUTATION_TESTS || 'test/unit/'));

/** The contract of the table port, where it needs no DynamoDB: it takes a second, and is about `functions/store` alone. */
const ofTheTable =
  tests === 'test/{unit,property}' || tests.startsWith('test/unit/store')
    ? ['test/contract/{memory,overlay}-table.test.ts', 'test/contract/dynamodb-table-faults.test.ts']
    : [];

/**
 * What each change is run against (`npm run test:mutation`). Left out are tests that start programs or read the tree, and
 * the ten thousand random forms, which take longer than most others together. Each change begins in fresh workers; files
 * share what one loaded, as those of `npm test` do.
 */
export default defineConfig({
  test: {
    exclude: ['test/unit/{architecture,local,scripts}/**', 'test/unit/owner-page/fuzz.test.ts'],
    env: { PROPERTY_SEED: '1' },
    sequence: { sequencer: NearestFirst },
    testTimeout: 240_000,
    hookTimeout: 240_000,
    projects: [
      {
        extends: true,
        test: {
          name: 'shared',
          include: [`${tests}/**/*.test.ts`, ...ofTheTable],
          exclude: ALONE,
          isolate: false,
        },
      },
      { extends: true, test: { name: 'alone', include: alone } },
    ],
  },
});
