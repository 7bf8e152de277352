import type { Command } from 'commander';
import { scopeProblem } from '../../functions/abandonment/policy-scope.ts';
import { shown } from '../../functions/abandonment/policy-wording.ts';
import { leavesOf } from '../../functions/operators/overview/policy-leaves.ts';
import { leafText } from '../../functions/operators/policy-text.ts';
import { loadPolicies, loadPolicyDocuments } from '../../functions/store/policies.ts';
import { addCommand, type Cli, onStage } from '../command.ts';
import { UsageError } from '../errors.ts';
import { scopeOf, scopeText } from '../policy-arguments.ts';
import { documentJson, documentPairs, valueText } from '../policy-text.ts';
import { safe } from '../terminal.ts';

/** Adds `policy get`. */
export function registerPolicyGet(policy: Command, cli: Cli): void {
  addCommand(policy, {
    usage: 'get <scope>',
    description:
      'what is written at a scope (global, a prefix with its slash, a task id), or what holds there',
    examples: [
      'policy get acmeCo/',
      'policy get acmeCo/prod/orders --effective',
      'policy get global --effective',
    ],
  })
    .option('--effective', 'what holds there, and the scope that each value comes from')
    .action(
      onStage<[string], { effective?: boolean }>(cli, async ({ system, out }, { effective }, argument) => {
        const scope = scopeOf(argument);
        const wrong = scopeProblem(scope);
        if (wrong !== undefined) throw new UsageError(`scope ${shown(scope)} ${wrong}`);
        if (effective) {
          const book = await loadPolicies(system.table);
          const leaves = leavesOf(scope === '' ? book.global : book.for(scope));
          out.list(leaves, COLUMNS, 'nothing holds');
          return;
        }
        const document = (await loadPolicyDocuments(system.table)).get(scope) ?? {};
        const none = `nothing is written at ${safe(scopeText(scope))}; --effective shows what holds there`;
        out.one({ scope, policy: documentJson(document) }, () => {
          const pairs = documentPairs(document);
          return pairs.length > 0 ? pairs.map(safe) : [none];
        });
      }),
    );
}

const COLUMNS = [
  ['KEY', ({ leaf }: { leaf: string }) => leafText(leaf)],
  ['VALUE', ({ value }: { value: unknown }) => valueText(value)],
  ['FROM', ({ from }: { from: string }) => from],
] as const;
