import type { Command } from 'commander';
import { type PolicyChanged, setPolicy } from '../../functions/operators/policies.ts';
import { policyWarnings } from '../../functions/operators/policy-warnings.ts';
import { loadTask } from '../../functions/store/tasks.ts';
import { addCommand, type Cli, onStage, type Session } from '../command.ts';
import { policyRefused, readPairs, scopeOf, scopeText } from '../policy-arguments.ts';
import { documentJson, documentPairs } from '../policy-text.ts';
import { safe } from '../terminal.ts';

/** Adds `policy set`. */
export function registerPolicySet(policy: Command, cli: Cli): void {
  addCommand(policy, {
    usage: 'set <scope> <key=value...>',
    description: 'set keys of one scope: global, a prefix with its slash, or a task id; other keys stay',
    examples: [
      'policy set global mode=notify warnAfter=30d',
      'policy set acmeCo/ reminders=3d,1d blastRadius.share=default',
      `policy set acmeCo/prod/ quietHours='{"from":"22:00","to":"06:00","zone":"Europe/Berlin"}'`,
      `policy set acmeCo/ quietDays='{"weekdays":["Sat","Sun"],"zone":"Europe/Berlin"}'`,
    ],
  }).action(
    onStage<[string, string[]]>(cli, async (session, _, argument, pairs) => {
      const { system, stage, operator } = session;
      const scope = scopeOf(argument);
      const set = readPairs(pairs);
      const changed = await setPolicy(system, {
        scope,
        set,
        by: await operator(),
        ceiling: stage.modeCeiling,
      });
      await tellPolicyChange(session, scope, changed);
      await noteUnknownTask(session, scope);
    }),
  );
}

/**
 * Tells what a scope says after a change, and warns of what of it can never act; throws a `UsageError` where it was
 * refused.
 */
export async function tellPolicyChange(
  { system, out, stderr }: Session,
  scope: string,
  changed: PolicyChanged,
): Promise<void> {
  if (changed.outcome === 'refused') throw policyRefused(changed.problems);
  const { outcome, document } = changed;
  const warnings = await policyWarnings(system, scope);
  for (const warning of warnings) stderr.write(`warning: ${safe(warning)}\n`);
  out.one(
    { outcome, scope, policy: documentJson(document), ...(warnings.length > 0 ? { warnings } : {}) },
    () => {
      const pairs = documentPairs(document).map(safe).join(' ');
      const name = safe(scopeText(scope));
      return [
        `${outcome}: ${pairs === '' ? `nothing is written at ${name} any more` : `${name} says ${pairs}`}`,
      ];
    },
  );
}

/** A forgotten slash makes a prefix a task. */
async function noteUnknownTask({ system, stderr }: Session, scope: string): Promise<void> {
  if (scope === '' || scope.endsWith('/') || (await loadTask(system.table, scope))) return;
  stderr.write(`note: no task ${safe(JSON.stringify(scope))} is known; a prefix ends with a slash\n`);
}
