import { defineConfig } from 'vitest/config';

/** What runs against an emulator: one file after another, for they share it. */
export default defineConfig({
  test: {
    include: ['test/local/**/*.test.ts'],
    fileParallelism: false,
    testTimeout: 600_000,
    hookTimeout: 600_000,
  },
});
