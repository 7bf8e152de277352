import { basename, dirname } from 'node:path';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

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
    return Promise.resolve(tests.toSorted((one, other) => distance(one) - distance(other)));
  }
}

const ownTests = process.env.MUTATION_TESTS;

/** The contract of the table port, where it needs no DynamoDB: it takes a second, and is about `functions/store` alone. */
const ofTheTable = [
  'test/contract/{memory,overlay}-table.test.ts',
  'test/contract/dynamodb-table-faults.test.ts',
];

/**
 * What each change is run against (`npm run test:mutation`): tests of one unit, of the table port, and properties,
 * or those of the folder that `--own-tests` hands over. Left out are those that start programs or read the tree, and the ten
 * thousand random forms, which take longer than most others together.
 */
export default defineConfig({
  test: {
    include: [
      `${ownTests || 'test/{unit,property}'}/**/*.test.ts`,
      ...(!ownTests || ownTests === 'test/unit/store' ? ofTheTable : []),
    ],
    exclude: ['test/unit/{architecture,local,scripts}/**', 'test/unit/owner-page/fuzz.test.ts'],
    env: { PROPERTY_SEED: '1' },
    // Each change begins in a fresh worker; its files share what it loaded, as those of `npm test` do.
    isolate: false,
    sequence: { sequencer: NearestFirst },
    testTimeout: 240_000,
    hookTimeout: 240_000,
  },
});
