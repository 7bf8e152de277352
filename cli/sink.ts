/** Where lines go. */
export interface Sink {
  write(text: string): unknown;
  isTTY?: boolean | undefined;
  /** How many characters a line of the terminal has. */
  columns?: number | undefined;
}
