import { defineConfig } from 'vitest/config';

/** What only LocalStack can show; it is started, and the demo run on it, once for all files. */
export default defineConfig({
  test: {
    include: ['test/localstack/**/*.test.ts'],
    globalSetup: ['test/localstack/localstack.setup.ts'],
    fileParallelism: false,
    testTimeout: 600_000,
    hookTimeout: 600_000,
  },
});
