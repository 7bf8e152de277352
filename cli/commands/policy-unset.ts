import type { Command } from 'commander';
import { unsetPolicy } from '../../functions/operators/policies.ts';
import { reasonArgument } from '../act-options.ts';
import { addCommand, type Cli, onStage } from '../command.ts';
import { UsageError } from '../errors.ts';
import { scopeOf } from '../policy-arguments.ts';
import type { ChangeOptions } from '../policy-foresight.ts';
import { CONFIRMED, changeByHand } from './policy-set.ts';

interface Options extends ChangeOptions {
  all?: boolean;
}

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
    .option('--reason <text>', 'why, for the history', reasonArgument)
    .option('--dry-run', 'only say what it would do')
    .option('--yes', 'do not ask, though people would hear of it')
    .addHelpText('after', CONFIRMED)
    .action(
      onStage<[string, string[]], Options>(cli, async (session, { all, ...options }, argument, keys) => {
        if (all ? keys.length > 0 : keys.length === 0) {
          throw new UsageError('what to take out is not clear; allowed: one or more keys, or --all');
        }
        const scope = scopeOf(argument);
        const names = all ? 'all' : keys;
        await changeByHand(session, { scope, options }, (change) =>
          unsetPolicy(session.system, { ...change, names }),
        );
      }),
    );
}
