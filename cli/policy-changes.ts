import { changedKeys, type ScopeChange } from '../functions/operators/policy-history.ts';
import { scopeText } from './policy-arguments.ts';
import { documentPairs } from './policy-text.ts';
import { safe } from './terminal.ts';

/** What a scope says before and after, one line a key: `- acmeCo/ warnAfter=14d`, `+ acmeCo/ warnAfter=30d`. */
export function changeLines(change: ScopeChange): string[] {
  const scope = scopeText(change.scope);
  return changedKeys(change).flatMap((key) => [
    ...pairsOf(change.before, key).map((pair) => safe(`- ${scope} ${pair}`)),
    ...pairsOf(change.after, key).map((pair) => safe(`+ ${scope} ${pair}`)),
  ]);
}

function pairsOf(document: Record<string, unknown>, key: string): string[] {
  return Object.hasOwn(document, key) ? documentPairs({ [key]: document[key] }) : [];
}
