/** SNS's limit of a subject, which is one line of ASCII. */
const LONGEST = 100;

/** A text as SNS takes it for a subject. */
export function snsSubject(text: string): string {
  return text
    .replace(/[^\x20-\x7e]/g, '?')
    .slice(0, LONGEST)
    .trim();
}
