import {
  GetParameterCommand,
  ParameterNotFound,
  paginateDescribeParameters,
  SSMClient,
} from '@aws-sdk/client-ssm';
import { AwsWorkerControl } from '../functions/breaker/aws-worker-control.ts';
import { AwsWebhookSecrets } from '../functions/platform/aws-webhook-secrets.ts';
import {
  dynamoDbClient,
  eventBridgeClient,
  lambdaClient,
  snsClient,
  sqsClient,
  ssmClient,
} from '../functions/platform/clients.ts';
import { DemoClock } from '../functions/platform/demo-clock.ts';
import { type Deployment, deploymentParameter } from '../functions/platform/names.ts';
import type { Clock } from '../functions/platform/ports.ts';
import { byQueue, QUEUES } from '../functions/platform/queues.ts';
import { RealClock } from '../functions/platform/real-clock.ts';
import { readRetention } from '../functions/platform/retention.ts';
import { systemBeside } from '../functions/platform/system-beside.ts';
import { DynamoDbTable, documentClient } from '../functions/store/table/dynamodb-table.ts';
import type { Table } from '../functions/store/table/table.port.ts';
import { foreignEndpoint } from '../lib/deployment-place.ts';
import { AwsDeadLetters } from './aws-dead-letters.ts';
import { callerArn } from './aws-identity.ts';
import { readDeployment } from './deployment.ts';
import { UsageError } from './errors.ts';
import { AwsEventBus } from './event-bus.ts';
import { invokeScanner } from './invoke-scanner.ts';
import { describeLocal, pointAtEmulator } from './local-emulator.ts';
import type { OpenedStage, Place } from './stage.ts';

/** Ends a wait on an endpoint where nobody answers. */
const requestHandler = { connectionTimeout: 2_000, requestTimeout: 10_000, throwOnRequestTimeout: true };

/**
 * Finds a stage by what its deployment left in SSM, with the credentials and `AWS_ENDPOINT_URL` of the environment, and its
 * region or `place`; `local` is looked for on the emulator alone.
 * @throws UsageError where there is no such stage or no region
 */
export async function openAwsStage(name: string, place: Place = {}): Promise<OpenedStage> {
  if (name === 'local') useEmulator();
  else usePlace(place, process.env);
  const deployment = readDeployment(name, await deploymentText(name));
  let clock: Clock = new RealClock();
  const table = new DynamoDbTable(documentClient(dynamoDbClient()), deployment.table, {
    now: () => clock.now(),
    retention: readRetention(deployment.retention),
  });
  const deployed = await clockOf(deployment, table);
  clock = deployed;
  return {
    name,
    modeCeiling: deployment.modeCeiling,
    system: systemBeside(deployment, {
      who: 'the command line',
      functionVersion: 'cli',
      table,
      clock,
      clients: { sqs: sqsClient(), eventBridge: eventBridgeClient(), sns: snsClient() },
    }),
    otherTable: (other) => new DynamoDbTable(documentClient(dynamoDbClient()), other),
    scan: (scheduledAt) => invokeScanner(deployment.functions.scanner, scheduledAt),
    workers: workersOf(deployment),
    deadLetters: new AwsDeadLetters(sqsClient(), {
      deadLetters: byQueue((queue) => deployment.queues[queue].deadLetterUrl),
      work: byQueue((queue) => deployment.queues[queue].url),
      ticks: deployment.ticks ?? {},
    }),
    webhookSecrets: new AwsWebhookSecrets(ssmClient(), name),
    bus: new AwsEventBus(eventBridgeClient(), deployment.bus),
    identity: callerArn,
    // Its clients are loaded only by what asks the account.
    account: async () => (await import('./doctor/sdk-account.ts')).sdkAccount(deployment),
    alarms: async () => (await import('./alarms/sdk-alarm-board.ts')).sdkAlarmBoard(deployment),
    mailsPerSecond: deployment.ses.mailsPerSecond,
    canaries: deployment.canaries,
    ...(deployed instanceof DemoClock && { refreshClock: () => deployed.refresh() }),
  };
}

