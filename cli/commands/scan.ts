import type { Command } from 'commander';
import { addCommand, type Cli, onStage } from '../command.ts';

/** Adds `scan`. */
export function registerScan(program: Command, cli: Cli): void {
  addCommand(program, {
    usage: 'scan',
    description: 'run one scan now, as the schedule would, and wait for it',
    examples: ['scan', 'scan --stage dev --json'],
  }).action(
    onStage(cli, async ({ stage, system, out, interrupts }) => {
      interrupts.whileDoing(
        'the scan goes on without you: it runs in the stage; `taskwarden tasks list` shows what it comes to',
      );
      const report = await stage.scan(system.clock.now());
      if (report.outcome === 'skipped') throw new Error(`scan ${report.run} was skipped: ${report.reason}`);
      out.one(report, () => {
        const figures = Object.entries(report.figures).map(([figure, count]) => `${figure} ${count}`);
        const more = report.outcome === 'interrupted' ? '; the next scan goes on where it stopped' : '';
        return [`scan ${report.run} ${report.outcome}: ${figures.join(', ') || 'nothing was due'}${more}`];
      });
    }),
  );
}
