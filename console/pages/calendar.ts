import { html, raw } from 'hono/html';
import { oneOr } from '../../functions/platform/amounts.ts';
import { groupsOf } from '../../functions/platform/groups.ts';
import type { PageKind } from '../console.ts';
import { dueByDay, isHeld } from '../due.ts';
import type { FleetTask } from '../fleet.ts';
import { address, type Html, link, NOTHING, paged, table } from '../parts.ts';
import { readNote } from './read-note.ts';
import { taskTable } from './tasks.ts';

/** How far it looks ahead. */
const DAYS = 30;

/** What is to be disabled on each of the next days, if nothing prevents it. */
export const calendarPage: PageKind = {
  path: '/calendar',
  menu: 'Calendar',
  show: async ({ system, fleet }, query) => {
    const data = await fleet.tasks();
    const byDay = dueByDay(data.tasks, system.clock.now(), DAYS);
    const day = query.get('day') ?? '';
    const chosen = byDay.get(day);
    const all = [...byDay.values()].flat();
    const body = html`<p>What is to be disabled on each of the next ${DAYS} days, if nothing prevents it. Days are UTC.</p>
<ol class="days">${[...byDay].map(([date, due]) => dayOf(date, due, day))}</ol>
${chosen ? tasksOf(day, chosen, query) : byTenant(all)}${readNote(data)}`;
    return { title: `Calendar of the next ${DAYS} days`, body };
  },
};

const WEEKDAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'] as const;

function dayOf(day: string, due: readonly FleetTask[], chosen: string): Html {
  const weekday = WEEKDAYS[new Date(`${day}T00:00:00Z`).getUTCDay()];
  const held = due.filter(isHeld).length;
  const name = `${weekday} ${day.slice(5)}`;
  if (due.length === 0) return html`<li class="none">${name}</li>`;
  return html`<li>${name}<a href="${address('/calendar', { day })}"${day === chosen ? raw(' aria-current="date"') : NOTHING}><b>${due.length.toLocaleString('en')}</b><span class="skip"> ${oneOr(due.length, 'task', 'tasks')} on ${day}</span></a>${held > 0 ? html`<span class="warn">${held} held</span>` : NOTHING}</li>`;
}

function tasksOf(day: string, due: readonly FleetTask[], query: URLSearchParams): Html {
  const { rows, pager } = paged(due, '/calendar', query);
  return html`<h2>${day}</h2>${taskTable(rows, `To be disabled on ${day}`)}${pager}${link('All days', '/calendar')}`;
}

function byTenant(due: readonly FleetTask[]): Html {
  const groups = [...groupsOf(due, ({ tenant }) => tenant)].sort((a, b) => b[1].length - a[1].length);
  return html`<h2>By tenant</h2>${table({
    caption: `Of the next ${DAYS} days`,
    rows: groups.slice(0, 50),
    none: 'Nothing is due.',
    columns: [
      ['Tenant', ([tenant]) => link(tenant, '/tasks', { tenant, sort: 'due' })],
      ['Tasks', ([, tasks]) => tasks.length],
      ['Held', ([, tasks]) => tasks.filter(isHeld).length],
      [
        'First',
        ([, tasks]) =>
          tasks
            .map(({ disableAt }) => disableAt ?? '')
            .sort()[0]
            ?.slice(0, 10),
      ],
    ],
  })}`;
}
