import { createWriteStream, openSync, rmSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Command } from 'commander';
import { formatInstant, type Instant } from '../../functions/abandonment/time.ts';
import { markRestored } from '../../functions/operators/restored.ts';
import { type Exported, exportLines } from '../../functions/operators/table-export.ts';
import {
  checkExport,
  type ExportSummary,
  isInUse,
  restoreTable,
} from '../../functions/operators/table-restore.ts';
import { amount } from '../../functions/platform/amounts.ts';
import { addCommand, type Cli, onStage, type Session } from '../command.ts';
import { confirm } from '../confirm.ts';
import { UsageError } from '../errors.ts';
import { type Lines, linesOf } from '../lines.ts';
import { ProgressLine } from '../progress-line.ts';
import { safe } from '../terminal.ts';

const PERSONAL = `
The file has personal data: addresses, and who did what. No secret is in it: keys of links and of control planes stand in SSM and
Secrets Manager. What only says how the deployment runs (attempts, breakers, canaries, cursors) is left out.`;

const PAUSED = `
Evaluating, notifying and disabling are paused: \`taskwarden resume\` lets each go on. Evidence from before does not count any more,
and every open episode is warned of again, with a full grace (docs/upgrade.md).`;

/** Adds `export`, `restore` and `restored`. */
export function registerBackups(program: Command, cli: Cli): void {
  addCommand(program, {
    usage: 'export <file>',
    description: 'write all rows of the stage to a new file, as NDJSON',
    examples: ['export backup.ndjson', 'export backup.ndjson --table Taskwarden-restored --stage prod'],
  })
    .option(
      '--table <name>',
      'read this table in the place of that of the stage: one restored from a backup of AWS',
    )
    .addHelpText('after', PERSONAL)
    .action(onStage<[string], { table?: string }>(cli, exportTo));
  addCommand(program, {
    usage: 'restore <file>',
    description: 'put the rows of an export into the table of the stage; it starts paused',
    examples: ['restore backup.ndjson', 'restore backup.ndjson --replace --yes'],
  })
    .option('--replace', 'although the table is in use: what it holds is deleted')
    .option('--from <stage>', 'of this other stage the export is')
    .option('--yes', 'do not ask, though rows are deleted')
    .addHelpText('after', PAUSED)
    .action(onStage<[string], RestoreGiven>(cli, restoreFrom));
  addCommand(program, {
    usage: 'restored',
    description: 'say that the table itself was restored from a backup of AWS: it starts paused',
    examples: ['restored --stage prod', 'restored --stage prod --yes'],
  })
    .option('--yes', 'do not ask, though everything is paused and warned of again')
    .addHelpText('after', PAUSED)
    .action(
      onStage<[], { yes?: boolean }>(cli, async (session, { yes = false }) => {
        const { system, out, operator, stage } = session;
        const act = `pause all of stage ${stage.name}, and let nothing count that was known before`;
        await confirm(session, { act, yes });
        const { restoredAt } = await markRestored(system, await operator());
        out.one({ restoredAt: formatInstant(restoredAt) }, () => restoredText(restoredAt));
      }),
    );
}

async function exportTo(session: Session, { table: name }: { table?: string }, file: string): Promise<void> {
  const { stage, system, out, stderr, interrupts } = session;
  interrupts.whileDoing('no file was written');
  const table = name === undefined ? system.table : stage.otherTable(name);
  const progress = new ProgressLine(stderr);
  const lines = exportLines(table, { stage: stage.name, at: system.clock.now() }, (rows) =>
    progress.show(`exporting: ${amount(rows, 'row')}`),
  );
  try {
    const { rows, sha256 } = await written(lines, file, (remove) => interrupts.removing(remove));
    out.one({ file, rows, sha256 }, () => [`exported ${amount(rows, 'row')} to ${safe(file)}`]);
  } finally {
    progress.clear();
  }
}

/** Writes lines to a file that is not there yet, which only its owner may read; what is not whole is removed. */
async function written(
  lines: AsyncGenerator<string, Exported>,
  file: string,
  stopped: (remove: () => void) => void,
): Promise<Exported> {
  let exported: Exported = { rows: 0, sha256: '' };
  async function* text(): AsyncGenerator<string> {
    for (let next = await lines.next(); ; next = await lines.next()) {
      if (next.done) {
        exported = next.value;
        return;
      }
      yield `${next.value}\n`;
    }
  }
  try {
    const fd = openSync(file, 'wx', 0o600);
    // Not before it is ours: a file that was there stays.
    stopped(() => rmSync(file, { force: true }));
    await pipeline(Readable.from(text()), createWriteStream(file, { fd }));
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'EEXIST') throw new UsageError(`${file}: there is such a file already; name another`);
    if (code === 'ENOENT') throw new UsageError(`${file}: there is no such folder`);
    await rm(file, { force: true });
    throw error;
  }
  return exported;
}

interface RestoreGiven {
  replace?: boolean;
  from?: string;
  yes?: boolean;
}

async function restoreFrom(session: Session, options: RestoreGiven, file: string): Promise<void> {
  const lines = await linesOf(file, session.stdin);
  try {
    await restoreLines(session, options, lines);
  } finally {
    await lines.close();
  }
}

async function restoreLines(session: Session, options: RestoreGiven, lines: Lines): Promise<void> {
  const { system, out, operator, stderr, interrupts } = session;
  interrupts.whileDoing('nothing was restored');
  const checked = await checkExport(lines.open());
  if (!checked.ok) throw new UsageError(`${lines.name}: ${checked.problem}; nothing was changed`);
  const { summary } = checked;
  await requireMeant(session, options, summary);
  const progress = new ProgressLine(stderr);
  const by = await operator();
  interrupts.whileDoing(
    'the stage is paused and its rows are not whole',
    'run the same command with --replace and --yes: it begins anew and comes to the same',
  );
  const report = (step: string, rows: number) => progress.show(`${step}: ${rows} of ${summary.rows} rows`);
  try {
    const { restoredAt } = await restoreTable(system, lines.open(), { by, progress: report });
    const value = { ...summary, restoredAt: formatInstant(restoredAt) };
    out.one(value, () => [
      `restored ${amount(summary.rows, 'row')} of ${safe(summary.at)}`,
      ...restoredText(restoredAt),
    ]);
  } finally {
    progress.clear();
  }
}

/** @throws UsageError where the export is of another stage than was said, or the table is in use */
async function requireMeant(
  session: Session,
  { replace = false, from, yes = false }: RestoreGiven,
  { stage, at, rows }: ExportSummary,
): Promise<void> {
  const name = session.stage.name;
  if (stage !== (from ?? name))
    throw new UsageError(
      `the export is of stage ${JSON.stringify(stage)}; --from ${stage} says that this is meant`,
    );
  if (!(await isInUse(session.system.table))) return;
  if (!replace)
    throw new UsageError(
      `the table of stage ${name} is in use; --replace deletes what it holds. Nothing was changed`,
    );
  await confirm(session, {
    act: `delete what stage ${name} holds, for ${amount(rows, 'row')} of ${at}`,
    yes,
  });
}

function restoredText(restoredAt: Instant): string[] {
  return [
    `evaluating, notifying and disabling are paused since ${formatInstant(restoredAt)} at the latest`,
    'what was known before does not count: see docs/upgrade.md before you resume them',
  ];
}
