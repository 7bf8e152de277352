/** How many lines are shown of each side. */
const SHOWN = 3;

/**
 * The first lines of two outputs from where they part: `-` of the one before, `+` of the one after. Empty where they
 * are the same, byte for byte.
 */
export function differences(before: string, after: string): string[] {
  if (before === after) return [];
  const [left, right] = [before.split('\n'), after.split('\n')];
  const from = left.findIndex((line, place) => line !== right[place]);
  const first = from === -1 ? left.length : from;
  return [
    `line ${first + 1}:`,
    ...left.slice(first, first + SHOWN).map((line) => `- ${line}`),
    ...right.slice(first, first + SHOWN).map((line) => `+ ${line}`),
  ];
}
