import { runChecks } from './checks.ts';
import { testKafkaConnect } from './kafka-connect.ts';
import { conclude, runVitest, sum } from './vitest-run.ts';

conclude(sum([await runChecks(), await runVitest([]), await testKafkaConnect()]));
