import type { Command } from 'commander';
import { countArgument, reasonArgument } from '../act-options.ts';
import { WAIT } from '../bulk-work.ts';
import { addCommand, type Cli, onStage } from '../command.ts';
import { approveHeldTasks, listHeldTasks } from './holds.ts';

/** Adds `approve`, the shorter name of `holds approve blast-radius`. */
export function registerApprove(program: Command, cli: Cli): void {
  addCommand(program, {
    usage: 'approve',
    description:
      'approve exactly the tasks that the blast radius holds now, as `holds approve blast-radius`; each is evaluated again, within the usual rate limit',
    examples: ['approve --list', 'approve --expect 40'],
  })
    .summary('let go what the blast radius holds now')
    .option('--list', 'only show what is held')
    .option('--expect <number>', 'how many it is to be; refused where there are more or fewer', countArgument)
    .option('--reason <text>', 'why, for the audit', reasonArgument)
    .option('--wait', WAIT)
    .action(
      onStage<[], { list?: boolean; expect?: number; reason?: string; wait?: boolean }>(
        cli,
        (session, options) => (options.list ? listHeldTasks(session) : approveHeldTasks(session, options)),
      ),
    );
}
