import { html } from 'hono/html';
import { problemOf } from '../../cli/webhooks.ts';
import type { Instant } from '../../functions/abandonment/time.ts';
import { daysAfter } from '../../functions/facts/days.ts';
import { loadReport, newestDay } from '../../functions/facts/report.ts';
import {
  type WebhookStanding,
  webhookStandings,
} from '../../functions/operators/overview/webhook-standings.ts';
import { listRecipients } from '../../functions/operators/recipients.ts';
import { groupsOf } from '../../functions/platform/groups.ts';
import type { OperatorAlertRecord } from '../../functions/store/operator-alerts.ts';
import { loadOpenAlerts } from '../../functions/store/operator-incidents.ts';
import { loadPauses, PAUSABLE, type PausesRecord, pausesAt } from '../../functions/store/pauses.ts';
import { loadScans } from '../../functions/store/scans.ts';
import type { Table } from '../../functions/store/table/table.port.ts';
import type { PageKind } from '../console.ts';
import { dueByDay, isHeld } from '../due.ts';
import type { FleetTask } from '../fleet.ts';
import { address, at, dayLink, type Html, link, NOTHING, note, table } from '../parts.ts';
import { plot } from '../plots.ts';
import { byReason } from './held-by-reason.ts';
import { readNote } from './read-note.ts';

/** How far is looked ahead, and back, in days. */
const AHEAD = 30;
const SOON = 7;

/** What is open, what will be disabled, and what stands in its way. */
export const overviewPage: PageKind = {
  path: '/',
  menu: 'Overview',
  show: async ({ system, fleet }) => {
    const { table: rows, clock } = system;
    const now = clock.now();
    const [data, pauses, scans, alerts, webhooks, suppressed, happened] = await Promise.all([
      fleet.tasks(),
      loadPauses(rows),
      loadScans(rows),
      loadOpenAlerts(rows),
      webhookStandings(rows),
      listRecipients(rows, { dead: true }),
      pastDays(rows),
    ]);
    const open = data.tasks.filter(({ state }) => state === 'open');
    const body = html`${pausedNotes(pausesAt(pauses, now))}${alertNotes(alerts)}${webhookNotes(webhooks)}
${tiles(data.tasks, now, { suppressed: suppressed.length, scannedAt: scans.completedAt })}
<div class="plots">${duePlot(open, now)}${happened}</div>
${dueTable(open, now)}
<h2>Open alerts by mode and cause</h2>${byModeAndCause(open)}
<h2>Held</h2>${byReason(data.tasks)}${readNote(data)}`;
    return { title: 'Overview', body };
  },
};

function pausedNotes(pauses: PausesRecord): Html {
  const paused = PAUSABLE.filter((what) => pauses[what] !== null).map((what) => {
    const { by, reason, until } = pauses.notes?.[what] ?? { by: 'an operator', reason: '', until: null };
    const ends = until === null ? NOTHING : html`, until ${at(until)}`;
    return html`<b>${what} is paused</b> since ${at(pauses[what])} by ${by}${reason === '' ? '' : `: ${reason}`}${ends}`;
  });
  const silent =
    pauses.feedbackSilent === null
      ? []
      : [html`<b>SES does not answer</b> since ${at(pauses.feedbackSilent)}: nothing is disabled`];
  const lines = [...paused, ...silent];
  return lines.length === 0 ? NOTHING : note('bad', ...lines);
}

/** As many are named; the mails of operators name all. */
const NAMED = 10;

function alertNotes(alerts: readonly OperatorAlertRecord[]): Html {
  if (alerts.length === 0) return NOTHING;
  const newest = [...alerts].sort((a, b) => b.since - a.since).slice(0, NAMED);
  return note(
    'warn',
    ...newest.map(
      ({ code, subject, detail, since }) => html`<b>${code}</b> ${subject}, since ${at(since)}: ${detail}`,
    ),
    alerts.length > NAMED ? `and ${alerts.length - NAMED} more` : NOTHING,
  );
}

/** What is the matter with webhooks, one line for each. */
function webhookNotes(webhooks: readonly WebhookStanding[]): Html {
  const troubled = webhooks.flatMap((webhook) => {
    const problem = problemOf(webhook);
    return problem ? [{ id: webhook.id, ...problem }] : [];
  });
  if (troubled.length === 0) return NOTHING;
  const tone = troubled.some((webhook) => webhook.tone === 'bad') ? 'bad' : 'warn';
  return note(
    tone,
    ...troubled.map(({ id, says }) => html`<b>Webhook</b> ${link(id, '/webhooks', { id })} ${says}`),
  );
}

