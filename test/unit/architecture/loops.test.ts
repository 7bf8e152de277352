import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { ROOT, textFiles } from './pages.ts';

/** That something is written, or tried again. */
const WRITES_OR_RETRIES = /\.transact\(|\blet (attempt|conflict|retr|tries)|TableBusy/;

/** Loops of a text, as the formatter writes it, in which something is written without `commit()`, or tried again. */
function loopsIn(text: string): string[] {
  const lines = text.split('\n');
  return lines
    .flatMap((line, at) => (/^ *(for|while|do)\b/.test(line) ? [loopAt(lines, at)] : []))
    .filter((loop) => WRITES_OR_RETRIES.test(loop));
}

/** The loop that begins in a line: all that is further in, and what closes it. */
function loopAt(lines: readonly string[], at: number): string {
  const within = (line: string) => line.search(/\S/) > (lines[at] ?? '').search(/\S/) || /^ *[)}]/.test(line);
  const rest = lines.slice(at + 1);
  const after = rest.findIndex((line) => !within(line));
  return [lines[at], ...rest.slice(0, after)].join('\n');
}

function filesWithLoops(): string[] {
  const files = textFiles().filter((file) => /^functions\/.*\.ts$/.test(file));
  return files.filter((file) => loopsIn(readFileSync(join(ROOT, file), 'utf8')).length > 0);
}

/** The files that docs/architecture.md names, each with its reason. */
function namedOnPage(): string[] {
  const page = readFileSync(join(ROOT, 'docs/architecture.md'), 'utf8');
  const section = /^## One way to write\n([\s\S]*?)^## /m.exec(page)?.[1] ?? '';
  return [...section.matchAll(/^\| `([^`]+\.ts)` +\| \S/gm)].map(([, file]) => `functions/${file}`);
}

it('what is read, changed, written and tried again goes through commit(), but for the loops that the page names', () => {
  expect(filesWithLoops().sort()).toEqual(namedOnPage().sort());
});

it.each([
  ['for (let attempt = 0; attempt < 3; attempt += 1) {\n  await write();\n}\n', 1],
  ['  for (;;) {\n    if (done) return;\n    await table.transact(writes, writer);\n  }\n', 1],
  ['for (const write of writes) await table.transact([write], writer);\n', 1],
  ['for (const part of parts) {\n  await store(part);\n}\nawait table.transact(writes, writer);\n', 0],
])('tells such a loop from others (%#)', (text, loops) => {
  expect(loopsIn(text)).toHaveLength(loops);
});
