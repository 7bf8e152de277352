import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ROOT } from './pages.ts';

const FOLDERS = ['contract', 'infra', 'property', 'security', 'simulation', 'unit'];
const WAITS = /\b(?:spawn|exec|execFile)Sync\(/g;

/** What stands in a call, whose parenthesis was opened before. */
function callFrom(text: string): string {
  let open = 1;
  const end = [...text].findIndex((letter) => {
    if (letter === '(') open += 1;
    if (letter === ')') open -= 1;
    return open === 0;
  });
  return text.slice(0, end);
}

test('each child that a test waits for without letting go has a time limit: the runner could not end it', () => {
  const files = FOLDERS.flatMap((folder) =>
    readdirSync(join(ROOT, 'test', folder), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts'))
      .map((name) => join('test', folder, name)),
  );
  const calls = files.flatMap((file) => {
    const text = readFileSync(join(ROOT, file), 'utf8');
    return [...text.matchAll(WAITS)].map((match) => ({
      file,
      call: callFrom(text.slice(match.index + match[0].length)),
    }));
  });
  expect(calls.length).toBeGreaterThan(8);
  expect(calls.filter(({ call }) => !call.includes('CHILD_LIMIT'))).toEqual([]);
});
