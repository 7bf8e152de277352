import { html } from 'hono/html';
import { evidenceLines, rolloutOf } from '../../cli/commands/rollout.ts';
import { scopeText } from '../../cli/policy-arguments.ts';
import { MODES, type Mode } from '../../functions/abandonment/task.ts';
import { DAY } from '../../functions/abandonment/time.ts';
import { type Rollout, TYPES_OF_MODE } from '../../functions/operators/rollout.ts';
import { amount, oneOr } from '../../functions/platform/amounts.ts';
import { loadPolicies } from '../../functions/store/policies.ts';
import type { Console, Page, PageKind } from '../console.ts';
import {
  address,
  facts,
  field,
  type Html,
  hidden,
  link,
  NOTHING,
  note,
  paged,
  type Tone,
  table,
  tag,
} from '../parts.ts';

/** Where each scope stands on the way from detecting to disabling, and what speaks for its next step. */
export const rolloutPage: PageKind = {
  path: '/rollout',
  menu: 'Rollout',
  show: async (console, query) => {
    const asked = query.get('scope');
    return asked === null ? allPage(console, query) : scopePage(console, asked.trim(), query);
  },
};

const STEPS = `A scope goes from detect (record only) to notify (owners are notified, nothing is announced) to disable, one step at a time.
Every promotion to disable begins new warnings and full graces; a demotion holds from the next decision on.`;

interface Row {
  scope: string;
  mode: Mode;
  /** The scope that says so. */
  from: string;
}

async function allPage({ system }: Console, query: URLSearchParams): Promise<Page> {
  const book = await loadPolicies(system.table);
  const global: Row = { scope: '', mode: book.global.mode, from: book.global.source.mode ?? 'default' };
  const narrower = book
    .scopes()
    .filter((scope) => scope !== '')
    .map(
      (scope): Row => ({ scope, mode: book.for(scope).mode, from: book.for(scope).source.mode ?? 'default' }),
    )
    .filter(({ scope, from }) => scope === from)
    .sort((a, b) => (a.scope < b.scope ? -1 : 1));
  const { rows, pager } = paged<Row>([global, ...narrower], '/rollout', query);
  const body = html`<p>${STEPS}</p>${table({
    caption: 'The global scope, and those with a mode of their own',
    rows,
    none: '',
    columns: [
      ['Scope', ({ scope }) => link(scopeText(scope), '/rollout', { scope: scopeText(scope) })],
      ['Mode', ({ mode }) => modeTag(mode)],
      ['Says so', ({ from }) => from],
    ],
  })}${pager}<h2>Look at another scope</h2><form class="card filters" method="get" action="/rollout">${field(
    'Scope: global, a prefix with its slash, or a task',
    'scope',
    'global',
  )}<div><button>Show</button></div></form>`;
  return { title: 'Rollout', body };
}

const MODE_TONE: Record<Mode, Tone> = { detect: 'quiet', notify: 'warn', disable: 'bad' };

/** A mode, by how much it does. */
export function modeTag(mode: Mode): Html {
  return tag(mode, MODE_TONE[mode]);
}

/** Alerts of so many days are looked at, where nobody says. */
const DAYS = 60;

async function scopePage(console: Console, name: string, query: URLSearchParams): Promise<Page> {
  const number = Number(query.get('days') ?? DAYS);
  const days = Number.isInteger(number) && number >= 1 && number <= 400 ? number : DAYS;
  const rollout = await rolloutOf(console, name, { ago: days * DAY });
  const scope = scopeText(rollout.scope);
  const body = html`<p>${STEPS}</p>${steps(rollout)}${standing(rollout)}${console.allowsChanges ? acts(rollout) : NOTHING}
<h2>What speaks for the next step</h2>${evidence(rollout, days)}
<form class="card filters" method="get" action="/rollout">${hidden({ scope })}${field('Alerts of the last days', 'days', String(days), { type: 'number', min: '1', max: '400' })}<div><button>Show</button></div></form>
${narrowerTable(rollout)}<p>${link('Its policy', '/policies', { scope })} · ${link('Its history', '/policies/history', { scope })} · ${link('All scopes', '/rollout')}</p>`;
  return { title: `Rollout of ${scope}`, body };
}

