import { type PolicyProblem, parsePolicy } from '../abandonment/policy-parse.ts';
import { scopeProblem } from '../abandonment/policy-scope.ts';
import { shown } from '../abandonment/policy-wording.ts';
import type { Mode } from '../abandonment/task.ts';
import type { Instant } from '../abandonment/time.ts';
import type { System } from '../platform/system.ts';
import { auditWrite } from '../store/audit.ts';
import { commit } from '../store/commit.ts';
import { evaluationRequest } from '../store/looks.ts';
import { loadWritten, notedIn, policyWrite, type WrittenPolicies } from '../store/policies.ts';
import type { Write } from '../store/table/table.port.ts';
import { type Document, isProduction, lengthProblem, modeProblem, over, unannouncedIn } from './policies.ts';
import { fileNameOf, type PolicyFileProblem } from './policy-file.ts';
import { policyDifferences, type ScopeChange } from './policy-history.ts';

export type PoliciesChanged =
  | { outcome: 'written' | 'unchanged'; changes: ScopeChange[] }
  | { outcome: 'refused'; problems: PolicyFileProblem[] };

/** Who puts policies in force, and why. */
export interface Importing {
  by: string;
  reason: string;
  /** The highest mode that the deployment lets a policy name. */
  ceiling: Mode;
  /** Whether to say only what it would come to. */
  isDryRun: boolean;
}

/** One transaction holds so many scopes, beside the audit and the request to evaluate. */
const MOST_CHANGED = 97;

/** So many bytes the audit's row has room for. */
const MOST_BYTES = 300_000;

/**
 * Puts policies in the place of all that are in force: scopes that are not among them say nothing any more. All or nothing: they are
 * validated together and written in one transaction. What is open is evaluated with the next scan.
 *
 * @param documents scope (`` for the global one) -> its policy as written
 */
export function importPolicies(
  system: System,
  documents: ReadonlyMap<string, Document>,
  importing: Importing,
): Promise<PoliciesChanged> {
  return commit<PoliciesChanged>(system, 'policies', async () => {
    const written = await loadWritten(system.table);
    const wanted = new Map([...documents].filter(([, document]) => Object.keys(document).length > 0));
    const changes = policyDifferences(written.documents, wanted);
    const problems = await problemsOf(system, { documents, wanted, written, changes }, importing.ceiling);
    if (problems.length > 0) return { value: { outcome: 'refused', problems } };
    if (changes.length === 0) return { value: { outcome: 'unchanged', changes } };
    const value = { outcome: 'written' as const, changes };
    return importing.isDryRun ? { value } : { writes: writesOf(system, written, changes, importing), value };
  });
}

interface Imported {
  documents: ReadonlyMap<string, Document>;
  /** Those that say something. */
  wanted: ReadonlyMap<string, Document>;
  written: WrittenPolicies;
  changes: readonly ScopeChange[];
}

async function problemsOf(system: System, imported: Imported, ceiling: Mode): Promise<PolicyFileProblem[]> {
  const { documents, changes } = imported;
  const production = isProduction(system.config.stage);
  const problems = [...documents].flatMap(([scope, document]) => problemsIn(scope, document, production));
  for (const { scope, before, after } of changes) {
    const wrong = after.mode === before.mode ? undefined : await modeProblem(system, after.mode, ceiling);
    if (wrong) problems.push(at(scope, wrong));
  }
  return problems.length > 0 ? problems : [...unannounced(imported), ...tooMany(changes)];
}

function problemsIn(scope: string, document: Document, production: boolean): PolicyFileProblem[] {
  const wrong = scopeProblem(scope);
  if (wrong !== undefined) return [{ names: ['policies', scope], text: `scope ${shown(scope)} ${wrong}` }];
  const parsed = parsePolicy(scope, document, { production });
  const long = lengthProblem(document);
  const problems = [...(parsed.ok ? [] : parsed.problems), ...(long ? [long] : [])];
  return problems.map((problem) => at(scope, problem));
}

/** A problem with a scope's policy, by the names that lead to it: `blastRadius.share` is a name within another. */
function at(scope: string, { path, message }: PolicyProblem): PolicyFileProblem {
  const [key = ''] = path.split('[');
  const text = `${named(scope)}: ${path} ${message}`;
  return { names: ['policies', fileNameOf(scope), ...key.split('.')], text };
}

/** Scopes that would disable at a deadline that they never announce, and do not today. */
function unannounced({ wanted, written, changes }: Imported): PolicyFileProblem[] {
  const before = unannouncedIn(written.documents);
  const isNew = (scope: string) =>
    !before.includes(scope) || changes.some((change) => change.scope === scope);
  return unannouncedIn(wanted)
    .filter(isNew)
    .map((scope) => at(scope, { path: 'atDeadline', message: '"disable" needs stopNotice' }));
}

function tooMany(changes: readonly ScopeChange[]): PolicyFileProblem[] {
  if (changes.length > MOST_CHANGED)
    return [
      { names: [], text: `${changes.length} scopes would change; allowed are ${MOST_CHANGED} at once` },
    ];
  const bytes = Buffer.byteLength(JSON.stringify(changes));
  if (bytes <= MOST_BYTES) return [];
  return [{ names: [], text: `the change has ${bytes} bytes; allowed are ${MOST_BYTES} at once` }];
}

function named(scope: string): string {
  return scope === '' ? 'global' : shown(scope);
}

/** As if each scope were set by itself, the wider ones first: a mode that rises on the way begins new graces. */
function writesOf(
  { clock }: System,
  { documents, raises, moves, rows, restoredAt }: WrittenPolicies,
  changes: readonly ScopeChange[],
  { by, reason }: Importing,
): Write[] {
  const now: Instant = clock.now();
  const fold = { documents: new Map(documents), raises: new Map(raises), moves: new Map(moves), restoredAt };
  const policies = changes.map(({ scope, after }) => {
    const noted = notedIn(fold, scope, after, now);
    fold.documents.set(scope, after);
    if (noted.raisedAt !== null) fold.raises.set(scope, noted.raisedAt);
    if (noted.movedAt !== null) fold.moves.set(scope, noted.movedAt);
    return over(policyWrite(scope, after, noted), rows.get(scope));
  });
  const act = { subject: 'operators' as const, at: now, act: 'policy import', by, reason, mails: [] };
  return [...policies, evaluationRequest('ALL', now), auditWrite({ ...act, evidence: { changes } })];
}
