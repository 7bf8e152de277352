/** A mistake of the user: one line on standard error for each text, exit 2, no stack trace. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
  readonly lines: readonly string[];

  /** `lines`: what was wrong (the key or row, what is allowed), one line per mistake. */
  constructor(...lines: string[]) {
    super(lines.join('\n'));
    this.lines = lines;
  }
}

/** A fault on one line: what failed, and what it rests on. */
export function faultLine(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const name = ['Error', 'TypeError'].includes(error.name) ? '' : `${error.name}: `;
  const message = messageOf(error);
  return `${name}${message}`.replaceAll('\n', ' ');
}

/** Node's errors of several connection attempts carry no message of their own. */
function messageOf(error: Error): string {
  if (error.message !== '') return error.message;
  const parts = error instanceof AggregateError ? error.errors.map(faultLine) : [];
  return parts[0] ?? ('code' in error ? String(error.code) : 'it failed without a message');
}
