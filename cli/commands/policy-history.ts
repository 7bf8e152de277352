import type { Command } from 'commander';
import { scopeProblem } from '../../functions/abandonment/policy-scope.ts';
import { shown } from '../../functions/abandonment/policy-wording.ts';
import { formatInstant, type Instant } from '../../functions/abandonment/time.ts';
import {
  type PolicyAct,
  policiesAt,
  policyDifferences,
  policyHistory,
} from '../../functions/operators/policy-history.ts';
import { loadPolicyDocuments } from '../../functions/store/policies.ts';
import { addCommand, type Cli, onStage, type Session } from '../command.ts';
import { UsageError } from '../errors.ts';
import { scopeOf } from '../policy-arguments.ts';
import { changeLines } from '../policy-changes.ts';
import { readPolicyFile } from '../policy-input.ts';
import { type Since, sinceArgument, sinceInstant } from '../since.ts';
import { safe } from '../terminal.ts';

/** Adds `policy history` and `policy diff`. */
export function registerPolicyHistory(policy: Command, cli: Cli): void {
  addHistory(policy, cli);
  addDiff(policy, cli);
}

function addHistory(policy: Command, cli: Cli): void {
  addCommand(policy, {
    usage: 'history [scope]',
    description: 'who changed which policy, when and why, in the last 400 days; the oldest first',
    examples: ['policy history', 'policy history acmeCo/ --since 30d', 'policy history global --json'],
  })
    .option('--since <when>', 'only since then: an instant, or how long ago, such as 7d', sinceArgument)
    .action(
      onStage<[string?], { since?: Since }>(cli, async ({ system, out }, { since }, argument) => {
        const scope = argument === undefined ? undefined : scopeOf(argument);
        const wrong = scope === undefined ? undefined : scopeProblem(scope);
        if (wrong !== undefined) throw new UsageError(`scope ${shown(scope)} ${wrong}`);
        const from = sinceInstant(since, system.clock.now());
        const acts = (await policyHistory(system.table, scope)).filter(({ at }) => at >= from);
        if (acts.length === 0 && !out.json) return out.one({}, () => ['no policy was changed']);
        for (const act of acts) out.one({ ...act, at: formatInstant(act.at) }, () => actLines(act));
      }),
    );
}

function actLines({ at, act, by, reason, changes }: PolicyAct): string[] {
  const why = reason === '' ? '' : `: ${reason}`;
  return [
    safe(`${formatInstant(at)} ${act} by ${by}${why}`),
    ...changes.flatMap(changeLines).map((line) => `  ${line}`),
  ];
}

interface DiffOptions {
  from?: Since;
  to?: Since;
}

function addDiff(policy: Command, cli: Cli): void {
  addCommand(policy, {
    usage: 'diff [file]',
    description: 'what differs between policies: of a file and the stage, or of the stage at two instants',
    examples: [
      'policy diff policies.json',
      'policy diff --from 7d',
      'policy diff --from 2026-01-01T00:00:00Z --to 1d',
    ],
  })
    .option('--from <when>', 'the stage as it was then: an instant, or how long ago', sinceArgument)
    .option('--to <when>', 'until then (default: now)', sinceArgument)
    .addHelpText(
      'after',
      '\nLines with + are in the file and not in the stage, or later; the file is one of `policy export`.',
    )
    .action(onStage<[string?], DiffOptions>(cli, diff));
}

async function diff(session: Session, { from, to }: DiffOptions, file?: string): Promise<void> {
  const { system, out } = session;
  if ((file === undefined) === (from === undefined))
    throw new UsageError('policy diff: give either a file, or --from');
  if (file !== undefined && to !== undefined) throw new UsageError('policy diff: --to goes with --from');
  const at = (when: Since | undefined): Instant => sinceInstant(when, system.clock.now());
  const before = from ? await policiesAt(system.table, at(from)) : await loadPolicyDocuments(system.table);
  const after = file
    ? (await readPolicyFile(session, file)).documents
    : await policiesAt(system.table, to ? at(to) : system.clock.now());
  const changes = policyDifferences(before, after);
  if (out.json) for (const change of changes) out.one(change, () => []);
  else out.one({}, () => (changes.length > 0 ? changes.flatMap(changeLines) : ['nothing differs']));
}
