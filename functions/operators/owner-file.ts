import { BOUNDS } from '../abandonment/bounds.ts';
import { type OwnerRule, Pattern, patternProblem } from '../abandonment/owner-rules.ts';
import { ownersProblem } from '../abandonment/owners.ts';
import { shown } from '../abandonment/policy-wording.ts';
import { domainOf, normaliseAddress } from '../platform/addresses.ts';

/** A line that is no rule, and why: what was wrong, what is allowed. */
interface BadLine {
  line: number;
  problem: string;
}

export type ParsedOwnerFile = { ok: true; rules: OwnerRule[] } | { ok: false; bad: BadLine[] };

/**
 * Reads a file of owner rules (docs/rules.md#owners): one a line, a pattern and then addresses, separated by spaces. `#` at
 * the beginning of a line, or behind a space, begins a comment.
 *
 * @param allowedDomains of owners; null: any
 */
export function parseOwnerFile(text: string, allowedDomains: readonly string[] | null): ParsedOwnerFile {
  const tooLong = lengthProblem(text);
  if (tooLong !== undefined) return { ok: false, bad: [{ line: 1, problem: tooLong }] };
  const rules: OwnerRule[] = [];
  const bad: BadLine[] = [];
  for (const [place, written] of linesOf(text)) {
    const read = ruleOf(place + 1, written, allowedDomains);
    if ('problem' in read) bad.push(read);
    else rules.push(read);
  }
  const most = BOUNDS.ownerRules.most;
  const first = rules[most];
  if (first) bad.push({ line: first.line, problem: `is rule ${most + 1}; allowed are ${most} rules` });
  return bad.length > 0 ? { ok: false, bad } : { ok: true, rules };
}

function lengthProblem(text: string): string | undefined {
  const { most } = BOUNDS.ownerFile;
  const bytes = Buffer.byteLength(text);
  return bytes > most ? `the file has ${bytes} bytes; allowed are ${most}` : undefined;
}

/** The words of each line that has any, with its place. */
function linesOf(text: string): [number, string[]][] {
  const lines = text.replace(/^\u{feff}/u, '').split(/\r?\n/);
  return lines.flatMap((line, place): [number, string[]][] => {
    const words = wordsOf(line);
    return words.length > 0 ? [[place, words]] : [];
  });
}

/** Separated by spaces or tabs, up to a comment; a backslash takes a space into a word. */
function wordsOf(line: string): string[] {
  const words = [...line.matchAll(/(?:\\.|[^\s\\]|\\$)+/gsu)].map(([word]) => word);
  const comment = words.findIndex((word) => word.startsWith('#'));
  return comment < 0 ? words : words.slice(0, comment);
}

function ruleOf(
  line: number,
  [pattern = '', ...written]: readonly string[],
  allowedDomains: readonly string[] | null,
): OwnerRule | BadLine {
  const wrong = patternProblem(pattern);
  if (wrong !== undefined) return { line, problem: `pattern ${shown(pattern)} ${wrong}` };
  const owners: string[] = [];
  for (const text of written) {
    const owner = normaliseAddress(text);
    if (owner === undefined)
      return {
        line,
        problem: `owner ${shown(text)} is no mail address; allowed: plain ones such as "ana@example.com"`,
      };
    const strange = domainProblem(owner, allowedDomains);
    if (strange !== undefined) return { line, problem: strange };
    owners.push(owner);
  }
  const tooMany = ownersProblem(owners);
  return tooMany === undefined
    ? { line, pattern, owners: [...new Set(owners)] }
    : { line, problem: `pattern ${shown(pattern)} ${tooMany}` };
}

function domainProblem(owner: string, allowedDomains: readonly string[] | null): string | undefined {
  const isAllowed = allowedDomains?.some((domain) => domain.toLowerCase() === domainOf(owner)) ?? true;
  return isAllowed
    ? undefined
    : `owner ${shown(owner)} is of a domain that allowedDomains does not have: ${allowedDomains?.join(', ')}`;
}

/** Rules that can never count, for a later one matches all that they match: accepted, and said. */
export function shadowedRules(rules: readonly OwnerRule[]): { line: number; by: OwnerRule }[] {
  const shadows = rules.map((rule) => ({ rule, pattern: new Pattern(rule.pattern) }));
  return shadows.flatMap(({ rule, pattern }, place) => {
    const later = shadows.findLast(
      (other, at) =>
        at > place &&
        (other.rule.pattern === rule.pattern ||
          (other.pattern.isPrefix && pattern.head.startsWith(other.pattern.head))),
    );
    return later ? [{ line: rule.line, by: later.rule }] : [];
  });
}
