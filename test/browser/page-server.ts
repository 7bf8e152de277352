import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import type { PageEvent, PageResult } from '../../functions/owner-page/http.ts';

/** The page at an address of this machine. */
export interface PageServer {
  /** `http://127.0.0.1:<port>/`. */
  url: string;
  close(): Promise<void>;
}

/** Serves what answers the events of a Function URL over HTTP, as Lambda does. */
export async function servePage(answer: (event: PageEvent) => Promise<PageResult>): Promise<PageServer> {
  const server = createServer((request, response) => {
    void serve(answer, request, response);
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/`,
    close: () =>
      new Promise((closed) => {
        server.close(() => closed());
        server.closeAllConnections();
      }),
  };
}

async function serve(
  answer: (event: PageEvent) => Promise<PageResult>,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { statusCode = 500, headers = {}, body = '' } = await answer(await eventOf(request));
  response.writeHead(statusCode, headers as Record<string, string>).end(body);
}

async function eventOf(request: IncomingMessage): Promise<PageEvent> {
  const [rawPath = '/', rawQueryString = ''] = (request.url ?? '/').split('?');
  const body = await buffer(request);
  return {
    rawPath,
    rawQueryString,
    headers: { 'content-type': request.headers['content-type'] },
    ...(body.byteLength > 0 && { body: body.toString('base64') }),
    isBase64Encoded: body.byteLength > 0,
    requestContext: { http: { method: request.method ?? 'GET' } },
  };
}
