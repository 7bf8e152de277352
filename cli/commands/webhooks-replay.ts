import { type Command, Option } from 'commander';
import { formatInstant } from '../../functions/abandonment/time.ts';
import { replayItem, replayKind } from '../../functions/operator-work/kinds/replay.ts';
import {
  type EndedEvent,
  type EndedMeant,
  endedEvents,
  replayWebhook,
} from '../../functions/operators/webhook-replay.ts';
import { knownWebhook } from '../../functions/operators/webhooks.ts';
import { amount, amountAre, oneOr } from '../../functions/platform/amounts.ts';
import { giveWork, WAIT } from '../bulk-work.ts';
import { addCommand, type Cli, onStage, type Session } from '../command.ts';
import { confirm } from '../confirm.ts';
import { UsageError } from '../errors.ts';
import { type Since, sinceArgument, sinceInstant } from '../since.ts';
import { safe } from '../terminal.ts';
import { knownOr } from '../webhooks.ts';

interface Options {
  state?: 'sent' | 'dead';
  since?: Since;
  all?: true;
  reason: string;
  yes?: true;
  wait?: true;
}

const SEMANTICS = `
An event keeps its id, so that a receiver that knows it can tell; it is tried for seven days once more. One is sent at once.
More than one is a bulk command, oldest first: see \`taskwarden work\`. What it makes due is sent from the next scan on.`;

/** Adds `webhooks replay`. */
export function registerWebhooksReplay(webhooks: Command, cli: Cli): void {
  addCommand(webhooks, {
    usage: 'replay <id> [event]',
    description: 'send again what was sent or is dead: one event, those of --state or --since, or --all',
    examples: [
      'webhooks replay wh-0h2k4v9p3d evt_01hzy3v7q8r9s0t1u2v3w4x5y6',
      'webhooks replay wh-0h2k4v9p3d --state dead',
      'webhooks replay wh-0h2k4v9p3d --since 2d --yes --wait',
    ],
  })
    .addOption(new Option('--state <state>', 'all events in this state').choices(['sent', 'dead']))
    .option(
      '--since <when>',
      'all that happened since: an instant, or how long ago, such as 2d',
      sinceArgument,
    )
    .option('--all', 'all of its history')
    .option('--reason <text>', 'why, for the audit of more than one', 'asked for by an operator')
    .option('--yes', 'do not ask, though there is more than one event')
    .option('--wait', WAIT)
    .addHelpText('after', SEMANTICS)
    .action(onStage<[string, string?], Options>(cli, replay));
}

async function replay(session: Session, options: Options, id: string, event?: string): Promise<void> {
  checkMeant(options, event);
  if (event !== undefined) return replayOne(session, id, event);
  const { table, clock } = session.system;
  knownOr(session, id, await knownWebhook(table, id));
  const { state, since } = options;
  const meant = { state, ...(since && { since: sinceInstant(since, clock.now()) }) };
  const events = await endedEvents(table, id, meant);
  const [only] = events;
  if (!only) return report(session, id, 0);
  if (events.length > 1) return replayMany(session, { ...options, id, meant, events });
  return replayOne(session, id, only.event);
}

function checkMeant({ state, since, all }: Options, event: string | undefined): void {
  const isOfMany = state !== undefined || since !== undefined;
  const ways = [event !== undefined, isOfMany, all === true].filter((isUsed) => isUsed);
  if (ways.length !== 1)
    throw new UsageError('name either an event, or those that are meant by --state, --since or --all');
}

async function replayOne(session: Session, id: string, event: string): Promise<void> {
  const { system, operator } = session;
  const { replayed } = knownOr(session, id, await replayWebhook(system, id, event, await operator()));
  if (replayed === 0) throw new UsageError(`no event ${JSON.stringify(event)} of webhook ${id} has ended`);
  report(session, id, replayed);
}

function report({ out }: Session, id: string, replayed: number): void {
  out.one({ id, replayed }, () => [
    `${amount(replayed, 'event')} of webhook ${safe(id)} ${oneOr(replayed, 'is', 'are')} due again`,
  ]);
}

interface Many extends Options {
  id: string;
  meant: EndedMeant;
  events: readonly EndedEvent[];
}

async function replayMany(session: Session, { id, meant, events, reason, yes, wait }: Many): Promise<void> {
  const { length: many } = events;
  await confirm(session, { act: `send ${amount(many, 'event')} to webhook ${id} again`, yes: yes === true });
  await giveWork(session, {
    kind: replayKind,
    what: `replay of ${whichOf(meant)} to webhook ${id}`,
    items: events.map(replayItem),
    reason,
    wait: wait === true,
    sentence: `${amountAre(many, 'event')} to be sent to webhook ${safe(id)} again`,
    beside: { webhook: id },
  });
}

/** `all events that are dead since 2026-02-01T00:00:00Z`. */
function whichOf({ state, since }: EndedMeant): string {
  const inState = { sent: ' that were sent', dead: ' that are dead' };
  const from = since === undefined ? '' : ` since ${formatInstant(since)}`;
  return `all events${state === undefined ? '' : inState[state]}${from}`;
}
