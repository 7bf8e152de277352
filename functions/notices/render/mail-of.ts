import { causeOf } from '../../abandonment/causes.ts';
import { countedTime } from '../../abandonment/evidence.ts';
import { restorableUntil } from '../../abandonment/restorable.ts';
import type { Mode } from '../../abandonment/task.ts';
import { isTopic } from '../../abandonment/topics.ts';
import type { OutgoingMail } from '../../platform/ports.ts';
import type { System } from '../../platform/system.ts';
import type { DigestItem, DigestRecord } from '../../store/digests.ts';
import type { FleetView } from '../../store/fleet-view.ts';
import { factsOf, type NoticeRecord } from '../../store/notices.ts';
import type { TaskRecord } from '../../store/tasks.ts';
import { type DigestFacts, type MailItem, triedOf } from '../send/digest-facts.ts';
import { declineHeaders, linksOf } from './links.ts';
import { type RenderedDigest, renderDigest } from './render.ts';

/** What a mail says about one notice rests on: the notice, its frozen item, and the task as it was read for it. */
export interface NoticeBasis {
  notice: NoticeRecord;
  record: TaskRecord | undefined;
  item: DigestItem;
}

/** A mail with the notices that stand in it, or what keeps it from being written. */
export type Written<Chosen> =
  | { mail: OutgoingMail; items: DigestItem[] }
  /** Nothing can be written to this recipient. */
  | { unwritable: 'recipient' }
  /** These notices cannot be written to anybody; the others can. */
  | { unwritable: { culprit: Chosen; error: unknown }[] };

/**
 * Writes the mail of a digest that is about to be claimed, and says which notices stand in it: what found no room is
 * left for the next mail (promise 7). Throws what is nobody's own fault.
 */
export async function mailOf<Chosen extends NoticeBasis>(
  system: System,
  view: FleetView,
  digest: DigestRecord,
  notices: readonly Chosen[],
): Promise<Written<Chosen>> {
  await view.loadRecipients([digest.recipient]);
  await view.loadPlanes(notices.flatMap(({ record }) => (record ? [record.task.dataPlane] : [])));
  const ruled = notices.find(({ record }) => record && view.asksRules(record.task))?.record;
  if (ruled) await view.ownersOf(ruled.task);
  const byFacts = new Map(notices.map((notice) => [mailItem(system, view, digest, notice), notice]));
  // A topic is shared: what acts in one person's name has no place there.
  const links = isTopic(digest.address) ? undefined : system.links && (await linksOf(system.links, digest));
  const { zone, language } = view.preferencesOf(digest.recipient);
  const facts: DigestFacts = {
    recipient: digest.address,
    now: digest.claimedAt,
    contact: system.config.contact,
    ...(system.config.brand && { brand: system.config.brand }),
    declined: view.hasDeclined(digest.recipient),
    items: [...byFacts.keys()],
    ...(zone === undefined ? {} : { zone }),
    ...(language === undefined ? {} : { language }),
    ...(links && { links }),
  };
  const rendered = written(facts);
  if ('error' in rendered) return culpritsOf(facts, byFacts, rendered.error);
  const { left, subject, text, html } = rendered;
  for (const item of left) byFacts.delete(item);
  const items = [...byFacts.values()].map(({ item }) => item);
  const headers = links
    ? declineHeaders(
        links,
        items.map(({ notice }) => notice),
      )
    : {};
  return { mail: { to: digest.address, subject, text, html, headers, digest: digest.id }, items };
}

function written(facts: DigestFacts): RenderedDigest | { error: unknown } {
  try {
    return renderDigest(facts);
  } catch (error) {
    return { error };
  }
}

/** A notice about which nothing is out of the ordinary. */
const PLAIN: MailItem = {
  task: 'task',
  episode: 1,
  notice: 'warning',
  kind: 'service',
  dataPlane: 'plane',
  since: 0,
  unhealthyFor: 0,
  restarts: 0,
  cause: 'unknown',
  disableAt: null,
  told: [],
  mode: 'notify',
};

/**
 * Whose fault it is that a mail cannot be written: code or settings of the deployment with which no plain mail can be
 * written are broken for all, which throws, so that the breaker hears of it; else it is the recipient's, or that of single
 * notices.
 */
