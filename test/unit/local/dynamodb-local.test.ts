import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { differenceFromHashes } from '../../../local/maven-jars.ts';

const line = (text: string, name: string) => `${createHash('sha256').update(text).digest('hex')}  ${name}\n`;

describe('the files of DynamoDB Local', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'taskwarden-jars-'));
    writeFileSync(join(folder, 'a.jar'), 'a');
    writeFileSync(join(folder, 'b.jar'), 'b');
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('are taken where each is one that was pinned, also where another platform’s is missing', () => {
    const list = line('a', 'a.jar') + line('b', 'b.jar') + line('c', 'c-windows.dll');
    expect(differenceFromHashes(folder, list)).toBeUndefined();
  });

  it('are refused where one has other bytes, or was not pinned', () => {
    const other = line('a', 'a.jar') + line('B', 'b.jar');
    expect(differenceFromHashes(folder, other)).toBe('b.jar is not the file that was pinned');
    expect(differenceFromHashes(folder, line('b', 'b.jar'))).toBe('a.jar is not the file that was pinned');
  });

  it('are refused under the name of another that was pinned', () => {
    const swapped = line('a', 'b.jar') + line('b', 'a.jar');
    expect(differenceFromHashes(folder, swapped)).toBe('a.jar is not the file that was pinned');
  });
});
