import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { isSigned } from './signature.ts';
import type { Task, Tasks } from './tasks.ts';

/** Who may ask; what is given must hold. */
export interface Access {
  /** `user:password` */
  basic?: string | undefined;
  token?: string | undefined;
  /** `whsec_...`: requests must be signed with it. */
  secret?: string | undefined;
}

interface Answer {
  status: number;
  body?: unknown;
  headers?: Record<string, string>;
}

const MOST_BODY = 64 * 1024;
const MOST_CURSOR = 4_096;
const MOST_KEYS = 10_000;

/** A control plane by the contract in docs/control-plane.openapi.yaml. */
export function controlPlane(tasks: Tasks, access: Access = {}): Server {
  /** What was done, by the request's key: the same request again is answered the same, and done once. */
  const done = new Map<string, Answer>();
  return createServer(async (request, response) => {
    const { status, body, headers } = await answer(request, tasks, access, done).catch((error: unknown) => {
      console.error(error);
      return problem(500, 'Internal error');
    });
    const type = status < 400 ? 'application/json' : 'application/problem+json';
    response.writeHead(status, { ...(body !== undefined && { 'content-type': type }), ...headers });
    response.end(body === undefined ? undefined : JSON.stringify(body));
  });
}

async function answer(
  request: IncomingMessage,
  tasks: Tasks,
  access: Access,
  done: Map<string, Answer>,
): Promise<Answer> {
  const body = await textOf(request);
  if (body === undefined) return problem(413, 'The body is too large');
  if (!mayAsk(request, body, access)) {
    const scheme = access.basic === undefined ? 'Bearer' : 'Basic realm="tasks"';
    return problem(401, 'Credentials or signature are missing or wrong', undefined, {
      'www-authenticate': scheme,
    });
  }
  const url = new URL(request.url ?? '/', 'http://localhost');
  const [root, encoded, action, ...more] = url.pathname.slice(1).split('/');
  const id = decoded(encoded);
  if (root !== 'tasks' || encoded === '' || id === undefined || more.length > 0)
    return problem(404, 'There is no such page');
  if (action === 'disable' || action === 'enable')
    return request.method === 'POST' ? change(request, body, { id, action }, tasks, done) : onlyBy('POST');
  if (action !== undefined) return problem(404, 'There is no such page');
  if (request.method !== 'GET') return onlyBy('GET');
  return encoded === undefined ? list(request, url, tasks) : show(tasks.get(id));
}

function list(request: IncomingMessage, { searchParams }: URL, tasks: Tasks): Answer {
  const limit = Number(searchParams.get('limit') ?? 100);
  if (!Number.isInteger(limit) || limit < 1 || limit > 1_000)
    return problem(400, 'limit must be a whole number from 1 to 1000');
  const last = decodedCursor(searchParams.get('cursor'));
  if (last === undefined) return problem(400, 'cursor must be one that this server gave');
  const page = tasks.after(last, limit + 1);
  const shown = page.slice(0, limit);
  const next = page.length > limit ? cursorAt(shown.at(-1)) : null;
  const tag = `"${createHash('sha256')
    .update(JSON.stringify([shown, next]))
    .digest('base64url')}"`;
  const headers = { etag: tag };
  if (request.headers['if-none-match'] === tag) return { status: 304, headers };
  return { status: 200, body: { tasks: shown, next }, headers };
}

function show(task: Task | undefined): Answer {
  return task === undefined ? noSuchTask() : { status: 200, body: task };
}

