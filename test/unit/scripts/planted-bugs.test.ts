import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { PLANTED_BUGS } from '../../../scripts/planted-bug-list.ts';

const ROOT = join(import.meta.dirname, '..', '..', '..');

test.each(PLANTED_BUGS.map(({ name, edits }) => ({ name, edits })))(
  'the bug "$name" finds each text that it replaces once, and changes it',
  ({ edits }) => {
    expect(edits.length).toBeGreaterThan(0);
    for (const { file, from, to } of edits) {
      expect(readFileSync(join(ROOT, file), 'utf8').split(from)).toHaveLength(2);
      expect(to).not.toBe(from);
    }
  },
);
