import { defineConfig } from 'vitest/config';

/** What runs against a real Kafka Connect, which is started once for all files. */
export default defineConfig({
  test: {
    include: ['test/kafka-connect/**/*.test.ts'],
    globalSetup: ['test/kafka-connect/kafka-connect.setup.ts'],
    fileParallelism: false,
    testTimeout: 120_000,
    hookTimeout: 180_000,
  },
});
