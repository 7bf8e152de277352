import { html } from 'hono/html';
import { mostOf, type Summary, summaryOf } from '../../cli/commands/holds.ts';
import { isHeldBySpike } from '../../functions/abandonment/approval.ts';
import type { Instant } from '../../functions/abandonment/time.ts';
import {
  type Dated,
  datedOnce,
  type Hold,
  type HoldAct,
  loadHolds,
} from '../../functions/operators/holds.ts';
import type { System } from '../../functions/platform/system.ts';
import type { Console, PageKind } from '../console.ts';
import { address, at, type Html, NOTHING, said, table, tag } from '../parts.ts';
import { byReason } from './held-by-reason.ts';
import { readNote } from './read-note.ts';

/** What waits for an operator, and what holds tasks by itself. */
export const holdsPage: PageKind = {
  path: '/holds',
  menu: 'Holds',
  show: async (console) => {
    const { system, fleet } = console;
    const dated = datedOnce(system.table);
    const [data, holds, approved] = await Promise.all([
      fleet.tasks(),
      loadHolds(system, dated),
      approvals(system, dated),
    ]);
    const rows = await Promise.all(
      holds.map(async (hold) => ({ hold, summary: await summaryOf({ system }, hold, dated) })),
    );
    const body = html`${holdTable(console, rows)}${approved.length === 0 ? NOTHING : approvalTable(approved)}
<h2>Tasks that are held, by reason</h2><p>Also those that are held one by one.</p>${byReason(data.tasks)}${readNote(data)}`;
    return { title: 'Holds', body };
  },
};

interface HoldRow {
  hold: Hold;
  summary: Summary;
}

function holdTable(console: Console, rows: readonly HoldRow[]): Html {
  return table<HoldRow>({
    caption: 'What holds many tasks at once',
    rows,
    none: 'Nothing holds many tasks at once.',
    columns: [
      ['Hold', ({ hold: { id } }) => holdLink(id)],
      ['Since', ({ hold }) => at(hold.since)],
      ['Tasks', ({ summary }) => summary.tasks.length],
      ['Most of', ({ summary }) => mostOf(summary.groups)],
      ['Rejected', ({ hold }) => rejectionOf(hold)],
      ...(console.allowsChanges
        ? [['Act', ({ hold, summary }: HoldRow) => actLinks(hold, summary.tasks.length)] as const]
        : []),
    ],
  });
}

/** A link to one hold. */
function holdLink(id: string): Html {
  return html`<a class="name" href="${address('/holds/show', { hold: id })}">${said(id)}</a>`;
}

/** By whom it was rejected, until when operators do not hear of it, and why. */
export function rejectionOf({ rejected }: Hold): Html | null {
  if (rejected === null) return null;
  return html`${tag('rejected', 'quiet')} by ${rejected.by}, quiet until ${at(rejected.until)}: ${rejected.reason}`;
}

const ACT_TEXT: Record<HoldAct, string> = { approve: 'Approve', reject: 'Reject', dismiss: 'Dismiss' };

/** What can be done about a hold. */
export function actLinks({ id, cause, acts }: Hold, tasks: number): Html | null {
  if (acts.length === 0) return null;
  const pathOf = (act: HoldAct) =>
    act === 'approve' && cause === 'blast-radius' ? '/act/approve' : `/act/${act}-hold`;
  const queryOf = (act: HoldAct) => (pathOf(act) === '/act/approve' ? {} : { hold: id });
  const text = (act: HoldAct) =>
    act === 'approve' ? `Approve ${tasks.toLocaleString('en')}…` : `${ACT_TEXT[act]}…`;
  return html`<span class="links">${acts.map((act) => html`<a href="${address(pathOf(act), queryOf(act))}">${text(act)}</a> `)}</span>`;
}

/** Tasks that were approved together, and are not disabled yet. */
interface Approved {
  at: Instant;
  /** Null: it ends with their episodes. */
  until: Instant | null;
  tasks: number;
}

async function approvals({ clock }: System, dated: Dated): Promise<Approved[]> {
  const found = new Map<string, Approved>();
  for await (const { open } of dated()) {
    const spike = open?.brake;
    if (spike?.approvedAt === undefined || isHeldBySpike(spike, clock.now())) continue;
    const { approvedAt, approvedUntil: until = null } = spike;
    const approval = found.get(`${approvedAt} ${until}`) ?? { at: approvedAt, until, tasks: 0 };
    found.set(`${approvedAt} ${until}`, { ...approval, tasks: approval.tasks + 1 });
  }
  return [...found.values()].sort((a, b) => b.at - a.at);
}

function approvalTable(rows: readonly Approved[]): Html {
  return html`<h2>Approved, and not disabled yet</h2>${table<Approved>({
    caption: 'What is not disabled when its approval ends is held again',
    rows,
    none: '',
    columns: [
      ['Approved', (approval) => at(approval.at)],
      ['Ends', ({ until }) => (until === null ? 'never' : at(until))],
      ['Tasks', ({ tasks }) => tasks],
    ],
  })}`;
}