/** The three modes, and which of them holds. */
function steps({ mode }: Rollout): Html {
  return html`<ol class="steps">${MODES.map((step) => html`<li>${step === mode ? html`<b aria-current="step">${step}</b>` : step}</li>`)}</ol>`;
}

function standing({ scope, mode, from, next, notOptedIn }: Rollout): Html {
  const preview = link('preview of it', '/preview', { scope: scopeText(scope), set: `mode=${next}` });
  return html`${facts([
    ['Mode', modeTag(mode)],
    ['Says so', from],
    ['Next', next === null ? 'it is the last step' : html`${modeTag(next)} ${preview}`],
  ])}${
    notOptedIn > 0
      ? note(
          'warn',
          `${amount(notOptedIn, 'subscription')} in it would not hear of what ${next} does, unless ${oneOr(notOptedIn, 'it is', 'they are')} let.`,
        )
      : NOTHING
  }`;
}

function acts({ scope, mode, next }: Rollout): Html {
  const name = scopeText(scope);
  const lower = MODES.slice(0, MODES.indexOf(mode)).reverse();
  return html`<div class="acts">${next === null ? NOTHING : html`<a class="button" href="${address('/act/promote', { scope: name, to: next })}">Promote to ${next}…</a>`}
${lower.map((to) => html`<a href="${address('/act/demote', { scope: name, to })}">Demote to ${to}…</a>`)}
${TYPES_OF_MODE[mode].length === 0 ? NOTHING : html`<a href="${address('/act/opt-in', { scope: name })}">Opt subscriptions in…</a>`}</div>`;
}

function evidence({ evidence: found }: Rollout, days: number): Html {
  const figures: [string, string, number][] = [
    ['fired', 'Alerts that fired', found.fired],
    ['tasks', 'Tasks that they are of', found.tasks],
    ['open', 'Open now', found.open],
    ['inTime', 'Came back within disableAfter: a warning is enough for them', found.cameBackInTime],
    ['outlasted', 'Outlasted disableAfter: would have been disabled', found.wouldBeDisabled],
    ['later', 'Of these came back later: to disable them would have been wrong', found.cameBackLater],
    ['new', 'Of which nothing can be said yet: disableAfter is not over', found.tooNew],
  ];
  const ends = Object.entries(found.resolved).sort(([, a], [, b]) => b - a);
  return html`${table({
    caption: `Alerts of abandoned tasks of the last ${days} days`,
    rows: figures,
    none: '',
    columns: [
      ['What', ([, what]) => what],
      ['How many', ([, , figure]) => figure],
    ],
  })}${table({
    caption: 'How those ended that are over',
    rows: ends,
    none: 'None is over.',
    columns: [
      ['Ended by', ([reason]) => reason],
      ['Alerts', ([, count]) => count],
    ],
  })}`;
}

/** Scopes that a change does not move. */
export function narrowerTable({ narrower: others }: Rollout): Html {
  if (others.length === 0) return NOTHING;
  return html`<h2>Scopes in it that keep a mode of their own</h2>${table({
    caption: 'A change here does not move them',
    rows: others,
    none: '',
    columns: [
      ['Scope', ({ scope }) => link(scopeText(scope), '/rollout', { scope: scopeText(scope) })],
      ['Mode', ({ mode }) => modeTag(mode)],
    ],
  })}`;
}

/** What speaks for the next step, as the command says it before it is taken. */
export function evidenceText(rollout: Rollout): Html {
  return html`<ul>${evidenceLines(rollout).map((line) => html`<li>${line}</li>`)}</ul>`;
}
