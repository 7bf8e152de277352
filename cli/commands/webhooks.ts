import { type Command, InvalidArgumentError, Option } from 'commander';
import { parseDuration } from '../../functions/abandonment/time.ts';
import {
  addWebhook,
  knownWebhook,
  listWebhooks,
  pauseWebhook,
  removeWebhook,
  resumeWebhook,
  rotateWebhook,
} from '../../functions/operators/webhooks.ts';
import { amountAre } from '../../functions/platform/amounts.ts';
import { argument } from '../../functions/platform/shell-word.ts';
import {
  NEWS_TYPES,
  type NewsType,
  WEBHOOK_FORMATS,
  type WebhookFormat,
} from '../../functions/store/webhooks.ts';
import { addCommand, type Cli, onStage, type Session } from '../command.ts';
import { UsageError } from '../errors.ts';
import { textOf } from '../lines.ts';
import { detailLines, instantText } from '../readable.ts';
import { safe } from '../terminal.ts';
import { knownOr, webhookView } from '../webhooks.ts';

interface AddOptions {
  prefix: string;
  types?: string[];
  format: WebhookFormat;
  secretStdin?: true;
}

const SECRET_OPTION = 'read the secret (whsec_...) from standard input, in place of one that is made';

/** Adds `webhooks add`, `list`, `show`, `pause`, `resume`, `rotate` and `remove`. */
export function registerWebhooks(webhooks: Command, cli: Cli): void {
  registerAdd(webhooks, cli);
  registerReading(webhooks, cli);
  registerSteering(webhooks, cli);
  registerRotate(webhooks, cli);
  registerRemove(webhooks, cli);
}

function registerAdd(webhooks: Command, cli: Cli): void {
  addCommand(webhooks, {
    usage: 'add <url>',
    description:
      'call a URL when something happens to tasks; its secret is shown once, where it is made here',
    examples: [
      'webhooks add https://hooks.acme.test/taskwarden --prefix acmeCo/',
      'webhooks add https://hooks.acme.test/off --types task.disabled task.enabled',
      'webhooks add https://hooks.slack.com/services/T0/B0/x --format slack --prefix acmeCo/prod/',
    ],
  })
    .option('--prefix <prefix>', 'only tasks of this prefix, or one task by its id ("": all)', '')
    .option('--types <types...>', `only these events (default: all): ${NEWS_TYPES.join(', ')}`)
    .addOption(new Option('--format <format>', 'what is sent').choices(WEBHOOK_FORMATS).default('standard'))
    .option('--secret-stdin', SECRET_OPTION)
    .action(
      onStage<[string], AddOptions>(cli, async (session, { prefix, types, format, secretStdin }, url) => {
        const secret = await secretOf(session, secretStdin);
        const webhook = { url, prefix, types: typesOf(types ?? []), format, ...secret };
        const { system, stage, operator } = session;
        const added = await addWebhook(system, stage.webhookSecrets, webhook, await operator());
        if (added.outcome === 'refused') throw new UsageError(added.problem);
        const view = webhookView(added.webhook);
        session.out.one({ ...view, ...(added.secret !== undefined && { secret: added.secret }) }, () => [
          `webhook ${view.id} is added: ${safe(view.url)}`,
          ...secretLines(added.secret),
          `try it: taskwarden webhooks test ${argument(view.id)}`,
        ]);
      }),
    );
}

/** What to do with a secret that is never shown again. */
function secretLines(secret: string | undefined): string[] {
  if (secret === undefined) return [];
  return [`secret: ${secret}`, 'it is not shown again; receivers verify calls with it (docs/webhooks.md)'];
}

function typesOf(names: readonly string[]): NewsType[] {
  const unknown = names.find((type) => !NEWS_TYPES.some((allowed) => allowed === type));
  if (unknown !== undefined)
    throw new UsageError(`no event ${JSON.stringify(unknown)}; allowed: ${NEWS_TYPES.join(', ')}`);
  return NEWS_TYPES.filter((type) => names.includes(type));
}

async function secretOf(session: Session, isGiven: true | undefined): Promise<{ secret?: string }> {
  if (!isGiven) return {};
  const { text } = await textOf('-', session.stdin);
  return { secret: text.trim() };
}

type View = ReturnType<typeof webhookView>;

const COLUMNS = [
  ['WEBHOOK', ({ id }: View) => id],
  ['STATE', ({ state, letBeUntil }: View) => (letBeUntil === null ? state : `${state}, failing`)],
  ['DUE', ({ due }: View) => String(due)],
  ['PREFIX', ({ prefix }: View) => (prefix === '' ? '(all)' : prefix)],
  ['EVENTS', ({ types }: View) => (types.length === 0 ? 'all' : types.join(', '))],
  ['URL', ({ url }: View) => url],
] as const;

