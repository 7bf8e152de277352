import { taskIdProblem } from './policy-scope.ts';

/** Who owns the tasks whose ids a pattern matches. */
export interface OwnerRule {
  /** Where it stands in the file, from 1. */
  line: number;
  /** A prefix with its slash, an id, or either with wildcards. */
  pattern: string;
  /** Normalised addresses; none: nobody owns them. */
  owners: readonly string[];
}

/** A part of a pattern: a character, or one of the wildcards. */
type Token = { is: 'character'; character: string } | { is: '?' | '*' | '**' };

/** All ids. */
const EVERYTHING = '*';

/**
 * The rules of a file, in its order: for a task that names no owner the last one that matches its id counts, as in a
 * CODEOWNERS file (docs/rules.md#owners).
 */
export class OwnerRules {
  readonly rules: readonly OwnerRule[];
  readonly #patterns: readonly Pattern[];

  constructor(rules: readonly OwnerRule[]) {
    this.rules = rules;
    this.#patterns = rules.map(({ pattern }) => new Pattern(pattern));
  }

  /** The rule that counts for a task; undefined where none matches. */
  for(taskId: string): OwnerRule | undefined {
    const place = this.#patterns.findLastIndex((pattern) => pattern.matches(taskId));
    return this.rules[place];
  }
}

/**
 * A pattern of ids. A slash at its end: all that begins so. `*`: any characters of one part, `?`: one of them, `**`: any
 * characters, slashes among them; `*` alone: all. A backslash takes the character behind it as it is.
 */
export class Pattern {
  /** What each id that it matches begins with. */
  readonly head: string;
  readonly #tokens: readonly Token[];

  constructor(pattern: string) {
    this.#tokens = tokensOf(pattern);
    const end = this.#tokens.findIndex(({ is }) => is !== 'character');
    this.head = textOf(end < 0 ? this.#tokens : this.#tokens.slice(0, end), '');
  }

  /** Whether it is a prefix without wildcards, or all ids: then what begins with `head` is what it matches. */
  get isPrefix(): boolean {
    const wild = this.#tokens.filter(({ is }) => is !== 'character');
    return wild.length === 1 && this.#tokens.at(-1)?.is === '**';
  }

  /** In a time that grows with the length of the id times that of the pattern, whatever both are. */
  matches(id: string): boolean {
    if (!id.startsWith(this.head)) return false;
    // Which beginnings of the pattern match what was read of the id.
    let reached = this.#withoutReading(new Set([0]));
    for (const character of id) {
      const next = new Set<number>();
      for (const place of reached) {
        const token = this.#tokens[place];
        if (token === undefined || !takes(token, character)) continue;
        next.add(token.is === '*' || token.is === '**' ? place : place + 1);
      }
      if (next.size === 0) return false;
      reached = this.#withoutReading(next);
    }
    return reached.has(this.#tokens.length);
  }

  /** With what is reached beside: a wildcard may stand for nothing. */
  #withoutReading(reached: Set<number>): Set<number> {
    for (const place of reached) {
      const is = this.#tokens[place]?.is;
      if (is === '*' || is === '**') reached.add(place + 1);
    }
    return reached;
  }
}

function takes(token: Token, character: string): boolean {
  if (token.is === 'character') return token.character === character;
  return token.is === '**' || character !== '/';
}

function tokensOf(pattern: string): Token[] {
  if (pattern === EVERYTHING) return [{ is: '**' }];
  const tokens: Token[] = [];
  for (const [written] of pattern.matchAll(/\\.|\*\*+|./gsu)) tokens.push(tokenOf(written));
  return pattern.endsWith('/') ? [...tokens, { is: '**' }] : tokens;
}

function tokenOf(written: string): Token {
  if (written === '?' || written === '*') return { is: written };
  if (written.startsWith('**')) return { is: '**' };
  return { is: 'character', character: written.length > 1 ? written.replace(/^\\/, '') : written };
}

/** `wild`: what stands for each wildcard. */
function textOf(tokens: readonly Token[], wild: string): string {
  return tokens.map((token) => (token.is === 'character' ? token.character : wild)).join('');
}

/** Why a text can be the pattern of no task's id; undefined where it can. */
export function patternProblem(pattern: string): string | undefined {
  // Two of them take one character, itself.
  if (/(?<!\\)(?:\\\\)*\\$/.test(pattern)) return 'ends with a backslash, which takes no character';
  // Any id that it matches has no less than this one.
  const least = textOf(tokensOf(pattern), 'x');
  return taskIdProblem(least)?.replaceAll('a task id', 'the id of a task');
}
