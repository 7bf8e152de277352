import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** No form of ours is longer. */
const LONGEST_BODY = 65_536;

/** What a browser asks. */
export interface Asked {
  method: string;
  /** The whole address, under the origin of the console. */
  url: string;
  headers: Headers;
  body: string;
}

/** What it is answered. */
export interface Answer {
  status: number;
  headers: Readonly<Record<string, string>>;
  body: string;
}

/** A console that is served. */
export interface Served {
  /** `http://127.0.0.1:<port>`. */
  origin: string;
  close(): Promise<void>;
}

/**
 * Serves what answers requests on this machine alone.
 *
 * @param port 0: any that is free
 * @param answerAt makes what answers, once the address is known
 * @throws Error where the port is taken
 */
export async function serve(
  port: number,
  answerAt: (origin: string) => (asked: Asked) => Promise<Answer>,
): Promise<Served> {
  let answer = async (_: Asked): Promise<Answer> => ({ status: 503, headers: {}, body: '' });
  let origin = '';
  const server = createServer((incoming, outgoing) => {
    void exchange(incoming, outgoing, origin, (asked) => answer(asked));
  });
  await new Promise<void>((listening, failed) => {
    server.once('error', failed);
    server.listen(port, '127.0.0.1', listening);
  });
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  answer = answerAt(origin);
  return { origin, close: () => closed(server) };
}

function closed(server: Server): Promise<void> {
  return new Promise((done) => {
    server.close(() => done());
    server.closeAllConnections();
  });
}

async function exchange(
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  origin: string,
  answer: (asked: Asked) => Promise<Answer>,
): Promise<void> {
  try {
    const asked = await askedBy(incoming, origin);
    const { status, headers, body } = asked ? await answer(asked) : REFUSED;
    outgoing.writeHead(status, { ...headers, 'content-length': Buffer.byteLength(body) });
    outgoing.end(incoming.method === 'HEAD' ? undefined : body);
  } catch {
    // The browser went away in the midst of it.
    outgoing.destroy();
  }
}

const REFUSED: Answer = { status: 400, headers: { connection: 'close' }, body: 'refused' };

/** Undefined where it is none for us: not asked by a path, or too long. */
async function askedBy(incoming: IncomingMessage, origin: string): Promise<Asked | undefined> {
  const { url = '', method = 'GET', headers: sent } = incoming;
  const whole = `${origin}${url}`;
  if (!url.startsWith('/') || !URL.canParse(whole)) return undefined;
  const body = await bodyOf(incoming);
  if (body === undefined) return undefined;
  const headers = new Headers();
  for (const [name, value] of Object.entries(sent)) if (value !== undefined) headers.set(name, String(value));
  return { method, url: whole, headers, body };
}

async function bodyOf(incoming: IncomingMessage): Promise<string | undefined> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of incoming as AsyncIterable<Buffer>) {
    size += part.byteLength;
    if (size > LONGEST_BODY) return undefined;
    parts.push(part);
  }
  return Buffer.concat(parts).toString('utf8');
}
