import { defineConfig } from 'vitest/config';

/**
 * What each change is run against (`npm run test:mutation`): tests of one unit, and properties. Left out are those that
 * start programs or read the tree, and the ten thousand random forms, which take longer than most others together.
 */
export default defineConfig({
  test: {
    include: ['test/unit/**/*.test.ts', 'test/property/**/*.test.ts'],
    exclude: ['test/unit/{architecture,local,scripts}/**', 'test/unit/owner-page/fuzz.test.ts'],
    testTimeout: 240_000,
    hookTimeout: 240_000,
  },
});
