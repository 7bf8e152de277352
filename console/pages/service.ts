import { html } from 'hono/html';
import { standingText } from '../../cli/commands/control-planes.ts';
import { standings, whyOf } from '../../cli/commands/generators.ts';
import { stateText } from '../../cli/commands/recipients-list.ts';
import { deliveryView } from '../../cli/commands/webhooks-history.ts';
import { faultLine } from '../../cli/errors.ts';
import { DAY } from '../../functions/abandonment/time.ts';
import { controlPlanesOf, newestListings } from '../../functions/operators/control-planes.ts';
import { listQueues, type QueueStanding } from '../../functions/operators/queues.ts';
import { listRecipients } from '../../functions/operators/recipients.ts';
import { knownWebhook, listWebhooks, webhookHistory } from '../../functions/operators/webhooks.ts';
import { isListed } from '../../functions/platform/control-plane-settings.ts';
import { listOops, loadOops } from '../../functions/store/oops.ts';
import { loadPauses, PAUSABLE, pausesAt } from '../../functions/store/pauses.ts';
import { runsSince } from '../../functions/store/runs.ts';
import type { Console, Page, PageKind } from '../console.ts';
import { address, at, facts, type Html, link, NOTHING, note, paged, table, tag, taskLink } from '../parts.ts';

/** What is worked, and by whom it is stopped: pauses, queues, breakers, dead letters. */
export const queuesPage: PageKind = {
  path: '/queues',
  menu: 'Queues',
  show: async (console) => {
    const [pauses, queues, letters] = await Promise.all([
      pausesTable(console),
      orWhy(() => queueTable(console)),
      orWhy(() => deadLetters(console)),
    ]);
    const body = html`<h2>Pauses of the stage</h2>${pauses}<h2>Queues and breakers</h2>${queues}<h2>Dead letters</h2>${letters}`;
    return { title: 'Queues', body };
  },
};

/** What cannot be asked is said in its place: the rest of the page is there. */
async function orWhy(show: () => Promise<Html>): Promise<Html> {
  try {
    return await show();
  } catch (error) {
    return note('warn', `It cannot be asked: ${faultLine(error)}`);
  }
}

async function pausesTable({ system, allowsChanges }: Console): Promise<Html> {
  const pauses = pausesAt(await loadPauses(system.table), system.clock.now());
  return table({
    caption: 'What is decided, notified and disabled',
    rows: PAUSABLE.map((what) => ({ what, since: pauses[what], note: pauses.notes?.[what] })),
    none: '',
    columns: [
      ['What', ({ what }) => what],
      ['State', ({ since }) => (since === null ? tag('goes on', 'good') : tag('paused', 'bad'))],
      ['Since', ({ since }) => at(since)],
      ['By', (pause) => pause.note?.by],
      ['Why', (pause) => pause.note?.reason],
      ['Until', (pause) => (pause.note ? at(pause.note.until) : null)],
      ['Act', ({ what, since }) => pauseAct(allowsChanges, since === null, { what })],
    ],
  });
}

function pauseAct(allowsChanges: boolean, goesOn: boolean, of: Record<string, string>): Html | null {
  if (!allowsChanges) return null;
  const [queue] = 'queue' in of ? ['-queue'] : [''];
  return goesOn ? link('Pause…', `/act/pause${queue}`, of) : link('Resume…', `/act/resume${queue}`, of);
}

async function queueTable({ system, stage, allowsChanges }: Console): Promise<Html> {
  return table<QueueStanding>({
    caption: 'Whether each is worked',
    rows: await listQueues(system, stage.workers),
    none: '',
    columns: [
      ['Queue', ({ queue }) => queue],
      ['Worked', ({ worked }) => (worked ? tag('yes', 'good') : tag('no', 'bad'))],
      ['Paused', ({ paused }) => (paused ? html`by ${paused.by} since ${at(paused.at)}` : null)],
      ['Breaker', ({ breaker, open }) => (open ? html`${breaker} since ${at(open.since)}` : breaker)],
      ['Next probe', ({ open }) => (open ? at(open.probeAt) : null)],
      ['Act', ({ queue, paused }) => pauseAct(allowsChanges, paused === null, { queue })],
    ],
  });
}

async function deadLetters({ stage }: Console): Promise<Html> {
  const { deadLetters: letters } = stage;
  const counted = letters.queues.map(async (queue) => ({ queue, count: await letters.count(queue) }));
  return table({
    caption: 'Messages that were given up: each queue leads to why, and to what would become of them now',
    rows: await Promise.all(counted),
    none: 'There are no dead-letter queues.',
    columns: [
      ['Queue', ({ queue }) => link(queue, '/queues/letters', { queue })],
      ['Messages', ({ count }) => (count > 0 ? html`<b class="bad">${count}</b>` : 0)],
    ],
  });
}

