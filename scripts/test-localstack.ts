import { missingForLocalStack } from '../local/localstack/missing.ts';
import { conclude, runVitest } from './vitest-run.ts';

/** Runs what only LocalStack can show. Where it cannot run, this says what is missing and ends with exit code 2. */
const missing = missingForLocalStack();
if (missing.length === 0) {
  conclude(await runVitest(['--config', 'vitest.localstack.config.ts']));
} else {
  process.stderr.write(`error: LocalStack cannot run here: ${missing.join(', ')}\n`);
  process.exitCode = 2;
}
