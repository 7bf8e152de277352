import { html } from 'hono/html';
import { mailDetails } from '../../cli/commands/mail-show.ts';
import { type mailLine as line, mailLine } from '../../cli/mail-views.ts';
import { detailLines } from '../../cli/readable.ts';
import { DAY } from '../../functions/abandonment/time.ts';
import { recipientKey } from '../../functions/platform/addresses.ts';
import { loadDigest } from '../../functions/store/digests.ts';
import { eachMail } from '../../functions/store/mails.ts';
import type { PageKind } from '../console.ts';
import { at, facts, field, link, note, pagedStream, table, taskLink } from '../parts.ts';

/** Mails are looked for so far back where nobody says. */
const DAYS = 30;

/** Mails as they were sent, the newest first. */
export const mailsPage: PageKind = {
  path: '/mails',
  menu: 'Mails',
  show: async ({ system }, query) => {
    const to = (query.get('to') ?? '').trim();
    const days = Number(query.get('days')) || DAYS;
    const since = Math.max(0, system.clock.now() - days * DAY);
    const meant = { since, ...(to !== '' && { recipient: recipientKey(to) }) };
    const { rows, pager } = await pagedStream(eachMail(system.table, meant), '/mails', query);
    const body = html`<form class="card filters" method="get" action="/mails">${field('To', 'to', to, { placeholder: 'ana@acme.example' })}
${field('Days back', 'days', String(days), { type: 'number', min: '1', max: '400' })}<div><button>Show</button></div></form>
${table<ReturnType<typeof line>>({
  caption: 'The newest first',
  rows: rows.map(mailLine),
  none: 'There are no such mails.',
  columns: [
    ['Mail', ({ id, at: when }) => html`<a href="/mails/show?id=${encodeURIComponent(id)}">${at(when)}</a>`],
    ['To', ({ to: address }) => address],
    ['State', ({ state }) => state],
    ['Tasks', ({ tasks }) => tasks],
    ['Says', ({ says }) => says],
  ],
})}${pager}`;
    return { title: 'Mails', body };
  },
};

/** One mail: what became of it, and what it said of which tasks. */
export const mailPage: PageKind = {
  path: '/mails/show',
  show: async ({ system }, query) => {
    const digest = await loadDigest(system.table, query.get('id') ?? '');
    if (!digest) return { title: 'Not found', status: 404, body: note('warn', 'No such mail is known.') };
    const { items: _, ...became } = mailDetails(digest);
    const body = html`${facts([
      ['To', link(digest.address, '/mails', { to: digest.address })],
      ['State', digest.state],
      ['Sent', at(digest.sentAt)],
      ['Says', mailLine(digest).says],
    ])}<h2>Tasks in it</h2>${table({
      caption: 'As it told of them: what is stored of a mail is what it was written from',
      rows: digest.items.slice(0, 500),
      none: 'It names no task.',
      columns: [
        ['Task', ({ task }) => taskLink(task)],
        ['Notice', ({ notice }) => notice],
        ['Episode', ({ episode }) => `#${episode}`],
        ['Failing since', ({ since }) => at(since)],
        ['Names the date', ({ disableAt }) => at(disableAt)],
      ],
    })}<details><summary>All that is stored of it</summary><pre>${detailLines(became).join('\n')}</pre></details>`;
    return { title: `Mail to ${digest.address}`, body };
  },
};
