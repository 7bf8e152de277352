import type { Cause } from '../../emails/wordings.ts';
import { countedTime } from '../abandonment/evidence.ts';
import type { Evidence, ResolveReason } from '../abandonment/task.ts';
import { isTopic } from '../abandonment/topics.ts';
import type { OutgoingMail } from '../platform/ports.ts';
import type { System } from '../platform/system.ts';
import type { FleetView } from '../store/fleet-view.ts';
import type { DigestItem, DigestRecord, NoticeRecord, TaskRecord } from '../store/rows.ts';
import { type MailItem, triedOf } from './digest-facts.ts';
import { declineHeaders, linksOf } from './links.ts';
import { renderDigest } from './render.ts';

/** What a mail says about one notice rests on: the notice, its frozen item, and the task as it was read for it. */
export interface Told {
  notice: NoticeRecord;
  record: TaskRecord | undefined;
  item: DigestItem;
}

/**
 * Writes the mail of a digest that is about to be claimed, and says which notices stand in it: what found no room is
 * left for the next mail (promise 7).
 */
export async function mailOf(
  system: System,
  view: FleetView,
  digest: DigestRecord,
  told: readonly Told[],
): Promise<{ mail: OutgoingMail; items: DigestItem[] }> {
  await view.loadRecipients([digest.recipient]);
  await view.loadPlanes(told.flatMap(({ record }) => (record ? [record.task.dataPlane] : [])));
  const byFacts = new Map(told.map((one) => [mailItem(system, view, digest, one), one.item]));
  // A topic is shared: what acts in one person's name has no place there.
  const links = isTopic(digest.address) ? undefined : system.links && (await linksOf(system.links, digest));
  const { zone, language } = view.wishesOf(digest.recipient);
  const { left, subject, text, html } = renderDigest({
    recipient: digest.address,
    now: digest.claimedAt,
    contact: system.config.contact,
    declined: view.hasDeclined(digest.recipient),
    items: [...byFacts.keys()],
    ...(zone === undefined ? {} : { zone }),
    ...(language === undefined ? {} : { language }),
    ...(links && { links }),
  });
  for (const item of left) byFacts.delete(item);
  const items = [...byFacts.values()];
  const headers = links
    ? declineHeaders(
        links,
        items.map(({ notice }) => notice),
      )
    : {};
  return { mail: { to: digest.address, subject, text, html, headers, digest: digest.id }, items };
}

function mailItem(
  system: System,
  view: FleetView,
  digest: DigestRecord,
  { notice, record, item }: Told,
): MailItem {
  const facts = notice.pending?.facts as
    | { disabledAt?: number; enabledAt?: number; resolvedReason?: ResolveReason }
    | undefined;
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
    cause: record ? causeOf(record.evidence) : 'unknown',
    disableAt: item.disableAt,
    ...(facts?.disabledAt === undefined ? {} : { disabledAt: facts.disabledAt }),
    ...(facts?.enabledAt === undefined ? {} : { enabledAt: facts.enabledAt }),
    ...(facts?.resolvedReason === undefined ? {} : { resolvedReason: facts.resolvedReason }),
    told: othersTold(record, digest.recipient),
    stage: item.disableAt === null ? 'notify' : 'disable',
  };
}

/** The addresses of the others who are told of the open episode. */
export function othersTold(record: TaskRecord | undefined, recipient: string): string[] {
  return Object.entries(record?.open?.told ?? {})
    .filter(([key, told]) => key !== recipient && !told.left && told.warning !== 'failed')
    .map(([, told]) => told.address)
    .sort();
}

/** The class of what keeps a task from running; the worst of its shards, never an error's text. */
export function causeOf({ statuses, lastSeen, twitches }: Evidence): Cause {
  if (statuses.includes('FAILED')) return 'failed';
  const wasPrimary = lastSeen.PRIMARY !== undefined || twitches !== undefined;
  if (!wasPrimary && !statuses.includes('PRIMARY')) return 'never-primary';
  if (statuses.includes('PENDING')) return 'pending';
  if (statuses.includes('BACKFILL')) return 'backfill';
  if (statuses.includes('STANDBY')) return 'standby';
  return statuses.includes('IDLE') ? 'idle' : 'unknown';
}
