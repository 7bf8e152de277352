import { type Command, Option } from 'commander';
import { knownWebhook, testWebhook, webhookHistory } from '../../functions/operators/webhooks.ts';
import { argument } from '../../functions/platform/shell-word.ts';
import type { DeliveryRecord } from '../../functions/store/webhook-deliveries.ts';
import { addCommand, type Cli, onStage } from '../command.ts';
import { UsageError } from '../errors.ts';
import { instantText } from '../readable.ts';
import { safe } from '../terminal.ts';
import { knownOr } from '../webhooks.ts';

const STATES = ['due', 'failed', 'sent', 'dead'] as const;
/** So many rows where nobody says how many. */
const USUAL_ROWS = 50;
const MOST_ROWS = 10_000;

/** Adds `webhooks test` and `history`. */
export function registerWebhooksHistory(webhooks: Command, cli: Cli): void {
  registerTest(webhooks, cli);
  registerHistory(webhooks, cli);
}

function registerTest(webhooks: Command, cli: Cli): void {
  addCommand(webhooks, {
    usage: 'test <id>',
    description: 'send a webhook an event that is about nothing; its history says what came of it',
    examples: ['webhooks test wh-0h2k4v9p3d'],
  }).action(
    onStage<[string]>(cli, async (session, _options, id) => {
      const { system, operator, out } = session;
      const { event, state } = knownOr(session, id, await testWebhook(system, id, await operator()));
      out.one({ id, event, state }, () => [
        `${event} is ${state === 'active' ? 'on its way' : `due; webhook ${safe(id)} is ${state}`}`,
        `what came of it: taskwarden webhooks history ${argument(id)} --event ${argument(event)}`,
      ]);
    }),
  );
}

/** One event of the history for people and other programs. */
export function deliveryView(record: DeliveryRecord) {
  const { id, type, task, state, attempts, reason, status, answer, ended } = record;
  return {
    event: id,
    type,
    task,
    at: instantText(record.at),
    state,
    /** Why it is dead, else why the newest attempt failed. */
    reason: ended?.reason ?? reason,
    lastFailure: reason,
    attempts,
    status,
    answer,
    triedAt: instantText(record.triedAt),
    nextAt: ended ? null : instantText(record.nextAt),
    endedAt: instantText(ended?.at),
  };
}

type View = ReturnType<typeof deliveryView>;

const COLUMNS = [
  ['EVENT', ({ event }: View) => event],
  ['AT', ({ at }: View) => at ?? '-'],
  ['TYPE', ({ type }: View) => type],
  ['TASK', ({ task }: View) => task ?? '-'],
  ['STATE', ({ state, reason }: View) => (reason === null ? state : `${state} (${reason})`)],
  ['TRIES', ({ attempts }: View) => String(attempts)],
  ['STATUS', ({ status }: View) => (status === null ? '-' : String(status))],
  ['ANSWER', ({ answer }: View) => (answer === null || answer === '' ? '-' : answer.slice(0, 60))],
] as const;

interface HistoryOptions {
  state?: DeliveryRecord['state'];
  event?: string;
  limit: string;
}

function registerHistory(webhooks: Command, cli: Cli): void {
  addCommand(webhooks, {
    usage: 'history <id>',
    description:
      'what a webhook is to hear and what it heard, the newest first, for as long as docs/retention.md says',
    examples: [
      'webhooks history wh-0h2k4v9p3d --state dead',
      'webhooks history wh-0h2k4v9p3d --limit 500 --json',
    ],
  })
    .addOption(new Option('--state <state>', 'only events in this state').choices(STATES))
    .option('--event <event>', 'only this event')
    .option('--limit <number>', `at most so many, to ${MOST_ROWS}`, String(USUAL_ROWS))
    .action(
      onStage<[string], HistoryOptions>(cli, async (session, { limit, ...meant }, id) => {
        const { system, out } = session;
        knownOr(session, id, await knownWebhook(system.table, id));
        const rows = await webhookHistory(system.table, id, { ...meant, limit: limitOf(limit) });
        out.list(rows.map(deliveryView), COLUMNS, 'there are no such events');
      }),
    );
}

function limitOf(text: string): number {
  const limit = /^\d{1,6}$/.test(text) ? Number(text) : 0;
  if (limit >= 1 && limit <= MOST_ROWS) return limit;
  throw new UsageError(`--limit ${JSON.stringify(text)}; allowed: a whole number from 1 to ${MOST_ROWS}`);
}
