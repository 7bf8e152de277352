import { html } from 'hono/html';
import { scopeOf, scopeText } from '../../cli/policy-arguments.ts';
import { changeLines } from '../../cli/policy-changes.ts';
import { formatInstant, type Instant, parseInstant } from '../../functions/abandonment/time.ts';
import {
  type PolicyAct,
  policiesAt,
  policyDifferences,
  policyHistory,
  type ScopeChange,
} from '../../functions/operators/policy-history.ts';
import type { Console, PageKind } from '../console.ts';
import {
  address,
  at,
  choice,
  field,
  type Html,
  hidden,
  link,
  NOTHING,
  note,
  paged,
  said,
  table,
} from '../parts.ts';

/** Who changed which policy, when, why, and to what. */
export const policyHistoryPage: PageKind = {
  path: '/policies/history',
  show: async ({ system }, query) => {
    const asked = (query.get('scope') ?? '').trim();
    const scope = asked === '' ? undefined : scopeOf(asked);
    const acts = (await policyHistory(system.table, scope)).reverse();
    const { rows, pager } = paged(acts, '/policies/history', query);
    const body = html`<form class="card filters" method="get" action="/policies/history">${field('Of one scope alone (empty: all)', 'scope', asked, { placeholder: 'acmeCo/' })}<div><button>Show</button></div></form>
${table<PolicyAct>({
  caption: 'Of the last 400 days, the newest first',
  rows,
  none: 'No policy was changed.',
  columns: [
    ['When', (act) => at(act.at)],
    ['What', ({ act }) => act],
    ['By', ({ by }) => by],
    ['Why', ({ reason }) => reason],
    ['Changes', ({ changes }) => diffOf(changes)],
    [
      'Since then',
      (act) => link('What differs', '/policies/diff', { from: formatInstant(act.at), scope: asked }),
    ],
  ],
})}${pager}<p>${link('Differences between two instants', '/policies/diff', { scope: asked })} · ${link('Policies', '/policies')}</p>`;
    return { title: asked === '' ? 'History of policies' : `History of the policy of ${asked}`, body };
  },
};

/** What scopes say before and after, line by line. */
function diffOf(changes: readonly ScopeChange[]): Html {
  const lines = changes.flatMap(changeLines);
  return html`<ul class="diff">${lines.map((line) => html`<li class="${line.startsWith('+') ? 'good' : 'bad'}">${said(line)}</li>`)}</ul>`;
}

/** What differs between the policies of two instants. */
export const policyDiffPage: PageKind = {
  path: '/policies/diff',
  show: async (console, query) => {
    const { system } = console;
    const now = system.clock.now();
    const chosen = {
      from: query.get('from') ?? '',
      to: query.get('to') ?? '',
      scope: (query.get('scope') ?? '').trim(),
    };
    const acts = (await policyHistory(system.table)).reverse();
    const form = diffForm(chosen, acts);
    const [from, to] = [instantOf(chosen.from, 0), instantOf(chosen.to, now)];
    const title = 'Differences of policies';
    if (chosen.from === '') return { title, body: html`<p>Of which two instants?</p>${form}` };
    if (from === undefined || to === undefined)
      return {
        title,
        status: 422,
        body: html`${note('warn', 'That is no instant: RFC 3339 with a zone is, or a day.')}${form}`,
      };
    return { title, body: html`${await shownDiff(console, { from, to }, chosen.scope)}${form}` };
  },
};

/** A day alone is its beginning. */
function instantOf(text: string, otherwise: Instant): Instant | undefined {
  if (text === '') return otherwise;
  return parseInstant(/^\d{4}-\d{2}-\d{2}$/.test(text) ? `${text}T00:00:00Z` : text);
}

async function shownDiff(
  { system }: Console,
  { from, to }: { from: Instant; to: Instant },
  scope: string,
): Promise<Html> {
  const [before, after] = await Promise.all([policiesAt(system.table, from), policiesAt(system.table, to)]);
  const all = policyDifferences(before, after);
  const changes = scope === '' ? all : all.filter((change) => change.scope === scopeOf(scope));
  return html`<p>From ${at(from)} to ${at(to)}: <b>-</b> is what held then, <b>+</b> what holds at the end.</p>${table<ScopeChange>(
    {
      caption: 'Scopes that say something else',
      rows: changes,
      none: 'Nothing differs.',
      columns: [
        ['Scope', (change) => link(scopeText(change.scope), '/policies', { scope: scopeText(change.scope) })],
        ['Changes', (change) => diffOf([change])],
      ],
    },
  )}`;
}

/** So many changes are offered; another instant is named in the address. */
const MOST_OFFERED = 100;

interface Asked {
  from: string;
  to: string;
  scope: string;
}

function diffForm({ from, to, scope }: Asked, acts: readonly PolicyAct[]): Html {
  const newest = acts.slice(0, MOST_OFFERED).map((act): [string, string] => {
    const when = formatInstant(act.at);
    return [when, `after ${when.slice(0, 16).replace('T', ' ')}: ${act.act} by ${act.by}`];
  });
  const offered = (chosen: string) =>
    chosen === '' || newest.some(([when]) => when === chosen)
      ? newest
      : [[chosen, chosen] as const, ...newest];
  return html`<form class="card filters" method="get" action="/policies/diff">${scope === '' ? NOTHING : hidden({ scope })}
${choice('From', 'from', [...offered(from), ['1970-01-01T00:00:00Z', 'the beginning']], from)}
${choice('To', 'to', [['', 'now'], ...offered(to)], to)}<div><button>Show</button></div></form>
<p><a href="${address('/policies/history', { scope })}">History</a></p>`;
}
