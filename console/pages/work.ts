import { html } from 'hono/html';
import { progressText, rateText } from '../../cli/work-view.ts';
import { eachWorkedItem, type WorkedItem } from '../../functions/operator-work/results.ts';
import {
  leftOf,
  listOperatorWork,
  loadOperatorWork,
  type OperatorWorkRecord,
} from '../../functions/store/operator-work.ts';
import type { Console, Page, PageKind } from '../console.ts';
import { address, at, facts, type Html, link, NOTHING, note, paged, table, tag, taskLink } from '../parts.ts';

/** Bulk commands of operators. */
export const workPage: PageKind = {
  path: '/work',
  menu: 'Bulk commands',
  show: async ({ system }, query) => {
    const all = (await listOperatorWork(system.table)).sort((a, b) => b.at - a.at);
    const { rows, pager } = paged(all, '/work', query);
    const body = html`${table({
      caption: 'The newest first',
      rows,
      none: 'No bulk command was given.',
      columns: [
        ['What', ({ what, id }) => link(what, '/work/show', { id })],
        ['State', stateTag],
        ['Progress', progressText],
        ['Rate', rateText],
        ['By', ({ by }) => by],
        ['Given', (work) => at(work.at)],
      ],
    })}${pager}`;
    return { title: 'Bulk commands', body };
  },
};

function stateTag({ state }: OperatorWorkRecord): Html {
  return tag(state, state === 'done' ? 'good' : state === 'open' ? 'warn' : 'quiet');
}

/** One bulk command: how far it is, and what became of each item. */
export const oneWorkPage: PageKind = {
  path: '/work/show',
  show: async (console, query) => {
    const { system } = console;
    const record = await loadOperatorWork(system.table, query.get('id') ?? '');
    if (!record)
      return { title: 'Not found', status: 404, body: note('warn', 'No bulk command has this id.') };
    return oneWork(console, record, query);
  },
};

async function oneWork(console: Console, record: OperatorWorkRecord, query: URLSearchParams): Promise<Page> {
  const isAll = query.get('all') !== null;
  const items: WorkedItem[] = [];
  for await (const item of eachWorkedItem(console.system, record))
    if (isAll || (item.result !== null && item.result.outcome !== 'done')) items.push(item);
  const { rows, pager } = paged(items, '/work/show', query);
  const { id } = record;
  const other = isAll
    ? link('Only skipped and failed ones', '/work/show', { id })
    : link('All items', '/work/show', { id, all: '1' });
  const body = html`${factsOf(record)}${console.allowsChanges ? acts(record) : NOTHING}${table({
    caption: isAll ? 'All items' : 'Items that were skipped or failed',
    rows,
    none: 'None was skipped, and none failed.',
    columns: [
      ['Item', (item) => taskLink(item.id)],
      ['Outcome', ({ result }) => result?.outcome ?? 'left'],
      ['Why', ({ result }) => result?.why],
    ],
  })}${pager}<p>${other} · ${link('All bulk commands', '/work')}</p>`;
  return { title: `Bulk command: ${record.what}`, body };
}

function factsOf(record: OperatorWorkRecord): Html {
  return facts([
    ['Id', record.id],
    ['State', stateTag(record)],
    ['Progress', progressText(record)],
    ['Rate', rateText(record)],
    ['Priority', record.priority],
    ['By', record.by],
    ['Why', record.reason],
    ['Given', at(record.at)],
    ['Ended', record.endedAt === null ? null : at(record.endedAt)],
  ]);
}

function acts(record: OperatorWorkRecord): Html {
  const { id, state, counts } = record;
  const canRetry = state !== 'open' && counts.failed + leftOf(record) > 0;
  const act = state === 'open' ? ['cancel', 'Cancel it…'] : canRetry ? ['retry', 'Try the rest again…'] : [];
  const [name, text] = act;
  return name === undefined
    ? NOTHING
    : html`<div class="acts"><a class="button" href="${address(`/act/${name}-work`, { id })}">${text}</a></div>`;
}
