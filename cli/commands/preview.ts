import { type Command, InvalidArgumentError, Option } from 'commander';
import { isProduction } from '../../functions/operators/policies.ts';
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
import { jsonLine, type Sink } from '../terminal.ts';

const NOTES = `
Of a stage its whole table is read once. A file is a scenario as JSON, its events left out; - reads standard input.
Exit codes: 0 it ran; 2 the file or the change is not valid; 3 a promise was broken, which is a bug.`;

/** How a preview is written. */
export type PreviewForm = 'table' | 'json' | 'csv';

interface Options {
  set: string[];
  scope: string;
  days?: number;
  json?: boolean;
  csv?: boolean;
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
    .option('--set <key=value>', 'a policy key, as in "policy set"; may be given again', gathered, [])
    .option('--scope <scope>', 'where it is set: global, a prefix with its slash, or a task id', 'global')
    .option('--days <number>', 'how many days to look ahead (default: 60; of a file: to its end)', daysOf)
    .addOption(
      new Option('--csv', 'comma-separated values: a row for each day, tenant and policy').conflicts('json'),
    )
    .addHelpText('after', NOTES)
    .action(async (file: string | undefined, _: unknown, command: Command) => {
      const { set, scope, days, json, csv } = command.optsWithGlobals<Options>();
      const change = {
        scope: scopeOf(scope),
        set: readPairs(set),
        ...(days === undefined ? {} : { days }),
      };
      const form = json ? 'json' : csv ? 'csv' : 'table';
      if (file === undefined)
        await onStage<[]>(cli, (session) => previewOfStage(session, cli.stdout, change, form))(command);
      else endScenarioRun(await runPreview(await readScenarioInput(file), change, form));
    });
}

async function previewOfStage(
  { system, stderr }: Session,
  stdout: Sink,
  change: PreviewChange,
  form: PreviewForm,
): Promise<void> {
  const known = await snapshotOf(system.table, progressOn(stderr));
  const judged = { now: system.clock.now(), isProduction: isProduction(system.config.stage) };
  const previewed = await previewStage(known, judged, change, deployedService);
  if (!previewed.ok) throw new UsageError(previewed.problem);
  endScenarioRun(writtenAs(form, previewed), { stdout, stderr });
}

/** Says on a terminal how far it is; each time over what it said before. */
function progressOn(stderr: Sink): (rows: number) => void {
  return (rows) => {
    if (stderr.isTTY) stderr.write(`\r${rows} rows read `);
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

function writtenAs(form: PreviewForm, previewed: Previewed): ScenarioRun {
  if (!previewed.ok) return refusedInput(previewed.problem);
  const { lines, broken } = previewed;
  const output = WRITTEN[form](lines)
    .map((line) => `${line}\n`)
    .join('');
  const exitCode = broken.length > 0 ? SCENARIO_EXIT.promiseBroken : SCENARIO_EXIT.ran;
  return { output, problems: broken, exitCode };
}

const WRITTEN: Record<PreviewForm, (lines: readonly PreviewLine[]) => string[]> = {
  json: (lines) => lines.map(jsonLine),
  csv: previewCsv,
  table: previewTable,
};
