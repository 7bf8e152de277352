import type { LookupAddress, LookupAllOptions } from 'node:dns';
import { lookup as systemLookup } from 'node:dns';
import { request as httpRequest, type IncomingMessage, type RequestOptions } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { type Duration, SECOND } from '../abandonment/time.ts';
import type { WebhookAnswer, WebhookCall } from '../platform/ports.ts';
import { addressRefusal } from './refused-address.ts';
import { urlProblem } from './url-problem.ts';

/** How long a call may take, from the look-up of its name to its answer. */
const CALL_TIMEOUT: Duration = 10 * SECOND;
/** So much of an answer is read, and no more waited for. */
const KEPT_BYTES = 1_024;

/** Resolves a name to all of its addresses, as the resolver of the system does. */
export type LookUp = (
  name: string,
  options: LookupAllOptions,
  done: (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void,
) => void;

export interface GuardedCallOptions {
  /** Whether a host is called whatever its address and scheme. */
  isAllowed(host: string): boolean;
  lookup?: LookUp;
  timeout?: Duration;
}

/**
 * Calls a webhook. The address that is connected to is the one that was looked at: a name is resolved once for a call, and
 * where one of its addresses is refused (`addressRefusal`) nothing is connected to. Redirects are answers. Never throws.
 */
export function guardedCall(options: GuardedCallOptions): (call: WebhookCall) => Promise<WebhookAnswer> {
  return async (call) => {
    const { isAllowed } = options;
    const problem = urlProblem(call.url, isAllowed);
    if (problem !== undefined) return refusedCall(call.url, problem);
    try {
      return await send(call, options, isAllowed(new URL(call.url).host));
    } catch (error) {
      return failureOf(error);
    }
  };
}

function refusedCall(url: string, detail: string): WebhookAnswer {
  const isPlain = URL.parse(url)?.protocol === 'http:';
  return { outcome: 'failed', reason: isPlain ? 'not-https' : 'address-refused', detail };
}

/** An address that no webhook may be called at. */
class AddressRefused extends Error {
  override readonly name = 'AddressRefused';
}

function send(
  { url, headers, body }: WebhookCall,
  { lookup = systemLookup, timeout = CALL_TIMEOUT }: GuardedCallOptions,
  isTrusted: boolean,
): Promise<WebhookAnswer> {
  const request = url.startsWith('https:') ? httpsRequest : httpRequest;
  const signal = AbortSignal.timeout(timeout);
  const options: RequestOptions = {
    method: 'POST',
    headers: { ...headers, 'content-length': Buffer.byteLength(body) },
    // A connection of its own: none that an earlier look-up made is used again.
    agent: false,
    signal,
    ...(!isTrusted && { lookup: guardedLookup(lookup) }),
  };
  return new Promise((resolve, reject) => {
    let isAnswered = false;
    const outgoing = request(url, options, (response) => {
      isAnswered = true;
      void answerOf(response).then(resolve);
    });
    outgoing.on('error', (error) => {
      // Once there is a status it is the answer, whatever becomes of the rest.
      if (!isAnswered) reject(signal.aborted ? signal.reason : error);
    });
    outgoing.end(body);
  });
}

/** Resolves a name for the connection, and refuses it where any of its addresses is refused. */
function guardedLookup(lookup: LookUp): NonNullable<RequestOptions['lookup']> {
  return (name, { all, ...options }, done) => {
    lookup(name, { ...options, all: true }, (error, addresses) => {
      const refused = error ?? refusedOf(name, addresses);
      const [first] = addresses ?? [];
      if (refused || !first) return done(refused ?? new AddressRefused(`${name} has no address`), '');
      if (all) return done(null, addresses);
      return done(null, first.address, first.family);
    });
  };
}

function refusedOf(name: string, addresses: readonly LookupAddress[]): AddressRefused | undefined {
  for (const { address } of addresses) {
    const refusal = addressRefusal(address);
    if (refusal !== undefined) return new AddressRefused(`${name} resolves to ${address}: ${refusal}`);
  }
  return undefined;
}

/** The status, and the beginning of what is said beside it; the rest is not waited for. */
async function answerOf(response: IncomingMessage): Promise<WebhookAnswer> {
  const parts: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const part of response as AsyncIterable<Buffer>) {
      parts.push(part);
      bytes += part.length;
      if (bytes >= KEPT_BYTES) break;
    }
  } catch {
    // The status is the answer; what was to follow it tells nothing that counts.
  }
  const body = Buffer.concat(parts).subarray(0, KEPT_BYTES).toString('utf8');
  const { 'retry-after': retryAfter = null } = response.headers;
  return { outcome: 'answered', status: response.statusCode ?? 0, retryAfter, body };
}

function failureOf(error: unknown): WebhookAnswer {
  const detail = error instanceof Error ? error.message.slice(0, KEPT_BYTES) : String(error);
  return { outcome: 'failed', reason: reasonOf(error), detail };
}

type Reason = Extract<WebhookAnswer, { outcome: 'failed' }>['reason'];

function reasonOf(error: unknown): Reason {
  if (error instanceof AddressRefused) return 'address-refused';
  if (error instanceof Error && (error.name === 'TimeoutError' || error.name === 'AbortError'))
    return 'timed-out';
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN' || code === 'EAI_NODATA') return 'name-not-found';
  if (/^(ERR_TLS|ERR_SSL|CERT|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO|EPROTO|HOSTNAME_MISMATCH)/.test(code))
    return 'tls-failed';
  return code === 'ETIMEDOUT' ? 'timed-out' : 'not-connected';
}
