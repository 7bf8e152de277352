import {
  hasTask,
  isKnown,
  type KnownHistory,
  loadHistory,
} from '../functions/operators/overview/stored-history.ts';
import { argument } from '../functions/platform/shell-word.ts';
import { noSuchTask, type Session } from './command.ts';
import { UsageError } from './errors.ts';

/** All that is kept of a task that is known; throws a `UsageError` that says what may be meant where it is not. */
export async function knownHistory(session: Session, id: string): Promise<KnownHistory> {
  const history = await loadHistory(session.system.table, id);
  if (hasTask(history)) return history;
  if (!isKnown(history)) throw await noSuchTask(session, id);
  throw new UsageError(
    `task ${JSON.stringify(id)} is not known any more; \`taskwarden history ${argument(id)}\` has what is kept of it`,
  );
}
