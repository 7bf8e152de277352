import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';

const requestHandler = { connectionTimeout: 2_000, requestTimeout: 5_000, throwOnRequestTimeout: true };

/**
 * The ARN of the credentials of this process, with the name of its session where a role is assumed. STS answers everybody: no policy
 * is needed.
 */
export async function callerArn(): Promise<string> {
  const client = new STSClient({ requestHandler, maxAttempts: 2 });
  const { Arn } = await client.send(new GetCallerIdentityCommand({}));
  if (!Arn) throw new Error('its answer names nobody');
  return Arn;
}
