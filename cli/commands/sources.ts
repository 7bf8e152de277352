import type { Command } from 'commander';
import { loadSources } from '../../functions/store/sources.ts';
import { addCommand, type Cli, onStage } from '../command.ts';

/** Adds `sources list`; the deployment's configuration registers them. */
export function registerSources(sources: Command, cli: Cli): void {
  addCommand(sources, {
    usage: 'list',
    description: 'who may put events on the bus, and of what they may speak (from the configuration)',
    examples: ['sources list', 'sources list --json'],
  }).action(
    onStage(cli, async ({ system, out }) => {
      const registered = (await loadSources(system.table)).map(({ name, account, prefixes, dataPlanes }) => {
        return { name, ...(account !== undefined && { account }), prefixes, dataPlanes };
      });
      out.list(registered, COLUMNS, 'no source is registered yet');
    }),
  );
}

const COLUMNS = [
  ['SOURCE', ({ name }: { name: string }) => name],
  ['ACCOUNT', ({ account }: { account?: string }) => account ?? 'any'],
  ['PREFIXES', ({ prefixes }: { prefixes: string[] }) => prefixes.join(', ')],
  ['DATA PLANES', ({ dataPlanes }: { dataPlanes: string[] }) => dataPlanes.join(', ')],
] as const;
