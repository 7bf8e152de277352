import { createReadStream, createWriteStream, mkdtempSync, rmSync } from 'node:fs';
import { readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { UsageError } from './errors.ts';

/** A text that can be read line by line more than once. */
export interface Lines {
  /** What messages call it. */
  name: string;
  open(): AsyncGenerator<string>;
  /** Removes what was put aside. */
  close(): Promise<void>;
}

/**
 * A file's lines; `-` is standard input, put aside in a file of its own so that it can be read twice.
 * @param stopped is given what removes that file, for a command that does not come to `close`
 * @throws UsageError where the file cannot be read
 */
export async function linesOf(
  file: string,
  stdin: AsyncIterable<Uint8Array | string>,
  stopped: (remove: () => void) => void = () => {},
): Promise<Lines> {
  if (file === '-') return spooled(stdin, stopped);
  try {
    if ((await stat(file)).isDirectory()) throw Object.assign(new Error(), { code: 'EISDIR' });
  } catch (error) {
    throw unreadable(file, error);
  }
  return { name: file, open: () => linesIn(createReadStream(file)), close: async () => {} };
}

/**
 * A file's whole text; `-` is standard input. `name`: what messages call it.
 * @throws UsageError where the file cannot be read
 */
export async function textOf(
  file: string,
  stdin: AsyncIterable<Uint8Array | string>,
): Promise<{ name: string; text: string }> {
  if (file === '-') return { name: 'standard input', text: await text(Readable.from(stdin)) };
  try {
    return { name: file, text: await readFile(file, 'utf8') };
  } catch (error) {
    throw unreadable(file, error);
  }
}

function unreadable(file: string, error: unknown): UsageError {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return new UsageError(`${file}: ${PROBLEMS[code] ?? `it cannot be read (${code})`}`);
}

const PROBLEMS: Record<string, string> = {
  ENOENT: 'there is no such file',
  EISDIR: 'is a directory, not a file',
  EACCES: 'may not be read',
};

async function spooled(
  stdin: AsyncIterable<Uint8Array | string>,
  stopped: (remove: () => void) => void,
): Promise<Lines> {
  // Nothing comes between the folder and the word of what removes it.
  const folder = mkdtempSync(join(tmpdir(), 'taskwarden-'));
  stopped(() => rmSync(folder, { recursive: true, force: true }));
  const close = () => rm(folder, { recursive: true, force: true });
  const file = join(folder, 'input');
  try {
    await pipeline(Readable.from(stdin), createWriteStream(file, { mode: 0o600 }));
  } catch (error) {
    await close();
    throw error;
  }
  return { name: 'standard input', open: () => linesIn(createReadStream(file)), close };
}

/** Lines end with a line feed alone: JSON texts may hold the other separators of Unicode. */
async function* linesIn(stream: Readable): AsyncGenerator<string> {
  stream.setEncoding('utf8');
  let rest = '';
  for await (const chunk of stream as AsyncIterable<string>) {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    yield* lines;
  }
  if (rest !== '') yield rest;
}
