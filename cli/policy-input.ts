import type { Document } from '../functions/operators/policies.ts';
import { type PolicyFileProblem, parsePolicyFile } from '../functions/operators/policy-file.ts';
import { describeSyntaxError } from '../simulation/scenario/scenario-json.ts';
import type { Session } from './command.ts';
import { UsageError } from './errors.ts';
import { type NamedLine, namedLines } from './json-lines.ts';
import { textOf } from './lines.ts';

/** Policies as a file gives them. */
export interface PolicyInput {
  documents: Map<string, Document>;
  /** A problem with one of them, with the line of the file that it is about where there is one. */
  saying(problem: PolicyFileProblem): string;
}

/**
 * The policies in a file that `policy export` made, or somebody edited; `-` is standard input.
 * @throws UsageError where it cannot be read, or has another form
 */
export async function readPolicyFile({ stdin }: Pick<Session, 'stdin'>, file: string): Promise<PolicyInput> {
  const { name, text } = await textOf(file, stdin);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new UsageError(`${name} is no JSON: ${describeSyntaxError(text)}`);
  }
  const lines = namedLines(text);
  const saying = ({ names, text: problem }: PolicyFileProblem) => {
    const line = lineOf(lines, names);
    return line === undefined ? `${name}: ${problem}` : `${name} line ${line}: ${problem}`;
  };
  const twice = givenTwice(lines);
  if (twice) throw new UsageError(saying(twice));
  const parsed = parsePolicyFile(value);
  if (!parsed.ok) throw new UsageError(saying(parsed.problem));
  return { documents: parsed.documents, saying };
}

/** The line of the last of some names that stands in the text. */
function lineOf(lines: readonly NamedLine[], names: readonly string[]): number | undefined {
  for (let length = names.length; length > 0; length -= 1) {
    const path = JSON.stringify(names.slice(0, length));
    const found = lines.find((place) => JSON.stringify(place.path) === path);
    if (found) return found.line;
  }
  return undefined;
}

/** JSON takes the last of two values of a name, and nobody would see that the other says nothing. */
function givenTwice(lines: readonly NamedLine[]): PolicyFileProblem | undefined {
  const first = new Map<string, number>();
  for (const { path, line } of lines) {
    const key = JSON.stringify(path);
    const before = first.get(key);
    if (before !== undefined)
      return {
        names: path,
        text: `${JSON.stringify(path.at(-1))} is given again on line ${line}; allowed: once`,
      };
    first.set(key, line);
  }
  return undefined;
}
