import { html } from 'hono/html';
import { UsageError } from '../../cli/errors.ts';
import { readPairs, scopeOf, scopeText } from '../../cli/policy-arguments.ts';
import { documentPairs } from '../../cli/policy-text.ts';
import { scopeProblem } from '../../functions/abandonment/policy-scope.ts';
import { unsetPolicy } from '../../functions/operators/policies.ts';
import type { System } from '../../functions/platform/system.ts';
import { loadPolicyDocuments } from '../../functions/store/policies.ts';
import type { Act } from '../console.ts';
import { pairsOf } from '../pages/preview.ts';
import { address, facts } from '../parts.ts';
import { reasonField, withReason } from '../typed.ts';
import { changedTo, changePolicy, foreseen } from './policy-change.ts';

/** Sets keys of one scope; a preview shows before what that does. */
export const setPolicyAct: Act = {
  name: 'set-policy',
  fields: ['scope', 'set', 'before'],
  typed: withReason(),
  confirm: async (console, { scope: name = '', set = '' }) => {
    const scope = scopeOf(name);
    const pairs = pairsOf(set);
    const problem = scopeWrong(scope) ?? pairsProblem(pairs);
    if (problem !== undefined) return { refused: problem };
    const planned = await foreseen(
      console,
      scope,
      await changePolicy(console, { scope, set: readPairs(pairs), isDryRun: true }),
    );
    if ('refused' in planned) return planned;
    const before = await pairsAt(console.system, scope);
    return {
      title: `Set the policy of ${scopeText(scope)}`,
      body: html`${facts([
        ['Scope', scopeText(scope)],
        ['It says now', before || 'nothing of its own'],
        ['Set', pairs.join(' ')],
      ])}${planned.says}<p>What is open there is evaluated with the next scan. <a href="${address('/preview', { scope: scopeText(scope), set })}">The preview
shows what it does, day by day.</a></p>`,
      asks: reasonField(),
      button: 'Set it',
      values: { scope: name, set, before },
      isCareful: true,
    };
  },
  act: async (console, { scope: name = '', set = '', before = '', reason = '' }) => {
    const scope = scopeOf(name);
    if ((await pairsAt(console.system, scope)) !== before) return CHANGED_MEANWHILE;
    return changedTo(
      console,
      scope,
      await changePolicy(console, { scope, set: readPairs(pairsOf(set)), reason }),
    );
  },
};

const CHANGED_MEANWHILE = { refused: 'somebody changed the policy of the scope meanwhile; look again' };

/** Takes a key out of the policy of one scope, so that it is inherited again. */
export const unsetPolicyAct: Act = {
  name: 'unset-policy',
  fields: ['scope', 'key', 'before'],
  typed: withReason(),
  confirm: async (console, { scope: name = '', key = '' }) => {
    const scope = scopeOf(name);
    const { system } = console;
    const change = { scope, names: [key], by: '', isDryRun: true };
    const planned = await foreseen(console, scope, await unsetPolicy(system, change));
    if ('refused' in planned) return planned;
    const before = await pairsAt(system, scope);
    return {
      title: `Take ${key} out of the policy of ${scopeText(scope)}`,
      body: html`${facts([
        ['Scope', scopeText(scope)],
        ['It says now', before],
      ])}${planned.says}<p>What a wider scope says of it holds there again, else the default.</p>`,
      asks: reasonField(),
      button: 'Take it out',
      values: { scope: name, key, before },
      isCareful: true,
    };
  },
  act: async (console, { scope: name = '', key = '', before = '', reason = '' }) => {
    const scope = scopeOf(name);
    const { system, operator } = console;
    if ((await pairsAt(system, scope)) !== before) return CHANGED_MEANWHILE;
    const change = { scope, names: [key], by: await operator(), reason };
    return changedTo(console, scope, await unsetPolicy(system, change));
  },
};

async function pairsAt({ table }: System, scope: string): Promise<string> {
  const documents = await loadPolicyDocuments(table);
  return documentPairs(documents.get(scope) ?? {}).join(' ');
}

function scopeWrong(scope: string): string | undefined {
  const wrong = scopeProblem(scope);
  return wrong === undefined ? undefined : `the scope ${wrong}`;
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
