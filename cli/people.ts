import type { Added, Removed } from '../functions/operators/people.ts';
import { scopeWarnings } from '../functions/operators/policy-warnings.ts';
import { type NamedSubscriber, targetOf } from '../functions/store/people.ts';
import type { Session } from './command.ts';
import { UsageError } from './errors.ts';
import { safe } from './terminal.ts';

/** Somebody, or a topic, with the prefix they are notified about. */
type Person = { prefix: string } & NamedSubscriber;

/** Says what became of an added subscriber or admin; throws a `UsageError` where they were refused. */
export async function showAdded(session: Session, what: string, added: Added<Person>): Promise<void> {
  if (added.outcome === 'refused') throw new UsageError(added.problem);
  const { outcome, person } = added;
  const warnings = await scopeWarnings(session.system.table, person.prefix);
  for (const warning of warnings) session.stderr.write(`warning: ${safe(warning)}\n`);
  session.out.one({ outcome, ...person, ...(warnings.length > 0 && { warnings }) }, () => [
    `${outcome}: ${what} of ${shownPerson(person)}`,
  ]);
}

/** Says what became of a removed one; throws a `UsageError` where there was none. */
export function showRemoved(session: Session, what: string, person: Person, removed: Removed): void {
  if (removed.outcome === 'refused') throw new UsageError(removed.problem);
  if (removed.outcome === 'unknown') {
    const { prefix } = person;
    const target = JSON.stringify(targetOf(person));
    throw new UsageError(`there is no ${what} of ${target} for ${JSON.stringify(prefix)}`);
  }
  session.out.one({ outcome: 'removed', ...person }, () => [`removed: ${what} of ${shownPerson(person)}`]);
}

function shownPerson(person: Person): string {
  return `${safe(targetOf(person))} for ${person.prefix === '' ? 'all tasks' : safe(person.prefix)}`;
}
