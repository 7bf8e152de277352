import { type Duration, SECOND } from '../abandonment/time.ts';
import { ControlPlaneUnavailable } from '../platform/control-plane.port.ts';
import type { Clock, Fetch, Random } from '../platform/ports.ts';
import { retryAfterSeconds } from '../platform/retry-after.ts';
import type { TokenBucket } from '../platform/token-bucket.ts';
import { RetryBudget } from './retry-budget.ts';

export interface GuardedFetchOptions {
  /** The control plane's name. */
  controlPlane: string;
  fetch: Fetch;
  clock: Clock;
  random: Random;
  /** How long one call may take, its body included. */
  timeout: Duration;
  /** Of this process. */
  rate: TokenBucket;
}

/** A call that only reads is tried so often. */
const ATTEMPTS = 3;
const FIRST_PAUSE: Duration = SECOND / 5;
/** A longer wait that the control plane asks for is left to whoever asked. */
const LONGEST_PAUSE: Duration = 5 * SECOND;
const MOST_REDIRECTS = 3;

const PASSING = new Set([408, 425, 429, 500, 502, 503, 504]);

/**
 * Calls to one control plane: at most its rate, each within its time, and what only reads is tried again after a pause with
 * jitter, or the one that the answer asks for, as long as few calls need that. Redirects are followed where they stay with
 * the same host, scheme and port: credentials go to no other. A call with `redirect: 'manual'` gets them as answers.
 *
 * Throws what the inner `fetch` throws where there is no answer, `TimeoutError` where it took too long, and
 * `ControlPlaneUnavailable` where nothing may be sent.
 */
export function guardedFetch(options: GuardedFetchOptions): Fetch {
  const budget = new RetryBudget();
  return async (url, init = {}) => {
    const started = options.clock.now();
    for (let attempt = 1; ; attempt += 1) {
      const result = await outcomeOf(() => followed(options, new URL(url), init));
      const pause = pauseAfter(options, init, result, attempt);
      const isLate = options.clock.now() - started >= options.timeout;
      if (pause === undefined) budget.succeeded();
      if (pause === undefined || isLate || attempt === ATTEMPTS || !budget.take()) return responseOf(result);
      await discarded(result);
      await options.clock.pause?.(pause);
    }
  };
}

type Result = { response: Response } | { error: unknown };

async function outcomeOf(call: () => Promise<Response>): Promise<Result> {
  try {
    return { response: await call() };
  } catch (error) {
    return { error };
  }
}

function responseOf(result: Result): Response {
  if ('error' in result) throw result.error;
  return result.response;
}

/** The connection of an answer that nobody reads is free again once it is thrown away. */
async function discarded(result: Result): Promise<void> {
  if ('response' in result) await result.response.body?.cancel().catch(() => undefined);
}

/** How long to wait before the same is asked again; undefined where it is not, or there is no need. */
function pauseAfter(
  { random, clock }: GuardedFetchOptions,
  init: RequestInit,
  result: Result,
  attempt: number,
): Duration | undefined {
  const method = init.method ?? 'GET';
  if (method !== 'GET' && method !== 'HEAD') return undefined;
  if ('error' in result && result.error instanceof ControlPlaneUnavailable) return undefined;
  if ('response' in result && !PASSING.has(result.response.status)) return undefined;
  const asked =
    'response' in result
      ? retryAfterSeconds(result.response.headers.get('retry-after'), clock.now())
      : undefined;
  const full = FIRST_PAUSE * 2 ** attempt;
  const pause = asked === undefined ? full / 2 + (full / 2) * random.next() : asked * SECOND;
  return pause > LONGEST_PAUSE ? undefined : pause;
}

async function followed(options: GuardedFetchOptions, first: URL, init: RequestInit): Promise<Response> {
  let url = first;
  for (let redirects = 0; ; redirects += 1) {
    const response = await once(options, url, init);
    const target = targetOf(response, url);
    if (target === undefined || init.redirect === 'manual') return response;
    await discarded({ response });
    const refusal = refusalOf(init, response.status, target, url, redirects);
    if (refusal !== undefined) throw new ControlPlaneUnavailable(options.controlPlane, refusal);
    url = target;
  }
}

function targetOf({ status, headers }: Response, from: URL): URL | undefined {
  const location = headers.get('location');
  if (![301, 302, 303, 307, 308].includes(status) || location === null) return undefined;
  return URL.parse(location, from.href) ?? undefined;
}

function refusalOf(
  { method = 'GET' }: RequestInit,
  status: number,
  target: URL,
  from: URL,
  redirects: number,
): string | undefined {
  if (target.origin !== from.origin)
    return `it redirects to ${target.origin}, and credentials go to no other host`;
  if (redirects === MOST_REDIRECTS) return `it redirects more than ${MOST_REDIRECTS} times`;
  const keepsMethod = method === 'GET' || method === 'HEAD' || status === 307 || status === 308;
  return keepsMethod ? undefined : `it answers a ${method} with ${status}, which would make a GET of it`;
}

async function once(options: GuardedFetchOptions, url: URL, init: RequestInit): Promise<Response> {
  const { controlPlane, fetch, timeout, rate } = options;
  if (!(await rate.take(timeout)))
    throw new ControlPlaneUnavailable(
      controlPlane,
      'it would be asked more often than callsPerSecond',
      1,
      true,
    );
  const limit = AbortSignal.timeout(timeout);
  const signal = init.signal ? AbortSignal.any([init.signal, limit]) : limit;
  return fetch(url, { ...init, redirect: 'manual', signal });
}
