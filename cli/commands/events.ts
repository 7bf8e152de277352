import type { Command } from 'commander';
import { formatInstant } from '../../functions/abandonment/time.ts';
import { type BadRow, type ReadEvents, readEvents } from '../../functions/catalog/event-entries.ts';
import { amount, amountAre, oneOr } from '../../functions/platform/amounts.ts';
import { loadRefusedEvents, type RefusedKind } from '../../functions/store/refused-events.ts';
import { loadSources } from '../../functions/store/sources.ts';
import { addCommand, type Cli, onStage, type Session, withoutStage } from '../command.ts';
import { UsageError } from '../errors.ts';
import type { SourcedEntry } from '../event-bus.ts';
import { textOf } from '../lines.ts';
import { Output } from '../output.ts';
import { safe } from '../terminal.ts';

/** So many bad rows are named one by one. */
const MOST_NAMED = 20;

/** Adds `events validate`, `events send` and `events refused`. */
export function registerEvents(events: Command, cli: Cli): void {
  addValidate(events, cli);
  addSend(events, cli);
  addRefused(events, cli);
}

const FORMS = 'one event, a list of them, or NDJSON (docs/events/README.md); - is standard input';

function addValidate(events: Command, cli: Cli): void {
  addCommand(events, {
    usage: 'validate',
    description: 'hold events to their schemas, each with what is wrong; asks no stage',
    examples: ['events validate published.json', 'export-events | taskwarden events validate -'],
  })
    .argument('<file>', FORMS)
    .action(
      withoutStage<[string]>(async (json, file) => {
        const { name, text } = await textOf(file, cli.stdin);
        const read = readEvents(text);
        const out = new Output(cli.stdout, json);
        if (read.bad.length === 0 || json)
          out.one({ valid: read.entries.length, bad: read.bad }, () => [
            `${eventsAre(read.entries.length)} valid`,
          ]);
        if (read.bad.length > 0) throw badRows(name, read);
        if (read.entries.length === 0) throw new UsageError(`${name} has no event`);
      }),
    );
}

const eventsAre = (count: number) => amountAre(count, 'event');

function badRows(name: string, { bad }: ReadEvents, hint = ''): UsageError {
  const texts = bad.slice(0, MOST_NAMED).map(({ row, problem }: BadRow) => `row ${row}: ${problem}`);
  if (bad.length > MOST_NAMED)
    texts.push(`has ${amount(bad.length - MOST_NAMED, 'more problem')}; --json lists them all`);
  const last = texts.pop() ?? '';
  return new UsageError(...[...texts, `${last}${hint}`].map((text) => `${name} ${text}`));
}

function addSend(events: Command, cli: Cli): void {
  addCommand(events, {
    usage: 'send',
    description: 'put events on the bus of the stage, all of them or, where one is bad, none',
    examples: [
      'events send published.json --source fleet.control-plane',
      'events send - --source fleet.control-plane < events.ndjson',
    ],
  })
    .argument('<file>', FORMS)
    .option('--source <name>', 'the registered source that says it; default: the one each event names')
    .action(
      onStage<[string], { source?: string }>(cli, async (session, { source }, file) => {
        const { name, text } = await textOf(file, session.stdin);
        const read = readEvents(text);
        if (read.bad.length > 0) throw badRows(name, read, '; nothing was sent');
        if (read.entries.length === 0) throw new UsageError(`${name} has no event`);
        const entries = read.entries.map((entry) => sourced(name, entry, source));
        await requireRegistered(session, entries);
        const refused = await session.stage.bus.put(entries);
        const sent = entries.length - refused.length;
        const next = 'what Taskwarden refuses of them stands in `taskwarden events refused`';
        session.out.one({ sent, refused }, () => [`sent ${sent}; ${next}`]);
        for (const { row, code, message } of refused)
          session.stderr.write(`${safe(`${name} row ${row}: EventBridge refused it: ${code} ${message}`)}\n`);
        if (refused.length > 0)
          throw new Error(
            `${refused.length} of ${amount(entries.length, 'event')} ${oneOr(refused.length, 'was', 'were')} not taken`,
          );
      }),
    );
}

function sourced(name: string, entry: ReadEvents['entries'][number], text: string | undefined): SourcedEntry {
  const source = text ?? entry.source;
  if (source === undefined)
    throw new UsageError(`${name} row ${entry.row}: names no source; give one by --source`);
  return { ...entry, source };
}

/** What nobody may say would only be refused where it arrives. */
async function requireRegistered(
  { system, stage }: Session,
  entries: readonly SourcedEntry[],
): Promise<void> {
  const registered = (await loadSources(system.table)).map(({ name }) => name);
  const strange = entries.find(({ source }) => !registered.includes(source));
  if (!strange) return;
  const names = registered.length === 0 ? 'none is yet' : `registered are ${registered.join(', ')}`;
  throw new UsageError(
    `source ${JSON.stringify(strange.source)} is not registered in stage ${stage.name}: ${names}; name it in sources of its configuration`,
  );
}

function addRefused(events: Command, cli: Cli): void {
  addCommand(events, {
    usage: 'refused',
    description: 'what was refused of events in the last week, by source, reason and key',
    examples: ['events refused', 'events refused --source fleet.control-plane --json'],
  })
    .option('--source <name>', 'of one source alone')
    .action(
      onStage<[], { source?: string }>(cli, async ({ system, out }, { source }) => {
        const { kinds, more } = await loadRefusedEvents(system.table);
        const since = system.clock.now() - SHOWN;
        const shown = kinds
          .filter((kind) => kind.lastAt > since && (source === undefined || kind.source === source))
          .sort((a, b) => b.lastAt - a.lastAt)
          .map(viewOf);
        out.list(shown, COLUMNS, 'nothing was refused');
        if (more && more.lastAt > since && !out.json)
          out.one(null, () => [`and ${more.count} of other kinds, for which there was no room`]);
      }),
    );
}

const SHOWN = 7 * 86_400_000;

function viewOf({ isRegistered, firstAt, lastAt, ...kind }: RefusedKind) {
  const first = formatInstant(firstAt);
  return { ...kind, registered: isRegistered, firstAt: first, lastAt: formatInstant(lastAt) };
}

type RefusedView = ReturnType<typeof viewOf>;

const COLUMNS = [
  ['SOURCE', ({ source, registered }: RefusedView) => `${source}${registered ? '' : ' (not registered)'}`],
  ['EVENT', ({ detailType }: RefusedView) => detailType],
  ['REASON', ({ reason }: RefusedView) => reason],
  ['KEY', ({ key }: RefusedView) => key],
  ['COUNT', ({ count }: RefusedView) => String(count)],
  ['LAST', ({ lastAt }: RefusedView) => lastAt],
  ['WHAT', ({ detail }: RefusedView) => detail],
] as const;
