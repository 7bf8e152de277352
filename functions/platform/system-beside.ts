import type { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import type { SNSClient } from '@aws-sdk/client-sns';
import type { SQSClient } from '@aws-sdk/client-sqs';
import { AwsEvents } from './aws-events.ts';
import { AwsOperators } from './aws-operators.ts';
import { AwsQueues } from './aws-queues.ts';
import { readControlPlanes } from './control-plane-settings.ts';
import type { Deployment } from './names.ts';
import { byQueue } from './queues.ts';
import { RealRandom } from './real-random.ts';
import { readRetention } from './retention.ts';
import { buildSystem, type RuntimeConfig, type System } from './system.ts';

/** What a process beside a stage brings. */
export interface Beside extends Pick<System, 'table' | 'clock'> {
  /** Whose system it is, and the name of the code that runs. */
  who: string;
  functionVersion: string;
  clients: { sqs: SQSClient; eventBridge: EventBridgeClient; sns: SNSClient };
}

/** The System of a process beside the functions of a deployed stage, on its queues, bus and topic; it sends no mail. */
export function systemBeside(deployment: Deployment, beside: Beside): System {
  const { who, functionVersion, clients, table, clock } = beside;
  return buildSystem(who, {
    clock,
    random: new RealRandom(),
    table,
    queues: new AwsQueues(
      clients.sqs,
      byQueue((queue) => deployment.queues[queue].url),
    ),
    events: new AwsEvents(clients.eventBridge, deployment.bus),
    operators: new AwsOperators(clients.sns, deployment.operatorsTopic, deployment.stage),
    config: configOf(deployment, functionVersion),
  });
}

/** Lengths of time that only the functions use are zero here. */
function configOf(deployment: Deployment, functionVersion: string): RuntimeConfig {
  const { stage, contact, controlPlane, allowedDomains, topics } = deployment;
  const controlPlanes = readControlPlanes(deployment.controlPlanes);
  const unused = { gatherDisabled: 0, confirmWithin: 0, sendLease: 0 };
  const retention = readRetention(deployment.retention);
  const settings = { stage, functionVersion, contact, controlPlane, controlPlanes, allowedDomains, topics };
  const { webhookHosts = [], scanEveryMs } = deployment;
  const rhythm = scanEveryMs === undefined ? {} : { scanEvery: scanEveryMs };
  return { ...settings, ...rhythm, retention, webhookHosts, ...unused };
}
