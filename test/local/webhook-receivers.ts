import { type ChildProcess, spawn } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { Webhook } from 'standardwebhooks';
import { makePythonEnvironment } from '../../local/emulator-install.ts';
import { LOCAL_FOLDER, ROOT } from '../../local/local-aws.ts';
import { say } from '../../local/progress.ts';

/** What a receiver thinks of one call. */
interface Judged {
  id: string;
  /** `verified`, or what the library found wrong. */
  verdict: string;
}

/** A receiver built on one of the published libraries. */
export interface Receiver {
  url: string;
  judged: Judged[];
  /** The newest call as it came, where it is kept. */
  last?: { headers: Record<string, string>; body: string };
  close(): void;
}

/** One that verifies with the library that npm has. */
export async function npmReceiver(port: number, secret: () => string): Promise<Receiver> {
  const receiver: Receiver = { url: `http://localhost:${port}/`, judged: [], close: () => {} };
  const server: Server = createServer(async (request, response) => {
    const body = await text(request);
    const headers = flat(request.headers);
    const verdict = verdictOf(secret(), body, headers);
    receiver.last = { headers, body };
    receiver.judged.push({ id: headers['webhook-id'] ?? '', verdict });
    response.writeHead(verdict === 'verified' ? 204 : 401).end();
  });
  await new Promise<void>((done) => server.listen(port, '127.0.0.1', done));
  receiver.close = () => void server.close();
  return receiver;
}

/** What the library of npm finds. */
export function verdictOf(secret: string, body: string, headers: Record<string, string>): string {
  try {
    new Webhook(secret).verify(body, headers);
    return 'verified';
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

function flat(headers: IncomingHttpHeaders): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]));
}

/** One that verifies with the library that PyPI has; it is installed below `.local/` where it is missing. */
export async function pypiReceiver(port: number, secret: string): Promise<Receiver> {
  await mkdir(LOCAL_FOLDER, { recursive: true });
  const python = await makePythonEnvironment(say, {
    name: 'standardwebhooks-1.1.0',
    takes: 'a few seconds',
    python: 'python3',
    needs: 'Python 3.10 or newer with its venv module is needed',
    requirements: join(ROOT, 'scripts', 'standardwebhooks-requirements.txt'),
  });
  const script = join(ROOT, 'test', 'local', 'webhook_receiver.py');
  const child: ChildProcess = spawn(python, ['-B', script, String(port), secret], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const judged: Judged[] = [];
  await new Promise<void>((listening, failed) => {
    child.once('exit', (code) => failed(new Error(`the receiver ended with ${code}`)));
    child.stdout?.on('data', (part: Buffer) => {
      for (const line of part.toString().split('\n').filter(Boolean))
        if (line === 'listening') listening();
        else judged.push(JSON.parse(line));
    });
  });
  return { url: `http://localhost:${port}/`, judged, close: () => void child.kill() };
}
