import { html } from 'hono/html';
import { type Explanation, explain } from '../../cli/explanation.ts';
import { mailsOfTask } from '../../cli/mail-views.ts';
import { leafText, valueText } from '../../cli/policy-text.ts';
import { spanText } from '../../cli/readable.ts';
import { formatInstant, type Instant, parseInstant } from '../../functions/abandonment/time.ts';
import { argument } from '../../functions/platform/shell-word.ts';
import { loadTask, type TaskRecord } from '../../functions/store/tasks.ts';
import type { Console, Page, PageKind } from '../console.ts';
import { address, at, facts, field, type Html, hidden, link, NOTHING, note, table, tag } from '../parts.ts';
import { type Happened, historyOf } from '../task-history.ts';

/** As many entries of its history are shown; the command line shows all. */
const SHOWN = 200;

/** One task: what is decided, why, what happened, and the decision of another day. */
export const taskPage: PageKind = {
  path: '/task',
  show: async (console, query) => {
    const id = query.get('id') ?? '';
    const record = await loadTask(console.system.table, id);
    if (!record) return noSuchTask(console, id);
    const now = console.system.clock.now();
    const asked = instantOf(query.get('at') ?? '');
    const { table: rows } = console.system;
    const [explanation, mails] = await Promise.all([
      explain(rows, record, asked ?? now, now),
      mailsOfTask(rows, id),
    ]);
    const history = await historyOf(rows, record, mails);
    const body = html`${banner(record, explanation)}${asked === undefined ? NOTHING : dayNote(explanation, id)}
${acts(console, record)}${decisionOf(explanation)}${dayForm(id, now, query)}
<h2>History</h2>${timeline(history)}
<h2>What it rests on</h2>${evidenceOf(explanation)}${thresholds(explanation)}${people(explanation)}
<h2>On the command line</h2><pre>${commandsFor(console, id)}</pre>`;
    return { title: id, body };
  },
};

function noSuchTask({ stage }: Console, id: string): Page {
  const found = address('/tasks', { q: id, state: 'all' });
  const body = html`${note('warn', `No task ${JSON.stringify(id)} is known in stage ${stage.name}.`)}<p><a href="${found}">Search for it</a></p>`;
  return { title: 'Not found', status: 404, body };
}

/** A day alone is its end, for then all of it is known. */
function instantOf(text: string): Instant | undefined {
  if (/^\d{4}-\d{2}-\d{2}$/.test(text)) return parseInstant(`${text}T23:59:59Z`);
  return text === '' ? undefined : parseInstant(text);
}

function banner({ disabledByUs }: TaskRecord, { decision, holds }: Explanation): Html {
  if (disabledByUs)
    return note(
      'bad',
      html`Taskwarden disabled it ${at(disabledByUs.at)}, in episode ${disabledByUs.episode}${disabledByUs.run === null ? ', as a person asked' : ''}.`,
    );
  const [hold] = holds;
  if (decision.answer === 'hold' && hold)
    return note('warn', html`It is held: <b>${hold.reason}</b>, since ${at(hold.since)}.`);
  return NOTHING;
}

function dayNote({ at: asked }: Explanation, id: string): Html {
  return note(
    'quiet',
    html`The decision as of ${at(asked)}, by what is known of it today. ${link('Back to now', '/task', { id })}`,
  );
}

