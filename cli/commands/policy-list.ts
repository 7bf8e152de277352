import type { Command } from 'commander';
import { loadPolicyDocuments } from '../../functions/store/policies.ts';
import { addCommand, type Cli, onStage } from '../command.ts';
import { scopeText } from '../policy-arguments.ts';
import { documentJson, documentPairs } from '../policy-text.ts';

/** Adds `policy list`. */
export function registerPolicyList(policy: Command, cli: Cli): void {
  addCommand(policy, {
    usage: 'list',
    description: 'all scopes that have a policy, and what is written there',
    examples: ['policy list', 'policy list --json'],
  }).action(
    onStage(cli, async ({ system, out }) => {
      const documents = [...(await loadPolicyDocuments(system.table))].sort(([a], [b]) => (a < b ? -1 : 1));
      const scopes = documents.map(([scope, policy]) => ({ scope, policy: documentJson(policy) }));
      out.list(scopes, COLUMNS, 'no policy is written: the defaults hold everywhere');
    }),
  );
}

const COLUMNS = [
  ['SCOPE', ({ scope }: { scope: string }) => scopeText(scope)],
  ['POLICY', ({ policy }: { policy: Record<string, unknown> }) => documentPairs(policy).join(' ')],
] as const;
