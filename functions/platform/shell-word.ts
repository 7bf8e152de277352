/** What no shell takes for more than itself, wherever it stands in a word. */
const PLAIN = /^[A-Za-z0-9_./:@%+,-]+$/;

/** A text as one word of a POSIX shell: what it says is what a command gets, for all that stands in it. */
export function shellWord(text: string): string {
  return PLAIN.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

/** A text as the argument of a command of ours, to be copied; one that begins as an option does is none. */
export function argument(text: string): string {
  return text.startsWith('-') ? `-- ${shellWord(text)}` : shellWord(text);
}
