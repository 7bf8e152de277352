import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import {
  CreateConfigurationSetCommand,
  CreateConfigurationSetEventDestinationCommand,
  type EventType,
  type SESClient,
  SetIdentityNotificationTopicCommand,
  VerifyEmailIdentityCommand,
} from '@aws-sdk/client-ses';
import { GetParameterCommand } from '@aws-sdk/client-ssm';
import { type Deployment, deploymentParameter } from '../functions/platform/names.ts';
import { failureIn } from './deploy-log.ts';
import { emulatorAt } from './emulator-kind.ts';
import {
  ACCOUNT,
  awsVariables,
  childEnvironment,
  LOCAL_FOLDER,
  type LocalAws,
  REGION,
  ROOT,
} from './local-aws.ts';
import { LocalProblem } from './progress.ts';
import { runProgram } from './run-program.ts';

/** The stage of everything local; it alone may be told the time. */
export const STAGE = 'local';

/** What SES reports of mails. */
export type Notification = 'Bounce' | 'Complaint' | 'Delivery';

export interface LocalDeployOptions {
  /** Whether the schedule ticks. @default on */
  schedule?: 'on' | 'off';
  /** What SES reports of mails. @default all */
  notifications?: readonly Notification[];
  /** Control planes as a stage's file has them. @default those of the file */
  controlPlanes?: readonly unknown[];
}

/** Deploys the stage `local` to an emulator by the CDK, as any stage is deployed, and answers where it is. */
export async function deployLocal(aws: LocalAws, options: LocalDeployOptions = {}): Promise<Deployment> {
  await makeAssetBucket(aws.endpoint);
  await checkDeployed(await cdkDeploy(aws.endpoint, options));
  const deployment = await loadDeployment(aws);
  await connectMail(aws, deployment, options.notifications ?? ['Bounce', 'Complaint', 'Delivery']);
  return deployment;
}

/** @throws LocalProblem where a part of a deployment failed */
async function checkDeployed(log: string): Promise<void> {
  const failure = failureIn(await readFile(log, 'utf8'));
  if (failure === undefined) return;
  const advice = 'an emulator that holds an earlier deployment has to be started afresh';
  throw new LocalProblem(`a part of the deployment failed (all of it: ${log}); ${advice}:\n${failure}`);
}

/** Where the stage is, as its deployment wrote it down. */
export async function loadDeployment(aws: LocalAws): Promise<Deployment> {
  const answer = await aws.ssm.send(new GetParameterCommand({ Name: deploymentParameter(STAGE) }));
  return JSON.parse(answer.Parameter?.Value ?? '') as Deployment;
}

/** The bucket that a bootstrap would make: the local stage needs nothing else of it. */
async function makeAssetBucket(endpoint: string): Promise<void> {
  const bucket = `cdk-hnb659fds-assets-${ACCOUNT}-${REGION}`;
  const body = `<CreateBucketConfiguration><LocationConstraint>${REGION}</LocationConstraint></CreateBucketConfiguration>`;
  const answer = await fetch(`${endpoint}/${bucket}`, { method: 'PUT', body });
  // 409: it is there already.
  if (!answer.ok && answer.status !== 409) {
    throw new LocalProblem(
      `the emulator made no bucket for the deployment: ${answer.status} ${await answer.text()}`,
    );
  }
}

/** Gives the path of its log. */
async function cdkDeploy(
  endpoint: string,
  { schedule = 'on', controlPlanes }: LocalDeployOptions,
): Promise<string> {
  const name = `deploy-${new URL(endpoint).port}`;
  const output = join(LOCAL_FOLDER, `${name}.cdk.out`);
  const log = join(LOCAL_FOLDER, `${name}.log`);
  const args = [
    'deploy',
    '--all',
    '--require-approval',
    'never',
    '--method',
    'direct',
    '--progress',
    'events',
  ];
  args.push(
    '--no-notices',
    '--output',
    output,
    '--context',
    `stage=${STAGE}`,
    '--context',
    `schedule=${schedule}`,
    ...(controlPlanes ? ['--context', `controlPlanes=${JSON.stringify(controlPlanes)}`] : []),
  );
  try {
    await runProgram(join(ROOT, 'node_modules', '.bin', 'cdk'), args, {
      env: childEnvironment({ ...awsVariables(endpoint), CI: 'true', CDK_DISABLE_CLI_TELEMETRY: 'true' }),
      log,
      what: 'The deployment',
    });
    return log;
  } finally {
    await rm(output, { recursive: true, force: true });
  }
}

/** Verifies the sender, and has SES report what becomes of mails, in the way that the emulator knows. */
export async function connectMail(
  { ses, endpoint }: LocalAws,
  deployment: Deployment,
  notifications: readonly Notification[],
): Promise<void> {
  await ses.send(new VerifyEmailIdentityCommand({ EmailAddress: deployment.sender }));
  if (notifications.length === 0) return;
  const isLocalStack = (await emulatorAt(endpoint)) === 'localstack';
  const connect = isLocalStack ? connectConfigurationSet : connectIdentity;
  await connect(ses, deployment, notifications);
}

/** MiniStack publishes none of the events of the configuration set that a deployment in AWS uses. */
async function connectIdentity(
  ses: SESClient,
  { sender, mailEventsTopic }: Deployment,
  notifications: readonly Notification[],
): Promise<void> {
  for (const NotificationType of notifications) {
    const topic = { Identity: sender, NotificationType, SnsTopic: mailEventsTopic };
    await ses.send(new SetIdentityNotificationTopicCommand(topic));
  }
}

/** LocalStack's CloudFormation passes over the configuration set: it is made here, under the name that was deployed. */
async function connectConfigurationSet(
  ses: SESClient,
  { configurationSet: Name, mailEventsTopic: TopicARN }: Deployment,
  notifications: readonly Notification[],
): Promise<void> {
  const MatchingEventTypes = notifications.map((event) => event.toLowerCase() as EventType);
  const EventDestination = {
    Name: 'to-events',
    Enabled: true,
    MatchingEventTypes,
    SNSDestination: { TopicARN },
  };
  const destination = { ConfigurationSetName: Name, EventDestination };
  await orExists(ses.send(new CreateConfigurationSetCommand({ ConfigurationSet: { Name } })));
  await orExists(ses.send(new CreateConfigurationSetEventDestinationCommand(destination)));
}

/** What an earlier deployment to the same emulator made stays as it is. */
async function orExists(made: Promise<unknown>): Promise<void> {
  try {
    await made;
  } catch (error) {
    if (!(error instanceof Error && /AlreadyExists/.test(error.name))) throw error;
  }
}
