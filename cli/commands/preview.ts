import { type Command, InvalidArgumentError, Option } from 'commander';
import { deployedService } from '../../simulation/engine/deployed-service.ts';
import type { Service } from '../../simulation/engine/service.port.ts';
import { type PreviewChange, type PreviewLine, preview } from '../../simulation/preview/preview.ts';
import { parseScenarioText } from '../../simulation/scenario/scenario.ts';
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
import { jsonLine } from '../terminal.ts';

const EXAMPLES = `
Examples:
  $ taskwarden preview scenario.json --set mode=disable --set warnAfter=30d
  $ taskwarden preview scenario.json --scope acmeCo/ --set mode=notify --days 30 --json
  $ taskwarden preview scenario.json --set mode=disable --csv > preview.csv

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

/** Adds `preview FILE` to the program. */
export function registerPreview(program: Command): void {
  program
    .command('preview')
    .description(
      'what a change of policy would do to a fleet from now on, against the policy as it is; changes nothing',
    )
    .argument('<file>', 'a scenario as JSON, its events left out; - reads standard input')
    .option('--set <key=value>', 'a policy key, as in "policy set"; may be given again', gathered, [])
    .option('--scope <scope>', 'where it is set: global, a prefix with its slash, or a task id', 'global')
    .option(
      '--days <number>',
      'how many days to look ahead (default: to the end that the file names)',
      daysOf,
    )
    .option('--json', 'NDJSON: what was asked, a line for each day and tenant, the total')
    .addOption(
      new Option('--csv', 'comma-separated values: a row for each day, tenant and policy').conflicts('json'),
    )
    .addHelpText('after', EXAMPLES)
    .action(async (file: string, options: Options) => {
      const { set, scope, days } = options;
      const change = { scope: scopeOf(scope), set: readPairs(set), ...(days === undefined ? {} : { days }) };
      const form = options.json ? 'json' : options.csv ? 'csv' : 'table';
      endScenarioRun(await runPreview(await readScenarioInput(file), change, form));
    });
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
  const previewed = await preview(parsed.scenario, change, service);
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
