import { type Paint, PLAIN, type Tone } from './colour.ts';
import { columns, jsonLine, type Sink } from './terminal.ts';

/** A column of a list: its heading, a cell's text, and what the colour of a cell says. */
export type Columns<Item> = readonly (readonly [
  heading: string,
  cell: (item: Item) => string,
  tone?: (item: Item) => Tone | undefined,
])[];

/** Results on standard output: for people, or as JSON (one line for each item of a list). */
export class Output {
  readonly json: boolean;
  readonly paint: Paint;
  readonly #sink: Sink;

  constructor(sink: Sink, json: boolean, paint: Paint = PLAIN) {
    this.#sink = sink;
    this.json = json;
    this.paint = json ? PLAIN : paint;
  }

  /** How many characters a line of the terminal has; undefined where none reads. */
  get width(): number | undefined {
    return this.#sink.isTTY && !this.json ? this.#sink.columns : undefined;
  }

  /** One result: `value` as JSON, or the lines of `text`, which are safe already. */
  one(value: unknown, text: () => readonly string[]): void {
    for (const line of this.json ? [jsonLine(value)] : text()) this.#sink.write(`${line}\n`);
  }

  /**
   * A list: NDJSON, or a table with headings that fits the terminal; `none` says that it is empty, `total` what stands below
   * it.
   */
  list<Item>(items: readonly Item[], shown: Columns<Item>, none: string, total?: string): void {
    if (this.json) {
      for (const item of items) this.#sink.write(`${jsonLine(item)}\n`);
      return;
    }
    const lines = items.length > 0 ? this.#table(items, shown) : [none];
    for (const line of lines) this.#sink.write(`${line}\n`);
    if (items.length > 0 && total !== undefined) this.#sink.write(`${this.paint('faint', total)}\n`);
  }

  #table<Item>(items: readonly Item[], shown: Columns<Item>): string[] {
    const headings = shown.map(([heading]) => heading);
    const rows = items.map((item) => shown.map(([, cell]) => cell(item)));
    const toneOf = (row: number, place: number): Tone | undefined => {
      const item = items[row - 1];
      return row === 0 || item === undefined ? 'faint' : shown[place]?.[2]?.(item);
    };
    return columns([headings, ...rows], '', { width: this.width, paint: this.paint, toneOf });
  }
}
