import { prefixProblem } from '../functions/abandonment/policy-scope.ts';
import { formatInstant, parseInstant } from '../functions/abandonment/time.ts';
import type { UndoneTogether } from '../functions/operator-work/undo-candidates.ts';

/** Which disablings are meant, as the console is asked for them; a text says why none are. */
export function togetherOf(asked: Readonly<Record<string, string>>): UndoneTogether | string {
  const { run = '', since = '', prefix = '' } = asked;
  const problem = prefix === '' ? undefined : prefixProblem(prefix);
  if (problem !== undefined) return `the prefix ${problem}`;
  const instant = parseInstant(/^\d{4}-\d{2}-\d{2}$/.test(since) ? `${since}T00:00:00Z` : since || run);
  if (instant === undefined) return 'that is no instant: RFC 3339 with a zone is';
  const below = prefix === '' ? {} : { prefix };
  return since === '' ? { run: formatInstant(instant), ...below } : { since: instant, ...below };
}
