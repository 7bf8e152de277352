import { BOUNDS } from '../abandonment/bounds.ts';
import { listed, nearest, shown, unknownKey } from '../abandonment/policy-wording.ts';
import { GIVEN_EVENTS } from '../control-planes/events/given-events.ts';
import { EVENT_SOURCE } from '../platform/names.ts';
import { parseWith } from '../platform/schema-problems.ts';
import { TAKEN_EVENTS } from './events.ts';

/** An event as it is put on the bus. */
export interface EventEntry {
  /** Where it stands in the file, from 1: the line, or the place in the list. */
  row: number;
  /** The name it is to speak under; absent where the file names none. */
  source?: string;
  detailType: string;
  detail: Record<string, unknown>;
}

/** A row of the file that is no event that Taskwarden takes. */
export interface BadRow {
  row: number;
  /** The key, what was wrong, what is allowed. */
  problem: string;
}

/** What a text has for events. */
export interface ReadEvents {
  entries: EventEntry[];
  bad: BadRow[];
}

/**
 * Reads events from a text: one in JSON, a list of them, or NDJSON with one a line. Each is as EventBridge delivers it
 * (`source`, `detail-type`, `detail`) or as `PutEvents` takes it (`Source`, `DetailType`, `Detail`). Each is held to the schema of
 * its detail type; whether its source may say it, and whether it is news, is judged where it arrives.
 */
export function readEvents(text: string): ReadEvents {
  const read: ReadEvents = { entries: [], bad: [] };
  for (const { row, value, unreadable } of rowsOf(text)) {
    const parsed = unreadable === undefined ? entryOf(row, value) : { problems: [unreadable] };
    if ('problems' in parsed) read.bad.push(...parsed.problems.map((problem) => ({ row, problem })));
    else read.entries.push(parsed);
  }
  return read;
}

interface RowOfText {
  row: number;
  value?: unknown;
  unreadable?: string;
}

function rowsOf(text: string): RowOfText[] {
  const whole = jsonOf(text);
  if ('unreadable' in whole) return linesOf(text);
  return Array.isArray(whole.value)
    ? whole.value.map((value, place) => ({ row: place + 1, value }))
    : [{ row: 1, ...whole }];
}

function linesOf(text: string): RowOfText[] {
  return text.split('\n').flatMap((line, place) => {
    return line.trim() === '' ? [] : [{ row: place + 1, ...jsonOf(line) }];
  });
}

function jsonOf(text: string): { value: unknown } | { unreadable: string } {
  try {
    return { value: JSON.parse(text) as unknown };
  } catch (error) {
    return { unreadable: `is no JSON (${error instanceof Error ? error.message : String(error)})` };
  }
}

/** The keys of an event in either of its forms, and those that EventBridge adds or takes beside them. */
const DELIVERED = { source: 'source', detailType: 'detail-type', detail: 'detail' } as const;
const PUT = { source: 'Source', detailType: 'DetailType', detail: 'Detail' } as const;
const BESIDE = ['id', 'version', 'account', 'time', 'region', 'resources'];
const BESIDE_PUT = ['EventBusName', 'Time', 'Resources', 'TraceHeader'];
const KNOWN: readonly string[] = [
  ...Object.values(DELIVERED),
  ...Object.values(PUT),
  ...BESIDE,
  ...BESIDE_PUT,
];

function entryOf(row: number, value: unknown): EventEntry | { problems: string[] } {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return { problems: [`is ${shown(value)}; allowed: an object with "detail-type" and "detail"`] };
  const entry = value as Record<string, unknown>;
  const strange = Object.keys(entry).filter((key) => !KNOWN.includes(key));
  if (strange.length > 0)
    return { problems: strange.map((key) => unknownKey(key, Object.values(DELIVERED))) };
  const names = Object.values(PUT).some((key) => Object.hasOwn(entry, key)) ? PUT : DELIVERED;
  return typedEntry(row, entry, names);
}

function typedEntry(
  row: number,
  fields: Record<string, unknown>,
  names: typeof DELIVERED | typeof PUT,
): EventEntry | { problems: string[] } {
  const { [names.detailType]: detailType, [names.source]: source } = fields;
  const wrong = [detailTypeProblem(names.detailType, detailType), sourceProblem(names.source, source)];
  const readDetail = detailOf(names.detail, fields[names.detail]);
  const problems = [
    ...wrong.filter((problem) => problem !== undefined),
    ...('problem' in readDetail ? [readDetail.problem] : []),
  ];
  if (problems.length > 0 || 'problem' in readDetail) return { problems };
  const type = detailType as keyof typeof TAKEN_EVENTS;
  const parsed = parseWith(TAKEN_EVENTS[type], readDetail.detail);
  if (!parsed.ok) return { problems: parsed.problems.map((problem) => `${names.detail}.${problem}`) };
  const entry = { row, detailType: type, detail: readDetail.detail };
  const bytes = Buffer.byteLength(JSON.stringify(entry));
  if (bytes > BOUNDS.eventBytes.most - ENVELOPE_BYTES)
    return {
      problems: [`has ${bytes} bytes; EventBridge takes ${BOUNDS.eventBytes.most} with its envelope`],
    };
  return source === undefined ? entry : { ...entry, source: String(source) };
}

/** What EventBridge writes around a detail, at most. */
const ENVELOPE_BYTES = 1_024;

function detailTypeProblem(name: string, type: unknown): string | undefined {
  if (typeof type === 'string' && Object.hasOwn(TAKEN_EVENTS, type)) return undefined;
  const taken = Object.keys(TAKEN_EVENTS);
  if (type === undefined) return `${name} is missing; allowed: ${listed(taken)}`;
  if (typeof type === 'string' && Object.hasOwn(GIVEN_EVENTS, type))
    return `${name} is ${shown(type)}, which Taskwarden says itself; allowed: ${listed(taken)}`;
  const near = typeof type === 'string' ? nearest(type, taken) : undefined;
  const hint = near === undefined ? '' : `did you mean "${near}"? `;
  return `${name} is ${shown(type)}; ${hint}allowed: ${listed(taken)}`;
}

function sourceProblem(name: string, source: unknown): string | undefined {
  if (source === undefined) return undefined;
  const allowed = `allowed: a text of at most ${BOUNDS.source.most} characters other than "${EVENT_SOURCE}"`;
  const isName = typeof source === 'string' && source !== '' && source.length <= BOUNDS.source.most;
  return isName && source !== EVENT_SOURCE ? undefined : `${name} is ${shown(source)}; ${allowed}`;
}

/** The detail, which `PutEvents` has as a text of JSON. */
function detailOf(name: string, written: unknown): { detail: Record<string, unknown> } | { problem: string } {
  const read = typeof written === 'string' ? jsonOf(written) : { value: written };
  if ('unreadable' in read) return { problem: `${name} ${read.unreadable}` };
  const { value } = read;
  if (value === undefined) return { problem: `${name} is missing; allowed: an object` };
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return { problem: `${name} is ${shown(value)}; allowed: an object` };
  return { detail: value as Record<string, unknown> };
}
