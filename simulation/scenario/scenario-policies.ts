import { parsePolicy, withKeyNames } from '../../functions/abandonment/policy-parse.ts';
import { scopeProblem } from '../../functions/abandonment/policy-scope.ts';
import { isObject } from '../../functions/abandonment/policy-values.ts';
import { shown } from '../../functions/abandonment/policy-wording.ts';
import { readEntries, ScenarioProblem } from './scenario-fields.ts';
import type { ScenarioPolicy } from './scenario-types.ts';

/** A policy of a scenario: judged as in production by default, without `scanEvery`, which is the file's own key. */
export function readPolicy(
  path: string,
  scope: string,
  document: unknown,
  isProduction = true,
): ScenarioPolicy {
  if (isObject(document) && Object.hasOwn(document, 'scanEvery')) {
    throw new ScenarioProblem(
      `${path}.scanEvery`,
      'is no policy key here; it is the file\'s own key "scanEvery"',
    );
  }
  const result = parsePolicy(scope, document, { production: isProduction });
  if (result.ok) {
    return { parsed: result.policy, document: withKeyNames(document as Record<string, unknown>) };
  }
  const first = result.problems[0] ?? { path: '', message: 'is not valid' };
  throw new ScenarioProblem(first.path === '' ? path : `${path}.${first.path}`, first.message);
}

/** A scope of a policy: `` (global), a prefix or a task id. */
export function readScope(path: string, value: unknown): string {
  if (typeof value !== 'string') {
    throw new ScenarioProblem(path, `is ${shown(value)}; allowed are "" (global), a prefix or a task id`);
  }
  const wrong = scopeProblem(value);
  if (wrong !== undefined) throw new ScenarioProblem(path, `${shown(value)} ${wrong}`);
  return value;
}

/** Policies by prefix or task id. */
export function readPolicies(path: string, value: unknown): Map<string, ScenarioPolicy> {
  const policies = new Map<string, ScenarioPolicy>();
  for (const [scope, entryPath, document] of readEntries(path, value)) {
    if (readScope(entryPath, scope) === '') {
      throw new ScenarioProblem(
        entryPath,
        'the global policy stands under "policy"; allowed are prefixes and task ids',
      );
    }
    policies.set(scope, readPolicy(entryPath, scope, document));
  }
  return policies;
}
