import type { Command } from 'commander';
import { reviveRecipient } from '../../functions/operators/recipients.ts';
import { addCommand, type Cli, onStage } from '../command.ts';
import { UsageError } from '../errors.ts';
import { readable } from '../readable.ts';
import { targetNamed } from '../recipient-argument.ts';
import { safe } from '../terminal.ts';

const FOLLOWS = `
With the next scan they are warned again of what is open: with a full grace where no other reachable recipient was
warned, else with the date that stands. SES keeps a suppression list of its own; where it has the address, remove it
there, too: aws sesv2 delete-suppressed-destination --email-address ADDRESS`;

/** Adds `recipients revive`. */
export function registerRecipientsRevive(recipients: Command, cli: Cli): void {
  addCommand(recipients, {
    usage: 'revive <address>',
    description: 'let a suppressed address be mailed again',
    examples: ['recipients revive ana@acme.test'],
  })
    .addHelpText('after', FOLLOWS)
    .action(
      onStage<[string]>(cli, async ({ system, stage, operator, out }, _, argument) => {
        const address = targetNamed(argument);
        const revived = await reviveRecipient(system, address, await operator());
        if (revived.outcome === 'unknown')
          throw new UsageError(`nothing is known of ${JSON.stringify(address)} in stage ${stage.name}`);
        const was = revived.outcome === 'revived' ? revived.was : null;
        out.one({ address, outcome: revived.outcome, was: readable(was) }, () => [
          was === null
            ? `${safe(address)} is not suppressed: nothing is changed`
            : `${safe(address)} is revived (was suppressed: ${was.reason}); next: warned again with the next scan`,
        ]);
      }),
    );
}
