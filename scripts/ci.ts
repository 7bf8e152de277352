import { runChecks } from './checks.ts';
import { conclude, runVitest, sum } from './vitest-run.ts';

/** Ends well without starting its command where Java is not. */
const BESIDE_DYNAMODB_LOCAL = ['node', 'scripts/dynamodb-local.ts', '--'];

conclude(
  sum([
    await runVitest([]),
    await runChecks(),
    await runVitest(['test/contract'], BESIDE_DYNAMODB_LOCAL),
    await runVitest(['--config', 'vitest.browser.config.ts']),
  ]),
);
