import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Access, controlPlane } from '../../examples/control-plane-http/server.ts';
import { type Task, type Tasks, tasksOfFile } from '../../examples/control-plane-http/tasks.ts';

const ROOT = join(import.meta.dirname, '..', '..');

/** A server of `examples/` that listens. */
export interface Running {
  url: string;
  close(): Promise<void>;
}

/** Runs the one in TypeScript within this process. */
export async function serve(tasks: Tasks, access: Access = {}): Promise<Running> {
  const server: Server = controlPlane(tasks, access);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Runs a server as its page says: a command that prints where it listens. */
export async function start(
  command: readonly [string, ...string[]],
  env: Record<string, string> = {},
): Promise<Running> {
  const [program, ...args] = command;
  const child = spawn(program, args, {
    cwd: ROOT,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const url = await urlOf(child);
  return {
    url,
    async close() {
      child.kill();
      await ended;
    },
  };
}

function urlOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let printed = '';
    const hear = (part: Buffer) => {
      printed += part.toString();
      const url = /(http:\/\/[\d.]+:\d+)\/tasks/.exec(printed)?.[1];
      if (url !== undefined) resolve(url);
    };
    child.stdout?.on('data', hear);
    child.stderr?.on('data', hear);
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`it ended with ${code}: ${printed}`)));
  });
}

/** The tasks of a server as its file has them, and what people do to them. */
export class TaskFile {
  readonly #folder = mkdtempSync(join(tmpdir(), 'taskwarden-http-'));
  readonly path = join(this.#folder, 'tasks.json');

  constructor(tasks: readonly Task[]) {
    this.write(tasks);
  }

  read(): Task[] {
    return JSON.parse(readFileSync(this.path, 'utf8'));
  }

  write(tasks: readonly unknown[]): void {
    writeFileSync(this.path, JSON.stringify(tasks));
  }

  change(id: string, more: Partial<Record<keyof Task, unknown>>): void {
    this.write(this.read().map((task) => (task.id === id ? { ...task, ...more } : task)));
  }

  remove(id: string): void {
    this.write(this.read().filter((task) => task.id !== id));
  }

  tasks(): Tasks {
    return tasksOfFile(this.path);
  }

  delete(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

/** A task that has failed. */
export function failedTask(id: string, more: Partial<Task> = {}): Task {
  return {
    id,
    kind: 'service',
    enabled: true,
    version: '1',
    shards: [{ id: '0', status: 'FAILED' }],
    owners: ['ana@acme.test'],
    createdAt: '2026-01-01T00:00:00Z',
    ...more,
  };
}
