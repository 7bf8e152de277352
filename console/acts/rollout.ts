import { html } from 'hono/html';
import { rolloutOf } from '../../cli/commands/rollout.ts';
import { scopeText } from '../../cli/policy-arguments.ts';
import { MODES, type Mode } from '../../functions/abandonment/task.ts';
import { optIn, type Rollout, TYPES_OF_MODE } from '../../functions/operators/rollout.ts';
import { amount, oneOr } from '../../functions/platform/amounts.ts';
import type { Act, Confirmation, Console } from '../console.ts';
import { evidenceText, modeTag, narrowerTable } from '../pages/rollout.ts';
import { checkbox, facts, type Html, NOTHING } from '../parts.ts';
import { reasonField, withReason } from '../typed.ts';
import { changedTo, changePolicy, foreseen } from './policy-change.ts';

/** Raises the mode of a scope by one step: only by the step that was shown. */
export const promoteAct: Act = {
  name: 'promote',
  fields: ['scope', 'to'],
  typed: { ...withReason(), names: ['reason', 'optIn'] },
  confirm: async (console, { scope: name = '', to = '' }) => {
    const rollout = await rolloutOf(console, name);
    const { scope, next } = rollout;
    if (next === null || next !== to) return { refused: nextText(rollout) };
    const planned = await changePolicy(console, { scope, set: { mode: next }, isDryRun: true });
    const found = await foreseen(console, scope, planned);
    return 'refused' in found ? found : promotionOf(rollout, next, found.says);
  },
  act: async (console, { scope: name = '', to = '', reason = '', optIn: isOptIn = '' }) => {
    const rollout = await rolloutOf(console, name);
    const { scope, mode, next } = rollout;
    if (next === null || next !== to) return { refused: nextText(rollout) };
    const change = { scope, set: { mode: next }, reason: reason || `promoted from ${mode}` };
    const changed = await changedTo(console, scope, await changePolicy(console, change));
    if ('refused' in changed || isOptIn === '') return changed;
    return { done: [...changed.done, await optedIn(console, scope, next)] };
  },
};

function nextText({ scope, mode, next }: Rollout): string {
  return `the scope ${scopeText(scope)} has mode ${mode}; ${next === null ? 'it is the last step' : `the next one is ${next}`}`;
}

function promotionOf(rollout: Rollout, to: Mode, foreseenNote: Html): Confirmation {
  const { scope, mode, notOptedIn } = rollout;
  const name = scopeText(scope);
  const label = `Let ${oneOr(notOptedIn, 'the one subscription', `the ${notOptedIn} subscriptions`)} in it hear of ${TYPES_OF_MODE[to].join(' and ')}`;
  return {
    title: `Promote ${name} to ${to}`,
    body: html`${stepFacts(rollout, to)}${foreseenNote}${to === 'disable' ? NEW_WARNINGS : NOTHING}
<h2>What speaks for it</h2>${evidenceText(rollout)}${narrowerTable(rollout)}`,
    asks: html`${notOptedIn > 0 ? checkbox(label, 'optIn') : NOTHING}${reasonField()}`,
    button: `Promote from ${mode} to ${to}`,
    values: { scope: name, to },
    isCareful: true,
  };
}

const NEW_WARNINGS = html`<p>All that is open there is warned anew, and has a full grace before anything is disabled.</p>`;

function stepFacts({ scope, mode }: Rollout, to: Mode): Html {
  return facts([
    ['Scope', scopeText(scope)],
    ['Mode', html`${modeTag(mode)} now, then ${modeTag(to)}`],
  ]);
}

/** Lowers the mode of a scope at once. */
export const demoteAct: Act = {
  name: 'demote',
  fields: ['scope', 'from', 'to'],
  typed: withReason(),
  confirm: async (console, { scope: name = '', to = '' }) => {
    const rollout = await rolloutOf(console, name);
    const target = lowerOf(rollout, to);
    if (target === undefined) return { refused: noneBelow(rollout) };
    return {
      title: `Demote ${scopeText(rollout.scope)} to ${target}`,
      body: html`${stepFacts(rollout, target)}<p>It holds from the next decision on. Who holds a date is notified that it no longer
holds.</p>${narrowerTable(rollout)}`,
      asks: reasonField(),
      button: `Demote from ${rollout.mode} to ${target}`,
      values: { scope: scopeText(rollout.scope), from: rollout.mode, to: target },
    };
  },
  act: async (console, { scope: name = '', from = '', to = '', reason = '' }) => {
    const rollout = await rolloutOf(console, name);
    const target = lowerOf(rollout, to);
    if (target === undefined || rollout.mode !== from) return { refused: noneBelow(rollout) };
    const change = { scope: rollout.scope, set: { mode: target }, reason: reason || `demoted from ${from}` };
    return changedTo(console, rollout.scope, await changePolicy(console, change));
  },
};

function lowerOf({ mode }: Rollout, to: string): Mode | undefined {
  return MODES.slice(0, MODES.indexOf(mode)).find((lower) => lower === to);
}

function noneBelow({ scope, mode }: Rollout): string {
  const lower = MODES.slice(0, MODES.indexOf(mode));
  const can = lower.length === 0 ? 'there is none below' : `it can be demoted to ${lower.join(' or ')}`;
  return `the scope ${scopeText(scope)} has mode ${mode} now; ${can}`;
}

/** Lets the subscriptions in a scope hear of what its mode does. */
export const optInAct: Act = {
  name: 'opt-in',
  fields: ['scope', 'mode'],
  confirm: async (console, { scope: name = '' }) => {
    const { scope, mode } = await rolloutOf(console, name);
    const types = TYPES_OF_MODE[mode];
    if (types.length === 0) return { refused: `in mode ${mode} nobody hears of anything` };
    return {
      title: `Opt the subscriptions of ${scopeText(scope)} in`,
      body: html`<p>Those in the scope hear of ${types.join(' and ')}, too. Those of wider scopes stay as they are.</p>`,
      button: 'Let them hear of it',
      values: { scope: scopeText(scope), mode },
    };
  },
  act: async (console, { scope: name = '', mode: shown = '' }) => {
    const { scope, mode } = await rolloutOf(console, name);
    if (mode !== shown) return { refused: `the scope ${scopeText(scope)} has mode ${mode} now` };
    return { done: [await optedIn(console, scope, mode)] };
  },
};

async function optedIn({ system, operator }: Console, scope: string, mode: Mode): Promise<string> {
  const changed = await optIn(system, scope, mode, await operator());
  return `${amount(changed, 'subscription')} ${oneOr(changed, 'hears', 'hear')} of ${TYPES_OF_MODE[mode].join(', ')} now.`;
}
