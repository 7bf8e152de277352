import { formatInstant, type Instant } from '../abandonment/time.ts';
import type { System } from '../platform/system.ts';
import { loadPolicies } from '../store/policies.ts';
import { mentionDataPlane } from './data-planes.ts';
import { CHUNK, loadEntries } from './load-entries.ts';
import { ownersRefusal } from './refusals.ts';
import { parseTaskEntry, type TaskEntry } from './task-entry.ts';

export interface BadLine {
  /** From 1. */
  line: number;
  /** The keys, what was wrong with them, what is allowed. */
  problem: string;
}

export interface LoadProgress {
  stage: 'checking' | 'loading';
  /** Lines checked, or tasks loaded. */
  done: number;
  /** Tasks to load; known once all are checked. */
  total: number | null;
}

export interface LoadOptions {
  onProgress?: (progress: LoadProgress) => void;
  /** Load the good lines although there are bad ones. */
  skipBad?: boolean;
}

export interface LoadResult {
  /** Tasks stored or brought up to date. */
  loaded: number;
  /** Tasks that were known as given already. */
  unchanged: number;
  bad: BadLine[];
}

const PROGRESS_EVERY = 1_000;

/**
 * Loads tasks from NDJSON in two passes: all lines are checked before the first is written, so that a
 * broken line in the middle leaves no half of a file behind. A task that is known is brought up to date as
 * by an event; loading a file twice changes nothing.
 *
 * @param open gives the lines from the start; called once per pass
 * @throws Error where the table stays busy; what was loaded stays, and the same call goes on
 */
export async function loadNdjson(
  system: System,
  open: () => AsyncIterable<string>,
  options: LoadOptions = {},
): Promise<LoadResult> {
  const checked = await checkAll(system, open(), options);
  if (checked.bad.length > 0 && !options.skipBad) return { loaded: 0, unchanged: 0, bad: checked.bad };
  const badLines = new Set(checked.bad.map(({ line }) => line));
  const context = { system, book: await loadPolicies(system.table) };
  const result: LoadResult = { loaded: 0, unchanged: 0, bad: checked.bad };
  for (const dataPlane of checked.dataPlanes) await mention(system, dataPlane);
  let chunk: TaskEntry[] = [];
  const flush = async () => {
    const written = await loadEntries(context, chunk);
    result.loaded += written;
    result.unchanged += chunk.length - written;
    chunk = [];
    options.onProgress?.({ stage: 'loading', done: result.loaded + result.unchanged, total: checked.good });
  };
  for await (const { line, text } of numbered(open())) {
    const entry = badLines.has(line) ? undefined : readLine(system, text);
    if (!entry?.ok) continue;
    chunk.push(entry.value);
    if (chunk.length === CHUNK) await flush();
  }
  if (chunk.length > 0) await flush();
  return result;
}

/** A task of a file that is loaded later, as the text of one line. */
export interface LaterEntry {
  id: string;
  text: string;
}

/**
 * Checks all lines as `loadNdjson` does, and gives the tasks to be loaded later in the place of loading them: none where a line is
 * bad, unless bad ones are left out. What they say of health is dated now, where the line does not date it.
 */
export async function readNdjson(
  system: System,
  open: () => AsyncIterable<string>,
  options: LoadOptions = {},
): Promise<{ entries: LaterEntry[]; bad: BadLine[] }> {
  const { bad } = await checkAll(system, open(), options);
  if (bad.length > 0 && !options.skipBad) return { entries: [], bad };
  const badLines = new Set(bad.map(({ line }) => line));
  const now = system.clock.now();
  const entries: LaterEntry[] = [];
  for await (const { line, text } of numbered(open()))
    if (!badLines.has(line)) entries.push(later(text, now));
  return { entries, bad };
}

/** Of the shards in one status, which can be many, one stands for all. */
function later(text: string, now: Instant): LaterEntry {
  const entry = JSON.parse(text) as Record<string, unknown> & Pick<TaskEntry, 'id' | 'shards'>;
  if (entry.shards === undefined) return { id: entry.id, text: JSON.stringify(entry) };
  const shards = [...new Map(entry.shards.map((shard) => [shard.status, shard])).values()];
  return { id: entry.id, text: JSON.stringify({ observedAt: formatInstant(now), ...entry, shards }) };
}

/**
 * Loads a task that was read before, brought up to date as `loadNdjson` does: whether anything was written.
 *
 * @returns a text: why it cannot be loaded any more
 * @throws Error where the table stays busy
 */
export async function loadLater(system: System, text: string): Promise<boolean | string> {
  const entry = readLine(system, text);
  if (!entry.ok) return entry.problems.join('; ');
  await mention(system, entry.value.dataPlane);
  const context = { system, book: await loadPolicies(system.table) };
  return (await loadEntries(context, [entry.value])) > 0;
}

async function mention(system: System, dataPlane: string): Promise<void> {
  const mentioned = await mentionDataPlane(system, dataPlane);
  if (mentioned.result === 'refused') throw new Error(mentioned.refusal.detail);
  if (mentioned.result === 'busy')
    throw new Error('the table stayed busy; run the same import again to go on');
}

interface Checked {
  good: number;
  bad: BadLine[];
  dataPlanes: Set<string>;
}

async function checkAll(
  system: System,
  lines: AsyncIterable<string>,
  options: LoadOptions,
): Promise<Checked> {
  const checked: Checked = { good: 0, bad: [], dataPlanes: new Set() };
  const firstLines = new Map<string, number>();
  for await (const { line, text } of numbered(lines)) {
    const entry = readLine(system, text);
    if (!entry.ok) {
      checked.bad.push({ line, problem: entry.problems.join('; ') });
    } else if (firstLines.has(entry.value.id)) {
      const repetition = `id ${JSON.stringify(entry.value.id)} stands on line ${firstLines.get(entry.value.id)}`;
      checked.bad.push({
        line,
        problem: `${repetition} already and again on line ${line}; allowed: each id once`,
      });
    } else {
      firstLines.set(entry.value.id, line);
      checked.dataPlanes.add(entry.value.dataPlane);
      checked.good += 1;
    }
    if (line % PROGRESS_EVERY === 0) options.onProgress?.({ stage: 'checking', done: line, total: null });
  }
  return checked;
}

/** Lines with their numbers; empty ones are left out. */
async function* numbered(lines: AsyncIterable<string>): AsyncGenerator<{ line: number; text: string }> {
  let line = 0;
  for await (const text of lines) {
    line += 1;
    if (text.trim() !== '') yield { line, text };
  }
}

function readLine(system: System, text: string): ReturnType<typeof parseTaskEntry> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { ok: false, problems: ['is no JSON; allowed: one JSON object per line'] };
  }
  const entry = parseTaskEntry(value, system.clock.now());
  if (!entry.ok) return entry;
  const refusal = ownersRefusal(entry.value.owners, system.config.allowedDomains);
  return refusal ? { ok: false, problems: [refusal.detail] } : entry;
}
