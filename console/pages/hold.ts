import { html } from 'hono/html';
import { summaryOf } from '../../cli/commands/holds.ts';
import { datedOnce, type HeldGroups, type Hold, loadHolds } from '../../functions/operators/holds.ts';
import type { Console, Page, PageKind } from '../console.ts';
import {
  address,
  at,
  facts,
  field,
  type Html,
  link,
  NOTHING,
  note,
  paged,
  table,
  taskLink,
} from '../parts.ts';
import { groupTables } from './held-groups.ts';
import { actLinks, rejectionOf } from './holds.ts';

/** One hold: how many tasks of whom, which, and what can be done. */
export const holdPage: PageKind = {
  path: '/holds/show',
  show: async (console, query) => {
    const id = query.get('hold') ?? '';
    const dated = datedOnce(console.system.table);
    const hold = (await loadHolds(console.system, dated)).find((candidate) => candidate.id === id);
    if (!hold) return overPage(id);
    const { tasks, groups } = await summaryOf(console, hold, dated);
    const ids = tasks.map((task) => task.id).sort();
    const { rows, pager } = paged(ids, '/holds/show', query);
    const body = html`${factsOf(hold, tasks.length)}${console.allowsChanges ? acts(hold, tasks.length) : NOTHING}
<h2>What they have in common</h2>${groupTables(groups, groupName(console, hold))}
<h2>Tasks</h2>${table({ caption: 'By name', rows, none: 'It holds no task now.', columns: [['Task', taskLink]] })}${pager}
<p>${link('All holds', '/holds')}</p>`;
    return { title: `Hold ${hold.id}`, body };
  },
};

function overPage(id: string): Page {
  const body = html`${note('quiet', `Nothing is held as ${JSON.stringify(id)}: it may be over.`)}<p>${link('All holds', '/holds')}</p>`;
  return { title: 'Not found', status: 404, body };
}

/** What each cause of a hold means, for who meets it the first time. */
const MEANING: Record<Hold['cause'], string> = {
  'blast-radius': 'More tasks became due together than are disabled without being asked.',
  'correlated-failure': 'Many tasks of the data plane lost PRIMARY together: their clocks stand still.',
  'listing-shrank': 'A listing misses many tasks that were there before: nothing is deleted because of it.',
  'data-plane-deleted': 'The data plane was deleted: its tasks are parked.',
  'data-plane-down': 'The data plane is down: the clocks of its tasks stand still.',
  'data-plane-silent': 'The data plane gives no sign of life: the clocks of its tasks stand still.',
  'evidence-stale': 'Nothing new was heard of them for too long: their clocks stand still.',
  'feedback-silent': 'SES does not tell what becomes of mails: nothing is disabled.',
};

function factsOf(hold: Hold, tasks: number): Html {
  return html`<p>${MEANING[hold.cause]}</p>${facts([
    ['Tasks', tasks],
    ['Since', at(hold.since)],
    ['About', hold.subject],
    ['It ends by itself with', hold.ends],
    ['Rejected', rejectionOf(hold)],
  ])}`;
}

function acts(hold: Hold, tasks: number): Html {
  const all = html`<p class="acts">${actLinks(hold, tasks)}</p>`;
  return hold.cause === 'blast-radius' ? html`${all}${someForm()}` : all;
}

/** Of a spike some can be approved alone. */
function someForm(): Html {
  return html`<form class="card filters" method="get" action="/act/approve">
${field('Approve only those below a prefix', 'prefix', '', { placeholder: 'acmeCo/' })}
${field('How many you expect (optional)', 'expect', '', { inputmode: 'numeric', pattern: '[0-9]{1,9}' })}
<div><button>Approve…</button></div></form>`;
}

/** The filters of the page of tasks by which it finds a group again. */
const FILTER: Partial<Record<keyof HeldGroups, string>> = {
  tenant: 'tenant',
  plane: 'plane',
  owner: 'owner',
};
const NOBODY = ['nobody', 'not known'];

function groupName({ allowsChanges }: Console, { cause }: Hold) {
  const isOfDecision = cause === 'blast-radius' || cause === 'feedback-silent';
  const held = isOfDecision ? { state: 'held', reason: cause } : {};
  return (by: keyof HeldGroups, name: string, tasks: number) => {
    const filter = FILTER[by];
    if (filter === undefined || NOBODY.includes(name)) return name;
    const found = link(name, '/tasks', { ...held, [filter]: name });
    if (!allowsChanges || cause !== 'blast-radius' || by !== 'tenant') return found;
    const some = address('/act/approve', { prefix: `${name}/`, expect: String(tasks) });
    return html`${found} <a href="${some}">Approve…</a>`;
  };
}
