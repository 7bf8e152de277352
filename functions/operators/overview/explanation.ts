import { isHeldBySpike } from '../../abandonment/approval.ts';
import { type Case, type Decision, decide, withJoined } from '../../abandonment/decide.ts';
import { lastAliveAt } from '../../abandonment/evidence.ts';
import type { OwnerRule } from '../../abandonment/owner-rules.ts';
import type { Instant } from '../../abandonment/time.ts';
import { DECIDING_LEAVES, DECIDING_LEAVES_OF_DEADLINES } from '../../episodes/decided-on.ts';
import { recipientKey } from '../../platform/addresses.ts';
import { type AlertRecord, alertOf } from '../../store/alerts.ts';
import { FleetView, type Owners, type Why } from '../../store/fleet-view.ts';
import { loadOperatorAlert } from '../../store/operator-alerts.ts';
import { loadRecipients, type Suppression } from '../../store/recipients.ts';
import type { Table } from '../../store/table/table.port.ts';
import type { TaskRecord } from '../../store/tasks.ts';
import { type DeadlineView, deadlineSteps, deadlineView } from './deadline-view.ts';
import { type DisablingDecision, newestDisabling } from './disabling-decision.ts';
import { type HoldFacts, type HoldView, holdsOf, spellUnderWay, unknownOf } from './holds.ts';
import { type MailView, mailsIn } from './mails.ts';
import { type Moment, momentsOf } from './moments.ts';
import { afterDisabling, type NextStep, nextSteps } from './next-steps.ts';
import { type PastView, pastOf } from './past.ts';
import { leavesOf, type PolicyLeaf } from './policy-leaves.ts';
import type { KnownHistory } from './stored-history.ts';
import { instantText } from './time-text.ts';
import { type Verdict, verdictOf } from './verdict.ts';

/** The decision about one task, and all that it rests on; instants are RFC 3339. */
export interface Explanation {
  task: string;
  at: string;
  /** First of all: why it was disabled, or was not. */
  verdict: Verdict;
  /** What the history has of an instant that is past; null of the present and what is to come. */
  past: PastView | null;
  /** The newest disabling by us up to that instant: what was decided on that day, and on what. */
  disabling: DisablingDecision | null;
  /** Who acted since that, or since its alert fired. */
  acts: Moment[];
  kind: string;
  dataPlane: string;
  enabled: boolean;
  decision: { answer: string; reason: string; nextLookAt: string | null; disableAt: string | null };
  evidence: {
    statuses: string[];
    /** What its shards failed of, where the control plane tells. */
    cause?: string;
    observedAt: string | null;
    lastAliveAt: string | null;
    firstSeenAt: string | null;
    createdAt: string | null;
    enabledAt: string | null;
    publishedByUserAt: string | null;
    restartsSinceLoss: number;
    /** Spells since the loss that were too short to be a recovery. */
    twitchesSinceLoss: number;
    /** Of a spell under way: when it will have lasted `minHealthy`; null where there is none. */
    recoversAt: string | null;
  };
  counted: {
    notPrimarySince: string | null;
    countedMs: number;
    wallMs: number;
    abandonedAt: string | null;
    unknown: { why: string; from: string; to: string | null }[];
  };
  /** Its own deadline; null of a task that is no job and for which none was ever said. */
  deadline: DeadlineView | null;
  thresholds: PolicyLeaf[];
  holds: HoldView[];
  episode: {
    number: number;
    alert: AlertRecord['type'];
    firedAt: string;
    since: string;
    grace: number;
    graceStage: string;
  } | null;
  /** Who owns it: whom the task names, else whom a rule names, else nobody, and admins stand in. */
  owners: { from: 'task' | 'rule' | 'none'; addresses: readonly string[]; rule: OwnerRule | null };
  recipients: {
    address: string;
    /** Why they are notified of it: `owner`, `owner by rule`, `subscriber of acmeCo/`, `admin of acmeCo/`. */
    as: string;
    warning: string;
    acceptedAt: string | null;
    declined: boolean;
  }[];
  mails: MailView[];
  next: NextStep[];
}

/** The leaves that decide about one task, beside those on which a disabling rests. */
const DECIDING: readonly string[] = ['stage', ...DECIDING_LEAVES, 'digestEvery'];

