import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A connector of the double, in the words of Kafka Connect. */
export interface DoubleConnector {
  config: Record<string, unknown>;
  state: string;
  tasks: { id: number; state: string; trace?: string }[];
  trace?: string;
}

/**
 * What a call is answered with in place of the double's own answer; `cut`: the connection ends without one, `lost`: it
 * ends after the double acted, `half`: it ends in the middle of one.
 */
export type Fault =
  | { status: number; body?: string; headers?: Record<string, string> }
  | 'cut'
  | 'lost'
  | 'half'
  | 'silent';

const NOT_READY =
  '<html><head><title>Error 404 Not Found</title></head><body>HTTP ERROR 404 Not Found</body></html>';

/** Speaks the part of Kafka Connect's REST interface that the control plane uses, as Kafka 4.1 was seen to do it. */
export class ConnectDouble {
  readonly connectors = new Map<string, DoubleConnector>();
  /** `METHOD path`, as they came in. */
  readonly calls: string[] = [];
  readonly authorizations: (string | undefined)[] = [];
  version = '4.1.0';
  /** So many looks at a status pass before what was asked for is so. */
  lag = 0;
  /** Asked before each call is answered. */
  fault: (call: string) => Fault | undefined = () => undefined;
  /** Lets something happen just after a call was answered. */
  after: (call: string) => void = () => {};
  readonly #server: Server;
  #late: { looks: number; act: () => void }[] = [];

  constructor() {
    this.#server = createServer((request, response) => this.#answer(request, response));
  }

  async start(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  stop(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }

  put(name: string, more: Partial<DoubleConnector> = {}): DoubleConnector {
    const connector: DoubleConnector = {
      config: { name, 'connector.class': 'FileStreamSink', 'tasks.max': '1' },
      state: 'RUNNING',
      tasks: [{ id: 0, state: 'RUNNING' }],
      ...more,
    };
    this.connectors.set(name, connector);
    return connector;
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const call = `${request.method} ${request.url}`;
    this.calls.push(call);
    this.authorizations.push(request.headers.authorization);
    const fault = this.fault(call);
    if (fault === 'cut') return void response.destroy();
    if (fault === 'silent') return;
    if (typeof fault === 'object') send(response, fault.status, fault.body ?? '', fault.headers);
    else this.#reply(request, response, fault);
    this.after(call);
  }

  #reply(request: IncomingMessage, response: ServerResponse, fault: 'lost' | 'half' | undefined): void {
    const { status, body } = this.#respond(request.method ?? '', request.url ?? '');
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    if (fault === 'lost') return void response.destroy();
    if (fault === undefined) return void send(response, status, text);
    response.writeHead(status, { 'content-length': text.length });
    response.write(text.slice(0, text.length / 2), () => response.destroy());
  }

  #respond(method: string, url: string): { status: number; body: unknown } {
    const path = url.split('?')[0] ?? '';
    if (/%(2F|5C|25)/i.test(path)) return { status: 400, body: '<html>Ambiguous URI path separator</html>' };
    if (path === '/') return { status: 200, body: { version: this.version, commit: 'x' } };
    if (path === '/connectors') return { status: 200, body: this.#all(url.includes('expand=')) };
    const [, name = '', verb = ''] = /^\/connectors\/([^/]+)(?:\/(\w+))?$/.exec(path) ?? [];
    return this.#ofOne(method, decodeURIComponent(name), verb);
  }

  #all(expanded: boolean): unknown {
    if (!expanded) return [...this.connectors.keys()];
    return Object.fromEntries(
      [...this.connectors].map(([name, connector]) => [
        name,
        { status: status(name, connector), info: info(name, connector) },
      ]),
    );
  }

  #ofOne(method: string, name: string, verb: string): { status: number; body: unknown } {
    const connector = this.connectors.get(name);
    if (method === 'PUT') return this.#act(name, connector, verb);
    if (!connector) return { status: 404, body: { error_code: 404, message: `Connector ${name} not found` } };
    if (verb === '') return { status: 200, body: info(name, connector) };
    this.#pass();
    return { status: 200, body: status(name, connector) };
  }

  #act(
    name: string,
    connector: DoubleConnector | undefined,
    verb: string,
  ): { status: number; body: unknown } {
    if (verb === 'stop' && /^3\.[0-4]\./.test(this.version))
      return { status: 404, body: { error_code: 404, message: 'HTTP 404 Not Found' } };
    // As standalone Connect 4.1 says it.
    if (!connector)
      return { status: 500, body: { error_code: 500, message: `No connector \`${name}\` configured` } };
    this.#late.push({ looks: this.lag, act: () => change(connector, verb) });
    if (this.lag === 0) this.#pass();
    return { status: verb === 'stop' ? 204 : 202, body: '' };
  }

  #pass(): void {
    for (const late of this.#late) if (late.looks-- <= 0) late.act();
    this.#late = this.#late.filter(({ looks }) => looks >= 0);
  }
}

/** The answer of a worker whose REST server listens, and which has not read its connectors yet. */
export function starting(): Fault {
  return { status: 404, body: NOT_READY };
}

function change(connector: DoubleConnector, verb: string): void {
  if (verb === 'stop') Object.assign(connector, { state: 'STOPPED', tasks: [] });
  // What failed itself stays so.
  if (verb === 'pause' && connector.state !== 'FAILED') connector.state = 'PAUSED';
  if (verb !== 'resume') return;
  connector.state = 'RUNNING';
  if (connector.tasks.length === 0) connector.tasks = [{ id: 0, state: 'RUNNING' }];
}

function status(name: string, { state, tasks, trace }: DoubleConnector): unknown {
  const connector = { state, worker_id: 'w:8083', ...(trace === undefined ? {} : { trace }) };
  return { name, connector, tasks: tasks.map((task) => ({ ...task, worker_id: 'w:8083' })), type: 'sink' };
}

function info(name: string, { config, tasks }: DoubleConnector): unknown {
  return { name, config, tasks: tasks.map(({ id }) => ({ connector: name, task: id })), type: 'sink' };
}

function send(
  response: ServerResponse,
  code: number,
  body: string,
  headers: Record<string, string> = {},
): void {
  response.writeHead(code, { 'content-type': 'application/json', ...headers });
  response.end(code === 204 ? undefined : body);
}
