import type { Session } from './command.ts';
import { UsageError } from './errors.ts';
import { Lines } from './init/asker.ts';
import { safe } from './terminal.ts';

/** What somebody is asked before many things are changed. */
export interface Confirming {
  /** `enable 12 tasks again`. */
  act: string;
  /** Whether `--yes` was given. */
  yes: boolean;
}

/**
 * Lets a person say yes, on a terminal; `--yes` says it for them.
 *
 * @throws UsageError where nobody says so: nothing is changed
 */
export async function confirm({ stdin, stderr }: Session, { act, yes }: Confirming): Promise<void> {
  if (yes) return;
  if (!('isTTY' in stdin && stdin.isTTY === true)) throw new UsageError(`this would ${act}; --yes lets it`);
  const lines = new Lines(stdin);
  stderr.write(safe(`${act[0]?.toUpperCase()}${act.slice(1)}? (yes, no) [no]: `));
  const answer = await lines.next();
  await lines.close();
  if (!/^y(es)?$/i.test(answer ?? '')) throw new UsageError('nothing was changed');
}
