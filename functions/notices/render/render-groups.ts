import type { Folder, Kind, List } from '../../../emails/digest.ts';
import type { Group, Wordings } from '../../../emails/wordings.ts';
import { clip, visible } from '../../platform/escape.ts';
import { plainWordOf, unlinked } from '../../platform/foreign-words.ts';
import type { MailItem } from '../send/digest-facts.ts';
import { dayIn } from './wording-dates.ts';
import {
  announcedDate,
  dateSlots,
  disclaimerOf,
  groupOf,
  isPast,
  lastOf,
  named,
  nameOf,
  type Reader,
  reasonsOf,
  restorableOf,
  toldOf,
} from './wording-items.ts';

const NAMED_PLANES = 3;
const NAMED_REASONS = 3;

/** Items by a key, in the order in which the keys come. */
function by(items: readonly MailItem[], keyOf: (item: MailItem) => string): MailItem[][] {
  const groups = new Map<string, MailItem[]>();
  for (const item of items) {
    const group = groups.get(keyOf(item));
    if (group) group.push(item);
    else groups.set(keyOf(item), [item]);
  }
  return [...groups.values()];
}

/** What the items of a list share: the announced minute, or the day of what happened. */
function dateOf(item: MailItem, reader: Reader): string {
  const due = announcedDate(item);
  if (due !== null) return reader.words.listed.due(dateSlots(due, reader));
  const last = lastOf(item, reader);
  if (last) return reader.words.listed.restorable(last);
  const past = item.disabledAt ?? item.enabledAt;
  if (past === undefined) return '';
  return reader.words.listed.past(dayIn(past, reader.zone, reader.words.dates));
}

/** Items of one group of a mail: those that share their date with others, and those that are told one by one. */
export function byDate(items: readonly MailItem[], reader: Reader): { alone: MailItem[]; lists: List[] } {
  const dates = by(items, (item) => dateOf(item, reader));
  return {
    alone: dates.flatMap((same) => (same.length === 1 ? same : [])),
    lists: dates.filter((same) => same.length > 1).map((same) => listOf(same, reader)),
  };
}

/** What the items of one date share is said once by cause, and each is named. */
function listOf(sameDate: readonly MailItem[], reader: Reader): List {
  const date = sameDate[0] ? dateOf(sameDate[0], reader) : '';
  return {
    dates: date === '' ? [] : [date],
    kinds: by(sameDate, causeKey).map((same) => kindOf(same, reader)),
  };
}

const TELLS_REASON: readonly Group[] = ['withdrawn', 'enabled', 'recovered', 'disclaimed'];

function causeKey(item: MailItem): string {
  if (item.disclaimed) return `disclaimed ${JSON.stringify(item.disclaimed)}`;
  if (TELLS_REASON.includes(groupOf(item))) return `reason ${item.resolvedReason}`;
  return item.isOverdue || item.notice === 'stopping' ? 'deadline' : item.cause;
}

function causeOfMany(item: MailItem, words: Wordings): string {
  const group = groupOf(item);
  if (item.disclaimed) return words.disclaimedMany(disclaimerOf(item));
  if (TELLS_REASON.includes(group))
    return item.resolvedReason === undefined
      ? words.heading[group](2)
      : words.reasonOfMany(item.resolvedReason);
  if (item.isOverdue || item.notice === 'stopping') return words.heading[group](2);
  return words.causesOfMany[item.cause];
}

function kindOf(items: readonly MailItem[], reader: Reader): Kind {
  const [first] = items;
  const { folders, names } = namesOf(items, reader);
  return {
    cause: first ? reader.words.counted(causeOfMany(first, reader.words), items.length) : '',
    facts: factsOf(items, reader),
    folders,
    inFull: names.length > 0 ? [{ names }] : [],
  };
}

/** What a mail says of each task, of several at once. */
function factsOf(items: readonly MailItem[], reader: Reader): string[] {
  const others = [...new Set(items.flatMap((item) => item.told))].sort();
  return [
    ...sinceOf(items, reader),
    ...new Set(items.flatMap((item) => (lastOf(item, reader) ? [] : restorableOf(item, reader)))),
    whereOf(items, reader),
    ...(reader.hasReasons ? reasonsOf(items, reader).slice(0, NAMED_REASONS) : []),
    toldOf({ told: others }, reader),
  ];
}

function sinceOf(items: readonly MailItem[], { words, zone }: Reader): string[] {
  const [first] = items;
  if (!first || first.notice === 'stopping' || TELLS_REASON.includes(groupOf(first))) return [];
  const instants = items.map(({ since }) => since).sort((a, b) => a - b);
  const dayAt = (index: number) => dayIn(instants.at(index) ?? 0, zone, words.dates);
  const days = { first: dayAt(0), last: dayAt(-1) };
  if (first.isOverdue) return [words.outlivedMany(days)];
  const counts = items.flatMap(({ restarts }) => restarts ?? []);
  const restarts = counts.length === 0 ? null : Math.max(...counts);
  return [words.notRunningMany({ ...days, restarts, past: isPast(first) })];
}

function whereOf(items: readonly MailItem[], { words }: Reader): string {
  const kinds = [...new Set(items.map(({ kind }) => kind))].sort();
  const planes = [...new Set(items.map(({ dataPlane }) => named(dataPlane, 128) || '?'))].sort();
  return words.whereMany(kinds, planes.slice(0, NAMED_PLANES), Math.max(0, planes.length - NAMED_PLANES));
}

/** The part before a name's last slash, where what is behind it is one plain word and no reader takes more for a link. */
function folderOf(item: MailItem): string | undefined {
  const id = clip(visible(item.task), 512);
  const end = id.lastIndexOf('/') + 1;
  if (end === 0 || plainWordOf(id) === undefined || unlinked(id) !== id || id !== item.task) return undefined;
  return id.slice(0, end);
}

/** So many names are kept whole one by one; of more, that would be a fifth of the mail. */
const MOST_KEPT_WHOLE = 50;

function folderOfNames(heading: string, names: readonly string[]): Folder {
  const rest = names.join(', ');
  const isMany = names.length > MOST_KEPT_WHOLE;
  const few = names.map((name, at) => (at === names.length - 1 ? name : `${name},`));
  return { heading, rest, few: isMany ? [] : few, many: isMany ? [rest] : [] };
}

/** The names of tasks: plain ones behind what they have in common, others in full. */
function namesOf(items: readonly MailItem[], { words }: Reader): { folders: Folder[]; names: string[] } {
  const sorted = items.toSorted((a, b) => (a.task < b.task ? -1 : 1));
  const folders: Folder[] = [];
  const names: string[] = [];
  for (const group of by(sorted, (item) => folderOf(item) ?? '')) {
    const folder = group[0] && folderOf(group[0]);
    // One alone is as short in full, and can be searched for.
    if (folder === undefined || group.length === 1) {
      names.push(...group.map(nameOf));
      continue;
    }
    folders.push(
      folderOfNames(
        words.under(folder.replaceAll('"', '\\"')),
        group.map(({ task }) => task.slice(folder.length)),
      ),
    );
  }
  return { folders, names: names.toSorted() };
}
