import { ENV } from '../functions/platform/names.ts';
import { byQueue, QUEUE_NAMES, type QueueName, queueUrlVariable } from '../functions/platform/queues.ts';
import { loadConfig, sendLeaseSeconds, visibilitySeconds } from '../lib/config.ts';
import { ROOT } from './bundle-options.ts';

const CONFIG = loadConfig({ stage: 'local' }, ROOT, { AWS_ENDPOINT_URL: 'http://localhost:4566' });

/** How the notify queue is worked by default. */
export const QUEUE = CONFIG.queues.notify;

const DEAD_LETTERS = 'notify-dead-letters';

/** What the stub has to be told so that its queue is like the deployed one and its report counts tasks. */
export const STUB_OPTIONS = {
  visibilityTimeoutSeconds: visibilitySeconds(QUEUE),
  redrive: { notify: { maxReceiveCount: QUEUE.maxReceiveCount, deadLetterQueue: DEAD_LETTERS } },
  // An empty queue is answered at once: workers end then, as the peer does.
  maxLongPollSeconds: 0,
  // The same ids as the peer's: of EC2 instances.
  idPattern: '\\bi-[0-9a-f]{17}\\b',
};

function urlAt(endpoint: string, name: string): string {
  return `${endpoint}/123456789012/${name}`;
}

/** The URLs of the queues in the stub. */
export function queueUrls(endpoint: string): Record<QueueName, string> {
  return byQueue((queue) => urlAt(endpoint, queue));
}

/** The environment that the deployment sets for every function, with one server for all of AWS. */
export function functionEnvironment(endpoint: string): Record<string, string> {
  const urls = queueUrls(endpoint);
  const { PATH = '', HOME = '' } = process.env;
  return {
    PATH,
    HOME,
    AWS_ENDPOINT_URL: endpoint,
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'x',
    AWS_SECRET_ACCESS_KEY: 'x',
    AWS_LAMBDA_FUNCTION_VERSION: '1',
    [ENV.stage]: CONFIG.stage,
    [ENV.table]: 'bench',
    [ENV.bus]: 'bench',
    [ENV.operatorsTopic]: 'bench',
    ...Object.fromEntries(QUEUE_NAMES.map((queue) => [queueUrlVariable(queue), urls[queue]])),
    [ENV.sender]: CONFIG.sender,
    [ENV.replyTo]: CONFIG.replyTo,
    [ENV.configurationSet]: 'bench',
    [ENV.mailsPerSecond]: String(CONFIG.ses.mailsPerSecond / QUEUE.maxConcurrency),
    [ENV.contact]: CONFIG.contact,
    [ENV.controlPlane]: CONFIG.controlPlane,
    [ENV.modeCeiling]: CONFIG.modeCeiling,
    [ENV.allowedDomains]: '',
    [ENV.scanEvery]: String(CONFIG.scanEvery * 1_000),
    [ENV.gatherDisabled]: String(CONFIG.gatherDisabled * 1_000),
    [ENV.confirmWithin]: String(CONFIG.confirmWithin * 1_000),
    [ENV.sendLease]: String(sendLeaseSeconds(QUEUE) * 1_000),
  };
}

/** The environment of a notifier, as the deployment sets it, with the stub for SQS and SES. */
export function notifierEnvironment(endpoint: string): Record<string, string> {
  return {
    ...functionEnvironment(endpoint),
    [ENV.sourceQueue]: queueUrls(endpoint).notify,
    [ENV.deadLetterQueue]: urlAt(endpoint, DEAD_LETTERS),
    [ENV.maxReceives]: String(QUEUE.maxReceiveCount),
  };
}
