import type { Sink } from './terminal.ts';

/** One line on a terminal that is written over and over; nothing elsewhere. */
export class ProgressLine {
  readonly #sink: Sink;
  #shown = false;

  constructor(sink: Sink) {
    this.#sink = sink;
  }

  /** `text`: safe already. */
  show(text: string): void {
    if (!this.#sink.isTTY) return;
    this.#sink.write(`\r\u001b[2K${text}`);
    this.#shown = true;
  }

  clear(): void {
    if (this.#shown) this.#sink.write('\r\u001b[2K');
  }
}
