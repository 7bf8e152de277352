import {
  Agent,
  createServer,
  request as httpRequest,
  type IncomingHttpHeaders,
  type Server,
} from 'node:http';

/** One call of a function to a service. */
export interface Call {
  method: string;
  /** With its query. */
  path: string;
  /** As requests are signed for it: `dynamodb`, `ses`, `sqs`. */
  service: string;
  /** `TransactWriteItems`, `SendMessageBatch`; of services that take forms, `SendEmail`. */
  operation: string;
  body: Buffer;
}

export interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  body: Buffer;
}

/** What becomes of a call: an answer, or a connection that is cut without one. */
export type Disturbance = (
  call: Call,
  forward: (body?: Buffer) => Promise<Answer>,
) => Promise<Answer | 'cut'>;

/** What a worker postpones, or sends to be seen later, says when in these. */
const DELAYS = new Set(['VisibilityTimeout', 'DelaySeconds']);
const OF_DELAYS = /^AmazonSQS\.(ChangeMessageVisibility|SendMessage)(Batch)?$/;

/**
 * Stands between the functions and the services of an emulator, and disturbs their calls while it is told to. Delays that
 * functions ask of queues it shortens: SQS goes by the machine's clock, and the stage by one that is told.
 */
export class ServiceProxy {
  /** What is done to each call; undefined: it is passed on. */
  disturbance: Disturbance | undefined;
  /** Where the emulator answers. */
  target = '';
  readonly #server: Server;
  readonly #agent = new Agent({ keepAlive: true });
  readonly #haste: number;

  private constructor(haste: number) {
    this.#haste = haste;
    this.#server = createServer((incoming, outgoing) => {
      const chunks: Buffer[] = [];
      incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
      incoming.on('end', () => {
        const { method = 'POST', url = '/', headers } = incoming;
        this.#answer({ method, url, headers }, Buffer.concat(chunks)).then(
          (answer) => {
            if (answer === 'cut') return incoming.socket.destroy();
            outgoing.writeHead(answer.status, ofAnswer(answer.headers));
            return outgoing.end(answer.body);
          },
          () => incoming.socket.destroy(),
        );
      });
    });
  }

  /**
   * Listens on a free port of this machine.
   *
   * @param haste how much sooner than they were asked for delays of queues are over
   */
  static async open(haste = 1): Promise<ServiceProxy> {
    const proxy = new ServiceProxy(haste);
    // Closing an idle connection could cut the call that comes in on it just then: a fault that nobody asked for.
    proxy.#server.keepAliveTimeout = IDLE_MS;
    await new Promise<void>((resolve) => proxy.#server.listen(0, '127.0.0.1', resolve));
    return proxy;
  }

  get url(): string {
    const address = this.#server.address();
    return `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
  }

  close(): void {
    this.#server.closeAllConnections();
    this.#server.close();
    this.#agent.destroy();
  }

  async #answer(head: Head, body: Buffer): Promise<Answer | 'cut'> {
    const forward = (changed = body) => this.#forward(head, hastened(head, changed, this.#haste));
    return this.disturbance ? this.disturbance(callOf(head, body), forward) : forward();
  }

  #forward({ method, url, headers }: Head, body: Buffer): Promise<Answer> {
    const { hostname, port, host } = new URL(this.target);
    const passed = { ...headers, host, 'content-length': String(body.length) };
    return new Promise((resolve, reject) => {
      const options = { hostname, port, method, path: url, headers: passed, agent: this.#agent };
      const outgoing = httpRequest(options, (answer) => {
        const chunks: Buffer[] = [];
        answer.on('data', (chunk: Buffer) => chunks.push(chunk));
        answer.on('end', () =>
          resolve({
            status: answer.statusCode ?? 502,
            headers: answer.headers,
            body: Buffer.concat(chunks),
          }),
        );
      });
      outgoing.on('error', reject);
      outgoing.end(body);
    });
  }
}

/** Longer than a run takes. */
const IDLE_MS = 3_600_000;

interface Head {
  method: string;
  url: string;
  headers: IncomingHttpHeaders;
}

function hastened({ headers }: Head, body: Buffer, haste: number): Buffer {
  if (haste === 1 || !OF_DELAYS.test(String(headers['x-amz-target']))) return body;
  const sooner = (name: string, value: unknown) =>
    DELAYS.has(name) && typeof value === 'number' ? Math.ceil(value / haste) : value;
  return Buffer.from(JSON.stringify(JSON.parse(body.toString('utf8'), sooner)));
}

function callOf({ method, url: path, headers }: Head, body: Buffer): Call {
  const service = /Credential=[^,]*\/([^/,]+)\/aws4_request/.exec(String(headers.authorization))?.[1] ?? '';
  const target = headers['x-amz-target'];
  const operation =
    typeof target === 'string'
      ? target.slice(target.lastIndexOf('.') + 1)
      : (new URLSearchParams(body.toString('utf8')).get('Action') ?? '');
  return { method, path, service, operation, body };
}

/** The length is that of the body as it is sent, and the connection is another one. */
function ofAnswer(headers: IncomingHttpHeaders): IncomingHttpHeaders {
  const { 'transfer-encoding': _, connection: __, 'keep-alive': ___, ...own } = headers;
  return own;
}

/** Whether it writes to the table: one row alone is put or deleted without a transaction. */
export function isTableWrite({ service, operation }: Call): boolean {
  return service === 'dynamodb' && /^(TransactWriteItems|PutItem|UpdateItem|DeleteItem)$/.test(operation);
}

/** As DynamoDB throttles a table. */
export function throttled(): Answer {
  const type = 'com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException';
  return {
    status: 400,
    headers: { 'content-type': 'application/x-amz-json-1.0' },
    body: Buffer.from(
      JSON.stringify({
        __type: type,
        message: 'The level of configured provisioned throughput was exceeded',
      }),
    ),
  };
}

/** As SES throttles who sends too fast. */
export function sesThrottled(): Answer {
  const error =
    '<Error><Type>Sender</Type><Code>Throttling</Code><Message>Maximum sending rate exceeded.</Message></Error>';
  return {
    status: 400,
    headers: { 'content-type': 'text/xml' },
    body: Buffer.from(
      `<ErrorResponse xmlns="http://ses.amazonaws.com/doc/2010-12-01/">${error}</ErrorResponse>`,
    ),
  };
}
