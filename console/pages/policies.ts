import { html } from 'hono/html';
import { scopeOf, scopeText } from '../../cli/policy-arguments.ts';
import { documentPairs, valueText } from '../../cli/policy-text.ts';
import { leavesOf } from '../../functions/operators/overview/policy-leaves.ts';
import { leafText } from '../../functions/operators/policy-text.ts';
import { loadPolicies, loadPolicyDocuments } from '../../functions/store/policies.ts';
import type { Console, Page, PageKind } from '../console.ts';
import { field, type Html, link, paged, said, table } from '../parts.ts';

/** What holds where, and what a change of it would do. */
export const policiesPage: PageKind = {
  path: '/policies',
  menu: 'Policies',
  show: async (console, query) => {
    const asked = query.get('scope');
    return asked === null ? allPage(console, query) : scopePage(console, scopeOf(asked));
  },
};

async function allPage({ system }: Console, query: URLSearchParams): Promise<Page> {
  const documents = [...(await loadPolicyDocuments(system.table))].sort(([a], [b]) => (a < b ? -1 : 1));
  const { rows, pager } = paged(documents, '/policies', query);
  const body = html`${table({
    caption: 'The narrower scope counts',
    rows,
    none: 'No policy is set: the defaults hold.',
    columns: [
      ['Scope', ([scope]) => link(scopeText(scope), '/policies', { scope: scopeText(scope) })],
      ['Says', ([, document]) => documentPairs(document).join(' ')],
    ],
  })}${pager}<p>${link('History: who changed what, when and why', '/policies/history')} · ${link('Differences between two instants', '/policies/diff')}</p>
<h2>Look at another scope</h2><form class="card filters" method="get" action="/policies">${field(
    'Scope: global, a prefix with its slash, or a task',
    'scope',
    'global',
  )}<div><button>Show</button></div></form>`;
  return { title: 'Policies', body };
}

/** What a scope says of its own, and how a key of it is taken out. */
function ownTable({ allowsChanges }: Console, scope: string, document: Record<string, unknown>): Html {
  const keysOf = Object.keys(document).flatMap((key) =>
    documentPairs({ [key]: document[key] }).map((pair) => ({ key: pair.split('=', 1)[0] ?? key, pair })),
  );
  return table({
    caption: 'What it says of its own',
    rows: keysOf,
    none: 'It says nothing of its own.',
    columns: [
      ['Says', ({ pair }) => html`<code>${said(pair)}</code>`],
      ...(allowsChanges
        ? [
            [
              'Act',
              ({ key }: { key: string }) =>
                link('Take it out…', '/act/unset-policy', { scope: scopeText(scope), key }),
            ] as const,
          ]
        : []),
    ],
  });
}

async function scopePage(console: Console, scope: string): Promise<Page> {
  const { system } = console;
  const [documents, book] = await Promise.all([
    loadPolicyDocuments(system.table),
    loadPolicies(system.table),
  ]);
  const document = documents.get(scope) ?? {};
  const name = scopeText(scope);
  // What holds below a prefix is what holds for any of its tasks without a policy of its own.
  const effective = book.for(scope.endsWith('/') ? `${scope}any` : scope);
  const body = html`${ownTable(console, scope, document)}
<p>${link('Its history', '/policies/history', { scope: name })} · ${link('Its rollout', '/rollout', { scope: name })}</p>
${previewForm(name, documentPairs(document))}
<h2>What holds there</h2>${table({
    caption: 'Each key with where it comes from',
    rows: leavesOf(effective),
    none: '',
    columns: [
      ['Key', ({ leaf }) => leafText(leaf)],
      ['Value', ({ value }) => valueText(value)],
      ['From', ({ from }) => from],
    ],
  })}<p>${link('All policies', '/policies')}</p>`;
  return { title: `Policy of ${name}`, body };
}

/** Asks for a change to be previewed. */
export function previewForm(scope: string, pairs: readonly string[], days = '60'): Html {
  return html`<h2>Preview a change</h2><form class="card" method="get" action="/preview">
${field('Scope', 'scope', scope)}
<div><label for="f-set">Keys to set, one a line: <code>warnAfter=30d</code>, <code>mode=disable</code></label>
<textarea id="f-set" name="set" rows="4">${pairs.join('\n')}</textarea></div>
${field('Days to look ahead', 'days', days, { type: 'number', min: '1', max: '366' })}
<p><button>Preview</button></p><p class="quiet">It reads the whole table once, simulates the fleet under both policies, and changes nothing.</p></form>`;
}
