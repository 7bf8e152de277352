import { html } from 'hono/html';
import { UsageError } from '../../cli/errors.ts';
import { readPairs, scopeOf } from '../../cli/policy-arguments.ts';
import { documentPairs } from '../../cli/policy-text.ts';
import { setPolicy } from '../../functions/operators/policies.ts';
import { policyWarnings } from '../../functions/operators/policy-warnings.ts';
import type { System } from '../../functions/platform/system.ts';
import { loadPolicyDocuments } from '../../functions/store/policies.ts';
import type { Act } from '../console.ts';
import { pairsOf } from '../pages/preview.ts';
import { address, facts } from '../parts.ts';

/** Sets keys of one scope; a preview shows before what that does. */
export const setPolicyAct: Act = {
  name: 'set-policy',
  fields: ['scope', 'set', 'before'],
  confirm: async ({ system }, { scope = '', set = '' }) => {
    const pairs = pairsOf(set);
    const problem = pairsProblem(pairs);
    if (problem !== undefined) return { refused: problem };
    const before = await pairsAt(system, scope);
    const days = address('/preview', { scope, set });
    return {
      title: `Set the policy of ${scope}`,
      body: html`${facts([
        ['Scope', scope],
        ['It says now', before || 'nothing of its own'],
        ['Set', pairs.join(' ')],
      ])}<p>What is open there is looked at with the next scan. <a href="${days}">The preview shows what it does.</a></p>`,
      button: 'Set it',
      given: { scope, set, before },
      isCareful: true,
    };
  },
  act: async ({ system, stage, operator }, { scope = '', set = '', before = '' }) => {
    if ((await pairsAt(system, scope)) !== before)
      return { refused: 'somebody changed the policy of the scope meanwhile; look again' };
    const change = { scope: scopeOf(scope), by: await operator(), set: readPairs(pairsOf(set)) };
    const changed = await setPolicy(system, { ...change, ceiling: stage.modeCeiling });
    if (changed.outcome === 'refused')
      return { refused: changed.problems.map(({ path, message }) => `${path} ${message}`).join('; ') };
    const warnings = await policyWarnings(system, change.scope);
    return {
      done: [`${scope} says ${documentPairs(changed.document).join(' ') || 'nothing'}.`, ...warnings],
    };
  },
};

async function pairsAt({ table }: System, scope: string): Promise<string> {
  const documents = await loadPolicyDocuments(table);
  return documentPairs(documents.get(scopeOf(scope)) ?? {}).join(' ');
}

function pairsProblem(pairs: readonly string[]): string | undefined {
  if (pairs.length === 0) return 'nothing is to be set';
  try {
    readPairs(pairs);
    return undefined;
  } catch (error) {
    if (error instanceof UsageError) return error.message;
    throw error;
  }
}