function decisionOf(given: Explanation): Html {
  const { decision, counted, episode } = given;
  return html`<h2>Decision</h2>${facts([
    ['Decision', html`<b>${decision.answer}</b>: ${decision.reason}`],
    ['To be disabled', decision.disableAt === null ? 'no date' : at(decision.disableAt)],
    ['Evaluated next', decision.nextLookAt === null ? null : at(decision.nextLookAt)],
    ['Without PRIMARY since', counted.notPrimarySince === null ? null : at(counted.notPrimarySince)],
    ['Counted', `${spanText(counted.countedMs)} of ${spanText(counted.wallMs)}`],
    ['Threshold reached', counted.abandonedAt === null ? null : at(counted.abandonedAt)],
    [
      'Episode',
      episode === null
        ? 'none is open'
        : html`#${episode.number}, ${episode.alert}, fired ${at(episode.firedAt)}, grace ${episode.grace} (mode ${episode.graceStage})`,
    ],
    ['Holds', given.holds.map(({ reason }) => reason).join(', ')],
  ])}${table({
    caption: 'What happens next, if nothing changes',
    rows: given.next,
    none: 'Nothing is to happen next.',
    columns: [
      ['When', (one) => at(one.at)],
      ['What', ({ what }) => what],
    ],
  })}`;
}

function dayForm(id: string, now: Instant, query: URLSearchParams): Html {
  const day = (query.get('at') ?? formatInstant(now)).slice(0, 10);
  return html`<form class="card filters" method="get" action="/task">${hidden({ id })}${field('The decision of a day', 'at', day, { type: 'date' })}<div><button>Show</button></div></form>`;
}

function timeline(history: readonly Happened[]): Html {
  if (history.length === 0) return html`<p class="quiet">Nothing is stored of it.</p>`;
  const shown = history.slice(0, SHOWN);
  const left = history.length - shown.length;
  return html`<ol class="timeline">${shown.map(
    ({ at: when, what, tone, detail, mail, evidence }) =>
      html`<li>${at(when)} ${tag(what, tone)} ${detail} ${mail === undefined ? NOTHING : link('mail', '/mails/show', { id: mail })}${evidence === undefined ? NOTHING : html`<details><summary>What was known then</summary><pre>${evidence.join('\n')}</pre></details>`}</li>\n`,
  )}</ol>${left > 0 ? html`<p class="quiet">${left} older entries are left out.</p>` : NOTHING}`;
}

function evidenceOf({ evidence, kind, dataPlane, enabled, owners, counted }: Explanation): Html {
  return html`${facts([
    ['Kind', kind],
    ['Data plane', link(dataPlane, '/tasks', { plane: dataPlane })],
    ['Enabled', enabled ? 'yes' : 'no'],
    ['Statuses', evidence.statuses.join(', ') || 'no shards'],
    ['Failed of', evidence.cause],
    ['Observed', at(evidence.observedAt)],
    ['Last alive', evidence.lastAliveAt === null ? 'never seen' : at(evidence.lastAliveAt)],
    ['First seen', at(evidence.firstSeenAt)],
    ['Created', at(evidence.createdAt)],
    ['Published by a user', at(evidence.publishedByUserAt)],
    ['Restarts since it was lost', evidence.restartsSinceLoss],
    ['Owners', owners.addresses.join(', ') || 'nobody'],
    ['Named by', owners.from === 'rule' ? `owner rule of line ${owners.rule?.line}` : owners.from],
  ])}${
    counted.unknown.length === 0
      ? NOTHING
      : table({
          caption: 'Spans that do not count: nobody could know its health',
          rows: counted.unknown,
          none: '',
          columns: [
            ['Why', ({ why }) => why],
            ['From', ({ from }) => at(from)],
            ['To', ({ to }) => (to === null ? 'now' : at(to))],
          ],
        })
  }`;
}

function thresholds(given: Explanation): Html {
  return table({
    caption: 'Policy that decides about it',
    rows: given.thresholds,
    none: 'No policy decides about it.',
    columns: [
      ['Key', ({ leaf }) => leafText(leaf)],
      ['Value', ({ value }) => valueText(value)],
      ['From', ({ from }) => (from === 'default' ? from : link(from, '/policies', { scope: from }))],
    ],
  });
}

function people(given: Explanation): Html {
  return table({
    caption: 'Who is notified',
    rows: given.recipients,
    none: 'Nobody is notified of it.',
    columns: [
      ['Address', ({ address: one }) => one],
      ['As', ({ as }) => as],
      ['Warning', ({ warning }) => warning],
      ['Accepted', ({ acceptedAt }) => at(acceptedAt)],
      ['Reminders', ({ declined }) => (declined ? 'declined' : 'yes')],
    ],
  });
}

function acts({ allowsChanges }: Console, { task, disabledByUs }: TaskRecord): Html {
  if (!allowsChanges || !disabledByUs) return NOTHING;
  return html`<div class="acts"><a class="button" href="${address('/act/undo-task', { task: task.id })}">Enable it again…</a></div>`;
}

function commandsFor({ stage }: Console, id: string): string {
  const on = `--stage ${argument(stage.name)}`;
  return [`taskwarden explain ${argument(id)} ${on}`, `taskwarden tasks show ${argument(id)} ${on}`].join(
    '\n',
  );
}
