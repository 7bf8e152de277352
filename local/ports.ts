import { createServer } from 'node:net';
import { LocalProblem } from './progress.ts';

/**
 * The port to listen on: the one that was wanted (`TASKWARDEN_PORT`), or the usual one, or where that is taken any.
 * @throws LocalProblem where what was wanted cannot be had
 */
export async function choosePort(wanted: string | undefined, usual: number): Promise<number> {
  if (wanted === undefined || wanted === '') return (await isFree(usual)) ? usual : freePort();
  const port = Number(wanted);
  if (!Number.isInteger(port) || port < 1 || port > 65_535) {
    throw new LocalProblem(`TASKWARDEN_PORT is ${JSON.stringify(wanted)}, allowed: a port from 1 to 65535`);
  }
  if (!(await isFree(port))) throw new LocalProblem(`TASKWARDEN_PORT is ${port}, and that port is taken`);
  return port;
}

async function isFree(port: number): Promise<boolean> {
  return (await bind(port)) !== undefined;
}

export async function freePort(): Promise<number> {
  const port = await bind(0);
  if (port === undefined) throw new LocalProblem('no port is free');
  return port;
}

function bind(port: number): Promise<number | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(undefined));
    server.listen(port, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' ? address?.port : undefined));
    });
  });
}
