import { ApplicationAutoScalingClient } from '@aws-sdk/client-application-auto-scaling';
import { ECSClient } from '@aws-sdk/client-ecs';
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
import { SECOND } from '../../abandonment/time.ts';
import type { SettingsOf } from '../../platform/control-plane-settings.ts';

/** Clients of the account and the region that a control plane is in. */
export interface EcsClients {
  ecs: ECSClient;
  scaling: ApplicationAutoScalingClient;
}

/** The longest that AWS allows where a role assumes another, as a function's does. */
const SESSION_SECONDS = 3_600;

/** Of one call, the SDK's own: what fails longer is tried again by whoever asked. */
const ATTEMPTS = 3;

/**
 * Clients with the settings' region, role and time-out. Where they are missing, region, credentials and endpoints are the
 * SDK's own affair (`AWS_REGION`, `AWS_ENDPOINT_URL`, `AWS_ENDPOINT_URL_APPLICATION_AUTO_SCALING`).
 *
 * @param turn is waited for before each attempt of each call
 */
export function ecsClients(settings: SettingsOf<'ecs'>, turn: () => Promise<void>): EcsClients {
  const { region, roleArn, timeout } = settings;
  const requestHandler = {
    connectionTimeout: 2 * SECOND,
    requestTimeout: timeout,
    throwOnRequestTimeout: true,
  };
  const clients = {
    requestHandler,
    maxAttempts: ATTEMPTS,
    ...(region !== undefined && { region }),
    ...(roleArn !== undefined && { credentials: assumed(settings, roleArn, requestHandler) }),
  };
  const ecs = new ECSClient(clients);
  // The same credentials: what one client read, the other does not read again.
  const scaling = new ApplicationAutoScalingClient({ ...clients, credentials: ecs.config.credentials });
  const place = { relation: 'after', toMiddleware: 'retryMiddleware', name: 'turn' } as const;
  ecs.middlewareStack.addRelativeTo(waiting(turn), place);
  scaling.middlewareStack.addRelativeTo(waiting(turn), place);
  return { ecs, scaling };
}

/** Middleware that waits for its turn before it goes on. */
function waiting(turn: () => Promise<void>) {
  return <Next extends (args: never) => Promise<unknown>>(next: Next): Next => {
    const later = async (args: Parameters<Next>[0]) => {
      await turn();
      return next(args);
    };
    return later as Next;
  };
}

/** The credentials of a role; a client keeps them until they end. */
function assumed(
  { name, externalId }: SettingsOf<'ecs'>,
  roleArn: string,
  requestHandler: Record<string, number | boolean>,
) {
  const sts = new STSClient({ requestHandler, maxAttempts: ATTEMPTS });
  const asked = new AssumeRoleCommand({
    RoleArn: roleArn,
    // The name that CloudTrail of the other account has for it.
    RoleSessionName: `taskwarden-${name}`,
    DurationSeconds: SESSION_SECONDS,
    ...(externalId !== undefined && { ExternalId: externalId }),
  });
  return async () => {
    const { Credentials: credentials } = await sts.send(asked);
    if (!credentials?.AccessKeyId || !credentials.SecretAccessKey || !credentials.SessionToken)
      throw new Error('STS gave no credentials');
    return {
      accessKeyId: credentials.AccessKeyId,
      secretAccessKey: credentials.SecretAccessKey,
      sessionToken: credentials.SessionToken,
      ...(credentials.Expiration && { expiration: credentials.Expiration }),
    };
  };
}
