import { runChecks } from './checks.ts';
import { conclude, runVitest, sum } from './vitest-run.ts';

conclude(sum([await runChecks(), await runVitest([])]));
