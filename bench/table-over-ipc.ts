import type { ChildProcess } from 'node:child_process';
import type {
  Key,
  Page,
  Query,
  Row,
  Table,
  TransactResult,
  Write,
} from '../functions/store/table/table.port.ts';

type Method = 'get' | 'batchGet' | 'query' | 'transact' | 'scan';

interface Call {
  call: number;
  method: Method;
  parameters: unknown[];
}

interface Answer {
  answer: number;
  value: unknown;
}

/** Answers a child process's calls from a table of this process. */
export function serveTable(child: ChildProcess, table: Table): void {
  child.on('message', async (message: Call | Record<string, unknown>) => {
    if (!('call' in message)) return;
    const { call, method, parameters } = message as Call;
    const value = await (table[method] as (...args: unknown[]) => Promise<unknown>).apply(table, parameters);
    // A child that was killed meanwhile waits for no answer.
    if (child.connected) child.send({ answer: call, value } satisfies Answer, () => {});
  });
}

/** The table of the parent process: what this process holds of it is what it asked for. */
export class TableOverIpc implements Table {
  readonly #waiting = new Map<number, (value: unknown) => void>();
  #calls = 0;

  constructor() {
    process.on('message', (message: Answer | Record<string, unknown>) => {
      if (!('answer' in message)) return;
      const { answer, value } = message as Answer;
      this.#waiting.get(answer)?.(value);
      this.#waiting.delete(answer);
    });
  }

  get(key: Key, options?: { consistent?: boolean }): Promise<Row | undefined> {
    return this.#ask('get', key, options);
  }

  batchGet(keys: Key[], options?: { consistent?: boolean }): Promise<Row[]> {
    return this.#ask('batchGet', keys, options);
  }

  query(query: Query): Promise<Page> {
    return this.#ask('query', query);
  }

  transact(writes: Write[], writer: string): Promise<TransactResult> {
    return this.#ask('transact', writes, writer);
  }

  scan(cursor?: string): Promise<Page> {
    return this.#ask('scan', cursor);
  }

  #ask<Value>(method: Method, ...parameters: unknown[]): Promise<Value> {
    this.#calls += 1;
    const call = this.#calls;
    return new Promise((resolve) => {
      this.#waiting.set(call, (value) => resolve(value as Value));
      process.send?.({ call, method, parameters } satisfies Call);
    });
  }
}
