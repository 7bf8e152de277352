import { columns, jsonLine, type Sink } from './terminal.ts';

/** A column of a list: its heading, and a cell's text. */
export type Columns<Item> = readonly (readonly [heading: string, cell: (item: Item) => string])[];

/** Results on standard output: for people, or as JSON (one line for each item of a list). */
export class Output {
  readonly json: boolean;
  readonly #sink: Sink;

  constructor(sink: Sink, json: boolean) {
    this.#sink = sink;
    this.json = json;
  }

  /** One result: `value` as JSON, or the lines of `text`, which are safe already. */
  one(value: unknown, text: () => readonly string[]): void {
    for (const line of this.json ? [jsonLine(value)] : text()) this.#sink.write(`${line}\n`);
  }

  /** A list: NDJSON, or a table with headings; `none` says that it is empty. */
  list<Item>(items: readonly Item[], shown: Columns<Item>, none: string): void {
    if (this.json) {
      for (const item of items) this.#sink.write(`${jsonLine(item)}\n`);
      return;
    }
    const headings = shown.map(([heading]) => heading);
    const rows = items.map((item) => shown.map(([, cell]) => cell(item)));
    const lines = items.length > 0 ? columns([headings, ...rows]) : [none];
    for (const line of lines) this.#sink.write(`${line}\n`);
  }
}
