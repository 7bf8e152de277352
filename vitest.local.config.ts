import { defineConfig } from 'vitest/config';

/**
 * What runs against an emulator, which is started and deployed to once, and stopped in the end; one file after
 * another, for they share it. The table's contract runs there, too.
 */
export default defineConfig({
  test: {
    include: ['test/local/**/*.test.ts', 'test/contract/dynamodb-{table,restore}.test.ts'],
    globalSetup: ['test/local/emulator.setup.ts'],
    // Left to AWS's own DynamoDB Local (.ci/run): MiniStack takes an attribute without a name, and checks
    // conditions before values, so that random histories of broken calls are answered otherwise.
    testNamePattern: /^(?!.*(an attribute without a name|in memory give the same answers))/,
    fileParallelism: false,
    testTimeout: 300_000,
    hookTimeout: 300_000,
  },
});