/** Failed attempts, by kind of failure. */
export const oopsPage: PageKind = {
  path: '/oops',
  menu: 'Failures',
  show: async (console, query) => {
    const fingerprint = query.get('fingerprint');
    if (fingerprint !== null) return oneOops(console, fingerprint);
    const resolved = query.get('all') !== null;
    const { rows, pager } = paged(await listOops(console.system.table, { resolved }), '/oops', query);
    const body = html`${table({
      caption: 'The newest first (OOPS records)',
      rows,
      none: 'No attempt failed.',
      columns: [
        ['Failure', ({ fingerprint: failure }) => link(failure, '/oops', { fingerprint: failure })],
        ['Worker', ({ worker }) => worker],
        ['Cause', ({ cause }) => cause],
        ['Count', ({ count }) => count],
        ['Last seen', ({ lastSeenAt }) => at(lastSeenAt)],
        ['What', ({ error, sample }) => `${error}: ${sample}`],
      ],
    })}${pager}<p>${resolved ? link('Only those that are not resolved', '/oops') : link('Resolved ones, too', '/oops', { all: '1' })}</p>`;
    return { title: 'Failures', body };
  },
};

async function oneOops({ system, allowsChanges }: Console, fingerprint: string) {
  const found = await loadOops(system.table, fingerprint, 50);
  if (!found)
    return { title: 'Not found', status: 404, body: note('warn', 'No failure has this fingerprint.') };
  const { kind, occurrences } = found;
  const act = html`<div class="acts"><a class="button" href="${address('/act/resolve-oops', { fingerprint })}">It is mended…</a></div>`;
  const body = html`${facts([
    ['Worker', kind.worker],
    ['Cause', kind.cause],
    ['What', `${kind.error}: ${kind.sample}`],
    ['At', kind.site],
    ['Count', kind.count],
    ['First seen', at(kind.firstSeenAt)],
    ['Last seen', at(kind.lastSeenAt)],
    ['Resolved', kind.resolvedAt === null ? 'no' : at(kind.resolvedAt)],
  ])}${allowsChanges && kind.resolvedAt === null ? act : NOTHING}${table({
    caption: 'The newest attempts that failed by it',
    rows: occurrences,
    none: 'None is stored any more.',
    columns: [
      ['At', (occurrence) => at(occurrence.at)],
      ['Item', ({ item }) => item],
      ['Attempt', ({ attempt }) => attempt],
      ['Version', ({ version }) => version],
    ],
  })}`;
  return { title: `Failure ${fingerprint}`, body };
}

/** Sources of work beside the steps of a scan. */
export const generatorsPage: PageKind = {
  path: '/generators',
  menu: 'Generators',
  show: async ({ system, allowsChanges }) => {
    const body = table({
      caption: 'When each is asked next, and why',
      rows: await standings(system),
      none: '',
      columns: [
        ['Generator', ({ generator }) => generator.name],
        ['Band', ({ generator }) => generator.band],
        ['Next', ({ due }) => at(due.at)],
        ['Why', ({ due, record }) => whyOf(due.why, record)],
        ['Asked', ({ record }) => at(record.askedAt)],
        ['Turns', ({ record }) => record.turns],
        ['Failures', ({ record }) => (record.failures > 0 ? tag(String(record.failures), 'bad') : 0)],
        [
          'Act',
          ({ generator: { name }, record }) =>
            allowsChanges
              ? link(
                  record.paused ? 'Resume…' : 'Pause…',
                  `/act/${record.paused ? 'resume' : 'pause'}-generator`,
                  { name },
                )
              : null,
        ],
      ],
    });
    return { title: 'Generators', body };
  },
};

/** Control planes that are listed, and how that goes. */
export const listingsPage: PageKind = {
  path: '/listings',
  menu: 'Listings',
  show: async ({ system }) => {
    const planes = await controlPlanesOf(system);
    const listed = planes.filter(({ settings }) => isListed(settings));
    const ends = await Promise.all(
      listed.map(async ({ settings }) => ({
        name: settings.name,
        ends: await newestListings(system, settings.name),
      })),
    );
    const body = html`${table({
      caption: 'The control planes of the configuration',
      rows: planes,
      none: 'The configuration names none: events tell of all tasks.',
      columns: [
        ['Name', ({ settings }) => settings.name],
        ['Type', ({ settings }) => settings.type],
        ['Prefix', ({ settings }) => settings.prefix],
        ['Tasks', ({ listing }) => listing?.whole?.tasks],
        ['Listed', ({ listing }) => at(listing?.whole?.endedAt)],
        ['Standing', standingText],
      ],
    })}${ends.map(
      (listing) =>
        html`<h2>${listing.name}</h2>${table({
          caption: 'Its newest listings',
          rows: listing.ends,
          none: 'None ended yet.',
          columns: [
            ['Number', ({ number }) => number],
            ['Began', ({ startedAt }) => at(startedAt)],
            ['Outcome', ({ outcome, why }) => `${outcome}${why === null ? '' : `: ${why}`}`],
            ['Tasks', ({ counts }) => counts.tasks],
            ['New', ({ counts }) => counts.added],
            ['Changed', ({ counts }) => counts.changed],
            ['Gone', ({ counts }) => counts.gone],
            ['Refused', ({ counts }) => counts.refused],
          ],
        })}`,
    )}`;
    return { title: 'Listings', body };
  },
};