/**
 * Explains the decision about a task at an instant; reads only. For a later instant than now it is supposed
 * that the control plane goes on saying what it says today; an earlier one is judged by what is known today, beside what the
 * history has of it.
 */
export async function explain(
  table: Table,
  history: KnownHistory,
  at: Instant,
  now: Instant,
): Promise<Explanation> {
  const { record } = history;
  const view = await FleetView.load(table, Math.max(at, now));
  await view.loadPlanes([record.task.dataPlane]);
  const supposed = asIfObserved(record, at, now);
  const audience = await view.audienceOf(record.task, record.open ? alertOf(record.open) : 'task_abandoned');
  const hears = await view.hearersOf(supposed);
  const taskCase: Case = withJoined({ ...view.bareCase(supposed), ...audience, ...hears }, at);
  const decision = decide(taskCase, at);
  const owners = await view.ownersOf(record.task);
  const holds = holdsOf(taskCase, decision, await holdFacts(table, view, taskCase, owners, at), at);
  const disabling = newestDisabling(history, at);
  const plane = view.planeOf(record.task.dataPlane);
  const newest = newestDisabling(history, Math.max(at, now));
  const verdict = verdictOf({
    record: supposed,
    taskCase,
    decision,
    holds,
    plane,
    disabling: newest,
    history,
    at,
  });
  return {
    task: record.task.id,
    at: instantText(at) ?? '',
    verdict,
    past: at < now ? pastOf(history, at) : null,
    disabling: disabling ?? null,
    acts: actsSince(history, disabling, at),
    ...withAfterwards(decided(taskCase, decision, at), afterDisabling(supposed, taskCase, at)),
    holds,
    owners: ownersOf(owners),
    recipients: recipientsOf(taskCase, (key) => view.whyNotified(record.task, key)),
    mails: mailsSoFar(history),
  };
}

/** What was decided, with what follows of a task that we disabled. */
function withAfterwards<Decided extends Pick<Explanation, 'next'>>(
  decided: Decided,
  more: NextStep[],
): Decided {
  return { ...decided, next: [...decided.next, ...more] };
}

/** The parts that rest on the case and its decision alone. */
function decided(
  taskCase: Case,
  decision: Decision,
  at: Instant,
): Pick<
  Explanation,
  | 'kind'
  | 'dataPlane'
  | 'enabled'
  | 'decision'
  | 'evidence'
  | 'counted'
  | 'deadline'
  | 'thresholds'
  | 'episode'
  | 'next'
> {
  const { task, episode } = taskCase;
  const deadline = deadlineView(taskCase, at);
  const deciding = deadline ? [...DECIDING, ...DECIDING_LEAVES_OF_DEADLINES] : DECIDING;
  return {
    kind: task.kind,
    dataPlane: task.dataPlane,
    enabled: task.enabled,
    decision: {
      answer: decision.answer,
      reason: decision.reason,
      nextLookAt: instantText(decision.nextLookAt),
      disableAt: instantText(decision.facts.disableAt),
    },
    evidence: evidenceOf(taskCase, at),
    counted: countedOf(taskCase, decision, at),
    deadline,
    thresholds: leavesOf(taskCase.written ?? taskCase.policy).filter(({ leaf }) => deciding.includes(leaf)),
    episode: episode && {
      number: episode.number,
      alert: alertOf(episode),
      firedAt: instantText(episode.firedAt) ?? '',
      since: instantText(episode.since) ?? '',
      grace: episode.grace,
      graceStage: episode.graceMode,
    },
    next: [...deadlineSteps(taskCase, at), ...nextSteps(taskCase, decision, at)],
  };
}

