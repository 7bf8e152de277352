import { Validations } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';

/**
 * The actions that AWS gives no resource for: the only ones that may be allowed on `*`. A test holds the
 * list.
 */
export const ACTIONS_WITHOUT_RESOURCE = [
  'cloudwatch:DescribeAlarms',
  'ses:GetAccount',
  'ses:GetAccountSendingEnabled',
  'ses:GetSendQuota',
  'xray:PutTelemetryRecords',
  'xray:PutTraceSegments',
] as const;

/** Tells cdk-nag why one wildcard finding stands. */
export function acknowledgeWildcard(construct: IConstruct, finding: string, reason: string): void {
  Validations.of(construct).acknowledge({ id: `AwsSolutions-IAM5[${finding}]`, reason });
}
