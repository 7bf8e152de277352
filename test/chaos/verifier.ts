/** A task as it was seeded, and what is to become of it. */
export interface SeededTask {
  id: string;
  owners: readonly string[];
  /** `left alone`: it runs, and nobody is to hear of it. `warned`: it stays on. `off`: warned, disabled, and its owners told. */
  expected: 'left alone' | 'warned' | 'off';
}

/** A mail that SES took: whom it went to, and its text. */
export interface TakenMail {
  to: readonly string[];
  text: string;
}

/** What an owning system was asked to turn off, as it heard it. */
export interface TakenRequest {
  requestId: string;
  task: string;
}

/** All that the verifier knows: what was seeded, what SES took, and what the owning system was asked. */
export interface Seen {
  fleet: readonly SeededTask[];
  mails: readonly TakenMail[];
  requests: readonly TakenRequest[];
}

/** What was found; each entry names one mail or one disabling. */
export interface Verdict {
  /** Was to happen and did not. */
  lost: string[];
  /** Happened more than once. */
  twice: string[];
  /** Was not to happen at all. */
  wrong: string[];
  /** The same disabling asked for again under its own id, which owning systems carry out once (docs/events). */
  askedAgain: number;
}

type Kind = 'warning' | 'disabled' | 'other';

/** What titles and headings say of the tasks below them. */
const KINDS: [said: RegExp, kind: Kind][] = [
  [/will be turned off/i, 'warning'],
  // Of a task that is not to be disabled.
  [/not running/i, 'warning'],
  [/turned off$/i, 'disabled'],
];

const HEADING = /^={2,3} (.+?)(?: \(\d+\))? ={2,3}$/;
/** A mail about one kind of notice says in its title what it is about, and here what that means. */
const OF_TITLE = /^What (?:to do|it means)$/;
/** A task that is named in full. */
const NAMED = /^[*-] "(.+)"$/;
/** Tasks below a common name, separated by commas, over several lines. */
const FOLDER = /^ *Under "(.+)":$/;

/** What the mails are to say of a task. */
const WANTED: Record<SeededTask['expected'], readonly Kind[]> = {
  'left alone': [],
  warned: ['warning'],
  off: ['warning', 'disabled'],
};

/**
 * Compares what SES and the owning system received with the fleet that was seeded. It reads no table, no queue and no
 * code of Taskwarden: mails are read as their recipients read them.
 */
export function verify({ fleet, mails, requests }: Seen): Verdict {
  const seen = count(mails.flatMap(noticesIn));
  const wanted = fleet.flatMap(({ id, owners, expected }) =>
    owners.flatMap((owner) => WANTED[expected].map((kind) => noticeOf(kind, id, owner))),
  );
  const asked = count(
    [...new Set(requests.map(({ requestId, task }) => `${task} ${requestId}`))].map(taskOf),
  );
  const off = fleet.filter(({ expected }) => expected === 'off').map(({ id }) => id);
  const notices = compared(wanted, seen);
  const disablings = compared(off, asked);
  return {
    lost: [...notices.lost, ...disablings.lost.map(disablingOf)],
    twice: [...notices.twice, ...disablings.twice.map(disablingOf)],
    wrong: [...notices.wrong, ...disablings.wrong.map(disablingOf)],
    askedAgain: requests.length - new Set(requests.map(({ requestId }) => requestId)).size,
  };
}

/**
 * Why the verifier cannot be believed: what it does not miss once one mail, or one disabling with all that asked for it, is taken
 * from what it knows. Undefined where it misses each.
 */
export function blindSpotOf(seen: Seen): string | undefined {
  const missed = verify(seen).lost.length;
  const last = seen.requests.at(-1)?.requestId;
  const without = {
    mail: { ...seen, mails: seen.mails.slice(0, -1) },
    disabling: { ...seen, requests: seen.requests.filter(({ requestId }) => requestId !== last) },
  };
  if (seen.mails.length > 0 && verify(without.mail).lost.length <= missed)
    return 'the verifier does not miss the last of the mails';
  if (last !== undefined && verify(without.disabling).lost.length <= missed)
    return 'the verifier does not miss the last of the disablings';
  return undefined;
}

/** Each wanted thing is to be seen once, and nothing else at all. */
function compared(wanted: readonly string[], seen: ReadonlyMap<string, number>) {
  const all = new Set(wanted);
  return {
    lost: [...all].filter((notice) => !seen.has(notice)),
    twice: [...seen].filter(([notice, times]) => all.has(notice) && times > 1).map(([notice]) => notice),
    wrong: [...seen.keys()].filter((notice) => !all.has(notice)),
  };
}

/** Each task that a mail names, under what its title or heading says of it, to each recipient. */
function noticesIn({ to, text }: TakenMail): string[] {
  const lines = text.split(/\r?\n/);
  const title = lines.slice(0, lines.indexOf('')).join(' ');
  let kind = kindOf(title);
  return lines.flatMap((line, place) => {
    const heading = HEADING.exec(line)?.[1];
    if (heading !== undefined) kind = kindOf(OF_TITLE.test(heading) ? title : heading);
    const currentKind = kind;
    return namedAt(lines, place).flatMap((task) => to.map((address) => noticeOf(currentKind, task, address)));
  });
}

/** The tasks that are named from a line on. */
function namedAt(lines: readonly string[], place: number): string[] {
  const inFull = NAMED.exec(lines[place] ?? '')?.[1];
  if (inFull !== undefined) return [inFull];
  const folder = FOLDER.exec(lines[place] ?? '')?.[1];
  if (folder === undefined) return [];
  const last = lines.findIndex((line, at) => at > place && !line.endsWith(','));
  const names = lines
    .slice(place + 1, last + 1)
    .join(' ')
    .trim();
  return names.split(/,\s*/).map((name) => folder + name);
}

function kindOf(words: string): Kind {
  return KINDS.find(([pattern]) => pattern.test(words))?.[1] ?? 'other';
}

function noticeOf(kind: Kind, task: string, address: string): string {
  return `${kind} of ${task} to ${address}`;
}

function disablingOf(task: string): string {
  return `disabling of ${task}`;
}

function taskOf(asked: string): string {
  return asked.slice(0, asked.indexOf(' '));
}

function count(all: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const name of all) counts.set(name, (counts.get(name) ?? 0) + 1);
  return counts;
}
