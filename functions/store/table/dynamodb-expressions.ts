import { createHash } from 'node:crypto';
import type { Instant } from '../../abandonment/time.ts';
import { compareKeys } from './key-order.ts';
import type { Condition, Query, Write } from './table.port.ts';

/** An expression's text and its placeholders, as the document client takes them. */
export interface Expression {
  text: string;
  names: Record<string, string>;
  values: Record<string, unknown>;
}

/** Gives every name and value a placeholder, so that no attribute collides with a reserved word. */
class Placeholders {
  readonly names: Record<string, string> = {};
  readonly values: Record<string, unknown> = {};
  #count = 0;

  name(attribute: string): string {
    const placeholder = `#n${this.#next()}`;
    this.names[placeholder] = attribute;
    return placeholder;
  }

  value(value: unknown): string {
    const placeholder = `:v${this.#next()}`;
    this.values[placeholder] = value;
    return placeholder;
  }

  #next(): number {
    this.#count += 1;
    return this.#count;
  }
}

function textOf(condition: Condition, placeholders: Placeholders, now: Instant | undefined): string {
  if ('absent' in condition) return absentText(placeholders, now);
  if ('exists' in condition) return `attribute_exists(${placeholders.name('pk')})`;
  if ('absentOr' in condition) {
    const absent = absentText(placeholders, now);
    return `(${absent} OR ${textOf(condition.absentOr, placeholders, now)})`;
  }
  if ('equals' in condition) {
    const [attribute, value] = condition.equals;
    return `${placeholders.name(attribute)} = ${placeholders.value(value)}`;
  }
  const [attribute, bound] = condition.atMost;
  return `${placeholders.name(attribute)} <= ${placeholders.value(bound)}`;
}

/** A row that is past its end is as good as absent. */
function absentText(placeholders: Placeholders, now: Instant | undefined): string {
  const absent = `attribute_not_exists(${placeholders.name('pk')})`;
  if (now === undefined) return absent;
  return `(${absent} OR ${placeholders.name('ttl')} <= ${placeholders.value(Math.floor(now / 1_000))})`;
}

/** All conditions at once; undefined where there are none. `now`: by which rows are past their end. */
export function conditionExpression(conditions: Condition[], now?: Instant): Expression | undefined {
  if (conditions.length === 0) return undefined;
  const placeholders = new Placeholders();
  const text = conditions.map((condition) => textOf(condition, placeholders, now)).join(' AND ');
  return { text, names: placeholders.names, values: placeholders.values };
}

/** Adds amounts to numeric attributes, and sets others. */
export function addExpression(by: Record<string, number>, set: Record<string, unknown> = {}): Expression {
  const placeholders = new Placeholders();
  const fixed = Object.entries(set).map(
    ([attribute, value]) => `${placeholders.name(attribute)} = ${placeholders.value(value)}`,
  );
  const parts = Object.entries(by).map(
    ([attribute, amount]) => `${placeholders.name(attribute)} ${placeholders.value(amount)}`,
  );
  const text = [`ADD ${parts.join(', ')}`, ...(fixed.length > 0 ? [`SET ${fixed.join(', ')}`] : [])].join(
    ' ',
  );
  return { text, names: placeholders.names, values: placeholders.values };
}

/** The key condition of a query; undefined where its bounds leave nothing (DynamoDB refuses such bounds). */
export function keyExpression({ index, pk, sk = {} }: Query): Expression | undefined {
  const placeholders = new Placeholders();
  const partition = `${placeholders.name(index ? `${index}pk` : 'pk')} = ${placeholders.value(pk)}`;
  const sortKey = index ? `${index}sk` : 'sk';
  const range =
    'prefix' in sk ? prefixText(sortKey, sk.prefix, placeholders) : rangeText(sortKey, sk, placeholders);
  if (range === undefined) return undefined;
  const text = range === '' ? partition : `${partition} AND ${range}`;
  return { text, names: placeholders.names, values: placeholders.values };
}

/** DynamoDB takes no empty strings in key conditions; every key begins with one. */
function prefixText(sortKey: string, prefix: string, placeholders: Placeholders): string {
  return prefix === '' ? '' : `begins_with(${placeholders.name(sortKey)}, ${placeholders.value(prefix)})`;
}

function rangeText(
  sortKey: string,
  { from = '', to }: { from?: string; to?: string },
  placeholders: Placeholders,
): string | undefined {
  if (to === undefined) {
    return from === '' ? '' : `${placeholders.name(sortKey)} >= ${placeholders.value(from)}`;
  }
  if (to === '' || compareKeys(from, to) > 0) return undefined;
  if (from === '') return `${placeholders.name(sortKey)} <= ${placeholders.value(to)}`;
  const name = placeholders.name(sortKey);
  return `${name} BETWEEN ${placeholders.value(from)} AND ${placeholders.value(to)}`;
}

/**
 * DynamoDB knows a repeated transaction by its token for ten minutes, across tables, and refuses the token with
 * other content: so the token is made of all three, in at most 36 characters.
 */
export function requestToken(table: string, writes: Write[], writer: string): string {
  return createHash('sha256')
    .update(JSON.stringify([table, writer, writes]))
    .digest('base64url')
    .slice(0, 36);
}
