import { withoutOldestLeft } from '../abandonment/bounded-episode.ts';
import { BOUNDS } from '../abandonment/bounds.ts';
import {
  type Case,
  type Decision,
  dateHolders,
  decide,
  type Recipient,
  withJoined,
} from '../abandonment/decide.ts';
import { recovered, recoversAt, triedSince } from '../abandonment/healthy-spells.ts';
import { type NextLook, nextLook } from '../abandonment/next-look.ts';
import type { Episode, HoldReason, ResolveReason, Told } from '../abandonment/task.ts';
import { type Duration, formatInstant, type Instant } from '../abandonment/time.ts';
import { topicsThatHeard, topicsWithDate } from '../abandonment/topics.ts';
import { argument } from '../platform/shell-word.ts';
import { alertWrite, noticeDelete, noticeWrite } from '../store/records.ts';
import { type AlertRecord, keys, type PendingNotice, ROW_VERSION, type TaskRecord } from '../store/rows.ts';
import type { Row, Write } from '../store/table.port.ts';

/** A task's next state, what is written beside it in the same transaction, and the decision it rests on. */
export interface Settled {
  record: TaskRecord;
  beside: Write[];
  decision: Decision;
  /** Recipients with a new notice, to be put on the queue once it is written. */
  told: Set<string>;
  /** A step found no room for all of its recipients: the rest is for the next transaction, and for the next look. */
  isCut: boolean;
  /** The alert of an episode that ended with more notices than one transaction takes. */
  untold: AlertRecord | null;
}

/** Beside the task's own row a transaction carries at most this many others; more recipients go in a next one. */
export const MOST_BESIDE = 90;

/** How many more rows fit into the transaction. */
function roomIn({ beside }: Pick<Settled, 'beside'>): number {
  return Math.max(0, MOST_BESIDE - beside.length);
}

/** A task whose state was read, before any step. */
export function unsettled(record: TaskRecord, decision: Decision): Settled {
  return { record, beside: [], decision, told: new Set(), isCut: false, untold: null };
}

/**
 * Follows `decide()` until it asks for nothing more: fires, resolves, warns, reminds, withdraws, holds. Pure; it
 * stops at `disable`, which needs the pace and the blast radius of the whole run.
 */
export function settle(
  record: TaskRecord,
  caseAt: (record: TaskRecord) => Case,
  now: Instant,
  confirmWithin: Duration,
): Settled {
  const caseOf = (state: TaskRecord) => withJoined(caseAt(state), now);
  const settled = unsettled(record, decide(caseOf(record), now));
  for (let step = 0; step < 8; step += 1) {
    if (!advance(settled, caseOf(settled.record), now)) break;
    settled.isCut ||= roomIn(settled) === 0;
    if (settled.isCut) break;
    settled.decision = decide(caseOf(settled.record), now);
  }
  settled.record = withSpellJudged(settled.record, caseOf(settled.record), now);
  settled.record = waitFor(settled.record, settled.decision, caseOf(settled.record), now, confirmWithin);
  // The mark that more is to be written: a run that dies here leaves it to the next.
  if (settled.isCut) settled.record = { ...settled.record, next: { at: now, why: 'look' } };
  operatorAlerts(settled, record, now);
  return settled;
}

/** One step of the decision; false where nothing is left to do but to wait. */
function advance(settled: Settled, given: Case, now: Instant): boolean {
  const { decision } = settled;
  const withdraws = decision.facts.withdraw.length > 0;
  if (withdraws) withdraw(settled, given, decision.facts.withdraw, now);
  if (settled.isCut) return false;
  switch (decision.answer) {
    case 'fire':
      fire(settled, given, now);
      return true;
    case 'resolve':
      settled.record = vetoed(settled.record, decision.reason, given);
      resolve(settled, given, decision.reason, now);
      return true;
    case 'warn':
      warn(settled, given, decision.to, decision.newGrace, now);
      return true;
    case 'remind':
      remind(settled, decision, now);
      return true;
    default:
      return withdraws;
  }
}

function fire(settled: Settled, given: Case, now: Instant): void {
  const { record } = settled;
  const number = record.episodes + 1;
  const since = settled.decision.facts.notPrimarySince;
  const open: Episode = {
    number,
    firedAt: now,
    since,
    warnAfter: given.policy.warnAfter,
    grace: 0,
    disableAfter: given.policy.disableAfter,
    graceStage: 'detect',
    told: {},
    dates: [],
    rungs: [],
    mails: [],
  };
  settled.record = { ...record, episodes: number, open, hold: null, next: null };
  settled.beside.push(
    alertWrite({
      task: record.task.id,
      episode: number,
      type: 'task_abandoned',
      stage: given.policy.stage,
      since,
      firedAt: now,
      resolvedAt: null,
      reason: null,
      evidence: evidenceOf(given, settled.decision),
      mails: [],
      run: null,
      untold: [],
      holders: [],
    }),
  );
}

