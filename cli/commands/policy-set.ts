import type { Command } from 'commander';
import { type PolicyChange, type PolicyChanged, setPolicy } from '../../functions/operators/policies.ts';
import { policyWarnings } from '../../functions/operators/policy-warnings.ts';
import { reasonArgument } from '../act-options.ts';
import { addCommand, type Cli, onStage, type Session } from '../command.ts';
import { policyRefused, readPairs, scopeOf, scopeText } from '../policy-arguments.ts';
import { type ChangeOptions, confirmChange, showForesight } from '../policy-foresight.ts';
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
  })
    .option('--reason <text>', 'why, for the history', reasonArgument)
    .option('--dry-run', 'only say what it would do')
    .option('--yes', 'do not ask, though people would hear of it')
    .addHelpText('after', CONFIRMED)
    .action(
      onStage<[string, string[]], ChangeOptions>(cli, async (session, options, argument, pairs) => {
        const { system, stage } = session;
        const scope = scopeOf(argument);
        const set = readPairs(pairs);
        await changeByHand(session, { scope, options }, (change) =>
          setPolicy(system, { ...change, set, ceiling: stage.modeCeiling }),
        );
      }),
    );
}

/** What is said of a change of policies in the help of each command that makes one. */
export const CONFIRMED = `
It asks before people would hear of something, or dates be withdrawn, that would not be under today's policy within 60 days: it reads the
table once and runs both, as \`preview\` does. --yes asks and reads nothing. Without a terminal it is refused then. \`policy history\` names
who changed what, and why.`;

/** Makes a change of one scope's policy, or says only what it would do; asks where people would hear of it. */
export async function changeByHand(
  session: Session,
  { scope, options }: { scope: string; options: ChangeOptions },
  make: (change: PolicyChange) => Promise<PolicyChanged>,
): Promise<void> {
  const { reason = '', dryRun = false, yes } = options;
  const isAsked = dryRun || yes !== true;
  const by = dryRun ? '' : await session.operator();
  const planned = isAsked ? await make({ scope, by, reason, isDryRun: true }) : undefined;
  if (planned?.outcome === 'refused') throw policyRefused(planned.problems);
  const documents = new Map(planned?.outcome === 'written' ? [[scope, planned.document]] : []);
  if (dryRun)
    return showForesight(session, documents, { scope, policy: documentJson(planned?.document ?? {}) });
  if (documents.size > 0)
    await confirmChange(session, documents, { change: `change the policy of ${scopeText(scope)}`, yes });
  await showPolicyChange(session, scope, await make({ scope, by, reason }));
}

/**
 * Tells what a scope says after a change, and warns of what of it can never act; throws a `UsageError` where it was
 * refused.
 */
export async function showPolicyChange(
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
