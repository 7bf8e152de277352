import { Argument, type Command } from 'commander';
import { formatInstant, type Instant } from '../../functions/abandonment/time.ts';
import {
  clearGivenUp,
  givenUpBy,
  pauseGenerator,
  resumeGenerator,
  runGenerator,
} from '../../functions/operators/generators.ts';
import { amount } from '../../functions/platform/amounts.ts';
import { argument } from '../../functions/platform/shell-word.ts';
import type { System } from '../../functions/platform/system.ts';
import { type Foreseen, foresee, runBeside, takeDryTurn } from '../../functions/scanner/dry-turn.ts';
import type { Generator } from '../../functions/scanner/generator.ts';
import { GENERATORS } from '../../functions/scanner/generators.ts';
import { type GeneratorRecord, loadGenerators, newGenerator } from '../../functions/store/generators.ts';
import type { GivenUp } from '../../functions/store/given-up.ts';
import { addCommand, type Cli, instantArgument, onStage, type Session } from '../command.ts';
import { UsageError } from '../errors.ts';
import type { Columns } from '../output.ts';
import { safe } from '../terminal.ts';
import { dryTurnJson, dryTurnText } from './generators-dry-run.ts';

/** Adds the commands of `generators`. */
export function registerGenerators(generators: Command, cli: Cli): void {
  addCommand(generators, {
    usage: 'list',
    description: 'each source of work beside the steps of a scan: when it is asked next, and why',
    examples: ['generators list', 'generators list --stage prod --json'],
  }).action(onStage<[]>(cli, list));
  addNamed(
    generators,
    'show',
    'one generator, and what it has given up',
    ['show operators'],
    onStage(cli, show),
  );
  addNamed(
    generators,
    'markers',
    'what a generator has given up, one item a line',
    ['markers operators'],
    onStage(cli, markers),
  );
  addNamed(
    generators,
    'pause',
    'ask a generator no more until you resume it',
    ['pause listings --reason "moving it"'],
    onStage(cli, pause),
  ).option('--reason <text>', 'why, for the audit', '');
  addNamed(
    generators,
    'resume',
    'let a generator go on that was paused',
    ['resume listings'],
    onStage(cli, resume),
  );
  addNamed(
    generators,
    'run',
    'ask a generator with the next scan, however long it was to wait; or say what it would do',
    ['run listings', 'run garbage --dry-run', 'run reports --dry-run --now 2026-01-05T06:00:00Z'],
    onStage(cli, run),
  )
    .option('--dry-run', 'change nothing: say whether it would be asked, and what its turn would do')
    .option('--now <instant>', 'with --dry-run: as if it were that instant', instantArgument);
  addNamed(
    generators,
    'clear',
    'let a generator make again what it has given up',
    ['clear operators blast-radius', 'clear operators --all'],
    onStage(cli, clear),
  )
    .argument('[item]', 'the item, as `generators show` names it')
    .option('--all', 'all of its items');
}

function addNamed(
  generators: Command,
  name: string,
  description: string,
  examples: readonly string[],
  act: (...values: unknown[]) => Promise<void>,
): Command {
  const examplesOf = examples.map((example) => `generators ${example}`);
  return addCommand(generators, { usage: name, description, examples: examplesOf })
    .addArgument(
      new Argument('<name>', 'the generator').choices(GENERATORS.map((generator) => generator.name)),
    )
    .action(act);
}

/** A generator as the command line shows it. */
interface Standing {
  generator: Generator;
  record: GeneratorRecord;
  due: Foreseen;
}

/** All generators as they stand. */
export async function standings(system: System): Promise<Standing[]> {
  const [run, records] = await Promise.all([runBeside(system), loadGenerators(system.table)]);
  return Promise.all(
    GENERATORS.map(async (generator) => {
      const record = records.get(generator.name) ?? newGenerator(generator.name);
      return { generator, record, due: await foresee(run, generator, record) };
    }),
  );
}

async function standingOf(system: System, name: string): Promise<Standing> {
  const found = (await standings(system)).find(({ generator }) => generator.name === name);
  if (!found) throw new UsageError(`no generator is called ${JSON.stringify(name)}`);
  return found;
}

async function list({ system, out }: Session): Promise<void> {
  const all = await standings(system);
  if (out.json) out.list(all.map(jsonOf), [], '');
  else out.list(all, COLUMNS, 'no generators');
}

const COLUMNS: Columns<Standing> = [
  ['GENERATOR', ({ generator }) => generator.name],
  ['BAND', ({ generator }) => generator.band],
  ['NEXT', ({ due }) => nextOf(due)],
  ['WHY', ({ due, record }) => whyOf(due.why, record)],
  ['ASKED', ({ record }) => (record.askedAt === null ? '-' : formatInstant(record.askedAt))],
];

const nextOf = ({ at }: Standing['due']) => (at === null ? '-' : formatInstant(at));

/** Why it is asked when it is, in words. */
export function whyOf(why: Foreseen['why'], { failures, empty, paused, failure }: GeneratorRecord): string {
  if (why === 'paused') return `paused by ${paused?.by}${paused?.reason ? `: ${paused.reason}` : ''}`;
  if (why === 'failing') return `failed ${amount(failures, 'time')}: ${failure?.reason}`;
  if (why === 'waits' && empty > 0) return `waits: ${amount(empty, 'empty turn')}`;
  if (why === 'full page') return 'full page: it goes on at once';
  if (why === 'not wanted') return 'not wanted: the scan knows of nothing for it';
  if (why === 'died') return 'its newest turn began and never ended, which the next scan counts as failed';
  return why;
}