function registerReading(webhooks: Command, cli: Cli): void {
  addCommand(webhooks, {
    usage: 'list',
    description: 'all webhooks, and how many events each is still to hear',
    examples: ['webhooks list', 'webhooks list --json'],
  }).action(
    onStage(cli, async ({ system, out }) => {
      const views = (await listWebhooks(system.table)).map(webhookView);
      out.list(views, COLUMNS, 'there are no webhooks');
    }),
  );
  addCommand(webhooks, {
    usage: 'show <id>',
    description: 'one webhook: what it hears of, and how its calls fare',
    examples: ['webhooks show wh-0h2k4v9p3d', 'webhooks show wh-0h2k4v9p3d --json'],
  }).action(
    onStage<[string]>(cli, async (session, _options, id) => {
      const view = webhookView(knownOr(session, id, await knownWebhook(session.system.table, id)));
      session.out.one(view, () => detailLines({ ...view }));
    }),
  );
}

function registerSteering(webhooks: Command, cli: Cli): void {
  addCommand(webhooks, {
    usage: 'pause <id>',
    description: 'stop calling a webhook; what it is to hear waits, each event for seven days',
    examples: ['webhooks pause wh-0h2k4v9p3d'],
  }).action(
    onStage<[string]>(cli, async (session, _options, id) => {
      const { system, operator, out } = session;
      const { changed } = knownOr(session, id, await pauseWebhook(system, id, await operator()));
      out.one({ id, changed }, () => [
        changed ? `webhook ${safe(id)} is paused` : `webhook ${safe(id)} was not called before`,
      ]);
    }),
  );
  addCommand(webhooks, {
    usage: 'resume <id>',
    description: 'call a webhook again, at once: one that is paused, gone, or let be for its failures',
    examples: ['webhooks resume wh-0h2k4v9p3d'],
  }).action(
    onStage<[string]>(cli, async (session, _options, id) => {
      const { system, operator, out } = session;
      const { changed, due } = knownOr(session, id, await resumeWebhook(system, id, await operator()));
      out.one({ id, changed, due }, () => [
        changed
          ? `webhook ${safe(id)} is called again; ${amountAre(due, 'event')} due`
          : `webhook ${safe(id)} is active`,
      ]);
    }),
  );
}

function registerRotate(webhooks: Command, cli: Cli): void {
  addCommand(webhooks, {
    usage: 'rotate <id>',
    description: 'sign with a new secret, and with the one before beside it for a while',
    examples: ['webhooks rotate wh-0h2k4v9p3d', 'webhooks rotate wh-0h2k4v9p3d --overlap 2h'],
  })
    .option(
      '--overlap <duration>',
      'how long both sign, like 24h or 7d; at most 30d',
      durationArgument,
      86_400_000,
    )
    .option('--secret-stdin', SECRET_OPTION)
    .action(
      onStage<[string], { overlap: number; secretStdin?: true }>(
        cli,
        async (session, { overlap, secretStdin }, id) => {
          const { system, stage, operator, out } = session;
          const wanted = { ...(await secretOf(session, secretStdin)), overlap };
          const answer = await rotateWebhook(system, stage.webhookSecrets, id, wanted, await operator());
          const rotated = knownOr(session, id, answer);
          if ('problem' in rotated) throw new UsageError(rotated.problem);
          const until = instantText(rotated.until);
          const secret = rotated.secret === undefined ? {} : { secret: rotated.secret };
          out.one({ id, oldSecretUntil: until, ...secret }, () => [
            `webhook ${safe(id)} has a new secret; calls are signed with the old one as well until ${until}`,
            ...secretLines(rotated.secret),
          ]);
        },
      ),
    );
}

const LONGEST_OVERLAP = '30d';

function durationArgument(text: string): number {
  const duration = parseDuration(text);
  if (duration !== undefined && duration <= (parseDuration(LONGEST_OVERLAP) ?? 0)) return duration;
  throw new InvalidArgumentError(`Allowed: a duration such as "24h", at most ${LONGEST_OVERLAP}.`);
}

function registerRemove(webhooks: Command, cli: Cli): void {
  addCommand(webhooks, {
    usage: 'remove <id>',
    description: 'end a webhook; what it was still to hear ends as removed, and its secrets are forgotten',
    examples: ['webhooks remove wh-0h2k4v9p3d'],
  }).action(
    onStage<[string]>(cli, async (session, _options, id) => {
      const { system, stage, operator, out } = session;
      const answer = await removeWebhook(system, stage.webhookSecrets, id, await operator());
      const { due } = knownOr(session, id, answer);
      out.one({ id, removed: true, due }, () => [
        `webhook ${safe(id)} is removed${due > 0 ? `; ${amountAre(due, 'event')} not sent any more` : ''}`,
      ]);
    }),
  );
}
