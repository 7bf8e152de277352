import { type Command, InvalidArgumentError } from 'commander';
import { mailsAbout } from '../../functions/operators/overview/mails.ts';
import { loadAlert } from '../../functions/store/alerts.ts';
import { loadTask } from '../../functions/store/tasks.ts';
import { addCommand, type Cli, onStage } from '../command.ts';
import { UsageError } from '../errors.ts';
import { detailLines, readable } from '../readable.ts';

/** Adds `alerts show`. */
export function registerAlertsShow(alerts: Command, cli: Cli): void {
  addCommand(alerts, {
    usage: 'show',
    description: 'one alert: what was known when it fired and when it was resolved, and its mails',
    examples: ['alerts show acmeCo/prod/orders 1', 'alerts show acmeCo/prod/orders 2 --json'],
  })
    .argument('<task>', 'the id of the task')
    .argument('<episode>', 'the number of the episode, from 1', episodeArgument)
    .action(
      onStage<[string, number]>(cli, async ({ system, stage, out }, _, task, episode) => {
        const alert = await loadAlert(system.table, task, episode);
        if (!alert) {
          const what = `no alert of task ${JSON.stringify(task)} has the number ${episode}`;
          throw new UsageError(`${what} in stage ${stage.name}; "alerts list" names those there are`);
        }
        const open = (await loadTask(system.table, task))?.open;
        const digests = open?.number === episode ? open.mails : alert.mails;
        const { type, stage: mode, since, firedAt, resolvedAt, reason, run, evidence } = alert;
        const mails = await mailsAbout(system.table, digests, task, episode);
        const facts = { task, episode, alert: type, stage: mode, since, firedAt, resolvedAt, reason, run };
        const shown = readable({ ...facts, evidence, mails }) as Record<string, unknown>;
        out.one(shown, () => detailLines(shown));
      }),
    );
}

function episodeArgument(text: string): number {
  if (/^[1-9]\d{0,5}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('Allowed: a whole number from 1.');
}
