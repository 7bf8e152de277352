import type { Key, Write } from './table.port.ts';

function keyOf(write: Write): Key {
  if ('put' in write) return write.put;
  if ('delete' in write) return write.delete;
  return 'add' in write ? write.add : write.check;
}

/** A transaction takes one write per row: the last one stands. */
export function lastOfEachKey(writes: readonly Write[]): Write[] {
  const byKey = new Map<string, Write>();
  for (const write of writes) byKey.set(`${keyOf(write).pk} ${keyOf(write).sk}`, write);
  return [...byKey.values()];
}
