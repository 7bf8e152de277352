import { formatDuration, formatInstant } from '../functions/abandonment/time.ts';

export { instantText, spanText } from '../functions/operators/overview/time-text.ts';

import { safe } from './terminal.ts';

const INSTANTS = /(?:At|Until)$|^(?:at|since|until|from|to|deadline|seen)$/;
const DURATIONS = new Set(['lead', 'after', 'warnAfter']);

/**
 * A stored record for people and other programs: instants as RFC 3339, durations as `14d`. `key`: the name
 * that the value stands under.
 */
export function readable(value: unknown, key = ''): unknown {
  if (typeof value === 'number') return readableNumber(value, key);
  if (Array.isArray(value)) return value.map((item) => readable(item, key));
  if (typeof value !== 'object' || value === null) return value;
  const isTimeline = key === 'lastSeen';
  const entries = Object.entries(value).map(([name, item]) => [
    name,
    readable(item, isTimeline ? 'at' : name),
  ]);
  return Object.fromEntries(entries);
}

function readableNumber(value: number, key: string): unknown {
  if (INSTANTS.test(key)) return formatInstant(value);
  return DURATIONS.has(key) ? formatDuration(value) : value;
}

/** A record that `readable` made, as indented lines: `key  value`, lists and objects below their key. */
export function detailLines(record: Record<string, unknown>, indent = ''): string[] {
  const shown = Object.entries(record).filter(([, value]) => value !== undefined);
  const width = Math.max(0, ...shown.filter(([, value]) => isFlat(value)).map(([key]) => safe(key).length));
  return shown.flatMap(([key, value]) => {
    if (isFlat(value)) return [`${indent}${safe(key).padEnd(width)}  ${flatText(value)}`.trimEnd()];
    return [`${indent}${safe(key)}`, ...nestedLines(value, `${indent}  `)];
  });
}

function nestedLines(value: unknown, indent: string): string[] {
  if (!Array.isArray(value)) return detailLines(value as Record<string, unknown>, indent);
  return value.flatMap((item) => {
    const [first = '', ...rest] = isFlat(item)
      ? [`${indent}${flatText(item)}`]
      : detailLines(item as Record<string, unknown>, `${indent}  `);
    return [`${indent}- ${first.trimStart()}`, ...rest];
  });
}

function isFlat(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return true;
  if (Array.isArray(value)) return value.every((item) => typeof item !== 'object' || item === null);
  return Object.keys(value).length === 0;
}

function flatText(value: unknown): string {
  if (value === null) return '-';
  if (Array.isArray(value))
    return value.length > 0 ? value.map((item) => safe(String(item))).join(', ') : '-';
  return typeof value === 'object' ? '-' : safe(String(value));
}
