/** What is not a character that SQS takes (those of XML 1.0): most control characters, halves of pairs, U+FFFE, U+FFFF. */
const REFUSED = /[^\t\n\r\u{20}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]/gu;
const UNREADABLE = '\u{fffd}';

/** The text with a mark in the place of each character that SQS would refuse the whole message for. */
export function queueText(text: string): string {
  return text.toWellFormed().replace(REFUSED, UNREADABLE);
}

/** JSON as SQS takes it: what it would refuse is escaped, so that it is read as it was written. */
export function queueJson(json: string): string {
  return json.replace(REFUSED, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** At most so many units of UTF-16, never half of a character. */
export function cut(text: string, limit: number): string {
  return text.length <= limit ? text : text.slice(0, limit).replace(/[\ud800-\udbff]$/, '');
}

/** At most so many bytes of UTF-8, never a part of a character. */
export function cutToBytes(text: string, limit: number): string {
  const bytes = new TextEncoder().encode(text);
  if (bytes.length <= limit) return text;
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes.subarray(0, Math.max(0, limit)), {
    stream: true,
  });
}
