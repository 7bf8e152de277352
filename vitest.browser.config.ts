import { defineConfig } from 'vitest/config';

/** What a real browser sees: of pages of this process, and of those that are deployed to an emulator. */
export default defineConfig({
  test: {
    include: ['test/browser/**/*.test.ts'],
    globalSetup: ['test/local/emulator.setup.ts'],
    fileParallelism: false,
    testTimeout: 300_000,
    hookTimeout: 300_000,
  },
});
