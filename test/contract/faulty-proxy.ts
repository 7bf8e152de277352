import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Fault } from './control-plane-contract.ts';

/** In seconds, what a throttled call is told to wait. */
export const RETRY_AFTER = 7;

/** What an HTTP server behind it said, or was made to say. */
interface Passed {
  status: number;
  headers: Record<string, string>;
  body: string;
}

/** Stands between a control plane and who asks it, and lets calls fail over real HTTP. */
export class FaultyProxy {
  readonly #server: Server;
  readonly #target: string;
  #fault: Fault | undefined;
  /** The method and path of each call that came in, oldest first. */
  readonly calls: string[] = [];

  private constructor(target: string) {
    this.#target = target;
    this.#server = createServer((request, response) => {
      this.calls.push(`${request.method} ${request.url}`);
      void this.#answer(request, response);
    });
  }

  static async before(target: string): Promise<FaultyProxy> {
    const proxy = new FaultyProxy(target);
    await new Promise<void>((resolve) => proxy.#server.listen(0, '127.0.0.1', resolve));
    return proxy;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async fault(fault: Fault): Promise<void> {
    this.#fault = fault;
  }

  async heal(): Promise<void> {
    this.#fault = undefined;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part);
    const body = Buffer.concat(parts);
    if (this.#fault === 'slow') return;
    if (this.#fault === 'down') return void request.socket.destroy();
    if (this.#fault === 'throttle') {
      const type = 'application/problem+json';
      response.writeHead(429, { 'content-type': type, 'retry-after': String(RETRY_AFTER) });
      return void response.end('{"type":"about:blank","title":"Too many requests","status":429}');
    }
    this.#pass(request, response, await this.#forward(request, body));
  }

  async #forward({ method = 'GET', url = '/', headers }: IncomingMessage, body: Buffer): Promise<Passed> {
    const { host: _host, connection: _connection, 'content-length': _length, ...others } = headers;
    const answer = await fetch(this.#target + url, {
      method,
      headers: others as Record<string, string>,
      ...(body.length > 0 && { body: new Uint8Array(body) }),
    });
    const answerHeaders = Object.fromEntries(answer.headers);
    for (const name of [
      'transfer-encoding',
      'content-length',
      'connection',
      'keep-alive',
      'content-encoding',
    ])
      delete answerHeaders[name];
    return { status: answer.status, headers: answerHeaders, body: await answer.text() };
  }

  #pass({ method, url = '/', socket }: IncomingMessage, response: ServerResponse, passed: Passed): void {
    if (this.#fault === 'lose-answer' && method !== 'GET') return void socket.destroy();
    if (this.#fault === 'inconsistent') passed.body = pointedAtItself(url, passed.body);
    const isHalf = this.#fault === 'half' && method === 'GET';
    const bytes = Buffer.from(passed.body);
    if (passed.status !== 304) passed.headers['content-length'] = String(bytes.length);
    response.writeHead(passed.status, passed.headers);
    if (!isHalf) return void response.end(bytes);
    response.write(bytes.subarray(0, Math.floor(bytes.length / 2)), () => socket.destroy());
  }
}

/** A page behind the first that begins again where it began. */
function pointedAtItself(url: string, body: string): string {
  const cursor = new URL(url, 'http://localhost').searchParams.get('cursor');
  return cursor === null ? body : JSON.stringify({ ...JSON.parse(body), next: cursor });
}
