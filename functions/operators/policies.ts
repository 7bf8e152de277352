import { BOUNDS } from '../abandonment/bounds.ts';
import { PolicyBook } from '../abandonment/policy-book.ts';
import { GLOBAL_KEY_NAMES, SCOPED_KEY_NAMES } from '../abandonment/policy-keys.ts';
import {
  keyOf,
  type ParsedPolicy,
  type PolicyProblem,
  parsePolicy,
  unannounced,
  withKeyNames,
  withKeysSet,
} from '../abandonment/policy-parse.ts';
import { isObject } from '../abandonment/policy-values.ts';
import { listed, unknownKey } from '../abandonment/policy-wording.ts';
import { MODES, type Mode } from '../abandonment/task.ts';
import type { System } from '../platform/system.ts';
import { auditWrite } from '../store/audit.ts';
import { commit } from '../store/commit.ts';
import { keys } from '../store/keys.ts';
import { evaluationRequest } from '../store/looks.ts';
import { documentOf, loadNoted, loadPolicyDocuments, policyWrite } from '../store/policies.ts';
import type { Condition, Row, Write } from '../store/table/table.port.ts';
import { doctorProblem } from './doctor.ts';

/** A policy as written: durations as text. */
export type Document = Record<string, unknown>;

/** Where a policy is changed, and who changes it. */
export interface PolicyChange {
  /** `` (global), a prefix with its slash, or a task id. */
  scope: string;
  by: string;
  /** Why, for the audit. */
  reason?: string;
  /** Whether to say only what it would come to. */
  isDryRun?: boolean;
}

export type PolicyChanged =
  /** `document`: what the scope says now; empty where it says nothing. */
  | { outcome: 'written' | 'unchanged'; document: Document }
  | { outcome: 'refused'; problems: PolicyProblem[] };

/** Whether a deployment's stage is held to production's rules: all are, but local and dev. */
export function isProduction(stage: string): boolean {
  return stage !== 'local' && stage !== 'dev';
}

/**
 * Sets keys of one scope's policy; the others stay as they are. What is open in the scope is evaluated with
 * the next scan. Mode `disable` asks for a green run of the doctor in the last 7 days, but on `local` and `dev`.
 *
 * @param set keys as written; null takes a leaf back to the default
 * @param ceiling the highest mode that the deployment lets a policy name
 * @throws Error where others keep changing the same scope
 */
export async function setPolicy(
  system: System,
  { set, ceiling, ...change }: PolicyChange & { set: Document; ceiling: Mode },
): Promise<PolicyChanged> {
  const named = withKeyNames(set);
  const problem = await modeProblem(system, named.mode, ceiling);
  const options = { production: isProduction(system.config.stage) };
  return changePolicy(system, { ...change, act: 'policy set' }, (before) => {
    const document = withKeysSet(before, named);
    const parsed = parsePolicy(change.scope, document, options);
    if (!parsed.ok) return { problems: asWritten(parsed.problems, set) };
    const tooLong = lengthProblem(document);
    if (tooLong) return { problems: [tooLong] };
    return problem === undefined ? { document } : { problems: asWritten([problem], set) };
  });
}

/**
 * Takes keys out of one scope's policy, so that they are inherited again.
 *
 * @param names keys or leaves (`blastRadius.share`); `all` takes out every key
 * @throws Error where others keep changing the same scope
 */
export async function unsetPolicy(
  system: System,
  { names, ...change }: PolicyChange & { names: readonly string[] | 'all' },
): Promise<PolicyChanged> {
  return changePolicy(system, { ...change, act: 'policy unset' }, (before) => {
    if (names === 'all') return { document: {} };
    const problems: PolicyProblem[] = [];
    const document = structuredClone(before);
    for (const name of names) {
      if (!takeOut(document, name)) problems.push({ path: name, message: whyNotSet(name, before) });
    }
    return problems.length > 0 ? { problems } : { document };
  });
}

/**
 * What is wrong with a mode in this deployment: it is above the ceiling, or nobody looked whether owners can be warned.
 */
export async function modeProblem(
  system: System,
  mode: unknown,
  ceiling: Mode,
): Promise<PolicyProblem | undefined> {
  return ceilingProblem(mode, ceiling) ?? (mode === 'disable' ? await unvouched(system) : undefined);
}

/** What is repeated, or written at length, is valid and yet has no room on a row without an end. */
export function lengthProblem(document: Document): PolicyProblem | undefined {
  const { most } = BOUNDS.policy;
  const size = Buffer.byteLength(JSON.stringify(document));
  if (size <= most) return undefined;
  const message = `the policy of the scope has ${size} bytes; allowed are ${most}`;
  return { path: '', message };
}

/** The problems with the name of the key that was written. */
function asWritten(problems: PolicyProblem[], set: Document): PolicyProblem[] {
  const written = new Map(Object.keys(set).map((name) => [keyOf(name), name]));
  return problems.map((problem) =>
    Object.hasOwn(set, problem.path)
      ? problem
      : { ...problem, path: written.get(problem.path) ?? problem.path },
  );
}