/** What was known, as the alert history and the audit keep it. */
function evidenceOf(given: Case, decision: Decision): Record<string, unknown> {
  return {
    statuses: given.evidence.statuses,
    observedAt: given.evidence.observedAt ?? null,
    ...triedSince(given.evidence),
    countedMs: decision.facts.counted,
    warnAfterMs: given.policy.warnAfter,
    warnAfterFrom: given.policy.source.warnAfter ?? 'default',
    version: given.task.version,
  };
}

/** Counts user publications that end or prevent an episode. */
function vetoed(record: TaskRecord, reason: ResolveReason | HoldReason, given: Case): TaskRecord {
  const at = given.task.publishedByUserAt;
  if (reason !== 'user-published' || at === undefined || record.vetoes?.lastAt === at) return record;
  return { ...record, vetoes: { count: (record.vetoes?.count ?? 0) + 1, lastAt: at } };
}

/** The notices that an episode's end asks for, by recipient. */
function partingNotices(
  given: Case,
  episode: Episode,
  reason: ResolveReason,
  now: Instant,
): Map<string, PendingNotice> {
  const [notice, keys] = partingOf(given, episode, reason);
  const facts = factsAtEnd(given, episode, reason);
  return new Map(keys.map((key) => [key, { notice, since: now, notBefore: now, facts }]));
}

/** Which notice an end asks for, and who gets it: nobody where nothing was promised or asked for. */
function partingOf(
  given: Case,
  episode: Episode,
  reason: ResolveReason,
): ['withdrawn' | 'recovered', string[]] {
  switch (reason) {
    case 'policy':
    case 'user-published':
      return ['withdrawn', [...dateHolders(episode), ...topicsWithDate(episode)]];
    case 'kept':
    case 'snoozed':
      return [
        'withdrawn',
        [
          ...dateHolders(episode).filter((key) => episode.told[key]?.address !== given.keep?.by),
          ...topicsWithDate(episode),
        ],
      ];
    case 'recovered':
      return ['recovered', given.policy.recoveryMail ? hearersOf(episode, given.recipients) : []];
    default:
      return ['withdrawn', []];
  }
}

/** Today's recipients whose warning SES took, but for those who declined to hear of recoveries; and topics. */
function hearersOf(episode: Episode, recipients: readonly Recipient[]): string[] {
  const warned = recipients.filter(
    ({ key, declined }) => !declined && episode.told[key]?.warning === 'accepted',
  );
  return [...warned.map(({ key }) => key), ...topicsThatHeard(episode)];
}

/** What a notice of an end says of the past. */
export function factsAtEnd(
  given: Case,
  episode: Episode,
  resolvedReason: ResolveReason,
): Record<string, unknown> {
  return { since: episode.since, ...triedSince(given.evidence), resolvedReason };
}

/**
 * Takes only the step by which a person's act ends the open episode, at once; all that follows from it is for the
 * next scan. Undefined where the decision is no such end.
 */
export function endByPerson(record: TaskRecord, given: Case, now: Instant): Settled | undefined {
  const decision = decide(given, now);
  if (decision.answer !== 'resolve') return undefined;
  const settled = unsettled(record, decision);
  resolve(settled, given, decision.reason, now);
  settled.record = { ...settled.record, next: { at: now, why: 'look' } };
  return settled;
}

/** Ends the open episode for any reason but its disabling. */
function resolve(settled: Settled, given: Case, reason: ResolveReason, now: Instant): void {
  const { open } = settled.record;
  if (!open) return;
  endEpisode(settled, given, reason, partingNotices(given, open, reason, now), now, null);
}

/**
 * Ends the open episode: the task's row without it, the alert with its end, and the notices that follow. What does
 * not fit into one transaction is listed on the alert, and written from there.
 */