/** The stage `local` of a real account would be somebody's by chance. */
function useEmulator(): void {
  pointAtEmulator(process.env);
  const foreign = foreignEndpoint(process.env);
  if (foreign === undefined) return;
  throw new UsageError(
    `stage 'local': ${foreign.name} is ${foreign.is}, which is no emulator on this machine or a private network; unset it, or name a deployed stage with --stage`,
  );
}

async function deploymentText(name: string): Promise<string> {
  const client = new SSMClient({ requestHandler, maxAttempts: 2 });
  const region = await regionOf(client);
  try {
    const { Parameter } = await client.send(new GetParameterCommand({ Name: deploymentParameter(name) }));
    return Parameter?.Value ?? '';
  } catch (error) {
    if (error instanceof ParameterNotFound) throw noSuchStage(name, region, await stagesOf(client));
    if (name === 'local' && isUnreachable(error)) throw new UsageError(describeLocal(process.env));
    throw error;
  }
}

async function regionOf(client: SSMClient): Promise<string> {
  try {
    return await client.config.region();
  } catch {
    throw new UsageError('no region is set; set AWS_REGION, or AWS_PROFILE to a profile that has one');
  }
}

function noSuchStage(name: string, region: string, others: readonly string[]): UsageError {
  const deploy = name === 'local' ? '`npm run local`' : `\`npm run deploy -- --context stage=${name}\``;
  const names = others.length === 0 ? '' : ` (there is: ${others.join(', ')})`;
  return new UsageError(
    `no stage '${name}' in region ${region}${names}: name another with --stage, or deploy it with ${deploy}`,
  );
}

/** The stages that left a word about themselves in this account and region; none where they may not be listed. */
async function stagesOf(client: SSMClient): Promise<string[]> {
  const [before = '', after = ''] = deploymentParameter('*').split('*');
  const filter = { Key: 'Path', Option: 'Recursive', Values: [before.replace(/\/$/, '')] };
  const names: string[] = [];
  try {
    for await (const { Parameters = [] } of paginateDescribeParameters(
      { client },
      { ParameterFilters: [filter] },
    ))
      names.push(...Parameters.flatMap(({ Name = '' }) => (Name.endsWith(after) ? [Name] : [])));
  } catch {
    // It only makes the message longer.
    return [];
  }
  return names.map((name) => name.slice(before.length, -after.length)).sort();
}

/** What the configuration file says of region and profile holds where the environment says nothing. */
function usePlace({ region, profile }: Place, env: Record<string, string | undefined>): void {
  if (region !== undefined) env.AWS_REGION = region;
  if (profile !== undefined) env.AWS_PROFILE = profile;
}

function isUnreachable(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return (
    code === 'ECONNREFUSED' ||
    code === 'ENOTFOUND' ||
    (error instanceof Error && error.name === 'TimeoutError')
  );
}

function workersOf({ queues, functions }: Deployment): AwsWorkerControl {
  const places = byQueue((queue) => ({
    functionName: functionNameOf(functions[QUEUES[queue].worker]),
    mapping: queues[queue].mapping,
    queueUrl: queues[queue].url,
  }));
  return new AwsWorkerControl(lambdaClient(), sqsClient(), places);
}

/** `arn:aws:lambda:eu-west-1:123456789012:function:name:live`: the part before the alias. */
function functionNameOf(alias: string): string {
  return alias.split(':').slice(0, 7).join(':');
}

/** Where the stage may be told the time, its time is that of its functions. */
async function clockOf(deployment: Deployment, table: Table): Promise<Clock> {
  const realClock = new RealClock();
  if (!deployment.demoClock) return realClock;
  const clock = new DemoClock(realClock, (key) => table.get(key));
  await clock.refresh();
  return clock;
}
