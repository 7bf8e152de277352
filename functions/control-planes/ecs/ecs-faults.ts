import { ControlPlaneUnavailable } from '../../platform/control-plane.port.ts';
import { cut } from '../../platform/queue-text.ts';
import { recordable } from '../../platform/recorded-text.ts';

/** What AWS says of a service or a cluster that is not there. */
const GONE = ['ServiceNotFoundException', 'ServiceNotActiveException', 'ClusterNotFoundException'];

/** What it says of a request that it will never do as it is. */
const REFUSED = ['ClientException', 'InvalidParameterException', 'UnsupportedFeatureException'];

const THROTTLED =
  /^(Throttl|TooManyRequests|RequestLimitExceeded|SlowDown|ConcurrentUpdate|RequestThrottled)/;
const DENIED =
  /^(AccessDenied|UnrecognizedClient|InvalidClientTokenId|InvalidSignature|ExpiredToken|MissingAuthentication|CredentialsProvider|InvalidIdentityToken|OptInRequired)/;

/** The action that an answer names which denies it. */
const ACTION = /perform: ([\w-]+:\w+)/;

const GUIDE = 'docs/connect/ecs.md';

/** As much of an answer as may stand in a log. */
const SHOWN = 200;

/** Whether it says that the service, or its cluster, is gone. */
export function saysGone(error: unknown): boolean {
  return error instanceof Error && GONE.includes(error.name);
}

/** Why AWS will not do it, for good; undefined where that is not what it says. */
export function refusalIn(error: unknown): string | undefined {
  if (!(error instanceof Error) || !REFUSED.includes(error.name)) return undefined;
  return words(`${error.name}: ${error.message}`);
}

/** Whether it was refused at the first attempt: what was asked was surely not done. An earlier attempt may have done it. */
export function isSurelyUndone(error: unknown): boolean {
  if (!(error instanceof Error && '$metadata' in error)) return false;
  const { httpStatusCode = 0, attempts } = error.$metadata as { httpStatusCode?: number; attempts?: number };
  return httpStatusCode >= 400 && httpStatusCode < 500 && attempts === 1;
}

/** What is no answer about a service: a fault of the control plane, or of the way to it. */
export function unavailable(controlPlane: string, error: unknown): ControlPlaneUnavailable {
  if (error instanceof ControlPlaneUnavailable) return error;
  return new ControlPlaneUnavailable(
    controlPlane,
    why(error instanceof Error ? error : new Error(String(error))),
  );
}

function why({ name, message, ...others }: Error): string {
  if (name === 'TimeoutError') return 'AWS gives no answer in time';
  if (THROTTLED.test(name)) return `AWS throttles (${words(name)}); lower callsPerSecond`;
  if (DENIED.test(name)) return denial(name, message);
  // Where no connection comes about, the code says more than the message.
  const code = 'code' in others && typeof others.code === 'string' ? others.code : name;
  return words(message === '' ? code : `${code}: ${message}`);
}

function denial(name: string, message: string): string {
  const action = ACTION.exec(message)?.[1];
  if (action === 'sts:AssumeRole')
    return `its role cannot be assumed: it does not trust the functions' roles, or wants another externalId (${GUIDE})`;
  if (action !== undefined) return `its role may not ${action}; ${GUIDE} has a template that allows it`;
  return `AWS does not take its credentials (${words(name)}); see ${GUIDE}`;
}

function words(text: string): string {
  return cut(recordable(text), SHOWN);
}
