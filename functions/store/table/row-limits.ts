import type { Key, Row, Write } from './table.port.ts';
import { TRANSACTION_LIMIT } from './table.port.ts';

/** DynamoDB's limits in bytes: of a row, of all rows of a transaction, of partition keys and of sort keys. */
export const ROW_BYTES = 400 * 1024;
export const TRANSACTION_BYTES = 4 * 1024 * 1024;
const PARTITION_KEY_BYTES = 2048;
const SORT_KEY_BYTES = 1024;

const KEY_LIMITS = [
  ['pk', PARTITION_KEY_BYTES],
  ['sk', SORT_KEY_BYTES],
  ['g1pk', PARTITION_KEY_BYTES],
  ['g1sk', SORT_KEY_BYTES],
  ['g2pk', PARTITION_KEY_BYTES],
  ['g2sk', SORT_KEY_BYTES],
  ['g3pk', PARTITION_KEY_BYTES],
  ['g3sk', SORT_KEY_BYTES],
] as const;

/** Numbers take up to 21 bytes; most of ours (instants, counts) fewer. */
const NUMBER_BYTES = 9;

const SMALLEST_NUMBER = 1e-130;

type Measure = (text: string) => number;

const exactly: Measure = (text) => Buffer.byteLength(text);
const atMost: Measure = (text) => text.length * 3;

/**
 * What the table never takes, whoever asks and when: a row, a key or a transaction beyond a limit of DynamoDB. Permanent
 * for what is written, and no fault of the table.
 */
export class RowRefused extends Error {
  override readonly name = 'RowRefused';
}

/** The key a write is about. */
export function keyOf(write: Write): Key {
  if ('put' in write) return write.put;
  if ('delete' in write) return write.delete;
  return 'check' in write ? write.check : write.add;
}

/** Throws unless DynamoDB would look at the transaction at all: 1 to 100 writes, each about another row. */
export function assertTransaction(writes: Write[]): void {
  if (writes.length === 0 || writes.length > TRANSACTION_LIMIT) {
    throw new Error(`a transaction has 1 to ${TRANSACTION_LIMIT} writes, not ${writes.length}`);
  }
  const seen = new Set<string>();
  for (const write of writes) {
    const { pk, sk } = keyOf(write);
    if (writes.length > 1) seen.add(`${pk}\u0000${sk}`);
    if ('check' in write && write.if.length === 0)
      throw new Error(`the check of ${pk} ${sk} has no condition`);
    if ('add' in write && Object.keys(write.by).length === 0)
      throw new Error(`nothing to add to ${pk} ${sk}`);
  }
  if (writes.length > 1 && seen.size < writes.length)
    throw new Error('two writes of one transaction are about the same row');
}

/**
 * The bytes of a row by DynamoDB's rules (numbers roughly), or an upper bound where that is within the limit.
 * Throws where DynamoDB would refuse the row: too large, an index key that is no string, values that are no JSON.
 */
export function measureRow(row: Row): number {
  for (const [name, limit] of KEY_LIMITS) if (!isPlainKey(row[name], limit)) assertKey(row, name, limit);
  const bound = sizeOf(row, atMost, row);
  if (bound <= ROW_BYTES) return bound;
  const size = sizeOf(row, exactly, row);
  if (size > ROW_BYTES)
    throw new RowRefused(`row ${nameOf(row)} has ${size} bytes, more than the limit ${ROW_BYTES}`);
  return size;
}

/** Whether a key is surely within its limit. */
function isPlainKey(value: unknown, limit: number): boolean {
  return typeof value === 'string' && value !== '' && atMost(value) <= limit;
}

function assertKey(row: Row, name: string, limit: number): void {
  const value = row[name];
  if (value === undefined && name !== 'pk' && name !== 'sk') return;
  if (typeof value !== 'string' || value === '') {
    throw new Error(`row ${nameOf(row)}: ${name} is a key and must be a string that is not empty`);
  }
  if (atMost(value) > limit && exactly(value) > limit) {
    throw new RowRefused(`row ${nameOf(row)}: ${name} has more bytes than the limit ${limit}`);
  }
}

function sizeOf(value: unknown, measure: Measure, row: Row): number {
  switch (typeof value) {
    case 'string':
      return measure(value);
    case 'boolean':
    case 'undefined':
      return 1;
    case 'number':
      assertNumber(value, row);
      return NUMBER_BYTES;
    case 'object':
      return value === null ? 1 : sizeOfParts(value, measure, row);
    default:
      throw new Error(`row ${nameOf(row)} holds a ${typeof value}, which cannot be stored`);
  }
}

function sizeOfParts(value: object, measure: Measure, row: Row): number {
  let size = 3;
  if (Array.isArray(value)) {
    for (const part of value) size += 1 + sizeOf(part, measure, row);
    return size;
  }
  const prototype = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) {
    throw new Error(`row ${nameOf(row)} holds a ${prototype.constructor?.name}, which cannot be stored`);
  }
  for (const name in value) {
    if (name === '') throw new Error(`row ${nameOf(row)} holds an attribute without a name`);
    size += 1 + measure(name) + sizeOf((value as Record<string, unknown>)[name], measure, row);
  }
  return size;
}

function assertNumber(value: number, row: Row): void {
  const size = Math.abs(value);
  if (size === 0 || (size >= SMALLEST_NUMBER && size <= Number.MAX_SAFE_INTEGER)) return;
  throw new Error(`row ${nameOf(row)} holds the number ${value}, which cannot be stored`);
}

/** The row's key, cut: it may be the key that is too long. */
function nameOf(row: Row): string {
  return `${row.pk} ${row.sk}`.slice(0, 200);
}