/** Disables or enables a task, only where it still is what was decided upon. */
function change(
  request: IncomingMessage,
  text: string,
  { id, action }: { id: string; action: 'disable' | 'enable' },
  tasks: Tasks,
  done: Map<string, Answer>,
): Answer {
  const key = request.headers['idempotency-key'];
  if (typeof key !== 'string' || !/^[\w-]{1,128}$/.test(key))
    return problem(400, 'Idempotency-Key must be 1 to 128 letters, digits, dashes and underscores');
  if (request.headers['content-type']?.split(';')[0]?.trim() !== 'application/json')
    return problem(415, 'The body must be application/json');
  const asked = parsed(text);
  if (asked === undefined) return problem(400, 'The body must name action, task, version and reason');
  // The signature covers the body alone: it must be about what the path says.
  if (asked.task !== id || asked.action !== action)
    return problem(400, 'action and task must be those of the path');
  const before = done.get(key);
  if (before !== undefined) return before;
  const task = tasks.get(id);
  if (task === undefined) return noSuchTask();
  if (task.version !== asked.version)
    return problem(409, `The task has version ${task.version} now`, 'version-changed');
  const enabled = action === 'enable';
  if (task.enabled === enabled)
    return problem(409, `The task is ${action}d already`, enabled ? 'already-enabled' : 'already-disabled');
  const changed = tasks.setEnabled(task, enabled);
  if (changed === undefined) return problem(409, 'The task was edited just now', 'version-changed');
  const answer = { status: 200, body: changed };
  remember(done, key, answer);
  return answer;
}

function remember(done: Map<string, Answer>, key: string, answer: Answer): void {
  done.set(key, answer);
  const [oldest] = done.keys();
  if (done.size > MOST_KEYS && oldest !== undefined) done.delete(oldest);
}

function mayAsk({ headers }: IncomingMessage, body: string, { basic, token, secret }: Access): boolean {
  if (token !== undefined && !isSame(headers.authorization, `Bearer ${token}`)) return false;
  const encoded = Buffer.from(basic ?? '').toString('base64');
  if (basic !== undefined && !isSame(headers.authorization, `Basic ${encoded}`)) return false;
  return secret === undefined || isSigned(headers, body, secret);
}

/** Compares by hashes: how long it takes tells nothing of the text. */
function isSame(sent: string | undefined, expected: string): boolean {
  const hash = (text: string) => createHash('sha256').update(text).digest('hex');
  return hash(sent ?? '') === hash(expected);
}

/** The body; undefined where it is too large. */
async function textOf(request: IncomingMessage): Promise<string | undefined> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of request) {
    size += part.length;
    if (size <= MOST_BODY) parts.push(part);
  }
  return size > MOST_BODY ? undefined : Buffer.concat(parts).toString('utf8');
}

function parsed(text: string): { action: string; task: string; version: string } | undefined {
  try {
    const { action, task, version, reason } = JSON.parse(text) ?? {};
    const isText = [action, task, version, reason].every((part) => typeof part === 'string');
    return isText && version !== '' && version.length <= 128 ? { action, task, version } : undefined;
  } catch {
    return undefined;
  }
}

function decoded(part = ''): string | undefined {
  try {
    return decodeURIComponent(part);
  } catch {
    return undefined;
  }
}

/** A cursor is the last id that was shown: what is added or removed meanwhile moves no page. */
function cursorAt(task: Task | undefined): string {
  return Buffer.from(task?.id ?? '').toString('base64url');
}

function decodedCursor(cursor: string | null): string | undefined {
  if (cursor === null) return '';
  if (cursor.length > MOST_CURSOR) return undefined;
  const id = Buffer.from(cursor, 'base64url').toString('utf8');
  return id !== '' && Buffer.from(id).toString('base64url') === cursor ? id : undefined;
}

function noSuchTask(): Answer {
  return problem(404, 'There is no such task', 'no-such-task');
}

function onlyBy(method: string): Answer {
  return problem(405, `Only ${method} is known here`, undefined, { allow: method });
}

/** A problem by RFC 9457; `code` says which of the contract's it is. */
function problem(status: number, title: string, code?: string, headers: Record<string, string> = {}): Answer {
  return {
    status,
    body: { type: 'about:blank', title, status, ...(code !== undefined && { code }) },
    headers,
  };
}
