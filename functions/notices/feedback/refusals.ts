import { BOUNDS } from '../../abandonment/bounds.ts';
import { domainOf } from '../../platform/addresses.ts';
import type { SendResult } from '../../platform/ports.ts';
import type { System } from '../../platform/system.ts';
import { commit, type Plan } from '../../store/commit.ts';
import type { DigestRecord } from '../../store/digests.ts';
import { loadRefusals, type RefusalsRecord, refusalsEnd, refusalsWrite } from '../../store/refusals.ts';
import { TableBusy } from '../../store/table-busy.ts';
import type { Batch } from '../../work/consumer.ts';
import { recordBlameless } from '../send/record-digest.ts';

/** So many recipients in a row may be refused in the same words and each be at fault; with more, nobody is. */
const FEW = 3;

type Refused = Extract<SendResult, { outcome: 'refused' }>;

/** By batch and words: the digests refused in it, by recipient. */
const inBatch = new WeakMap<Batch, Map<string, Map<string, string>>>();

/**
 * Whether a recipient is to blame for a refusal that SES words as their fault (docs/rules.md#answers-of-ses): not where
 * more than three recipients in a row, or half of a batch of two or more, are refused in the same words. Those who were
 * blamed for it before are then let live again. The row of it is common to all workers, so that a row of recipients is
 * one row however many of them it meets.
 */
export async function blameFor(
  system: System,
  digest: DigestRecord,
  refused: Refused,
  batch: Batch | undefined,
): Promise<'recipient' | 'nobody'> {
  const words = wordsOf(refused, digest.address);
  const together = batch && noteInBatch(batch, words, digest);
  const stored = await commitUnlessBusy(system, async () => {
    const row = await loadRefusals(system.table);
    // Other words begin a row of their own; those blamed for these are made good first.
    if (row.many && row.words !== words) await makeGood(system);
    const next = afterRefusal(row, words, digest, together ?? []);
    return isNews(next, row) ? { writes: [refusalsWrite(next)], value: next } : { value: next };
  });
  // So many at once that it cannot be stored: no reason to suppress anybody.
  if (!stored) return 'nobody';
  if (stored.many) await nobodyToBlame(system, refused, stored);
  return stored.many ? 'nobody' : 'recipient';
}

/** SES took a mail: a row of refusals ends, and those blamed in it who are not to blame are made good before. */
export async function noteTaken(system: System): Promise<void> {
  const row = await loadRefusals(system.table);
  if (row.words === '') return;
  if (row.many) await makeGood(system);
  const left = await loadRefusals(system.table);
  if (left.many && left.blamed.length > 0) return;
  // Refused where SES refused another meanwhile, or busy: the next mail that it takes ends that row.
  await system.table.transact([refusalsEnd(left)], system.random.id(system.clock.now()));
}

/** The answer without what differs from recipient to recipient. */
function wordsOf({ code, message }: Refused, address: string): string {
  const domain = domainOf(address);
  const text = message.toLowerCase().replaceAll(address.toLowerCase(), '…');
  return `${code}: ${domain === '' ? text : text.replaceAll(domain, '…')}`;
}

/** The digests that were refused in a batch in the same words, where they are half of it. */
function noteInBatch(batch: Batch, words: string, digest: DigestRecord): string[] | undefined {
  const byWords = inBatch.get(batch) ?? new Map<string, Map<string, string>>();
  inBatch.set(batch, byWords);
  const refused = byWords.get(words) ?? new Map<string, string>();
  byWords.set(words, refused);
  refused.set(digest.recipient, digest.id);
  return refused.size >= 2 && refused.size * 2 >= batch.size ? [...refused.values()] : undefined;
}

/** `together`: what makes half of a batch, or nothing. */
function afterRefusal(
  row: RefusalsRecord,
  words: string,
  { id, recipient }: DigestRecord,
  together: readonly string[],
): RefusalsRecord {
  const isSame = row.words === words;
  const before = isSame ? row.recipients : [];
  const recipients = before.includes(recipient) ? before : [...before, recipient];
  const many = (isSame && row.many) || recipients.length > FEW || together.length > 0;
  const others = new Set([...(isSame ? row.blamed : []), ...together]);
  others.delete(id);
  const blamed = (many ? [...others] : [...others, id]).slice(-BOUNDS.blamed.most);
  return { words, recipients: recipients.slice(0, FEW + 1), many, blamed, rev: row.rev };
}

/** Of a row of many that goes on only a new one to make good says anything new. */
function isNews(next: RefusalsRecord, row: RefusalsRecord): boolean {
  const goesOn = next.words === row.words && next.many === row.many;
  return !(goesOn && next.many && next.blamed.length === row.blamed.length);
}

async function nobodyToBlame(system: System, { code, message }: Refused, row: RefusalsRecord): Promise<void> {
  const more = { code, text: message, recipients: row.recipients };
  system.telemetry.log('error', 'SES refuses many in the same words: nobody is blamed', more);
  await makeGood(system);
}

/** Lets those live again who were blamed in a row of too many; taken up again by the next answer where it was left. */
async function makeGood(system: System): Promise<void> {
  await commitUnlessBusy(system, async () => {
    const row = await loadRefusals(system.table);
    if (!row.many || row.blamed.length === 0) return { value: undefined };
    for (const digest of row.blamed) await recordBlameless(system, digest);
    return { writes: [refusalsWrite({ ...row, blamed: [] })], value: undefined };
  });
}

/** Changes the row of refusals; undefined where it could not be stored: what is left is for the next answer of SES. */
async function commitUnlessBusy<Value>(
  system: System,
  plan: () => Promise<Plan<Value>>,
): Promise<Value | undefined> {
  try {
    return await commit(system, 'the refusals of SES', plan);
  } catch (error) {
    if (error instanceof TableBusy) return undefined;
    throw error;
  }
}
