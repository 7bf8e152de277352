import type { Command } from 'commander';
import {
  type BadLine,
  type LoadProgress,
  type LoadResult,
  loadNdjson,
} from '../../functions/catalog/bulk-load.ts';
import { addCommand, type Cli, onStage } from '../command.ts';
import { UsageError } from '../errors.ts';
import { linesOf } from '../lines.ts';
import { type Sink, safe } from '../terminal.ts';

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
    examples: ['tasks import fleet.ndjson', 'tasks import - --skip-bad < fleet.ndjson'],
  })
    .argument('<file>', 'the tasks; - is standard input')
    .option('--skip-bad', 'load the good lines although there are bad ones')
    .addHelpText('after', FORM)
    .action(
      onStage<[string], { skipBad?: boolean }>(cli, async (session, { skipBad = false }, file) => {
        const { system, stdin, stderr, out, interrupts } = session;
        interrupts.whileDoing('nothing was loaded');
        const lines = await linesOf(file, stdin, (remove) => interrupts.removing(remove));
        const progress = new ProgressLine(stderr);
        let result: LoadResult;
        try {
          const onProgress = (at: LoadProgress) => {
            interrupts.whileDoing(doneSoFar(at));
            progress.show(at);
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
        for (const text of named(bad, MOST_NAMED))
          stderr.write(`skipped ${safe(lines.name)} ${safe(text)}\n`);
      }),
    );
}

function refusal(name: string, bad: readonly BadLine[]): UsageError {
  const texts = named(bad, MOST_NAMED);
  const last = texts.pop() ?? '';
  const hint = 'nothing was loaded; --skip-bad loads the good lines';
  return new UsageError(...[...texts, `${last}; ${hint}`].map((text) => `${name} ${text}`));
}

function named(bad: readonly BadLine[], most: number): string[] {
  const texts = bad.slice(0, most).map(({ line, problem }) => `line ${line}: ${problem}`);
  if (bad.length > most) texts.push(`has ${bad.length - most} more bad lines; --json lists them all`);
  return texts;
}

/** What an import that is stopped has done. */
function doneSoFar({ stage, done, total }: LoadProgress): string {
  if (stage === 'checking') return 'nothing was loaded; the lines were still being checked';
  return `${done} of ${total} tasks are loaded; run the same command again: it goes on, and what is loaded stays as it is`;
}

/** One line on a terminal that is written over and over; nothing elsewhere. */
class ProgressLine {
  readonly #sink: Sink;
  #shown = false;

  constructor(sink: Sink) {
    this.#sink = sink;
  }

  show({ stage, done, total }: LoadProgress): void {
    if (!this.#sink.isTTY) return;
    const text = stage === 'checking' ? `checking: ${done} lines` : `loading: ${done} of ${total} tasks`;
    this.#sink.write(`\r\u001b[2K${text}`);
    this.#shown = true;
  }

  clear(): void {
    if (this.#shown) this.#sink.write('\r\u001b[2K');
  }
}
