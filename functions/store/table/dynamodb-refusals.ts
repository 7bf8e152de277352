import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import { BOUNDS } from '../../abandonment/bounds.ts';
import { RowRefused } from './row-limits.ts';
import type { Row, TransactResult, Write } from './table.port.ts';

/** Errors and cancellation codes that mean: nothing was written, the same call may succeed later. */
const BUSY = new Set([
  'TransactionConflict',
  'TransactionConflictException',
  'TransactionInProgressException',
  'ThrottlingError',
  'ThrottlingException',
  'ProvisionedThroughputExceeded',
  'ProvisionedThroughputExceededException',
  'RequestLimitExceeded',
]);

type Item = Record<string, AttributeValue>;

interface Reason {
  Code?: string;
  Message?: string;
  Item?: Item;
}

/** How DynamoDB words what is wrong with a row, and with nothing else. */
const OF_THE_ROW = /(item|aggregated?|collection) size|size of .{0,20}key|key values? must be under|nesting/i;

function isOfTheRow(message: string): boolean {
  return OF_THE_ROW.test(message.slice(0, BOUNDS.searched.most));
}

function isRowReason({ Code, Message = '' }: Reason): boolean {
  return Code === 'ItemCollectionSizeLimitExceeded' || (Code === 'ValidationError' && isOfTheRow(Message));
}

function refusedRow(cause: Error, message: string): RowRefused {
  return new RowRefused(message, { cause });
}

/** What DynamoDB's error says of the writes. Throws the error itself where it is a fault. */
export function resultOf(error: unknown, writes: Write[], writer: string): TransactResult {
  if (!(error instanceof Error)) throw error;
  if (BUSY.has(error.name)) return { outcome: 'busy', reason: error.name };
  if (error.name === 'ConditionalCheckFailedException') {
    const { Item } = error as { Item?: Item };
    return refused([{ Code: 'ConditionalCheckFailed', ...(Item && { Item }) }], writes, writer);
  }
  if (error.name === 'ValidationException' && isOfTheRow(error.message))
    throw refusedRow(error, error.message);
  if (error.name === 'TransactionCanceledException') {
    return cancelled(
      error,
      (error as { CancellationReasons?: Reason[] }).CancellationReasons ?? [],
      writes,
      writer,
    );
  }
  throw error;
}

/** A refusal is a fact about a stored row and goes before conflicts of other writes; a fault goes before both. */
function cancelled(error: Error, reasons: Reason[], writes: Write[], writer: string): TransactResult {
  const codes = reasons.map((reason) => reason.Code ?? 'None').filter((code) => code !== 'None');
  if (codes.length === 0) throw error;
  const ofRow = reasons.find(isRowReason);
  if (ofRow) throw refusedRow(error, ofRow.Message ?? ofRow.Code ?? '');
  if (codes.some((code) => code !== 'ConditionalCheckFailed' && !BUSY.has(code))) throw error;
  if (codes.includes('ConditionalCheckFailed')) return refused(reasons, writes, writer);
  return { outcome: 'busy', reason: codes.join(', ') };
}

/** `applied` where a refused row shows that this writer was here before. */
function refused(reasons: Reason[], writes: Write[], writer: string): TransactResult {
  let refusal: TransactResult | undefined;
  for (const [index, reason] of reasons.entries()) {
    if (reason.Code !== 'ConditionalCheckFailed') continue;
    const old = reason.Item && (unmarshall(reason.Item) as Row);
    const write = writes[index];
    if (write && 'put' in write && old?.w === writer) return { outcome: 'applied' };
    refusal ??= { outcome: 'refused', index, ...(old && { old }) };
  }
  if (!refusal) throw new Error('a refusal without a refused write');
  return refusal;
}
