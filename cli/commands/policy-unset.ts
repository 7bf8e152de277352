import type { Command } from 'commander';
import { unsetPolicy } from '../../functions/operators/policies.ts';
import { addCommand, type Cli, onStage } from '../command.ts';
import { UsageError } from '../errors.ts';
import { scopeOf } from '../policy-arguments.ts';
import { tellPolicyChange } from './policy-set.ts';

/** Adds `policy unset`. */
export function registerPolicyUnset(policy: Command, cli: Cli): void {
  addCommand(policy, {
    usage: 'unset <scope> [key...]',
    description: 'take keys out of one scope, so that they are inherited again',
    examples: [
      'policy unset acmeCo/ warnAfter',
      'policy unset global blastRadius.share',
      'policy unset acmeCo/ --all',
    ],
  })
    .option('--all', 'every key of the scope')
    .action(
      onStage<[string, string[]], { all?: boolean }>(cli, async (session, { all }, argument, keys) => {
        if (all ? keys.length > 0 : keys.length === 0) {
          throw new UsageError('what to take out is not clear; allowed: one or more keys, or --all');
        }
        const scope = scopeOf(argument);
        const names = all ? 'all' : keys;
        const changed = await unsetPolicy(session.system, { scope, names, by: await session.operator() });
        await tellPolicyChange(session, scope, changed);
      }),
    );
}
