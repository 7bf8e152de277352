import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const ROOT = join(import.meta.dirname, '../../../functions');

/** Places where the answer of a transaction is neither kept nor given on, with the line before them. */
function dropped(): { place: string; before: string }[] {
  const files = readdirSync(ROOT, { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.ts'),
  );
  return files.flatMap((name) => {
    const lines = readFileSync(join(ROOT, name), 'utf8').split('\n');
    return lines.flatMap((line, index) =>
      /^\s*(?:(?:for|if|while) \(.*\) |void )?(?:await )?[\w.#]*\.transact\(/.test(line)
        ? [{ place: `${name}:${index + 1}`, before: (lines[index - 1] ?? '').trim() }]
        : [],
    );
  });
}

test('no answer of a transaction is dropped without a word on why it may fail', () => {
  const found = dropped();
  expect(found.length).toBeGreaterThan(0);
  expect(found.filter(({ before }) => !before.startsWith('//'))).toEqual([]);
});
