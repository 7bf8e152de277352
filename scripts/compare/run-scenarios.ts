import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

/**
 * Runs `taskwarden simulate FILE --json` of a checkout over all scenarios of a folder in this one process, and writes
 * what each printed beside it. Of the checkout it knows the entry of the command line alone.
 */
const [checkout = '', scenarios = '', results = ''] = process.argv.slice(2);

interface Entry {
  run(parameters: readonly string[], cli: object): Promise<number>;
}

const { run }: Entry = await import(pathToFileURL(join(checkout, 'cli/program.ts')).href);

/** What the command prints on both outputs, and how it ends. */
async function printed(file: string): Promise<string> {
  const parts: string[] = [];
  const keep = (text: string | Uint8Array): boolean => {
    parts.push(String(text));
    return true;
  };
  const [out, err] = [process.stdout.write, process.stderr.write];
  process.exitCode = 0;
  process.stdout.write = process.stderr.write = keep;
  try {
    const cli = { stdin: [], stdout: { write: keep }, stderr: { write: keep }, env: {}, operator: 'compare' };
    const code = await run(['simulate', file, '--json'], cli);
    return `${parts.join('')}exit ${code || process.exitCode}\n`;
  } finally {
    process.stdout.write = out;
    process.stderr.write = err;
    process.exitCode = 0;
  }
}

const files = readdirSync(scenarios).filter((name) => name.endsWith('.json'));
for (const [place, name] of files.entries()) {
  const text = await printed(join(scenarios, name));
  writeFileSync(join(results, name), text.replaceAll(scenarios, ''));
  if ((place + 1) % 500 === 0) process.stderr.write(`${place + 1} of ${files.length}\n`);
}