async function show({ system, out }: Session, _: object, name: string): Promise<void> {
  const standing = await standingOf(system, name);
  const givenUp = await givenUpBy(system, name);
  out.one({ ...jsonOf(standing), givenUp: givenUp.map(markerOf) }, () => [
    ...textOf(standing),
    ...givenUp.map(({ item, reason, at }) => `given up ${formatInstant(at)}  ${safe(item)}: ${safe(reason)}`),
  ]);
}

async function markers({ system, out }: Session, _: object, name: string): Promise<void> {
  const givenUp = await givenUpBy(system, name);
  if (out.json) out.list(givenUp.map(markerOf), [], '');
  else out.list(givenUp, MARKERS, `${name} has given up nothing`);
}

const MARKERS: Columns<GivenUp> = [
  ['ITEM', ({ item }) => item],
  ['SINCE', ({ at }) => formatInstant(at)],
  ['FINGERPRINT', ({ fingerprint }) => fingerprint],
  ['REASON', ({ reason }) => reason],
];

async function pause(
  { system, out, operator }: Session,
  { reason }: { reason?: string },
  name: string,
): Promise<void> {
  const { since } = await pauseGenerator(system, name, await operator(), reason);
  out.one({ paused: name, since: formatInstant(since) }, () => [
    `${name} is asked no more; \`taskwarden generators resume ${argument(name)}\` lets it go on`,
  ]);
}

async function resume({ system, out, operator }: Session, _: object, name: string): Promise<void> {
  const { wasPaused } = await resumeGenerator(system, name, await operator());
  out.one({ resumed: name, wasPaused }, () => [
    wasPaused
      ? `${name} is asked with the next scan`
      : `${name} was not paused; it is asked with the next scan`,
  ]);
}

async function run(
  session: Session,
  { dryRun = false, now }: { dryRun?: boolean; now?: Instant },
  name: string,
): Promise<void> {
  if (dryRun) return runDry(session, name, now);
  if (now !== undefined)
    throw new UsageError('--now goes with --dry-run alone: a scan asks a generator by its own clock');
  const { system, out, operator } = session;
  const { paused } = await runGenerator(system, name, await operator());
  out.one({ run: name, isPaused: paused !== null }, () => [
    paused
      ? `${name} is paused by ${safe(paused.by)}; \`taskwarden generators resume ${argument(name)}\` lets it go on`
      : `${name} is asked with the next scan; \`taskwarden scan\` begins one`,
  ]);
}

async function runDry({ system, out }: Session, name: string, now?: Instant): Promise<void> {
  const generator = GENERATORS.find((candidate) => candidate.name === name);
  if (!generator) throw new UsageError(`no generator is called ${JSON.stringify(name)}`);
  const dry = await takeDryTurn(system, generator, now);
  out.one(dryTurnJson(generator, dry), () => dryTurnText(generator, dry, whyOf(dry.due.why, dry.record)));
}

async function clear(
  { system, out, operator }: Session,
  { all }: { all?: boolean },
  name: string,
  item?: string,
): Promise<void> {
  if ((item === undefined) !== (all === true)) throw new UsageError('give one item, or --all');
  const { cleared } = await clearGivenUp(system, name, await operator(), item);
  if (cleared.length === 0 && item !== undefined)
    throw new UsageError(`${name} has not given up ${JSON.stringify(item)}`);
  out.one({ generator: name, cleared }, () =>
    cleared.length === 0
      ? [`${name} has given up nothing`]
      : cleared.map((worked) => `made again with the next scan: ${safe(worked)}`),
  );
}

function markerOf({ item, at, reason, fingerprint }: GivenUp): Record<string, unknown> {
  return { item, at: formatInstant(at), reason, fingerprint };
}

function jsonOf({ generator, record, due }: Standing): Record<string, unknown> {
  const { name, band, everySeconds } = generator;
  const { cursor, empty, failures, failure, turns, askedAt, paused } = record;
  return {
    name,
    band,
    everySeconds,
    nextAt: due.at === null ? null : formatInstant(due.at),
    why: due.why,
    cursor,
    empty,
    failures,
    failure: failure && { ...failure, at: formatInstant(failure.at) },
    turns,
    askedAt: askedAt === null ? null : formatInstant(askedAt),
    paused: paused && { ...paused, at: formatInstant(paused.at) },
  };
}

function textOf({ generator, record, due }: Standing): string[] {
  const { name, band, everySeconds } = generator;
  const every = everySeconds === 0 ? 'with each scan' : `every ${everySeconds} s`;
  return [
    `${name}  band ${band}, asked ${every}`,
    `next ${nextOf(due)}: ${safe(whyOf(due.why, record))}`,
    `${amount(record.turns, 'turn')}, the newest ${record.askedAt === null ? '-' : formatInstant(record.askedAt)}`,
    ...(record.cursor === null ? [] : [`goes on from ${safe(record.cursor)}`]),
    ...(record.failure
      ? [`newest failure ${record.failure.fingerprint}: ${safe(record.failure.reason)}`]
      : []),
  ];
}
