import type { Instant } from '../abandonment/time.ts';
import { bytesOfText, inParts } from './in-parts.ts';
import { keys } from './keys.ts';
import { eachRow, ROW_VERSION, recordIn } from './rows.ts';
import type { Row, Table, Write } from './table/table.port.ts';

/** A page as a listing found it. Small: one that has not changed is read no further. */
export interface ListedPage {
  page: number;
  /** The listing that found it so. */
  number: number;
  /** Of all that is said on it. */
  hash: string;
  /** Where it began and where the next one does; what the control plane itself knows it by. */
  cursor: string | null;
  next: string | null;
  tag?: string;
  tasks: number;
  refused: number;
  /** How many of its tasks may fail, so that their evidence is to be kept fresh; and when it last was. */
  watched: number;
  refreshedAt: Instant;
  planes: string[];
  parts: number;
}

/** A task of a page, with a short text of how it was; '' where that is to be taken in again. */
export type ListedEntry = [id: string, as: string];

/** Tasks that a page has beside those it had (`came`; known ones alone), and had beside those it has (`left`). */
export interface Moves {
  came: string[];
  left: string[];
}

/** A list of ids in one row is cut here, far below the limit of a row (DynamoDB: 400 KB). */
const PART_BYTES = 200 * 1024;

/** The writes that store a page as a listing found it, with its tasks. */
export function listedPageWrites(
  controlPlane: string,
  page: Omit<ListedPage, 'parts'>,
  entries: readonly ListedEntry[],
): Write[] {
  const parts = inParts(entries, ([id, as]) => bytesOfText(id) + as.length + 8, PART_BYTES);
  const { page: place, number } = page;
  const head = {
    ...keys.listedPage(controlPlane, place, number),
    v: ROW_VERSION,
    ...page,
    parts: parts.length,
  };
  return [
    { put: head },
    ...parts.map(
      (part, at): Write => ({
        put: { ...keys.listedPart(controlPlane, place, number, at), v: ROW_VERSION, entries: part },
      }),
    ),
  ];
}

/** The record in the row of a page. */
export const listedPageFromRow = (row: Row): ListedPage => recordIn(row);

/** The entries in a row of the tasks of a page. */
export const listedPartFromRow = (row: Row): ListedEntry[] => row.entries as ListedEntry[];

/** Pages as listings found them, by their place; of one page the newest listing first. */
export async function loadListedPages(
  table: Table,
  controlPlane: string,
  { from, count }: { from: number; count: number },
): Promise<Map<number, ListedPage[]>> {
  const { pk, sk } = keys.listedPage(controlPlane, from, 0);
  const last = keys.listedPage(controlPlane, from + count - 1, 0).sk;
  const to = `${last.slice(0, last.lastIndexOf('#'))}#~`;
  const pages = new Map<number, ListedPage[]>();
  for await (const row of eachRow(table, { pk, sk: { from: sk, to }, consistent: true })) {
    const page = listedPageFromRow(row);
    pages.set(page.page, [page, ...(pages.get(page.page) ?? [])]);
  }
  return pages;
}

/** The tasks of a page as a listing found it. */
export async function loadListedEntries(
  table: Table,
  controlPlane: string,
  { page, number, parts }: ListedPage,
): Promise<ListedEntry[]> {
  const wanted = Array.from({ length: parts }, (_, part) =>
    keys.listedPart(controlPlane, page, number, part),
  );
  const rows = await table.batchGet(wanted);
  return rows.sort((a, b) => (a.sk < b.sk ? -1 : 1)).flatMap(listedPartFromRow);
}

/** The rows of a page as one listing found it, for deletion. */
export function listedPageKeys(controlPlane: string, { page, number, parts }: ListedPage): Write[] {
  const ofParts = Array.from({ length: parts }, (_, part) =>
    keys.listedPart(controlPlane, page, number, part),
  );
  return [keys.listedPage(controlPlane, page, number), ...ofParts].map((key) => ({ delete: key }));
}

/** The writes that store what moved on a page; none where nothing did. */
export function movesWrites(
  controlPlane: string,
  { listing, page }: { listing: number; page: number },
  { came, left }: Moves,
): Write[] {
  const both = [...came.map((id) => ({ id, came: true })), ...left.map((id) => ({ id, came: false }))];
  return inParts(both, ({ id }) => bytesOfText(id), PART_BYTES).map((part, at): Write => {
    const moves: Moves = {
      came: part.filter((move) => move.came).map(({ id }) => id),
      left: part.filter((move) => !move.came).map(({ id }) => id),
    };
    return { put: { ...keys.listedMoves(controlPlane, listing, page, at), v: ROW_VERSION, ...moves } };
  });
}

