import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/** What the peer's stub of SQS and SES counted. */
export interface StubReport {
  mails: number;
  byRecipient: { recipients: number };
  /** Accepted mails that name only tasks that their recipient was notified of before. */
  duplicates: number;
  tasks: { named: number };
  calls: Record<string, number>;
  errors: Record<string, number>;
  /** From the first to the last accepted mail. */
  sendSeconds: number;
  queues: Record<string, { left: number }>;
}

/** A mail that the stub accepted. */
export interface StubMail {
  /** Epoch milliseconds. */
  at: number;
  to: string[];
  /** As the mail's header has it, in angle brackets. */
  messageId: string;
  sesMessageId: string;
}

/** The file of the stub in the peer's folder. */
export const STUB_FILE = 'stub_aws.mjs';

/** The stub of the peer in a process of its own; its control paths are described in the peer's README. */
export class PeerStub {
  readonly endpoint: string;
  readonly #child: ChildProcess;

  private constructor(endpoint: string, child: ChildProcess) {
    this.endpoint = endpoint;
    this.#child = child;
  }

  /** Throws where the folder has no stub or it does not come up. */
  static async start(folder: string): Promise<PeerStub> {
    const file = join(folder, STUB_FILE);
    if (!existsSync(file)) throw new Error(`${file} is missing`);
    const child = spawn(process.execPath, [file, '--port', '0'], { stdio: ['ignore', 'pipe', 'inherit'] });
    const [line] = await once(createInterface({ input: child.stdout }), 'line');
    return new PeerStub(String(line).split(' ').at(-1) ?? '', child);
  }

  /** Forgets everything; `options` are the stub's own. */
  async reset(options: Record<string, unknown>): Promise<void> {
    await this.#control('reset', options);
  }

  /** Changes options and keeps queues and mails. */
  async configure(options: Record<string, unknown>): Promise<void> {
    await this.#control('configure', options);
  }

  /** Makes all messages in flight visible again. */
  async redeliver(): Promise<void> {
    await this.#control('redeliver', {});
  }

  async mailCount(): Promise<number> {
    return ((await this.#control('count', {})) as { mails: number }).mails;
  }

  async report(): Promise<StubReport> {
    return (await this.#control('report', {})) as StubReport;
  }

  async mails(): Promise<StubMail[]> {
    const lines = (await this.#text('mails', {})).split('\n').filter((line) => line !== '');
    return lines.map((line) => JSON.parse(line) as StubMail);
  }

  stop(): void {
    this.#child.kill();
  }

  async #control(path: string, body: Record<string, unknown>): Promise<unknown> {
    return JSON.parse(await this.#text(path, body));
  }

  async #text(path: string, body: Record<string, unknown>): Promise<string> {
    const answer = await fetch(`${this.endpoint}/_stub/${path}`, {
      method: 'POST',
      body: JSON.stringify(body),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`the stub answered ${answer.status} to ${path}: ${text}`);
    return text;
  }
}