/** Before tasks are disabled in production, somebody has looked whether owners can be warned at all. */
async function unvouched({ config, table, clock }: System): Promise<PolicyProblem | undefined> {
  const why = isProduction(config.stage) ? await doctorProblem(table, clock.now()) : undefined;
  if (why === undefined) return undefined;
  const asked = `a green run of "taskwarden doctor ${config.stage}" in the last 7 days`;
  return { path: 'mode', message: `"disable" asks for ${asked}; ${why}` };
}

function ceilingProblem(mode: unknown, ceiling: Mode): PolicyProblem | undefined {
  const height = MODES.indexOf(mode as Mode);
  if (height <= MODES.indexOf(ceiling)) return undefined;
  const allowed = listed(MODES.slice(0, MODES.indexOf(ceiling) + 1));
  return {
    path: 'mode',
    message: `"${mode}" is above modeCeiling of this deployment's configuration; allowed are ${allowed}`,
  };
}

/** Removes a key or one of its leaves; false where it is not there. */
function takeOut(document: Document, name: string): boolean {
  const [written = '', leaf] = name.split('.', 2);
  const key = keyOf(written);
  if (!Object.hasOwn(document, key)) return false;
  const value = document[key];
  if (leaf === undefined) {
    delete document[key];
    return true;
  }
  if (!isObject(value) || !Object.hasOwn(value, leaf)) return false;
  delete value[leaf];
  if (Object.keys(value).length === 0) delete document[key];
  return true;
}

function whyNotSet(name: string, document: Document): string {
  const names = [...SCOPED_KEY_NAMES, ...GLOBAL_KEY_NAMES];
  const [key = ''] = name.split('.', 1);
  if (!names.includes(key)) return unknownKey(name, names);
  const there = Object.keys(document);
  return `is not set here; ${there.length > 0 ? `set are ${listed(there)}` : 'nothing is'}`;
}

type Made = { document: Document } | { problems: PolicyProblem[] };

function changePolicy(
  system: System,
  { scope, by, act, reason = '', isDryRun = false }: PolicyChange & { act: string },
  make: (before: Document) => Made,
): Promise<PolicyChanged> {
  return commit<PolicyChanged>(system, `policy of "${scope}"`, async () => {
    const row = await system.table.get(keys.policy(scope));
    const before = row ? documentOf(row) : {};
    const made = make(before);
    if ('problems' in made) return { value: { outcome: 'refused', problems: made.problems } };
    const { document } = made;
    if (JSON.stringify(document) === JSON.stringify(before))
      return { value: { outcome: 'unchanged', document } };
    const now = system.clock.now();
    const evidence = { scope, before, after: document };
    const unannounced = await unannouncedProblem(system, scope, document);
    if (unannounced) return { value: { outcome: 'refused', problems: [unannounced] } };
    if (isDryRun) return { value: { outcome: 'written', document } };
    const noted = await loadNoted(system.table, scope, document, now);
    const writes = [
      over(policyWrite(scope, document, noted), row),
      evaluationRequest(scope === '' ? 'ALL' : `P#${scope}`, now),
      auditWrite({
        subject: 'operators',
        at: now,
        act: `${act} ${scope}`.trim(),
        by,
        reason,
        evidence,
        mails: [],
      }),
    ];
    return { writes, value: { outcome: 'written', document } };
  });
}

/**
 * What is wrong where a change leaves a scope, the changed one or a narrower one, that disables tasks at a deadline
 * without announcing it (docs/rules.md#policy-keys).
 */
async function unannouncedProblem(
  { table }: System,
  scope: string,
  document: Document,
): Promise<PolicyProblem | undefined> {
  const documents = await loadPolicyDocuments(table);
  const before = unannouncedIn(documents);
  const [added] = unannouncedIn(new Map([...documents, [scope, document]])).filter(
    (other) => other === scope || !before.includes(other),
  );
  return added === undefined ? undefined : unannounced(added === scope ? '' : added);
}

/** Of documents that cannot all be read nothing is said: the change may be what mends them. */
export function unannouncedIn(documents: ReadonlyMap<string, Document>): string[] {
  const parsed = new Map<string, ParsedPolicy>();
  for (const [scope, document] of documents) {
    const { atDeadline, stopNotice } = document;
    const keys = {
      ...(atDeadline === undefined ? {} : { atDeadline }),
      ...(stopNotice === undefined ? {} : { stopNotice }),
    };
    const result = parsePolicy(scope, keys, { production: false, stored: true });
    if (result.ok) parsed.set(scope, result.policy);
  }
  return new PolicyBook(parsed).unannouncedScopes();
}

/** The write, if the row is still the one that was read: each write leaves its writer's name. */
export function over(write: Write, row: Row | undefined): Write {
  const same: Condition = row ? { equals: ['w', row.w as string] } : { absent: true };
  if ('put' in write) return { put: write.put, if: [same] };
  return 'delete' in write ? { delete: write.delete, if: [same] } : write;
}