/** What the numbers of holds are taken from: who cannot be reached, and what a spike holds, are read only where they hold. */
async function holdFacts(
  table: Table,
  view: FleetView,
  taskCase: Case,
  { addresses }: Owners,
  at: Instant,
): Promise<HoldFacts> {
  const isUnreached = taskCase.recipients.length === 0 && addresses.length > 0;
  const records = isUnreached ? await loadRecipients(table, addresses.map(recipientKey)) : new Map();
  const hold = taskCase.episode?.brake;
  const isSpike = isHeldBySpike(hold, at);
  const spike = isSpike ? await loadOperatorAlert(table, 'blast-radius', 'fleet') : undefined;
  return {
    pauses: view.pausesRecord,
    plane: view.planeOf(taskCase.task.dataPlane),
    unreachable: addresses.flatMap((address) => {
      const dead: Suppression | null = records.get(recipientKey(address))?.dead ?? null;
      return dead ? [{ address, why: `${dead.reason} ${instantText(dead.at)}` }] : [];
    }),
    spike: spike?.detail,
  };
}

/** What people did, and by whom, since the newest disabling, or since the open alert fired. */
function actsSince(history: KnownHistory, disabling: DisablingDecision | undefined, at: Instant): Moment[] {
  const from = disabling?.at ?? instantText(history.record.open?.firedAt);
  const until = instantText(at) ?? '';
  if (from === null || from === undefined) return [];
  return momentsOf(history).filter(
    (act) => act.by !== null && isWithin(act.at, from, until) && act.what !== 'disabled',
  );
}

const isWithin = (at: string, from: string, until: string): boolean =>
  Date.parse(at) >= Date.parse(from) && Date.parse(at) <= Date.parse(until);

function asIfObserved(record: TaskRecord, at: Instant, now: Instant): TaskRecord {
  const { observedAt } = record.evidence;
  if (at <= now || observedAt === undefined) return record;
  return { ...record, evidence: { ...record.evidence, observedAt: observedAt + (at - now) } };
}

function evidenceOf(taskCase: Case, at: Instant): Explanation['evidence'] {
  const { task, evidence, policy } = taskCase;
  return {
    statuses: evidence.statuses,
    ...(evidence.cause !== undefined && { cause: evidence.cause }),
    observedAt: instantText(evidence.observedAt),
    lastAliveAt: instantText(lastAliveAt(evidence, policy, at)),
    firstSeenAt: instantText(task.firstSeenAt),
    createdAt: instantText(task.createdAt),
    enabledAt: instantText(task.enabledAt),
    publishedByUserAt: instantText(task.publishedByUserAt),
    restartsSinceLoss: evidence.restarts.total - evidence.restarts.atLoss,
    twitchesSinceLoss: evidence.twitches?.count ?? 0,
    recoversAt: instantText(spellUnderWay(taskCase, at)?.until ?? null),
  };
}

function countedOf(taskCase: Case, { facts }: Decision, at: Instant): Explanation['counted'] {
  const since = facts.notPrimarySince;
  const touching = unknownOf(taskCase, at).filter(({ from, to }) => from < at && (to === null || to > since));
  return {
    notPrimarySince: instantText(since),
    countedMs: facts.counted,
    wallMs: Math.max(0, at - since),
    abandonedAt: instantText(facts.abandonedAt),
    unknown: touching.map(({ why, from, to }) => ({
      why,
      from: instantText(from) ?? '',
      to: instantText(to),
    })),
  };
}

function ownersOf({ addresses, rule }: Owners): Explanation['owners'] {
  const from = rule ? 'rule' : addresses.length > 0 ? 'task' : 'none';
  return { from, addresses, rule };
}

/** Why somebody is notified of a task, in words. */
function whyText(why: Why | undefined): string {
  if (!why) return '';
  if (why.as === 'owner') return 'owner';
  if (why.as === 'owner-by-rule') return `owner by rule (line ${why.rule.line})`;
  return `${why.as} of ${why.scope === '' ? 'all' : why.scope}`;
}

function recipientsOf(
  { recipients, episode }: Case,
  whyOf: (key: string) => Why | undefined,
): Explanation['recipients'] {
  return recipients.map(({ key, address, declined }) => {
    const part = episode?.told[key];
    const warning = part?.warning ?? 'none';
    const as = whyText(whyOf(key));
    return { address, as, warning, acceptedAt: instantText(part?.acceptedAt), declined };
  });
}

/** The mails about the open episode, or about the newest one that is over. */
function mailsSoFar({ id, record: { open, episodes }, digests }: KnownHistory): MailView[] {
  return mailsIn(digests, id, open?.number ?? episodes);
}
