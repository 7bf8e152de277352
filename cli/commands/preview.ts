import { type Command, InvalidArgumentError, Option } from 'commander';
import { isProduction } from '../../functions/operators/policies.ts';
import { amount } from '../../functions/platform/amounts.ts';
import { deployedService } from '../../simulation/engine/deployed-service.ts';
import type { Service } from '../../simulation/engine/service.port.ts';
import {
  type PreviewChange,
  type Previewed,
  type PreviewLine,
  preview,
  previewStage,
} from '../../simulation/preview/preview.ts';
import { snapshotOf } from '../../simulation/preview/stage-snapshot.ts';
import { parseScenarioText } from '../../simulation/scenario/scenario.ts';
import { addCommand, type Cli, onStage, type Session } from '../command.ts';
import { UsageError } from '../errors.ts';
import { readPairs, scopeOf } from '../policy-arguments.ts';
import { previewCsv, previewTable } from '../preview-text.ts';
import {
  endScenarioRun,
  readScenarioInput,
  refusedInput,
  SCENARIO_EXIT,
  type ScenarioInput,
  type ScenarioRun,
} from '../scenario-input.ts';
import { jsonLine, type Sink, safe } from '../terminal.ts';

const NOTES = `
Of a stage its whole table is read once. A file is a scenario as JSON (docs/scenario.md), its events left out; - reads
standard input.
Exit codes: 0 it ran; 2 the file or the change is not valid; 3 a promise was broken, which is a bug; 130 Ctrl-C.`;

/** How a preview is written. */
export type PreviewForm = 'table' | 'json' | 'csv' | 'html';

interface Options {
  set: string[];
  scope: string;
  days?: number;
  json?: boolean;
  csv?: boolean;
  html?: string;
}

/** Most days that are looked ahead. */
const MOST_DAYS = 366;

/** Adds `preview [FILE]` to the program. */
export function registerPreview(program: Command, cli: Cli): void {
  addCommand(program, {
    usage: 'preview [file]',
    description:
      'what a change of policy would do to the fleet of a stage, or of a scenario, from now on; changes nothing',
    examples: [
      'preview --set mode=disable --set warnAfter=30d',
      'preview --scope acmeCo/ --set mode=notify --days 30 --json',
      'preview scenario.json --set mode=disable --csv > preview.csv',
    ],
  })
    .summary('what a change of policy would do to a fleet; changes nothing')
    .addOption(
      new Option('--set <key=value>', 'a policy key, as in "policy set"; may be given again')
        .argParser(gathered)
        .default([], 'nothing'),
    )
    .option('--scope <scope>', 'where it is set: global, a prefix with its slash, or a task id', 'global')
    .option('--days <number>', 'how many days to look ahead (default: 60; of a file: to its end)', daysOf)
    .addOption(
      new Option('--csv', 'comma-separated values: a row for each day, tenant and policy').conflicts('json'),
    )
    .addOption(
      new Option('--html <out>', 'a file to write one page with plots to').conflicts(['json', 'csv']),
    )
    .addHelpText('after', NOTES)
    .action(async (file: string | undefined, _: unknown, command: Command) => {
      const { set, scope, days, json, csv, html } = command.optsWithGlobals<Options>();
      const change = {
        scope: scopeOf(scope),
        set: readPairs(set),
        ...(days === undefined ? {} : { days }),
      };
      const form = html === undefined ? (json ? 'json' : csv ? 'csv' : 'table') : 'html';
      cli.interrupts?.whileDoing('nothing was changed or written; a preview of fewer --days takes less time');
      const end = (ran: ScenarioRun) => endPreview(ran, html, cli);
      if (file === undefined)
        await onStage<[]>(cli, async (session) => end(await previewOfStage(session, change, form)))(command);
      else await end(await runPreview(await readScenarioInput(file), change, form));
    });
}

async function previewOfStage(
  { system, stderr }: Session,
  change: PreviewChange,
  form: PreviewForm,
): Promise<ScenarioRun> {
  const snapshot = await snapshotOf(system.table, progressOn(stderr));
  const judged = { now: system.clock.now(), isProduction: isProduction(system.config.stage) };
  const previewed = await previewStage(snapshot, judged, change, deployedService);
  if (!previewed.ok) throw new UsageError(previewed.problem);
  return writtenAs(form, previewed);
}

/** A page goes to its file, which only a preview that ran replaces. */
async function endPreview(ran: ScenarioRun, html: string | undefined, cli: Cli): Promise<void> {
  if (html === undefined || ran.output === '') return endScenarioRun(ran, cli);
  // What draws plots is loaded only where it is asked to.
  await (await import('../page.ts')).writePage(html, ran.output);
  endScenarioRun({ ...ran, output: `written: ${safe(html)}\n` }, cli);
}

/** Says on a terminal how far it is; each time over what it said before. */
function progressOn(stderr: Sink): (rows: number) => void {
  return (rows) => {
    if (stderr.isTTY) stderr.write(`\r${amount(rows, 'row')} read `);
  };
}

function gathered(pair: string, before: string[]): string[] {
  return [...before, pair];
}

function daysOf(text: string): number {
  const days = Number(text);
  if (Number.isInteger(days) && days >= 1 && days <= MOST_DAYS) return days;
  throw new InvalidArgumentError(`Allowed: a whole number from 1 to ${MOST_DAYS}.`);
}

/** Previews a change on the scenario in a text. `service`: what is run; the code as it is deployed by default. */
export async function runPreview(
  input: ScenarioInput,
  change: PreviewChange,
  form: PreviewForm,
  service: Service = deployedService,
): Promise<ScenarioRun> {
  if ('problem' in input) return refusedInput(input.problem);
  const parsed = parseScenarioText(input.text);
  if (!parsed.ok) return refusedInput(parsed.problem);
  return writtenAs(form, await preview(parsed.scenario, change, service));
}

async function writtenAs(form: PreviewForm, previewed: Previewed): Promise<ScenarioRun> {
  if (!previewed.ok) return refusedInput(previewed.problem);
  const { lines, broken } = previewed;
  const written = await WRITTEN[form](lines);
  const output = written.map((line) => `${line}\n`).join('');
  const exitCode = broken.length > 0 ? SCENARIO_EXIT.promiseBroken : SCENARIO_EXIT.ran;
  return { output, problems: broken, exitCode };
}

const WRITTEN: Record<PreviewForm, (lines: readonly PreviewLine[]) => string[] | Promise<string[]>> = {
  json: (lines) => lines.map(jsonLine),
  csv: previewCsv,
  table: previewTable,
  // What draws plots is loaded only where it is asked to.
  html: async (lines) => [(await import('../preview-page.ts')).previewPage(lines)],
};
