import { defineConfig } from 'vitest/config';

/** All that needs neither an emulator nor Java. */
export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['test/local/**', 'test/localstack/**', 'test/browser/**', 'test/kafka-connect/**'],
    // One core less by default, which on a machine of two is half of it.
    maxWorkers: '100%',
    // The seeds of the long suites take seconds; a machine that does eight other things takes minutes.
    testTimeout: 240_000,
    hookTimeout: 240_000,
  },
});
