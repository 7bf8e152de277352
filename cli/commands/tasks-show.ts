import type { Command } from 'commander';
import { type AlertRecord, alertFromRow } from '../../functions/store/alerts.ts';
import { episodeToRow } from '../../functions/store/episode-row.ts';
import { keys } from '../../functions/store/keys.ts';
import { allRows } from '../../functions/store/rows.ts';
import type { Row, Table } from '../../functions/store/table/table.port.ts';
import { loadTask, type TaskRecord } from '../../functions/store/tasks.ts';
import { addCommand, type Cli, noSuchTask, onStage } from '../command.ts';
import { detailLines, readable } from '../readable.ts';

/** Adds `tasks show`. */
export function registerTasksShow(tasks: Command, cli: Cli): void {
  addCommand(tasks, {
    usage: 'show <id>',
    description: 'all that is stored of one task: facts, evidence, episode, alerts, audit',
    examples: ['tasks show acmeCo/prod/orders', 'tasks show acmeCo/prod/orders --json'],
  }).action(
    onStage<[string]>(cli, async (session, _, id) => {
      const { table } = session.system;
      const record = await loadTask(table, id);
      if (!record) throw await noSuchTask(session, id);
      const shown = await taskDetails(table, record);
      session.out.one(shown, () => detailLines(shown));
    }),
  );
}

async function taskDetails(table: Table, record: TaskRecord): Promise<Record<string, unknown>> {
  const { task, evidence, keep, episodes, open, hold, vetoes, disabledByUs, next } = record;
  const { pk } = keys.task(task.id);
  const alerts = await allRows(table, { pk, sk: { prefix: 'A#' } });
  const audit = await allRows(table, { pk, sk: { prefix: 'L#' } });
  const stored = {
    task,
    evidence,
    keep,
    episodes,
    open: open && episodeToRow(open),
    hold,
    vetoes,
    disabledByUs,
    next,
  };
  return readable({
    ...stored,
    alerts: alerts.map(alertFromRow).map(shortAlert),
    audit: audit.map(auditOf),
  }) as Record<string, unknown>;
}

function shortAlert({
  episode,
  stage,
  since,
  firedAt,
  resolvedAt,
  reason,
}: AlertRecord): Record<string, unknown> {
  return { episode, stage, since, firedAt, resolvedAt, reason };
}

function auditOf({ at, act, by, reason }: Row): Record<string, unknown> {
  return { at, act, by, reason };
}
