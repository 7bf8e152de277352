import { policyRefused, scopeText } from '../../cli/policy-arguments.ts';
import { heardOfChange } from '../../cli/policy-foresight.ts';
import { documentPairs } from '../../cli/policy-text.ts';
import { type PolicyChanged, setPolicy } from '../../functions/operators/policies.ts';
import { policyWarnings } from '../../functions/operators/policy-warnings.ts';
import type { ActResult, Console } from '../console.ts';
import { oneAtATime } from '../one-at-a-time.ts';
import { type Html, note } from '../parts.ts';

/** Keys of one scope's policy as they are to be. */
interface PolicySet {
  scope: string;
  set: Record<string, unknown>;
  reason?: string;
  isDryRun?: boolean;
}

/** What a change of one scope's policy would come to, for its confirmation. */
type Foreseen = { says: Html } | { refused: string };

/** @param planned what a dry run of the change gave */
export async function foreseen(at: Console, scope: string, planned: PolicyChanged): Promise<Foreseen> {
  if (planned.outcome === 'refused') return { refused: problemsOf(planned) };
  if (planned.outcome === 'unchanged') return { refused: `the scope ${scopeText(scope)} says so already` };
  const documents = new Map([[scope, planned.document]]);
  const heard = await oneAtATime(() => heardOfChange(at, documents));
  return { says: heardNote(heard) };
}

function heardNote(heard: Awaited<ReturnType<typeof heardOfChange>>): Html {
  if (heard === undefined)
    return note('quiet', 'Within 60 days nobody hears more of it than under the policy of today.');
  if ('problem' in heard) return note('bad', `It cannot be foreseen what it would do: ${heard.problem}`);
  return note('warn', `Within 60 days: ${heard.tasks}.`, 'In brackets: under the policy of today.');
}

function problemsOf({ problems }: Extract<PolicyChanged, { outcome: 'refused' }>): string {
  return policyRefused(problems).lines.join('; ');
}

/** Sets keys of one scope's policy as its operator; a dry run asks nobody who they are. */
export async function changePolicy(
  { system, stage, operator }: Console,
  { scope, set, reason = '', isDryRun = false }: PolicySet,
): Promise<PolicyChanged> {
  const by = isDryRun ? '' : await operator();
  return setPolicy(system, { scope, set, by, reason, isDryRun, ceiling: stage.modeCeiling });
}

/** What a scope says after a change, and what of it can never act. */
export async function changedTo(
  { system }: Console,
  scope: string,
  changed: PolicyChanged,
): Promise<ActResult> {
  if (changed.outcome === 'refused') return { refused: problemsOf(changed) };
  const pairs = documentPairs(changed.document).join(' ') || 'nothing of its own';
  return { done: [`${scopeText(scope)} says ${pairs}.`, ...(await policyWarnings(system, scope))] };
}
