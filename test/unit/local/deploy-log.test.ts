import { expect, it } from 'vitest';
import { failureIn } from '../../../local/deploy-log.ts';

const STACK = 'Taskwarden-local-Service |   2 | 7:48:51 PM';

it('finds what failed in a deployment that LocalStack calls complete', () => {
  const exists =
    'An error occurred (ResourceConflictException) when calling the CreateAlias operation: Alias already exists';
  const log = [
    `${STACK} | UPDATE_FAILED     | AWS::IAM::Policy           | Breaker/Function/Role/DefaultPolicy`,
    `${STACK} | UPDATE_FAILED     | AWS::Lambda::Alias         | Ingest/Worker/Live ${exists}`,
    `${STACK} | UPDATE_COMPLETE   | AWS::CloudFormation::Stack | Taskwarden-local-Service`,
    '✅  Taskwarden-local-Service',
  ].join('\n');
  expect(failureIn(log)).toContain('Alias already exists');
});

it('finds nothing where nothing failed', () => {
  const log = `${STACK} | CREATE_COMPLETE | AWS::CloudWatch::Alarm | Alarms/scanner-failed (AlarmsSCANNER_FAILED1)\n✅`;
  expect(failureIn(log)).toBeUndefined();
});
