type Expected = 'value' | 'value or ]' | 'name' | 'name or }' | ':' | ', or ]' | ', or }' | 'end';

const WORDING: Record<Expected, string> = {
  value: 'a value',
  'value or ]': 'a value or ]',
  name: 'a name in double quotes',
  'name or }': 'a name in double quotes or }',
  ':': 'a colon',
  ', or ]': 'a comma or ]',
  ', or }': 'a comma or }',
  end: 'the end of the text',
};

const SPACE = /[ \t\n\r]*/y;
/** Below it are the control characters that JSON wants escaped. */
const FIRST_PRINTABLE = 0x20;
const ESCAPE = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y;
const PLAIN = /(?:-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null)(?![\w.+-])/y;

function matched(pattern: RegExp, text: string, from: number): number {
  pattern.lastIndex = from;
  return pattern.test(text) ? pattern.lastIndex - from : 0;
}

/** The length of the string at a place, quotes included; 0 where there is none that ends. */
function stringLength(text: string, from: number): number {
  if (text[from] !== '"') return 0;
  let at = from + 1;
  while (at < text.length && text.charCodeAt(at) >= FIRST_PRINTABLE) {
    if (text[at] === '"') return at + 1 - from;
    const length = text[at] === '\\' ? matched(ESCAPE, text, at) : 1;
    if (length === 0) return 0;
    at += length;
  }
  return 0;
}

/**
 * Where a text that `JSON.parse` refuses stops being JSON, and what was expected there; its own messages
 * often say neither.
 *
 * @returns `line 3, column 5: expected a comma or }, found "x"`; lines and columns from 1
 */
export function describeSyntaxError(text: string): string {
  const lists: boolean[] = [];
  let expected: Expected = 'value';
  let at = matched(SPACE, text, 0);
  for (;;) {
    const step = nextToken(text, at, expected);
    if (step === null)
      return `${placeOf(text, at)}: expected ${WORDING[expected]}, found ${foundAt(text, at)}`;
    if (step.opens !== undefined) lists.push(step.opens === '[');
    if (step.closes) lists.pop();
    expected = step.expects ?? afterValue(lists);
    at += step.length;
    at += matched(SPACE, text, at);
    if (expected === 'end' && at === text.length) return 'not valid JSON';
  }
}

interface Token {
  length: number;
  /** What must follow; left out after a whole value, where that depends on what it stands in. */
  expects?: Expected;
  opens?: '[' | '{';
  closes?: boolean;
}

function afterValue(lists: readonly boolean[]): Expected {
  const inList = lists.at(-1);
  if (inList === undefined) return 'end';
  return inList ? ', or ]' : ', or }';
}

function nextToken(text: string, at: number, expected: Expected): Token | null {
  const character = text[at];
  if (character === undefined) return null;
  if (expected.endsWith(character) && (character === ']' || character === '}'))
    return { length: 1, closes: true };
  switch (expected) {
    case 'value':
    case 'value or ]':
      return valueToken(text, at, character);
    case 'name':
    case 'name or }': {
      const length = stringLength(text, at);
      return length > 0 ? { length, expects: ':' } : null;
    }
    case ':':
      return character === ':' ? { length: 1, expects: 'value' } : null;
    case ', or ]':
      return character === ',' ? { length: 1, expects: 'value' } : null;
    case ', or }':
      return character === ',' ? { length: 1, expects: 'name' } : null;
    case 'end':
      return null;
  }
}

function valueToken(text: string, at: number, character: string): Token | null {
  if (character === '[') return { length: 1, opens: '[', expects: 'value or ]' };
  if (character === '{') return { length: 1, opens: '{', expects: 'name or }' };
  const length = stringLength(text, at) || matched(PLAIN, text, at);
  return length > 0 ? { length } : null;
}

function placeOf(text: string, at: number): string {
  const before = text.slice(0, at).split(/\r\n|\n|\r/);
  return `line ${before.length}, column ${(before.at(-1) ?? '').length + 1}`;
}

function foundAt(text: string, at: number): string {
  if (at >= text.length) return 'the end of the text';
  if (text[at] === '"') return 'a text that does not end or has a character that must be escaped';
  return JSON.stringify(String.fromCodePoint(text.codePointAt(at) ?? 0));
}