/** What moved in a listing, row by row. */
export async function* eachMoves(table: Table, controlPlane: string, listing: number): AsyncGenerator<Moves> {
  for await (const row of eachRow(table, rowsOf(keys.listedMoves(controlPlane, listing, 0, 0), 2)))
    yield movesFromRow(row);
}

/** The record in a row of what moved. */
export const movesFromRow = (row: Row): Moves => recordIn(row);

/** The rows that name the tasks missing since a listing that is held. */
export function missingWrites(
  controlPlane: string,
  { listing, part: first }: { listing: number; part: number },
  ids: readonly string[],
): Write[] {
  return inParts(ids, bytesOfText, PART_BYTES).map(
    (part, at): Write => ({
      put: { ...keys.listedMissing(controlPlane, listing, first + at), v: ROW_VERSION, ids: part },
    }),
  );
}

/** The ids in a row of missing tasks. */
export const missingFromRow = (row: Row): string[] => row.ids as string[];

/** The tasks missing since a listing that is held, some at a time. */
export async function* eachMissing(
  table: Table,
  controlPlane: string,
  listing: number,
): AsyncGenerator<string[]> {
  for await (const row of eachRow(table, rowsOf(keys.listedMissing(controlPlane, listing, 0), 1)))
    yield missingFromRow(row);
}

/** All rows whose sort key begins as this one does, but for its last numbers. */
function rowsOf({ pk, sk }: { pk: string; sk: string }, cut: number) {
  const prefix = `${sk.split('#').slice(0, -cut).join('#')}#`;
  return { pk, sk: { prefix }, consistent: true };
}

/**
 * Asks the next listing to compare a task with what is known of it, though its page be as it was: what is known was changed
 * by us.
 */
export function listedAnewWrite(controlPlane: string, id: string, at: Instant): Write {
  return { put: { ...keys.listedAnew(controlPlane, id), v: ROW_VERSION, at } };
}

/** The tasks that are to be compared with what is known of them, and since when. */
export async function loadListedAnew(table: Table, controlPlane: string): Promise<Map<string, Instant>> {
  const { pk, sk: prefix } = keys.listedAnew(controlPlane, '');
  const anew = new Map<string, Instant>();
  for await (const row of eachRow(table, { pk, sk: { prefix }, consistent: true }))
    anew.set(row.sk.slice(prefix.length), Number(row.at));
  return anew;
}

/** What of a control plane's listings is still read. */
export interface StillRead {
  /** The newest whole listing, and how many pages it has. */
  whole: number;
  pages: number;
  /** The listing since which missing tasks are held. */
  held: number | null;
  /** Changes of ours since then are still to be compared. */
  changedSince: Instant;
}

/** Deletes what nobody reads any more once a listing is whole; older forms of a page go when it is written anew. */
export async function* eachOldRow(
  table: Table,
  controlPlane: string,
  { whole, pages, held, changedSince }: StillRead,
): AsyncGenerator<Write[]> {
  const { pk, sk: first } = keys.listedPage(controlPlane, pages, 0);
  for await (const row of eachRow(table, { pk, sk: { from: first, to: 'P#~' }, consistent: true }))
    yield listedPageKeys(controlPlane, listedPageFromRow(row));
  for await (const row of eachRow(table, { pk, sk: { prefix: 'M#' }, consistent: true }))
    if (numberIn(row) <= whole) yield [{ delete: { pk, sk: row.sk } }];
  for await (const row of eachRow(table, { pk, sk: { prefix: 'H#' }, consistent: true }))
    if (numberIn(row) !== held) yield [{ delete: { pk, sk: row.sk } }];
  for await (const row of eachRow(table, { pk, sk: { prefix: 'C#' }, consistent: true }))
    if (Number(row.at) < changedSince)
      yield [{ delete: { pk, sk: row.sk }, if: [{ absentOr: { atMost: ['at', Number(row.at)] } }] }];
}

const numberIn = ({ sk }: Row): number => Number(sk.split('#')[1]);
