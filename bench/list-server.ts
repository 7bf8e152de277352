/** A control plane over HTTP in a process of its own, for `list.ts`: answers pages of a fleet, made anew for each call. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pageText } from './list-fleet.ts';

const server = createServer((request, response) => {
  const url = new URL(request.url ?? '/', 'http://localhost');
  const page = Number(url.searchParams.get('page') ?? '0');
  response.setHeader('content-type', 'application/json');
  response.end(pageText(Number(url.searchParams.get('tasks')), page));
});

server.listen(0, '127.0.0.1', () => process.send?.({ port: (server.address() as AddressInfo).port }));
process.on('disconnect', () => process.exit());
