import { randomUUID } from 'node:crypto';
import { BOUNDS } from '../../functions/abandonment/bounds.ts';
import { type Duration, formatDuration, type Instant, MINUTE } from '../../functions/abandonment/time.ts';
import { webhookHeaders } from '../../functions/platform/webhook-signature.ts';

/** How a server is asked. */
export interface Target {
  /** Without a slash at its end. */
  url: string;
  /** The value of the header Authorization. */
  authorization?: string | undefined;
  /** What requests are signed with. */
  secret?: string | undefined;
  timeout: Duration;
}

/** What is wrong on purpose about a request. */
export type Wrong = 'no credentials' | 'no signature' | 'another signature' | 'an old signature';

export interface Asked {
  method?: 'GET' | 'POST';
  headers?: Record<string, string>;
  body?: Record<string, unknown>;
  key?: string;
  wrong?: Wrong;
}

/** What a server answered. */
export interface Reply {
  /** The request in short: `GET /tasks?limit=2`. */
  request: string;
  status: number;
  /** The media type, without parameters. */
  type: string;
  tag: string | undefined;
  location: string | undefined;
  /** The body where it is JSON, whatever its type says; else undefined. */
  json: unknown;
}

/** The server cannot be asked at all. */
export class Unanswered extends Error {
  override readonly name = 'Unanswered';
}

const OTHER_SECRET = `whsec_${Buffer.alloc(32, 1).toString('base64')}`;

/** Asks one server, and reads what it answers whatever that is. */
export class Prober {
  readonly target: Target;
  readonly #now: () => Instant;

  constructor(target: Target, now: () => Instant) {
    this.target = target;
    this.#now = now;
  }

  /** @throws Unanswered */
  async ask(path: string, asked: Asked = {}): Promise<Reply> {
    const { method = 'GET', body } = asked;
    const request = `${method} ${path}`;
    const text = body === undefined ? '' : JSON.stringify(body);
    const { url, timeout } = this.target;
    try {
      const response = await fetch(url + path, {
        method,
        headers: this.#headersOf(asked, text),
        redirect: 'manual',
        signal: AbortSignal.timeout(timeout),
        ...(text !== '' && { body: text }),
      });
      return await replyOf(request, response);
    } catch (error) {
      throw new Unanswered(`${request}: ${faultOf(error, timeout)}`);
    }
  }

  #headersOf({ headers, key, wrong }: Asked, body: string): Record<string, string> {
    const { authorization } = this.target;
    return {
      accept: 'application/json, application/problem+json',
      'user-agent': 'taskwarden',
      ...(authorization !== undefined && wrong !== 'no credentials' && { authorization }),
      ...this.#signatureOf(key ?? `check_${randomUUID()}`, body, wrong),
      ...(key !== undefined && { 'idempotency-key': key }),
      ...(body !== '' && { 'content-type': 'application/json' }),
      ...headers,
    };
  }

  #signatureOf(id: string, body: string, wrong: Wrong | undefined): Record<string, string> {
    const { secret } = this.target;
    if (secret === undefined || wrong === 'no signature') return {};
    const at = this.#now() - (wrong === 'an old signature' ? 30 * MINUTE : 0);
    return webhookHeaders({ id, at, body }, wrong === 'another signature' ? OTHER_SECRET : secret);
  }
}

async function replyOf(request: string, response: Response): Promise<Reply> {
  const bytes = new Uint8Array(await response.arrayBuffer());
  const { headers } = response;
  return {
    request,
    status: response.status,
    type: (headers.get('content-type') ?? '').split(';')[0]?.trim().toLowerCase() ?? '',
    tag: headers.get('etag') ?? undefined,
    location: headers.get('location') ?? undefined,
    json: bytes.length > BOUNDS.answerBytes.most ? undefined : jsonOf(bytes),
  };
}

function jsonOf(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    return undefined;
  }
}

function faultOf(error: unknown, timeout: Duration): string {
  if (!(error instanceof Error)) return 'no answer';
  if (error.name === 'TimeoutError') return `no answer within ${formatDuration(timeout)}`;
  const { cause } = error;
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : error.message;
  return error.message === 'terminated' ? `its answer is cut short (${code})` : `no answer (${code})`;
}

/** What an answer is, in a few words. */
export function sayingOf({ status, type, json }: Reply): string {
  const code = codeOf(json);
  const what = type === '' ? '' : ` ${type}`;
  return `${status}${what}${code === undefined ? '' : ` with the code ${JSON.stringify(code)}`}`;
}

/** The code of problem details. */
export function codeOf(json: unknown): string | undefined {
  const code = typeof json === 'object' && json !== null && 'code' in json ? json.code : undefined;
  return typeof code === 'string' ? code.slice(0, 80) : undefined;
}
