import type { Command } from 'commander';
import {
  type BadLine,
  type LoadProgress,
  type LoadResult,
  loadNdjson,
  readNdjson,
} from '../../functions/catalog/bulk-load.ts';
import { importKind } from '../../functions/operator-work/kinds/import.ts';
import { amount, amountAre, oneOr } from '../../functions/platform/amounts.ts';
import { giveWork } from '../bulk-work.ts';
import { addCommand, type Cli, onStage, type Session } from '../command.ts';
import { UsageError } from '../errors.ts';
import { linesOf } from '../lines.ts';
import { ProgressLine } from '../progress-line.ts';
import { safe } from '../terminal.ts';

interface Options {
  skipBad?: boolean;
  background?: boolean;
  wait?: boolean;
}

/** So many bad lines are named one by one. */
const MOST_NAMED = 20;

const FORM = `
A line: {"id": "acmeCo/prod/orders", "kind": "capture", "enabled": true, "createdAt": "2025-06-01T00:00:00Z",
"owners": ["ana@acme.test"], "dataPlane": "aws-eu-1", "shards": [{"id": "0", "status": "PRIMARY"}]}
All keys: docs/formats.md; JSON schema: docs/formats/task.json. All lines are checked before the first is loaded.`;

/** Adds `tasks import`. */
export function registerTasksImport(tasks: Command, cli: Cli): void {
  addCommand(tasks, {
    usage: 'import',
    description: 'load tasks from NDJSON, one task a line; loading a file twice changes nothing',
    examples: [
      'tasks import fleet.ndjson',
      'tasks import - --skip-bad < fleet.ndjson',
      'tasks import fleet.ndjson --background',
    ],
  })
    .argument('<file>', 'the tasks; - is standard input')
    .option('--skip-bad', 'load the good lines although there are bad ones')
    .option(
      '--background',
      'only check the file here: the scanner loads it, as a bulk command (see `taskwarden work`)',
    )
    .option('--wait', 'with --background: load it here as well, and show how far it is')
    .addHelpText('after', FORM)
    .action(
      onStage<[string], Options>(cli, async (session, options, file) => {
        const { skipBad = false, background, wait } = options;
        if (background) return importLater(session, file, options);
        if (wait) throw new UsageError('tasks import: --wait goes with --background');
        const { system, stdin, stderr, out, interrupts } = session;
        interrupts.whileDoing('nothing was loaded');
        const lines = await linesOf(file, stdin, (remove) => interrupts.removing(remove));
        const progress = new ProgressLine(stderr);
        let result: LoadResult;
        try {
          const onProgress = (at: LoadProgress) => {
            interrupts.whileDoing(doneSoFar(at));
            progress.show(progressText(at));
          };
          result = await loadNdjson(system, () => lines.open(), { skipBad, onProgress });
        } finally {
          progress.clear();
          await lines.close();
        }
        const { loaded, unchanged, bad } = result;
        const refused = bad.length > 0 && !skipBad;
        if (refused && !out.json) throw refusal(lines.name, bad);
        out.one(result, () => [`loaded ${loaded}, unchanged ${unchanged}, bad ${bad.length}`]);
        if (refused) throw refusal(lines.name, bad);
        saySkipped(session, lines.name, bad);
      }),
    );
}

/** Checks the file, and leaves its tasks to the scanner: none where a line is bad. */
async function importLater(
  session: Session,
  file: string,
  { skipBad = false, wait }: Options,
): Promise<void> {
  const { system, stdin, stderr, interrupts } = session;
  interrupts.whileDoing('nothing is to be loaded; the lines were still being checked');
  const lines = await linesOf(file, stdin, (remove) => interrupts.removing(remove));
  const progress = new ProgressLine(stderr);
  const onProgress = (at: LoadProgress) => progress.show(progressText(at));
  const { entries, bad } = await readNdjson(system, () => lines.open(), { skipBad, onProgress }).finally(
    () => {
      progress.clear();
      return lines.close();
    },
  );
  if (bad.length > 0 && !skipBad) throw refusal(lines.name, bad);
  if (entries.length === 0) throw new UsageError(`${lines.name}: there is no task to load`);
  saySkipped(session, lines.name, bad);
  await giveWork(session, {
    kind: importKind,
    what: `import of ${amount(entries.length, 'task')}`,
    items: entries.map(({ id, text }) => ({ id, of: text })),
    reason: '',
    wait: wait === true,
    sentence: `${amountAre(entries.length, 'task')} to be loaded`,
  });
}

function saySkipped({ stderr }: Session, name: string, bad: readonly BadLine[]): void {
  for (const text of named(bad, MOST_NAMED)) stderr.write(`skipped ${safe(name)} ${safe(text)}\n`);
}

function refusal(name: string, bad: readonly BadLine[]): UsageError {
  const texts = named(bad, MOST_NAMED);
  const last = texts.pop() ?? '';
  const hint = 'nothing was loaded; --skip-bad loads the good lines';
  return new UsageError(...[...texts, `${last}; ${hint}`].map((text) => `${name} ${text}`));
}

function named(bad: readonly BadLine[], most: number): string[] {
  const texts = bad.slice(0, most).map(({ line, problem }) => `line ${line}: ${problem}`);
  if (bad.length > most)
    texts.push(`has ${amount(bad.length - most, 'more bad line')}; --json lists them all`);
  return texts;
}

function progressText({ stage, done, total }: LoadProgress): string {
  return stage === 'checking'
    ? `checking: ${amount(done, 'line')}`
    : `loading: ${done} of ${total} ${oneOr(total ?? 0, 'task', 'tasks')}`;
}

/** What an import that is stopped has done. */
function doneSoFar({ stage, done, total }: LoadProgress): string {
  if (stage === 'checking') return 'nothing was loaded; the lines were still being checked';
  return `${done} of ${total} ${oneOr(total ?? 0, 'task', 'tasks')} ${oneOr(done, 'is', 'are')} loaded; run the same command again: it goes on, and what is loaded stays as it is`;
}
