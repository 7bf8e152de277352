import type { Instant } from '../abandonment/time.ts';
import { eachRowOf, inBuckets } from './buckets.ts';
import { type DigestRecord, loadDigests } from './digests.ts';
import { index, sortable } from './keys.ts';
import { eachRow } from './rows.ts';
import type { Row, Table } from './table/table.port.ts';

/** Where a mail stands in the list of all. */
interface MailPlace {
  digest: string;
  recipient: string;
  /** Sorts as the mails were claimed. */
  place: string;
}

/** As many index rows are read at once. */
const PAGE = 200;

/**
 * All mails claimed since an instant, the newest first; how long they are kept: docs/retention.md.
 *
 * @param recipient only those to one recipient, by their key
 */
export async function* eachMail(
  table: Table,
  { since = 0, recipient }: { since?: Instant; recipient?: string } = {},
): AsyncGenerator<DigestRecord> {
  let found: MailPlace[] = [];
  for await (const place of newestFirst(table, since)) {
    if (recipient !== undefined && place.recipient !== recipient) continue;
    found.push(place);
    if (found.length < 50) continue;
    yield* await loadMails(table, found);
    found = [];
  }
  yield* await loadMails(table, found);
}

/** Merges the buckets, each of which is sorted. */
async function* newestFirst(table: Table, since: Instant): AsyncGenerator<MailPlace> {
  const buckets = inBuckets((bucket) => placesIn(table, bucket, since));
  const heads = await Promise.all(buckets.map((bucket) => bucket.next()));
  for (;;) {
    const place = heads.reduce(
      (best, head) => (head.value && head.value.place > best ? head.value.place : best),
      '',
    );
    const at = heads.findIndex(({ value }) => value?.place === place);
    const [head, bucket] = [heads[at], buckets[at]];
    if (!bucket || !head?.value) return;
    yield head.value;
    heads[at] = await bucket.next();
  }
}

async function* placesIn(table: Table, bucket: number, since: Instant): AsyncGenerator<MailPlace, undefined> {
  const query = { index: 'g2' as const, pk: index.mails(bucket), sk: { from: sortable(since) } };
  for await (const row of eachRow(table, { ...query, descending: true, limit: PAGE })) yield placeOf(row);
  return undefined;
}

function placeOf({ g2sk }: Row): MailPlace {
  const [, digest = '', recipient = ''] = (g2sk as string).split('#');
  return { digest, recipient, place: g2sk as string };
}

async function loadMails(table: Table, places: readonly MailPlace[]): Promise<DigestRecord[]> {
  const found = await loadDigests(
    table,
    places.map(({ digest }) => digest),
  );
  const byId = new Map(found.map((digest) => [digest.id, digest]));
  return places.flatMap(({ digest }) => byId.get(digest) ?? []);
}

/** All mails claimed within a span, ends included, bucket by bucket, each in the order in which they were claimed. */
export async function* eachMailOf(
  table: Table,
  span: { from: Instant; to: Instant },
): AsyncGenerator<DigestRecord> {
  const sk = { from: sortable(span.from), to: `${sortable(span.to)}~` };
  const queries = inBuckets((bucket) => ({ index: 'g2' as const, pk: index.mails(bucket), sk }));
  let places: MailPlace[] = [];
  for await (const row of eachRowOf(table, queries)) {
    places.push(placeOf(row));
    if (places.length < 50) continue;
    yield* await loadMails(table, places);
    places = [];
  }
  yield* await loadMails(table, places);
}

/** The mails to one recipient that were claimed within a span, ends included. */
export function mailsBetween(
  table: Table,
  recipient: string,
  span: { from: Instant; to: Instant },
): Promise<DigestRecord[]> {
  return mailsToAny(table, new Set([recipient]), span);
}

/** The mails to any of some recipients that were claimed within a span, ends included. */
export async function mailsToAny(
  table: Table,
  recipients: ReadonlySet<string>,
  span: { from: Instant; to: Instant },
): Promise<DigestRecord[]> {
  const sk = { from: sortable(span.from), to: `${sortable(span.to)}~` };
  const found = await Promise.all(
    inBuckets(async (bucket) => {
      const places: MailPlace[] = [];
      for await (const row of eachRow(table, { index: 'g2', pk: index.mails(bucket), sk })) {
        const place = placeOf(row);
        if (recipients.has(place.recipient)) places.push(place);
      }
      return places;
    }),
  );
  return loadMails(table, found.flat());
}
