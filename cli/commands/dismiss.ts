import type { Command } from 'commander';
import { dismissOutage } from '../../functions/operators/brakes.ts';
import { addCommand, type Cli, onStage } from '../command.ts';
import { UsageError } from '../errors.ts';
import { safe } from '../terminal.ts';

/** Adds `dismiss`. */
export function registerDismiss(program: Command, cli: Cli): void {
  addCommand(program, {
    usage: 'dismiss <data-plane>',
    description: 'end the correlated outage of a data plane; the clocks of what still fails run on from now',
    examples: ['dismiss aws-eu-1'],
  }).action(
    onStage<[string], object>(cli, async ({ system, out, operator }, _options, dataPlane) => {
      const { dismissed } = await dismissOutage(system, dataPlane, operator);
      if (!dismissed)
        throw new UsageError(`data plane ${JSON.stringify(dataPlane)}: has no open correlated outage`);
      out.one({ dataPlane, dismissed }, () => [`the outage of ${safe(dataPlane)} is dismissed`]);
    }),
  );
}
