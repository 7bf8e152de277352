import { Validations } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import { webhookSecretParameter } from '../functions/platform/names.ts';

/** How cdk-nag names the ARN that all parameters with secrets of webhooks match. */
export function webhookSecretsFinding(stage: string): string {
  const parameter = webhookSecretParameter(stage, '*');
  return `arn:<AWS::Partition>:ssm:<AWS::Region>:<AWS::AccountId>:parameter${parameter}`;
}

/** Tells cdk-nag why one wildcard finding stands. */
export function acknowledgeWildcard(construct: IConstruct, finding: string, reason: string): void {
  Validations.of(construct).acknowledge({ id: `AwsSolutions-IAM5[${finding}]`, reason });
}
