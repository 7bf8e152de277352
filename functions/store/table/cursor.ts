/** Text that callers pass back and never look into. */
export function encodeCursor(position: unknown): string {
  return Buffer.from(JSON.stringify(position)).toString('base64url');
}

/** Throws where the text is no cursor. */
export function decodeCursor<Position>(cursor: string): Position {
  try {
    return JSON.parse(Buffer.from(cursor, 'base64url').toString());
  } catch (cause) {
    throw new Error(`the cursor ${cursor} does not come from a page of this table`, { cause });
  }
}