function tiles(
  tasks: readonly FleetTask[],
  now: Instant,
  { suppressed, scannedAt }: { suppressed: number; scannedAt: Instant | null },
): Html {
  const count = (isMeant: (task: FleetTask) => boolean) => tasks.filter(isMeant).length;
  const tile = (figure: number, what: string, href: string) =>
    html`<li><a href="${href}"><b>${figure.toLocaleString('en')}</b></a><span>${what}</span></li>`;
  return html`<ul class="tiles">${tile(
    count(({ state }) => state === 'open'),
    'alerts open',
    address('/tasks', { state: 'open' }),
  )}${tile(
    count(({ state }) => state === 'failing'),
    'fail without an alert',
    address('/tasks', { state: 'failing' }),
  )}${tile(
    [...dueByDay(tasks, now, SOON + 1).values()].flat().length,
    `due within ${SOON} days`,
    address('/tasks', { state: 'open', sort: 'due' }),
  )}${tile(
    count(({ decision }) => decision === 'hold'),
    'held',
    '/holds',
  )}${tile(suppressed, 'suppressed recipients', '/people')}<li><b class="word">${scannedAt === null ? 'never' : at(scannedAt)}</b><span>newest whole scan</span></li></ul>`;
}

function duePlot(open: readonly FleetTask[], now: Instant): Html {
  const byDay = [...dueByDay(open, now, AHEAD)];
  if (byDay.every(([, due]) => due.length === 0)) return NOTHING;
  return plot({
    title: `Tasks to be disabled, the next ${AHEAD} days`,
    days: byDay.map(([day]) => day.slice(5)),
    isStacked: true,
    series: [
      {
        name: 'due',
        color: '#d1495b',
        data: byDay.map(([, due]) => due.filter((task) => !isHeld(task)).length),
      },
      { name: 'held', color: '#edae49', data: byDay.map(([, due]) => due.filter(isHeld).length) },
    ],
  });
}

function dueTable(open: readonly FleetTask[], now: Instant): Html {
  const byDay = [...dueByDay(open, now, SOON + 1)].filter(([, due]) => due.length > 0);
  return html`<h2>To be disabled within ${SOON} days</h2>${table({
    caption: 'By day, if nothing prevents it',
    rows: byDay,
    none: 'Nothing is due.',
    columns: [
      ['Day', ([day]) => dayLink(day)],
      ['Tasks', ([, due]) => due.length],
      ['Held', ([, due]) => due.filter(isHeld).length],
      ['Tenants', ([, due]) => new Set(due.map(({ tenant }) => tenant)).size],
      [
        'First of them',
        ([, due]) =>
          due
            .slice(0, 3)
            .map(({ task }) => task)
            .join(', '),
      ],
    ],
  })}`;
}

function byModeAndCause(open: readonly FleetTask[]): Html {
  const groups = [...groupsOf(open, ({ mode, cause }) => `${mode} ${cause}`)];
  return table({
    caption: 'Each links to its tasks',
    rows: groups.sort((a, b) => b[1].length - a[1].length),
    none: 'No alert is open.',
    columns: [
      ['Mode', ([, [first]]) => first?.mode],
      ['Cause', ([, [first]]) => first?.cause],
      [
        'Alerts',
        ([, tasks]) =>
          link(tasks.length.toLocaleString('en'), '/tasks', {
            state: 'open',
            mode: tasks[0]?.mode,
            cause: tasks[0]?.cause ?? '',
          }),
      ],
      ['Tenants', ([, tasks]) => new Set(tasks.map(({ tenant }) => tenant)).size],
    ],
  });
}

/** What happened on the last days that are counted. */
async function pastDays(rows: Table): Promise<Html> {
  const to = await newestDay(rows);
  if (to === null) return NOTHING;
  const from = daysAfter(to, 1 - AHEAD);
  const { facts } = await loadReport(rows, { from, to });
  const days = Array.from({ length: AHEAD }, (_, day) => daysAfter(from, day));
  const sums = new Map<string, number>();
  for (const { day, figures } of facts)
    for (const [figure, value] of Object.entries(figures))
      sums.set(`${day} ${figure}`, (sums.get(`${day} ${figure}`) ?? 0) + value);
  const series = (name: string, color: string, figures: readonly string[]) => ({
    name,
    color,
    data: days.map((day) => figures.reduce((sum, figure) => sum + (sums.get(`${day} ${figure}`) ?? 0), 0)),
  });
  const shown = [
    series('alerts', '#3b6fb6', ['abandoned', 'overdue']),
    series('recovered', '#2f8f5b', ['recovered']),
    series('disabled', '#d1495b', ['disabled']),
  ];
  if (shown.every(({ data }) => data.every((value) => value === 0))) return NOTHING;
  const title = `What happened, the last ${AHEAD} days that are counted`;
  return plot({ title, days: days.map((day) => day.slice(5)), series: shown });
}
