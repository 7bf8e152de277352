import { type Command, Option } from 'commander';
import type { AlertRecord } from '../../functions/store/alerts.ts';
import { listAlerts } from '../alerts.ts';
import { addCommand, type Cli, onStage } from '../command.ts';
import type { Columns } from '../output.ts';
import { instantText } from '../readable.ts';

interface AlertOptions {
  open?: boolean;
  resolved?: boolean;
  prefix: string;
}

/** Adds `alerts list`. */
export function registerAlertsList(alerts: Command, cli: Cli): void {
  addCommand(alerts, {
    usage: 'list',
    description: 'episodes of abandonment, the newest first',
    examples: ['alerts list --open', 'alerts list --resolved --prefix acmeCo/ --json'],
  })
    .addOption(new Option('--open', 'only those that are not resolved').conflicts('resolved'))
    .option('--resolved', 'only those that are')
    .addOption(new Option('--prefix <prefix>', 'only tasks whose ids begin so').default('', 'all'))
    .action(
      onStage<[], AlertOptions>(cli, async ({ system, out }, { open, resolved, prefix }) => {
        const found = await listAlerts(
          system.table,
          prefix,
          open ? 'open' : resolved ? 'resolved' : undefined,
        );
        out.list(found.map(lineOf), COLUMNS, 'there are no such alerts');
      }),
    );
}

function lineOf({ task, episode, type, stage, since, firedAt, resolvedAt, reason, mails }: AlertRecord) {
  return {
    task,
    episode,
    alert: type,
    stage,
    since: instantText(since),
    firedAt: instantText(firedAt),
    resolvedAt: instantText(resolvedAt),
    reason,
    mails,
  };
}

const COLUMNS: Columns<ReturnType<typeof lineOf>> = [
  ['TASK', ({ task }) => task],
  ['EPISODE', ({ episode }) => `#${episode}`],
  ['MODE', ({ stage }) => stage],
  ['SINCE', ({ since }) => since ?? '-'],
  ['FIRED', ({ firedAt }) => firedAt ?? '-'],
  ['RESOLVED', ({ resolvedAt }) => resolvedAt ?? '-'],
  ['REASON', ({ reason }) => reason ?? '-'],
];
