import { defineConfig } from 'vitest/config';

/** All that needs neither an emulator nor Java. */
export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['test/local/**', 'test/browser/**'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
