import { html } from 'hono/html';
import { valueText } from '../../cli/policy-text.ts';
import { formatInstant, type Instant, parseInstant } from '../../functions/abandonment/time.ts';
import { isHeld } from '../../functions/operators/approvals.ts';
import { type Explanation, explain } from '../../functions/operators/overview/explanation.ts';
import type { MailView } from '../../functions/operators/overview/mails.ts';
import { type Moment, momentsOf } from '../../functions/operators/overview/moments.ts';
import { hasTask, loadHistory } from '../../functions/operators/overview/stored-history.ts';
import { spanText } from '../../functions/operators/overview/time-text.ts';
import type { State } from '../../functions/operators/overview/verdict.ts';
import { leafText } from '../../functions/operators/policy-text.ts';
import { argument } from '../../functions/platform/shell-word.ts';
import type { TaskRecord } from '../../functions/store/tasks.ts';
import type { Console, Page, PageKind } from '../console.ts';
import {
  address,
  at,
  facts,
  field,
  type Html,
  hidden,
  link,
  NOTHING,
  note,
  said,
  type Tone,
  table,
  tag,
} from '../parts.ts';

/** As many entries of its history are shown; the command line shows all. */
const SHOWN = 200;

/** One task: what is decided, why, what happened, and the decision of another day. */
export const taskPage: PageKind = {
  path: '/task',
  show: async (console, query) => {
    const id = query.get('id') ?? '';
    const history = await loadHistory(console.system.table, id);
    if (!hasTask(history)) return noSuchTask(console, id);
    const now = console.system.clock.now();
    const asked = instantOf(query.get('at') ?? '');
    const explanation = await explain(console.system.table, history, asked ?? now, now);
    const body = html`${banner(explanation)}${asked === undefined ? NOTHING : dayNote(explanation, id)}
${acts(console, explanation, history.record)}${disablingOf(explanation)}${decisionOf(explanation)}${dayForm(id, now, query)}
<h2>History</h2>${timeline(momentsOf(history).reverse())}${mailsOf(explanation.mails)}
<h2>What it rests on</h2>${evidenceOf(explanation)}${thresholds(explanation.thresholds, 'Policy that decides about it')}${people(explanation)}
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

const TONE_OF: Partial<Record<State, Tone>> = { 'disabled-by-us': 'bad', healthy: 'good' };

/** First of all: why it was disabled, or was not. */
function banner({ verdict, holds }: Explanation): Html {
  const [hold] = holds;
  const held = hold
    ? html`It is held: <b>${hold.reason}</b>, since ${at(hold.since)}. ${said(hold.says)}`
    : NOTHING;
  return note(
    TONE_OF[verdict.state] ?? (hold ? 'warn' : 'quiet'),
    verdict.says,
    held,
    verdict.command === null ? NOTHING : html`<code>${said(verdict.command)}</code>`,
  );
}

function dayNote({ at: asked, past }: Explanation, id: string): Html {
  return note(
    'quiet',
    past?.says ?? NOTHING,
    html`The decision as of ${at(asked)}, by what is known of it today. ${link('Back to now', '/task', { id })}`,
  );
}

function decisionOf(explanation: Explanation): Html {
  const { decision, counted, episode } = explanation;
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
    ['Holds', explanation.holds.map(({ reason }) => reason).join(', ')],
  ])}${table({
    caption: 'What happens next, if nothing changes',
    rows: explanation.next,
    none: 'Nothing is to happen next.',
    columns: [
      ['When', (step) => at(step.at)],
      ['What', ({ what }) => what],
    ],
  })}`;
}

function dayForm(id: string, now: Instant, query: URLSearchParams): Html {
  const day = (query.get('at') ?? formatInstant(now)).slice(0, 10);
  return html`<form class="card filters" method="get" action="/task">${hidden({ id })}${field('The decision of a day', 'at', day, { type: 'date' })}<div><button>Show</button></div></form>`;
}

const MOMENT_TONES: Partial<Record<Moment['what'], Tone>> = {
  fired: 'bad',
  disabled: 'bad',
  held: 'warn',
  notified: 'warn',
  enabled: 'good',
  over: 'good',
  kept: 'good',
};

function timeline(history: readonly Moment[]): Html {
  if (history.length === 0) return html`<p class="quiet">Nothing is stored of it.</p>`;
  const left = history.length - SHOWN;
  return html`<ol class="timeline">${history
    .slice(0, SHOWN)
    .map(
      ({ at: when, what, says, by }) =>
        html`<li>${at(when)} ${tag(what, MOMENT_TONES[what] ?? 'quiet')} ${said(says)}${by === null ? NOTHING : html`, by ${said(by)}`}</li>\n`,
    )}</ol>${left > 0 ? html`<p class="quiet">${left} older entries are left out: taskwarden history has them.</p>` : NOTHING}`;
}

function mailsOf(mails: readonly MailView[]): Html {
  return table({
    caption: 'Mails of its newest alert',
    rows: mails,
    none: 'No mail named it.',
    columns: [
      [
        'Sent',
        ({ sentAt, digest }) =>
          html`<a href="${address('/mails/show', { id: digest })}">${sentAt === null ? 'not sent' : at(sentAt)}</a>`,
      ],
      ['To', ({ to }) => to],
      ['Notice', ({ notice }) => notice],
      ['State', ({ state }) => state],
      ['Names the date', ({ disableAt }) => at(disableAt)],
    ],
  });
}

/** The newest disabling: what was decided on that day, and on what. */
function disablingOf({ disabling }: Explanation): Html {
  if (disabling === null) return NOTHING;
  const { evidence, counted } = disabling;
  return html`<h2>Why it was disabled</h2>${facts([
    ['Disabled', at(disabling.at)],
    ['By', disabling.by],
    ['Why', disabling.reason],
    [
      'Scan',
      disabling.run === null ? 'a person asked' : link(disabling.run, '/undo', { run: disabling.run }),
    ],
    ['Announced for', disabling.announcedFor === null ? null : at(disabling.announcedFor)],
    ['Statuses then', evidence.statuses?.join(', ')],
    ['Without PRIMARY since', counted.notPrimarySince === null ? null : at(counted.notPrimarySince)],
    ['Counted', counted.countedMs === null ? null : spanText(counted.countedMs)],
    ['Threshold reached', counted.abandonedAt === null ? null : at(counted.abandonedAt)],
  ])}${thresholds(disabling.thresholds, 'Policy as it was then')}`;
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

function thresholds(leaves: Explanation['thresholds'], caption: string): Html {
  return table({
    caption,
    rows: leaves,
    none: 'No policy decides about it.',
    columns: [
      ['Key', ({ leaf }) => leafText(leaf)],
      ['Value', ({ value }) => valueText(value)],
      ['From', ({ from }) => (from === 'default' ? from : link(from, '/policies', { scope: from }))],
    ],
  });
}

function people(explanation: Explanation): Html {
  return table({
    caption: 'Who is notified',
    rows: explanation.recipients,
    none: 'Nobody is notified of it.',
    columns: [
      ['Address', ({ address: email }) => email],
      ['As', ({ as }) => as],
      ['Warning', ({ warning }) => warning],
      ['Accepted', ({ acceptedAt }) => at(acceptedAt)],
      ['Reminders', ({ declined }) => (declined ? 'declined' : 'yes')],
    ],
  });
}

/** What can be done about this task alone. */
function acts({ allowsChanges, system }: Console, { verdict }: Explanation, record: TaskRecord): Html {
  const { id: task } = record.task;
  const offered: [isOffered: boolean, act: string, text: string][] = [
    [record.disabledByUs !== null, '/act/undo-task', 'Enable it again…'],
    [isHeld(record, system.clock.now()), '/act/approve', 'Approve it alone…'],
    [verdict.state === 'reverted', '/act/dismiss-reversal', 'Dismiss what holds it…'],
  ];
  const links = offered
    .filter(([isOffered]) => allowsChanges && isOffered)
    .map(([, act, text]) => html`<a class="button" href="${address(act, { task })}">${text}</a>`);
  return links.length === 0 ? NOTHING : html`<div class="acts">${links}</div>`;
}

function commandsFor({ stage }: Console, id: string): string {
  const on = `--stage ${argument(stage.name)}`;
  return [`taskwarden explain ${argument(id)} ${on}`, `taskwarden history ${argument(id)} ${on}`].join('\n');
}
