import type { Document } from '../functions/operators/policies.ts';
import { parsePolicyFile } from '../functions/operators/policy-file.ts';
import type { Session } from './command.ts';
import { UsageError } from './errors.ts';
import { textOf } from './lines.ts';

/**
 * The policies in a file that `policy export` made, or somebody edited; `-` is standard input.
 * @throws UsageError where it cannot be read, or has another form
 */
export async function readPolicyFile(
  { stdin }: Pick<Session, 'stdin'>,
  file: string,
): Promise<Map<string, Document>> {
  const { name, text } = await textOf(file, stdin);
  const parsed = parsePolicyFile(text);
  if (!parsed.ok) throw new UsageError(`${name} ${parsed.problem}`);
  return parsed.documents;
}