function culpritsOf<Chosen>(
  facts: DigestFacts,
  byFacts: ReadonlyMap<MailItem, Chosen>,
  error: unknown,
): Written<Chosen> {
  const isBroken = (candidate: DigestFacts) => 'error' in written(candidate);
  if (isBroken(plainOf(facts))) throw error;
  if (isBroken({ ...facts, items: [PLAIN] })) return { unwritable: 'recipient' };
  const unwritable = [...byFacts].flatMap(([item, culprit]) => {
    const alone = written({ ...facts, items: [item] });
    return 'error' in alone ? [{ culprit, error: alone.error }] : [];
  });
  if (unwritable.length === 0) throw error;
  return { unwritable };
}

/** A plain mail to somebody who chose nothing, with what the deployment puts into every mail. */
function plainOf({ now, contact, brand, links }: DigestFacts): DigestFacts {
  const settings = { contact, ...(brand && { brand }), ...(links && { links }) };
  return { ...settings, recipient: 'somebody', now, declined: false, items: [PLAIN] };
}

function mailItem(
  system: System,
  view: FleetView,
  digest: DigestRecord,
  { notice, record, item }: NoticeBasis,
): MailItem {
  const facts = factsOf(notice.pending);
  const now = system.clock.now();
  return {
    task: item.task,
    episode: item.episode,
    notice: item.notice,
    kind: record?.task.kind ?? 'service',
    dataPlane: record?.task.dataPlane ?? '',
    since: item.since,
    unhealthyFor: countedTime(
      item.since,
      facts?.disabledAt ?? facts?.enabledAt ?? now,
      record ? view.unknownOf(record) : [],
    ),
    ...triedOf(item),
    ...(record && !countsRestarts(record) && { restarts: null }),
    cause: record ? causeOf(record.evidence) : 'unknown',
    disableAt: item.disableAt,
    ...(facts?.disabledAt === undefined
      ? {}
      : {
          disabledAt: facts.disabledAt,
          restorableUntil: restorableUntil(facts.disabledAt, facts.restorableUntil),
        }),
    ...(facts?.enabledAt === undefined ? {} : { enabledAt: facts.enabledAt }),
    ...(facts?.resolvedReason === undefined ? {} : { resolvedReason: facts.resolvedReason }),
    ...(facts?.disclaimed && { disclaimed: facts.disclaimed }),
    ...whyOf(view, digest, record),
    told:
      item.notice === 'stopping'
        ? othersHearing(record, digest.recipient)
        : othersNotified(record, digest.recipient),
    mode: modeOf(item),
    ...(item.alert === 'task_overdue' && { isOverdue: true as const }),
  };
}

/** Why the recipient is notified; a topic is nobody, and asks for no reason. */
function whyOf(
  view: FleetView,
  { address, recipient }: DigestRecord,
  record: TaskRecord | undefined,
): Pick<MailItem, 'why'> {
  if (isTopic(address) || !record) return {};
  return { why: view.whyNotified(record.task, recipient) ?? { as: 'other' } };
}

/** The mode that a notice speaks of: of a deadline, whether the task is disabled at it. */
function modeOf({ notice, disableAt, binds }: DigestItem): Mode {
  const threatens = notice === 'stopping' ? binds === true : disableAt !== null;
  return threatens ? 'disable' : 'notify';
}

/** The addresses of the others who are notified of the open episode. */
export function othersNotified(record: TaskRecord | undefined, recipient: string): string[] {
  return Object.entries(record?.open?.told ?? {})
    .filter(([key, part]) => key !== recipient && !part.left && part.warning !== 'failed')
    .map(([, part]) => part.address)
    .sort();
}

/** Whether it is known how often a task was restarted: control planes that are listed need not count. */
export function countsRestarts({ listed, evidence }: TaskRecord): boolean {
  return listed === null || evidence.restarts.total > 0;
}

/** The addresses of the others who are notified of the task's own deadline. */
function othersHearing(record: TaskRecord | undefined, recipient: string): string[] {
  return Object.entries(record?.stopping?.told ?? {})
    .filter(
      ([key, announced]) =>
        key !== recipient &&
        (announced.pending !== undefined || announced.last?.moves === record?.stopping?.moves),
    )
    .map(([, announced]) => announced.address)
    .sort();
}
