/** A fault that stops more than the one thing it happened with, which it names; what went wrong is its `cause`. */
export class StoppedAt extends Error {
  readonly item: string;

  constructor(item: string, cause: unknown) {
    const { name, message } = cause instanceof Error ? cause : new Error(String(cause));
    super(`${message} (at ${item})`, { cause });
    this.name = name;
    this.item = item;
  }
}
