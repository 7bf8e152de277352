import { html } from 'hono/html';
import { DAY } from '../../functions/abandonment/time.ts';
import { type UndoCandidate, undoCandidates } from '../../functions/operator-work/undo-candidates.ts';
import { runsSince } from '../../functions/store/runs.ts';
import type { Console, Page, PageKind } from '../console.ts';
import { address, at, field, type Html, link, NOTHING, note, paged, table, taskLink } from '../parts.ts';
import { togetherOf } from '../undone.ts';

/** Scans of so many days that disabled something are offered. */
const DAYS = 30;

/** What was disabled, and would be enabled again. */
export const undoPage: PageKind = {
  path: '/undo',
  menu: 'Undo',
  show: async (console, query) => {
    const asked = {
      run: query.get('run') ?? '',
      since: query.get('since') ?? '',
      prefix: query.get('prefix') ?? '',
    };
    if (asked.run === '' && asked.since === '') return choicePage(console);
    const together = togetherOf(asked);
    if (typeof together === 'string') return refused(together);
    const candidates = await undoCandidates(console.system, together);
    const due = candidates.filter(({ refusal }) => refusal === undefined).length;
    const { rows, pager } = paged(candidates, '/undo', query);
    const act = html`<div class="acts"><a class="button" href="${address('/act/undo', asked)}">Enable ${due.toLocaleString('en')} again…</a></div>`;
    const body = html`<p><b>${due.toLocaleString('en')}</b> of ${candidates.length.toLocaleString('en')} would be enabled again. Nothing was changed.</p>
${console.allowsChanges && due > 0 ? act : NOTHING}${candidateTable(rows)}${pager}${form(asked)}`;
    return { title: 'Undo: what would be enabled again', body };
  },
};

function refused(why: string): Page {
  return { title: 'Undo', status: 422, body: html`${note('warn', why)}${form()}` };
}

async function choicePage({ system }: Console): Promise<Page> {
  const runs = [];
  for await (const run of runsSince(system.table, system.clock.now() - DAYS * DAY))
    if (run.figures.queuedToDisable) runs.push(run);
  const body = html`${table({
    caption: `Scans of the last ${DAYS} days that disabled something`,
    rows: runs.reverse().slice(0, 100),
    none: `No scan disabled anything within ${DAYS} days.`,
    columns: [
      ['Scan', ({ run }) => at(run)],
      ['Disabled', ({ figures }) => figures.queuedToDisable],
      ['Undo', ({ run }) => link('What would be enabled', '/undo', { run })],
    ],
  })}${form()}`;
  return { title: 'Undo', body };
}

function candidateTable(rows: readonly UndoCandidate[]): Html {
  return table<UndoCandidate>({
    caption: 'As each stands now',
    rows,
    none: 'Nothing was disabled.',
    columns: [
      ['Task', ({ task }) => taskLink(task)],
      ['Scan', ({ run }) => at(run)],
      [
        'What would be done',
        ({ refusal }) => (refusal === undefined ? 'enabled again' : `left as it is: ${refusal}`),
      ],
    ],
  });
}

function form({ since = '', prefix = '' } = {}): Html {
  return html`<h2>All since an instant</h2><form class="card filters" method="get" action="/undo">${field('Since', 'since', since, { placeholder: '2026-01-31T00:00:00Z' })}${field('Below a prefix', 'prefix', prefix, { placeholder: 'acmeCo/' })}<div><button>Show</button></div></form>`;
}
