/** One value for each period, oldest first; null: no data point. */
export type Series = readonly (number | null)[];

/** What an expression is worked out on. */
export interface Operands {
  series: Readonly<Record<string, Series>>;
  /** What `SERVICE_QUOTA` gives. */
  quota: number;
  /** Whether `FILL` gives points for a metric that has none in the range; nobody at AWS says so or not. */
  fillsEmpty: boolean;
}

type Value = number | Series | readonly Series[];

/**
 * Works out a metric math expression as CloudWatch does (docs/alarms.md#rules): a point is missing where an operand is.
 * @throws where the expression uses what is not known here: a simulation that guessed would prove nothing
 */
export function workOut(expression: string, operands: Operands): Series {
  const value = new Reader(expression, operands).read();
  if (typeof value === 'number' || isList(value)) throw new Error(`no series: ${expression}`);
  return value;
}

const TOKEN = /\s*(?:(\d+(?:\.\d+)?)|([A-Za-z_]\w*)|(>=|<=|==|!=|[-+*/<>()[\],]))/y;

function tokensOf(text: string): string[] {
  const tokens: string[] = [];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < text.trimEnd().length) {
    const at = TOKEN.lastIndex;
    const match = TOKEN.exec(text);
    if (!match) throw new Error(`cannot be read from here: ${text.slice(at)}`);
    tokens.push(match[1] ?? match[2] ?? match[3] ?? '');
  }
  return tokens;
}

const OPERATORS: Readonly<Record<string, (a: number, b: number) => number>> = {
  OR: (a, b) => Number(a !== 0 || b !== 0),
  AND: (a, b) => Number(a !== 0 && b !== 0),
  '>': (a, b) => Number(a > b),
  '<': (a, b) => Number(a < b),
  '>=': (a, b) => Number(a >= b),
  '<=': (a, b) => Number(a <= b),
  '==': (a, b) => Number(a === b),
  '!=': (a, b) => Number(a !== b),
  '+': (a, b) => a + b,
  '-': (a, b) => a - b,
  '*': (a, b) => a * b,
  '/': (a, b) => a / b,
};

/** From the operators that bind least to those that bind most. */
const LEVELS = [['OR'], ['AND'], ['>', '<', '>=', '<=', '==', '!='], ['+', '-'], ['*', '/']];

class Reader {
  readonly #tokens: string[];
  readonly #operands: Operands;
  readonly #text: string;
  #at = 0;

  constructor(text: string, operands: Operands) {
    this.#text = text;
    this.#tokens = tokensOf(text);
    this.#operands = operands;
  }

  read(): Value {
    const value = this.#level(0);
    if (this.#at < this.#tokens.length) throw new Error(`too much: ${this.#text}`);
    return value;
  }

  #level(level: number): Value {
    const operators = LEVELS[level];
    if (operators === undefined) return this.#primary();
    let value = this.#level(level + 1);
    while (operators.includes(this.#tokens[this.#at] ?? '')) {
      const operator = OPERATORS[this.#next()];
      if (operator) value = combined(value, this.#level(level + 1), operator);
    }
    return value;
  }

  #primary(): Value {
    const token = this.#next();
    if (token === '(') return this.#closed(')', () => this.#level(0));
    if (token === '[') return this.#list();
    if (/^\d/.test(token)) return Number(token);
    if (this.#tokens[this.#at] === '(') return this.#call(token);
    const series = this.#operands.series[token];
    if (!series) throw new Error(`no metric ${token}: ${this.#text}`);
    return series;
  }

  #list(): readonly Series[] {
    return this.#closed(']', () => this.#separated()).map(seriesOnly);
  }

  #call(name: string): Value {
    this.#expect('(');
    const values = this.#closed(')', () => this.#separated());
    const apply = FUNCTIONS[name];
    if (!apply) throw new Error(`no function ${name}: ${this.#text}`);
    return apply(values, this.#operands);
  }

  #separated(): Value[] {
    const values = [this.#level(0)];
    while (this.#tokens[this.#at] === ',') {
      this.#at += 1;
      values.push(this.#level(0));
    }
    return values;
  }

  #closed<Inner>(by: string, read: () => Inner): Inner {
    const inner = read();
    this.#expect(by);
    return inner;
  }

  #expect(token: string): void {
    if (this.#next() !== token) throw new Error(`no ${token} where it should be: ${this.#text}`);
  }

  #next(): string {
    const token = this.#tokens[this.#at];
    if (token === undefined) throw new Error(`ends too soon: ${this.#text}`);
    this.#at += 1;
    return token;
  }
}

const FUNCTIONS: Readonly<Record<string, (values: Value[], operands: Operands) => Value>> = {
  FILL: ([of, by], { fillsEmpty }) => {
    const series = seriesOnly(of);
    if (!fillsEmpty && series.every((point) => point === null)) return series;
    return series.map((point) => point ?? Number(by));
  },
  DIFF: ([of]) => {
    const series = seriesOnly(of);
    return series.map((point, at) => {
      const before = at === 0 ? null : (series[at - 1] ?? null);
      return point === null || before === null ? null : point - before;
    });
  },
  IF: ([condition, then, otherwise]) =>
    seriesOnly(condition).map((point, at) => {
      if (point === null) return null;
      return pointOf(point !== 0 ? then : otherwise, at);
    }),
  MAX: ([of]) => overall(of, (points) => Math.max(...points)),
  SUM: ([of]) => overall(of, (points) => points.reduce((sum, point) => sum + point, 0)),
  SERVICE_QUOTA: (_, { quota }) => quota,
};

function overall(of: Value | undefined, join: (points: number[]) => number): Series {
  if (!isList(of)) throw new Error('over a list alone');
  return (of[0] ?? []).map((_, at) => {
    const points = of.flatMap((series) => series[at] ?? []);
    return points.length === 0 ? null : join(points);
  });
}

function combined(a: Value, b: Value, operator: (a: number, b: number) => number): Value {
  if (typeof a === 'number' && typeof b === 'number') return operator(a, b);
  const length = Math.max(lengthOf(a), lengthOf(b));
  return Array.from({ length }, (_, at) => {
    const [left, right] = [pointOf(a, at), pointOf(b, at)];
    return left === null || right === null ? null : operator(left, right);
  });
}

function lengthOf(value: Value): number {
  return typeof value === 'number' ? 0 : value.length;
}

function pointOf(value: Value | undefined, at: number): number | null {
  return typeof value === 'number' ? value : (seriesOnly(value)[at] ?? null);
}

function isList(value: Value | undefined): value is readonly Series[] {
  return Array.isArray(value) && Array.isArray(value[0]);
}

function seriesOnly(value: Value | undefined): Series {
  if (value === undefined || typeof value === 'number' || isList(value))
    throw new Error('a series is needed');
  return value;
}