/** As many events of a webhook are shown. */
const SHOWN_EVENTS = 200;

/** Who is called when something happens to tasks, and how that goes. The secrets are shown to nobody. */
export const webhooksPage: PageKind = {
  path: '/webhooks',
  menu: 'Webhooks',
  show: async (console, query) => {
    const { system } = console;
    const id = query.get('id');
    if (id !== null) return webhookPage(console, id);
    const body = table({
      caption: 'Each with what it is still to hear',
      rows: await listWebhooks(system.table),
      none: 'There are no webhooks.',
      columns: [
        ['Webhook', (webhook) => link(webhook.id, '/webhooks', { id: webhook.id })],
        ['State', ({ state }) => tag(state, state === 'active' ? 'good' : 'warn')],
        ['Failing since', ({ failingSince }) => at(failingSince)],
        ['Due', ({ due }) => due],
        ['Prefix', ({ prefix }) => prefix || 'all'],
        ['Events', ({ types }) => (types.length === 0 ? 'all' : types.join(', '))],
        ['Host', ({ url }) => new URL(url).host],
      ],
    });
    return { title: 'Webhooks', body };
  },
};

async function webhookPage({ system, allowsChanges }: Console, id: string): Promise<Page> {
  const { table: rows } = system;
  const webhook = await knownWebhook(rows, id);
  if (!webhook) return { title: 'Not found', status: 404, body: note('warn', 'No webhook has this id.') };
  const offered = [
    ...(webhook.state === 'active' ? [['pause', 'Pause it…']] : []),
    ...(webhook.state !== 'active' || webhook.failingSince !== null ? [['resume', 'Call it again…']] : []),
  ];
  const acts = html`<div class="acts">${offered.map(
    ([act, text]) => html`<a class="button" href="${address(`/act/${act}-webhook`, { id })}">${text}</a>`,
  )}</div>`;
  const events = table({
    caption: `What is due and what ended, the newest first; at most ${SHOWN_EVENTS}`,
    rows: (await webhookHistory(rows, id, { limit: SHOWN_EVENTS })).map(deliveryView),
    none: 'There are no events.',
    columns: [
      ['At', (event) => at(event.at)],
      ['Type', ({ type }) => type],
      ['Task', ({ task }) => (task === null ? null : taskLink(task))],
      ['State', ({ state, reason }) => (reason === null ? state : `${state} (${reason})`)],
      ['Tries', ({ attempts }) => attempts],
      ['Status', ({ status }) => status],
    ],
  });
  const body = html`${facts([
    ['State', webhook.state],
    ['Host', new URL(webhook.url).host],
    ['Due', webhook.due],
    ['Failing since', webhook.failingSince === null ? null : at(webhook.failingSince)],
  ])}${allowsChanges ? acts : NOTHING}${events}`;
  return { title: `Webhook ${id}`, body };
}

/** Scans of so many days are shown. */
const RUN_DAYS = 7;

/** The newest scans, and what each did. */
export const runsPage: PageKind = {
  path: '/runs',
  menu: 'Scans',
  show: async ({ system }, query) => {
    const runs = [];
    for await (const run of runsSince(system.table, system.clock.now() - RUN_DAYS * DAY)) runs.push(run);
    const { rows, pager } = paged(runs.reverse(), '/runs', query);
    const body = html`${table({
      caption: `Of the last ${RUN_DAYS} days, the newest first`,
      rows,
      none: `There was no scan within ${RUN_DAYS} days.`,
      columns: [
        ['Scan', ({ run }) => at(run)],
        ['Completed', ({ completedAt }) => (completedAt === undefined ? tag('no', 'warn') : at(completedAt))],
        ['Figures', ({ figures }) => figuresText(figures)],
        [
          'Disabled',
          ({ run, figures }) =>
            figures.queuedToDisable ? link(String(figures.queuedToDisable), '/undo', { run }) : 0,
        ],
      ],
    })}${pager}`;
    return { title: 'Scans', body };
  },
};

function figuresText(figures: Readonly<Record<string, number>>): string {
  const some = Object.entries(figures).filter(([, figure]) => figure > 0);
  return some.map(([name, figure]) => `${name} ${figure}`).join(', ');
}

/** Recipients whom no mail reaches. */
export const peoplePage: PageKind = {
  path: '/people',
  menu: 'Suppressed',
  show: async ({ system }, query) => {
    const { rows, pager } = paged(await listRecipients(system.table, { dead: true }), '/people', query);
    const body = html`${table({
      caption: 'No mail goes to them until they are revived',
      rows,
      none: 'Every recipient can be reached.',
      columns: [
        ['Address', ({ address: email }) => link(email, '/tasks', { owner: email })],
        ['State', ({ dead }) => stateText(dead)],
        ['Last mail', ({ lastMailAt }) => at(lastMailAt)],
        ['Mails', ({ address: email }) => link('mails', '/mails', { to: email })],
      ],
    })}${pager}`;
    return { title: 'Suppressed recipients', body };
  },
};
