import { BOUNDS } from './bounds.ts';

/** Ids and prefixes are at most this long in UTF-8 (docs/rules.md#tasks). */
export const MAX_ID_BYTES = BOUNDS.taskId.most;

const CONTROL = /[\p{Cc}\p{Zl}\p{Zp}]/u;

/**
 * Characters that are not seen or that turn the text around them (zero width, bidirectional, fillers, selectors): two
 * ids that look the same would be different ones.
 */
const UNSEEN = /[\p{Default_Ignorable_Code_Point}\p{Bidi_Control}\uFFF9-\uFFFB\u2800]/u;
const SEEN = /[^\p{White_Space}\p{M}]/u;

/** What begins a link; ids and names stand in mails signed by us. */
const LINK = '://';
const DOUBLE_SPACE = /\p{White_Space}{2}/u;
const SPACE_AT_AN_END = /^\p{White_Space}|\p{White_Space}$/u;

/** An id has at most this many parts (docs/rules.md#tasks). */
const MOST_PARTS = BOUNDS.taskIdParts.most;

/** Whether a text has a control character or a line break. */
export function hasControlCharacter(text: string): boolean {
  return CONTROL.test(text);
}

/** Why a text cannot be a task's id; undefined where it can. */
export function taskIdProblem(id: string): string | undefined {
  if (id === '') return 'is empty; a task id is a text such as "acmeCo/orders"';
  if (CONTROL.test(id)) return 'has a control character or a line break; a task id has none';
  if (!id.isWellFormed()) return 'is not well-formed Unicode';
  if (id.includes(LINK)) return 'has "://", which reads as a link; a task id has none';
  // No unit of a text takes more than three bytes: most ids need not be counted.
  const bytes = id.length * 3 > MAX_ID_BYTES ? new TextEncoder().encode(id).length : 0;
  if (bytes > MAX_ID_BYTES) return `is ${bytes} bytes long; allowed are ${MAX_ID_BYTES} bytes of UTF-8`;
  return partsProblem(id.split('/'));
}

function partsProblem(parts: readonly string[]): string | undefined {
  if (parts.includes('')) {
    return 'has an empty part; allowed are parts joined by single slashes such as "acmeCo/orders"';
  }
  if (parts.some((part) => UNSEEN.test(part))) {
    return 'has an invisible or bidirectional character; a task id has none';
  }
  if (!parts.every((part) => SEEN.test(part))) return 'has a part without a visible character';
  if (parts.some((part) => SPACE_AT_AN_END.test(part))) {
    return 'has a space at the start or the end of a part; a task id has single ones inside a part only';
  }
  if (parts.some((part) => DOUBLE_SPACE.test(part)))
    return 'has spaces in a row; a task id has single ones only';
  if (parts.length > MOST_PARTS) return `has ${parts.length} parts; allowed are ${MOST_PARTS}`;
  return undefined;
}

/** Why a text cannot be the name of a data plane; undefined where it can. It stands in mails, as ids do. */
export function dataPlaneProblem(name: string): string | undefined {
  if (CONTROL.test(name)) return 'has a control character or a line break; a data plane has none';
  if (!name.isWellFormed()) return 'is not well-formed Unicode';
  if (UNSEEN.test(name)) return 'has an invisible or bidirectional character; a data plane has none';
  if (/\p{White_Space}/u.test(name)) return 'has a space; a data plane has none';
  if (name.includes(LINK)) return 'has "://", which reads as a link; a data plane has none';
  return undefined;
}

/** Why a text cannot be a prefix (`acmeCo/`, `acmeCo/prod/`); undefined where it can. */
export function prefixProblem(prefix: string): string | undefined {
  if (!prefix.endsWith('/')) return 'does not end with a slash; a prefix is a text such as "acmeCo/"';
  const wrong = taskIdProblem(prefix.slice(0, -1));
  if (wrong !== undefined) return wrong.replaceAll('task id', 'prefix');
  const bytes = new TextEncoder().encode(prefix).length;
  return bytes > MAX_ID_BYTES
    ? `is ${bytes} bytes long; allowed are ${MAX_ID_BYTES} bytes of UTF-8`
    : undefined;
}

/** Why a text cannot be a policy's scope: `` (global), a prefix or a task id; undefined where it can. */
export function scopeProblem(scope: string): string | undefined {
  if (scope === '') return undefined;
  return scope.endsWith('/') ? prefixProblem(scope) : taskIdProblem(scope);
}
