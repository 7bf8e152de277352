import type { Command } from 'commander';
import { BOUNDS } from '../../functions/abandonment/bounds.ts';
import { policyFileText } from '../../functions/operators/policy-file.ts';
import type { ScopeChange } from '../../functions/operators/policy-history.ts';
import { importPolicies } from '../../functions/operators/policy-import.ts';
import { policyWarnings } from '../../functions/operators/policy-warnings.ts';
import { loadPolicyDocuments } from '../../functions/store/policies.ts';
import { reasonArgument } from '../act-options.ts';
import { addCommand, type Cli, onStage, type Session } from '../command.ts';
import { UsageError } from '../errors.ts';
import { scopeText } from '../policy-arguments.ts';
import { changeLines } from '../policy-changes.ts';
import { type ChangeOptions, confirmChange, showForesight } from '../policy-foresight.ts';
import { readPolicyFile } from '../policy-input.ts';
import { safe } from '../terminal.ts';
import { CONFIRMED } from './policy-set.ts';

/** Adds `policy export` and `policy import`. */
export function registerPolicyFiles(policy: Command, cli: Cli): void {
  addCommand(policy, {
    usage: 'export',
    description: 'all policies as one file, for review in git; `policy import` reads it',
    examples: ['policy export > policies.json'],
  }).action(
    onStage(cli, async ({ system, out }) => {
      const text = policyFileText(await loadPolicyDocuments(system.table));
      out.one(JSON.parse(text), () => [safeLines(text)]);
    }),
  );
  addCommand(policy, {
    usage: 'import <file>',
    description:
      'put the policies of a file in the place of all that are in force: scopes that it does not name say nothing any more; all or nothing',
    examples: [
      'policy import policies.json --dry-run',
      'policy import policies.json --reason "reviewed in #42"',
      'policy import - --yes < policies.json',
    ],
  })
    .summary('put the policies of a file in force')
    .option('--reason <text>', 'why, for the history', reasonArgument)
    .option('--dry-run', 'only say what would change, and what it would do')
    .option('--yes', 'do not ask, though people would hear of it')
    .addHelpText('after', CONFIRMED)
    .action(onStage<[string], ChangeOptions>(cli, importFile));
}

/** Line by line: what is not seen is escaped, which JSON reads as it was. */
function safeLines(text: string): string {
  return text.trimEnd().split('\n').map(safe).join('\n');
}

async function importFile(session: Session, options: ChangeOptions, file: string): Promise<void> {
  const { system, stage, operator, out } = session;
  const { reason = '', dryRun = false, yes } = options;
  const { documents, saying } = await readPolicyFile(session, file);
  const importing = { by: dryRun ? '' : await operator(), reason, ceiling: stage.modeCeiling };
  const planned = await importPolicies(system, documents, { ...importing, isDryRun: true });
  if (planned.outcome === 'refused') throw refused(planned.problems.map(saying));
  const { changes } = planned;
  const after = new Map(changes.map((change) => [change.scope, change.after]));
  const lines = changes.flatMap(changeLines);
  if (dryRun) return showForesight(session, after, { changes }, lines);
  if (changes.length > 0 && yes !== true) {
    for (const line of lines) session.stderr.write(`${line}\n`);
    await confirmChange(session, after, { change: `change ${scopesOf(changes)}` });
  }
  const written = await importPolicies(system, documents, { ...importing, isDryRun: false });
  if (written.outcome === 'refused') throw refused(written.problems.map(saying));
  await warn(session, written.changes);
  out.one({ outcome: written.outcome, changes: written.changes }, () => [
    ...written.changes.flatMap(changeLines),
    `${written.outcome}: ${written.changes.length === 0 ? 'the stage says what the file says' : scopesOf(written.changes)}`,
  ]);
}

function scopesOf(changes: readonly ScopeChange[]): string {
  const [first, ...others] = changes.map(({ scope }) => scopeText(scope));
  return others.length === 0
    ? `the policy of ${first}`
    : `the policies of ${first} and ${others.length} more`;
}

/** The error that names what is wrong with a file, the first problems where they are many. */
function refused(problems: readonly string[]): UsageError {
  const first = problems.slice(0, BOUNDS.problems.most);
  const more = problems.length - first.length;
  return new UsageError(...first, ...(more > 0 ? [`and ${more} more`] : []), 'nothing was changed');
}

async function warn({ system, stderr }: Session, changes: readonly ScopeChange[]): Promise<void> {
  for (const { scope, after } of changes) {
    if (Object.keys(after).length === 0) continue;
    for (const warning of await policyWarnings(system, scope))
      stderr.write(`warning: ${safe(`${scopeText(scope)}: ${warning}`)}\n`);
  }
}