export function endEpisode(
  settled: Settled,
  given: Case,
  reason: ResolveReason,
  notices: ReadonlyMap<string, PendingNotice>,
  now: Instant,
  run: string | null,
  addresses: ReadonlyMap<string, string> = new Map(),
): void {
  const open = settled.record.open as Episode;
  const task = settled.record.task.id;
  const addressOf = (key: string) =>
    addresses.get(key) ?? open.told[key]?.address ?? open.informed?.[key]?.topic ?? '';
  const parting = [...notices].map(([key, pending]) => ({ key, address: addressOf(key), pending }));
  const asked = [...Object.keys(open.told), ...Object.keys(open.informed ?? {})];
  const obsolete = asked.filter((key) => !notices.has(key));
  const fits = settled.beside.length + parting.length + obsolete.length < MOST_BESIDE;
  const alert: AlertRecord = {
    task,
    episode: open.number,
    type: 'task_abandoned',
    stage: given.policy.stage,
    since: open.since,
    firedAt: open.firedAt,
    resolvedAt: now,
    reason,
    evidence: evidenceOf(given, settled.decision),
    mails: open.mails,
    run,
    untold: fits ? [] : [...parting, ...obsolete.map((key) => ({ key, address: '', pending: null }))],
    holders: open.disabling ? holdersOf(open) : [],
  };
  settled.record = { ...settled.record, open: null, hold: null, next: null };
  settled.beside.push(alertWrite(alert));
  settled.untold = fits ? null : alert;
  if (!fits) return;
  for (const { key, address, pending } of parting) {
    settled.beside.push(noticeWrite({ recipient: key, address, task, episode: open.number, pending }));
    settled.told.add(key);
  }
  for (const key of obsolete) settled.beside.push(noticeDelete(key, task, open.number));
}

/** Who holds the warning of the present grace, recipients still or not. */
function holdersOf(open: Episode): string[] {
  const warned = Object.entries(open.told).filter(
    ([, told]) => told.grace === open.grace && told.warning === 'accepted',
  );
  return [...warned.map(([key]) => key), ...topicsThatHeard(open)];
}

function withEpisode(settled: Settled, change: Partial<Episode>): void {
  const open = settled.record.open as Episode;
  settled.record = { ...settled.record, open: { ...open, ...change } };
}

function pend(settled: Settled, key: string, address: string, pending: PendingNotice): void {
  const { task, open } = settled.record;
  const episode = (open as Episode).number;
  settled.beside.push(noticeWrite({ recipient: key, address, task: task.id, episode, pending }));
  settled.told.add(key);
}

/** The stage went down: holders of a date learn that it does not hold; at `notify` that stands for their warning. */
function withdraw(settled: Settled, given: Case, holders: string[], now: Instant): void {
  const open = settled.record.open as Episode;
  const facts = factsAtEnd(given, open, 'policy');
  const chunk = holders.slice(0, roomIn(settled));
  for (const key of chunk) {
    const pending: PendingNotice = { notice: 'withdrawn', since: now, notBefore: now, facts };
    pend(settled, key, open.told[key]?.address ?? '', pending);
  }
  const told = Object.fromEntries(
    Object.entries(open.told).map(([key, one]) => {
      const { reminder: _, ...rest } = one;
      return [key, chunk.includes(key) ? { ...rest, dated: false } : rest];
    }),
  );
  settled.isCut = chunk.length < holders.length;
  const graceStage = settled.isCut ? open.graceStage : given.policy.stage;
  withEpisode(settled, { graceStage, told });
}

function warn(settled: Settled, given: Case, to: Recipient[], newGrace: boolean, now: Instant): void {
  const open = settled.record.open as Episode;
  const grace = newGrace ? open.grace + 1 : open.grace;
  const dated = given.policy.stage === 'disable';
  const told: Record<string, Told> = { ...open.told };
  const order = { firedAt: open.firedAt, since: open.since };
  const chunk = to.slice(0, roomIn(settled));
  settled.isCut = chunk.length < to.length;
  for (const { key, address } of chunk) {
    told[key] = { address, grace, warning: 'pending', dated };
    pend(settled, key, address, { notice: 'warning', since: now, notBefore: now, order });
  }
  const disableAfter = newGrace ? given.policy.disableAfter : open.disableAfter;
  const { stage, stageRaisedAt } = given.policy;
  const known = newGrace && stageRaisedAt !== null ? { stageRaisedAt } : {};
  withEpisode(settled, { told, grace, disableAfter, graceStage: stage, ...known });
}

function remind(settled: Settled, decision: Extract<Decision, { answer: 'remind' }>, now: Instant): void {
  const open = settled.record.open as Episode;
  const { lead, deadline } = decision;
  const told = { ...open.told };
  const chunk = decision.to.slice(0, roomIn(settled));
  settled.isCut = chunk.length < decision.to.length;
  for (const { key, address } of chunk) {
    told[key] = { ...(told[key] as Told), reminder: { lead, deadline, state: 'pending' } };
    pend(settled, key, address, { notice: 'reminder', since: now, notBefore: now, lead, by: deadline });
  }
  const given = open.rungs.filter((rung) => rung.lead !== lead);
  const next = [...given, { grace: open.grace, lead, deadline }].slice(-BOUNDS.rungs.most);
  const rungs = settled.isCut ? open.rungs : next;
  withEpisode(settled, { told, rungs });
}

