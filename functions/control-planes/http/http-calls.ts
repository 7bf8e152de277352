import * as z from 'zod/mini';
import { BOUNDS } from '../../abandonment/bounds.ts';
import { DAY, type Duration, formatDuration, type Instant, SECOND } from '../../abandonment/time.ts';
import { ControlPlaneUnavailable } from '../../platform/control-plane.port.ts';
import type { Fetch } from '../../platform/ports.ts';
import { cut } from '../../platform/queue-text.ts';
import { recordable } from '../../platform/recorded-text.ts';
import { retryAfterSeconds } from '../../platform/retry-after.ts';

/** One call. */
export interface Call {
  method: 'GET' | 'POST';
  url: string;
  headers: Record<string, string>;
  body?: string;
}

/** What a control plane said, as far as it can be read: JSON by its content type. */
export interface Answer {
  status: number;
  /** Present where the answer succeeded and says something. */
  value?: unknown;
  /** Present where the answer is a problem by RFC 9457. */
  problem?: Problem;
  tag?: string;
}

export type Problem = z.output<typeof problemDetails>;

/** What is read of a problem. `code`: which one of the contract's it is. */
const problemDetails = z.object({
  title: z.optional(z.string()),
  detail: z.optional(z.string()),
  code: z.optional(z.string()),
});

/** The longest text of theirs that is told. */
const SHOWN = 200;
/** A longer entity tag is not used. */
const MOST_TAG = 256;
const LONGEST_WAIT: Duration = DAY;

/** Asks one control plane: answers are bounded and read by their content type, redirects are not followed. */
export class HttpCalls {
  readonly #name: string;
  readonly #timeout: Duration;
  readonly #fetch: Fetch;
  readonly #now: () => Instant;

  constructor(parts: { name: string; timeout: Duration; fetch: Fetch; now: () => Instant }) {
    this.#name = parts.name;
    this.#timeout = parts.timeout;
    this.#fetch = parts.fetch;
    this.#now = parts.now;
  }

  /**
   * Makes a call. Statuses that mean something to the caller come back; others are faults of the control plane.
   * @throws ControlPlaneUnavailable
   */
  async ask({ method, url, headers, body }: Call): Promise<Answer> {
    const signal = AbortSignal.timeout(this.#timeout);
    const init = {
      method,
      headers,
      redirect: 'manual',
      signal,
      ...(body !== undefined && { body }),
    } as const;
    try {
      const response = await this.#fetch(url, init);
      const bytes = await bytesOf(response);
      return this.#read(response, bytes);
    } catch (error) {
      throw error instanceof ControlPlaneUnavailable ? error : this.unavailable(this.#faultOf(error));
    }
  }

  /** The fault where it cannot be asked, or says what it cannot mean. */
  unavailable(why: string, retryAfterSeconds?: number): ControlPlaneUnavailable {
    return new ControlPlaneUnavailable(this.#name, cut(recordable(why), SHOWN + 100), retryAfterSeconds);
  }

  #read(response: Response, bytes: Uint8Array | undefined): Answer {
    const { status } = response;
    if (bytes === undefined)
      throw this.unavailable(`answers more than ${BOUNDS.answerBytes.most.toLocaleString('en')} bytes`);
    if (status === 401 || status === 403) throw this.unavailable(`refuses our credentials (${status})`);
    if (status === 429 || status >= 500)
      throw this.unavailable(`${status === 429 ? 'throttles' : 'fails'} (${status})`, this.#waitOf(response));
    if (status === 304) return { status };
    return status >= 200 && status < 300 ? this.#succeeded(response, bytes) : this.#refused(response, bytes);
  }

  #succeeded(response: Response, bytes: Uint8Array): Answer {
    const { status } = response;
    const tag = response.headers.get('etag') ?? '';
    const answer: Answer = { status, ...(tag !== '' && tag.length <= MOST_TAG && { tag }) };
    if (bytes.length === 0) return answer;
    const type = mediaTypeOf(response);
    if (type !== 'application/json')
      throw this.unavailable(`answers ${status} with ${type || 'no content type'}, not application/json`);
    const value = jsonOf(bytes);
    if (value === undefined) throw this.unavailable('answers what is no JSON, or the half of it');
    return { ...answer, value };
  }

  /** Only a problem by RFC 9457 is an answer about a task: a gateway before it says 404, too. */
  #refused(response: Response, bytes: Uint8Array): Answer {
    const { status } = response;
    if (status === 0 || status < 400) throw this.unavailable(`redirects (${status}), which is not followed`);
    const isProblem = mediaTypeOf(response) === 'application/problem+json';
    const parsed = z.safeParse(problemDetails, isProblem ? jsonOf(bytes) : undefined);
    if (parsed.success) return { status, problem: parsed.data };
    throw this.unavailable(`answers ${status} without problem details (application/problem+json)`);
  }

  #waitOf({ headers }: Response): number | undefined {
    const seconds = retryAfterSeconds(headers.get('retry-after'), this.#now());
    return seconds === undefined ? undefined : Math.min(seconds, LONGEST_WAIT / SECOND);
  }

  #faultOf(error: unknown): string {
    if (!(error instanceof Error)) return 'cannot be reached';
    if (error.name === 'TimeoutError') return `does not answer within ${formatDuration(this.#timeout)}`;
    const { cause } = error;
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : error.message;
    return error.message === 'terminated' ? `cuts its answer short (${code})` : `cannot be reached (${code})`;
  }
}

/** What a problem says of itself, in its words. */
export function wordsOf({ detail, title, code }: Problem): string {
  return cut(recordable(detail ?? title ?? code ?? 'without a word'), SHOWN);
}

function mediaTypeOf({ headers }: Response): string {
  return cut((headers.get('content-type') ?? '').split(';')[0]?.trim().toLowerCase() ?? '', 80);
}

/** The whole body; undefined where it is too long, and then no more of it is read. */
async function bytesOf({ body }: Response): Promise<Uint8Array | undefined> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of (body ?? []) as AsyncIterable<Uint8Array>) {
    size += part.length;
    // Leaving the loop cancels the stream.
    if (size > BOUNDS.answerBytes.most) return undefined;
    parts.push(part);
  }
  return Buffer.concat(parts);
}

function jsonOf(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    return undefined;
  }
}
