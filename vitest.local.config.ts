import { defineConfig } from 'vitest/config';

/**
 * What runs against an emulator, which is started and deployed to once, and stopped in the end; one file after
 * another, for they share it. The table's contract runs there, too.
 */
export default defineConfig({
  test: {
    include: ['test/local/**/*.test.ts', 'test/contract/dynamodb-table.test.ts'],
    globalSetup: ['test/local/emulator.setup.ts'],
    // MiniStack takes an attribute without a name, which AWS's DynamoDB Local (.ci/run) refuses.
    testNamePattern: /^(?!.*an attribute without a name)/,
    fileParallelism: false,
    testTimeout: 300_000,
    hookTimeout: 300_000,
  },
});