/**
 * Marks those who are no longer recipients, so that one who comes back is warned again. An admin whose time to join
 * moved later did not leave.
 */
function markLeft(episode: Episode, { recipients, admins = [] }: Case): Episode {
  const present = new Set([...recipients, ...admins].map(({ key }) => key));
  const gone = Object.entries(episode.told).filter(([key, told]) => !told.left && !present.has(key));
  if (gone.length === 0) return episode;
  const left = gone.map(([key, told]) => [key, { ...told, left: true as const }] as const);
  return { ...episode, told: withoutOldestLeft({ ...episode.told, ...Object.fromEntries(left) }) };
}

/** Whether the look that is noted will do: one that is due stays where it is. */
function sameLook(noted: NextLook, wanted: NextLook, now: Instant): boolean {
  return noted.why === wanted.why && (noted.at === wanted.at || (noted.at <= now && wanted.at <= now));
}

/** Keeps the longest grace that today's policy gave, so that a date moves only later (promise 2). */
function keepLongest(episode: Episode, { policy }: Case): Episode {
  return policy.disableAfter > episode.disableAfter
    ? { ...episode, disableAfter: policy.disableAfter }
    : episode;
}

/** Without an episode, a spell that has lasted by today's policy is a recovery for good, whatever follows. */
function withSpellJudged(record: TaskRecord, { policy }: Case, now: Instant): TaskRecord {
  const { evidence, open } = record;
  const lastsAt = open ? null : recoversAt(evidence, policy);
  return lastsAt !== null && now >= lastsAt ? { ...record, evidence: recovered(evidence, policy) } : record;
}

/** The record as it waits: its hold, and the instant to look at it again. */
function waitFor(
  record: TaskRecord,
  decision: Decision,
  given: Case,
  now: Instant,
  confirmWithin: Duration,
): TaskRecord {
  const silent = given.policy.stage === 'detect';
  const reason = decision.answer === 'hold' && !silent ? decision.reason : null;
  const hold = reason === null ? null : record.hold?.reason === reason ? record.hold : { reason, since: now };
  let next: TaskRecord['next'] = nextLook(decision, record.open, now, confirmWithin);
  if (record.next && next && sameLook(record.next, next, now)) next = record.next;
  const held = decision.answer === 'hold' ? vetoed(record, decision.reason, given) : record;
  const open =
    held.open && given.policy.stage !== 'detect' ? keepLongest(markLeft(held.open, given), given) : held.open;
  const same = hold === held.hold && next === held.next && open === held.open;
  return same ? held : { ...held, hold, next, open };
}

/** Three user publications in a row that end or prevent an episode are told to operators. */
const VETO_LOOP = 3;

/** Alerts of a hold begin and end with it. */
function operatorAlerts(settled: Settled, before: TaskRecord, now: Instant): void {
  const { record, beside } = settled;
  const task = record.task.id;
  const was = before.hold?.reason === 'no-reachable-owner';
  const is = record.hold?.reason === 'no-reachable-owner';
  if (is && !was) {
    const detail = 'no reachable address among its owners, subscribers and admins; it will not be disabled';
    beside.push(operatorAlert('no-reachable-owner', task, detail, now));
  }
  if (was && !is) beside.push({ delete: keys.operatorAlert('no-reachable-owner', task) });
  const vetoes = record.vetoes?.count ?? 0;
  if (vetoes >= VETO_LOOP && (before.vetoes?.count ?? 0) < VETO_LOOP) {
    const detail = `${vetoes} publications by users in a row kept it from being warned about`;
    beside.push(operatorAlert('veto-loop', task, detail, now));
  }
}

/** An alert to operators that is not told yet. */
export function operatorAlert(code: string, subject: string, detail: string, now: Instant): { put: Row } {
  return {
    put: {
      ...keys.operatorAlert(code, subject),
      v: ROW_VERSION,
      code,
      subject,
      detail,
      since: now,
      toldAt: null,
      active: true,
      rev: 1,
    },
  };
}

/** Operators hear that a system turned on again what we had turned off (promise 15). */
export function reversalAlert(task: string, at: Instant, now: Instant): { put: Row } {
  const ends = `until a user publishes it, it recovers, or \`taskwarden dismiss ${argument(task)}\``;
  const detail = `a system enabled it again ${formatInstant(at)}; it is held ${ends}`;
  return operatorAlert('disable-reverted', task, detail, now);
}
