import { type Command, InvalidArgumentError, Option } from 'commander';
import { daysAfter, isDay } from '../../functions/facts/days.ts';
import { type Days, loadReport, newestDay, type Report, weekUntil } from '../../functions/facts/report.ts';
import { addCommand, type Cli, onStage, type Session } from '../command.ts';
import { UsageError } from '../errors.ts';
import { reportCsv, reportJson, reportTable } from '../report-text.ts';
import { safe } from '../terminal.ts';

interface Options {
  weekly?: boolean;
  from?: string;
  to?: string;
  tenant?: string;
  json?: boolean;
  csv?: boolean;
  html?: string;
}

/** How many days a report is of where nothing is said. */
const DAYS = 30;

/** Facts are kept for so long. */
const MOST_DAYS = 400;

/** Adds `report`. */
export function registerReport(program: Command, cli: Cli): void {
  addCommand(program, {
    usage: 'report',
    description: 'what happened day by day: found, warned, kept, recovered, disabled, undone',
    examples: [
      'report',
      'report --weekly --html report.html',
      'report --from 2026-01-01 --to 2026-01-31 --tenant acmeCo --csv > january.csv',
    ],
  })
    .addOption(new Option('--weekly', 'the newest whole week, Monday to Sunday').conflicts(['from', 'to']))
    .option('--from <day>', `the first day, in UTC (default: ${DAYS} days, with the last)`, dayArgument)
    .option('--to <day>', 'the last day (default: the newest that is counted)', dayArgument)
    .option('--tenant <tenant>', 'only the tasks of one tenant')
    .addOption(new Option('--csv', 'comma-separated values').conflicts('json'))
    .addOption(
      new Option('--html <out>', 'a file to write one page with plots to').conflicts(['json', 'csv']),
    )
    .action(onStage<[], Options>(cli, (session, options) => report(session, options, cli)));
}

function dayArgument(text: string): string {
  if (isDay(text)) return text;
  throw new InvalidArgumentError('Allowed: a day such as "2026-01-31".');
}

async function report({ system }: Session, options: Options, { stdout }: Cli): Promise<void> {
  const newest = await newestDay(system.table);
  if (newest === null)
    throw new UsageError('no day is counted yet: each is, an hour after it is over in UTC');
  const found = await loadReport(system.table, spanOf(options, newest), options.tenant);
  if (options.html === undefined) {
    for (const line of linesOf(found, options)) stdout.write(`${line}\n`);
    return;
  }
  // What draws plots is loaded only where it is asked to.
  const [{ reportPage }, { writePage }] = await Promise.all([
    import('../report-page.ts'),
    import('../page.ts'),
  ]);
  await writePage(options.html, reportPage(found));
  stdout.write(`written: ${safe(options.html)}\n`);
}

function linesOf(found: Report, { json, csv }: Options): string[] {
  if (json) return reportJson(found);
  return csv ? reportCsv(found) : reportTable(found);
}

/** The days that are asked for; later ones than the newest that is counted are left out. */
function spanOf({ weekly, from, to }: Options, newest: string): Days {
  if (weekly) return weekUntil(newest);
  const last = to === undefined || to > newest ? newest : to;
  const first = from ?? daysAfter(last, 1 - DAYS);
  if (first > last)
    throw new UsageError(
      `from ${first} to ${to ?? last} there is no day that is counted; the newest is ${newest}`,
    );
  if (first < daysAfter(last, 1 - MOST_DAYS))
    throw new UsageError(`--from ${first} is too early: at most ${MOST_DAYS} days are reported at once`);
  return { from: first, to: last };
}
