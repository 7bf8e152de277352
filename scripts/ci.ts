import { runChecks } from './checks.ts';
import { testKafkaConnect } from './kafka-connect.ts';
import { conclude, run, runVitest, sum } from './vitest-run.ts';

/** Ends well without starting its command where Java is not. */
const BESIDE_DYNAMODB_LOCAL = ['node', 'scripts/dynamodb-local.ts', '--'];

/** Ends well, and says why, where Python is not. */
async function lintTemplates() {
  const failed = (await run('node', ['scripts/lint-cfn.ts', '--where-possible'])) === 0 ? 0 : 1;
  return { passed: 1 - failed, failed };
}

conclude(
  sum([
    await runVitest([]),
    await runChecks(),
    await lintTemplates(),
    await runVitest(['test/contract/dynamodb-table.test.ts'], BESIDE_DYNAMODB_LOCAL),
    await testKafkaConnect(),
    await runVitest(['--config', 'vitest.browser.config.ts']),
  ]),
);
