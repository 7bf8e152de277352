import { html } from 'hono/html';
import type { Instant } from '../../functions/abandonment/time.ts';
import { groupsOf } from '../../functions/platform/groups.ts';
import { loadDataPlanes } from '../../functions/store/data-planes.ts';
import { loadListings } from '../../functions/store/listings.ts';
import type { Console, PageKind } from '../console.ts';
import type { FleetTask } from '../fleet.ts';
import { address, at, type Html, link, NOTHING, table } from '../parts.ts';
import { byReason } from './held-by-reason.ts';
import { readNote } from './read-note.ts';

/** What waits for an operator, and what holds tasks by itself. */
export const holdsPage: PageKind = {
  path: '/holds',
  menu: 'Holds',
  show: async (console) => {
    const data = await console.fleet.tasks();
    const held = data.tasks.filter(({ decision }) => decision === 'hold');
    const body = html`<h2>Blast radius</h2>${spike(
      console,
      held.filter(({ reason }) => reason === 'blast-radius'),
    )}
<h2>Data planes</h2>${await planes(console)}<h2>Listings that shrank</h2>${await listings(console)}
<h2>All that is held</h2>${byReason(held)}${readNote(data)}`;
    return { title: 'Holds', body };
  },
};

/** By what a spike is looked at. */
const VIEWS: readonly [string, (task: FleetTask) => string, string][] = [
  ['data plane', ({ dataPlane }) => dataPlane, 'plane'],
  ['tenant', ({ tenant }) => tenant, 'tenant'],
  ['owner', ({ owners }) => owners[0] ?? 'nobody', 'owner'],
  ['cause', ({ cause }) => cause ?? '-', 'cause'],
];

/** As many groups are shown of each kind. */
const MOST_GROUPS = 10;

function spike({ allowsChanges }: Console, held: readonly FleetTask[]): Html {
  if (held.length === 0) return html`<p class="quiet">The blast radius holds nothing.</p>`;
  const acts = html`<p class="acts"><a class="button" href="/act/approve">Approve ${held.length.toLocaleString('en')} tasks…</a></p>`;
  return html`<p><b>${held.length.toLocaleString('en')} tasks</b> became due together. They wait until an operator approves them; what recovers
meanwhile is left alone. ${link('The tasks', '/tasks', { state: 'held', reason: 'blast-radius' })}</p>
${allowsChanges ? acts : NOTHING}<div class="plots">${VIEWS.map(([name, keyOf, filter]) => grouped(held, name, keyOf, filter))}</div>`;
}

function grouped(
  held: readonly FleetTask[],
  name: string,
  keyOf: (task: FleetTask) => string,
  filter: string,
): Html {
  const groups = [...groupsOf(held, keyOf)].sort((a, b) => b[1].length - a[1].length);
  const left = groups.length - MOST_GROUPS;
  return html`<div>${table({
    caption: `By ${name}${left > 0 ? `, the ${MOST_GROUPS} largest of ${groups.length}` : ''}`,
    rows: groups.slice(0, MOST_GROUPS),
    none: '',
    columns: [
      [
        name[0]?.toUpperCase() + name.slice(1),
        ([key]) => link(key, '/tasks', { state: 'held', reason: 'blast-radius', [filter]: key }),
      ],
      ['Tasks', ([, tasks]) => tasks.length],
    ],
  })}</div>`;
}

/** Why the clocks of the tasks of a data plane stand still. */
interface HeldPlane {
  name: string;
  why: string;
  since: Instant;
  /** As far as they were counted. */
  tasks: number | null;
}

async function planes({ system, allowsChanges }: Console): Promise<Html> {
  const all = [...(await loadDataPlanes(system.table)).values()];
  const rows = all.flatMap((plane): HeldPlane[] => {
    const outage = plane.outages.find(({ endedAt }) => endedAt === null);
    if (outage)
      return [{ name: plane.name, why: 'correlated outage', since: outage.from, tasks: outage.members }];
    return plane.state === 'up'
      ? []
      : [{ name: plane.name, why: plane.state, since: plane.since, tasks: null }];
  });
  return table({
    caption: 'Of their tasks the clocks stand still',
    rows,
    none: 'All data planes are up, and none has an outage.',
    columns: [
      ['Data plane', ({ name }) => link(name, '/tasks', { plane: name })],
      ['Why', ({ why }) => why],
      ['Since', ({ since }) => at(since)],
      ['Tasks', ({ tasks }) => tasks],
      [
        'Act',
        ({ name, why }) =>
          allowsChanges && (why === 'correlated outage' || why === 'deleted')
            ? link('Dismiss…', '/act/dismiss', { name })
            : null,
      ],
    ],
  });
}

async function listings({ system, allowsChanges }: Console): Promise<Html> {
  const all = [...(await loadListings(system.table)).values()];
  return table({
    caption: 'Nothing is concluded from them until an operator says so',
    rows: all.flatMap(({ name, held }) => (held ? [{ name, held }] : [])),
    none: 'No listing is held.',
    columns: [
      ['Control plane', ({ name }) => link(name, '/listings')],
      ['Since', ({ held }) => at(held.since)],
      ['Missing', ({ held }) => `${held.missing} of ${held.before}`],
      ['Approved', ({ held }) => (held.approved ? `by ${held.approved.by}` : 'no')],
      [
        'Act',
        ({ name }) =>
          allowsChanges
            ? html`<a href="${address('/act/approve-listing', { name })}">Approve…</a> <a href="${address('/act/dismiss-listing', { name })}">Dismiss…</a>`
            : null,
      ],
    ],
  });
}
