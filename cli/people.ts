import type { Added, AdminRecord, Removed } from '../functions/operators/people.ts';
import type { Session } from './command.ts';
import { UsageError } from './errors.ts';
import { safe } from './terminal.ts';

/** Tells what became of an added subscriber or admin; throws a `UsageError` where he was refused. */
export function tellAdded(session: Session, what: string, added: Added<AdminRecord>): void {
  if (added.outcome === 'refused') throw new UsageError(added.problem);
  const { outcome, person } = added;
  session.out.one({ outcome, ...person }, () => [`${outcome}: ${what} of ${shownPerson(person)}`]);
}

/** Tells what became of a removed one; throws a `UsageError` where there was none. */
export function tellRemoved(session: Session, what: string, person: AdminRecord, removed: Removed): void {
  if (removed.outcome === 'refused') throw new UsageError(removed.problem);
  if (removed.outcome === 'unknown') {
    const { prefix, email } = person;
    throw new UsageError(`there is no ${what} of ${JSON.stringify(email)} for ${JSON.stringify(prefix)}`);
  }
  session.out.one({ outcome: 'removed', ...person }, () => [`removed: ${what} of ${shownPerson(person)}`]);
}

function shownPerson({ prefix, email }: AdminRecord): string {
  return `${safe(email)} for ${safe(prefix)}`;
}
