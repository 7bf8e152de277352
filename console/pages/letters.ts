import { html } from 'hono/html';
import { deniedBy } from '../../cli/aws-problems.ts';
import { type JudgedLetter, LETTER_COLUMNS } from '../../cli/letter-view.ts';
import type { LetterQueue } from '../../functions/operators/dead-letters.ts';
import { stateOf } from '../../functions/operators/letter-state.ts';
import { eachLetter } from '../../functions/operators/letters.ts';
import { oneOr } from '../../functions/platform/amounts.ts';
import { argument } from '../../functions/platform/shell-word.ts';
import type { Console, PageKind } from '../console.ts';
import { amountText, type Html, link, note, table } from '../parts.ts';

/** So many are shown. */
const SHOWN = 50;

/** What a worker gave up: why, and what would become of each now. */
export const lettersPage: PageKind = {
  path: '/queues/letters',
  show: async (console, query) => {
    const { queues } = console.stage.deadLetters;
    const queue = queues.find((name) => name === query.get('queue'));
    if (queue === undefined)
      return { title: 'Not found', status: 404, body: note('warn', 'No dead-letter queue has this name.') };
    const on = `--queue ${queue} --stage ${argument(console.stage.name)}`;
    const body = html`${await shownOf(console, queue)}<h2>On the command line</h2><pre>taskwarden dlq list ${on}
taskwarden dlq redrive ${on}
taskwarden dlq discard ${on}</pre><p>${link('All queues', '/queues')}</p>`;
    return { title: `Dead letters of ${queue}`, body };
  },
};

/** What is in it; where the credentials may not receive it, how many there are, and what would show them. */
async function shownOf(console: Console, queue: LetterQueue): Promise<Html> {
  try {
    return letterTable(await lettersOf(console, queue));
  } catch (error) {
    const denied = deniedBy(error);
    if (denied === undefined) throw error;
    const count = await console.stage.deadLetters.count(queue);
    return note(
      'warn',
      `${amountText(count, 'dead letter')} ${oneOr(count, 'is', 'are')} in it.`,
      `What they say is not shown: these credentials may not do ${denied}. With sqs:ReceiveMessage and sqs:ChangeMessageVisibility on the dead-letter queues it is (docs/operators.md).`,
    );
  }
}

function letterTable(rows: readonly JudgedLetter[]): Html {
  return table<JudgedLetter>({
    caption: `The first ${SHOWN}; each is where it was afterwards`,
    rows,
    none: 'There are no dead letters in it, or somebody else reads them at this moment.',
    columns: LETTER_COLUMNS.map(([heading, cell]) => [titled(heading), cell] as const),
  });
}

/** `ABOUT` as a page writes it. */
function titled(heading: string): string {
  return heading.slice(0, 1) + heading.slice(1).toLowerCase();
}

async function lettersOf({ stage, system }: Console, queue: LetterQueue): Promise<JudgedLetter[]> {
  const now = system.clock.now();
  const found: JudgedLetter[] = [];
  for await (const letter of eachLetter(stage.deadLetters, [queue])) {
    found.push({ ...letter, state: await stateOf(system, letter.received, letter.facts), now });
    if (found.length === SHOWN) break;
  }
  return found;
}
