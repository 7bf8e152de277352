import { type Case, type Decision, decide, withJoined } from '../functions/abandonment/decide.ts';
import { lastAliveAt } from '../functions/abandonment/evidence.ts';
import type { OwnerRule } from '../functions/abandonment/owner-rules.ts';
import type { Instant } from '../functions/abandonment/time.ts';
import { type AlertRecord, alertOf, loadAlert } from '../functions/store/alerts.ts';
import { FleetView, type Owners, type Why } from '../functions/store/fleet-view.ts';
import type { Table } from '../functions/store/table/table.port.ts';
import type { TaskRecord } from '../functions/store/tasks.ts';
import { type DeadlineView, deadlineSteps, deadlineView } from './deadline-view.ts';
import { type HoldView, holdsOf, spellUnderWay, unknownOf } from './holds.ts';
import { type MailView, mailsAbout } from './mails.ts';
import { type NextStep, nextSteps } from './next-steps.ts';
import { leavesOf, type PolicyLeaf } from './policy-text.ts';
import { instantText } from './readable.ts';

/** The decision about one task, and all that it rests on; instants are RFC 3339. */
export interface Explanation {
  task: string;
  at: string;
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

/** The leaves that decide about one task. */
const DECIDING = [
  'stage',
  'warnAfter',
  'disableAfter',
  'reminders',
  'publicationVeto',
  'aliveStatuses',
  'minHealthy',
  'quietHours',
  'quietDays',
  'evidenceMaxAge',
  'digestEvery',
];
const DECIDING_OF_DEADLINES = ['failAfter', 'stopNotice', 'atDeadline'];

/**
 * Explains the decision about a task at an instant; reads only. For a later instant than now it is supposed
 * that the control plane goes on saying what it says today; an earlier one is judged by what is known today.
 */
export async function explain(
  table: Table,
  record: TaskRecord,
  at: Instant,
  now: Instant,
): Promise<Explanation> {
  const view = await FleetView.load(table, undefined, Math.max(at, now));
  await view.loadPlanes([record.task.dataPlane]);
  const supposed = asIfObserved(record, at, now);
  const audience = await view.audienceOf(record.task, record.open ? alertOf(record.open) : 'task_abandoned');
  const hears = await view.hearersOf(supposed);
  const given: Case = withJoined({ ...view.bareCase(supposed), ...audience, ...hears }, at);
  const decision = decide(given, at);
  const { task, open } = supposed;
  const deadline = deadlineView(given, at);
  const deciding = deadline ? [...DECIDING, ...DECIDING_OF_DEADLINES] : DECIDING;
  return {
    task: task.id,
    at: instantText(at) ?? '',
    kind: task.kind,
    dataPlane: task.dataPlane,
    enabled: task.enabled,
    decision: {
      answer: decision.answer,
      reason: decision.reason,
      nextLookAt: instantText(decision.nextLookAt),
      disableAt: instantText(decision.facts.disableAt),
    },
    evidence: evidenceOf(given, at),
    counted: countedOf(given, decision, at),
    deadline,
    thresholds: leavesOf(given.written ?? given.policy).filter(({ leaf }) => deciding.includes(leaf)),
    holds: holdsOf(given, view.pausesRecord, at),
    episode: open && {
      number: open.number,
      alert: alertOf(open),
      firedAt: instantText(open.firedAt) ?? '',
      since: instantText(open.since) ?? '',
      grace: open.grace,
      graceStage: open.graceMode,
    },
    owners: ownersOf(await view.ownersOf(record.task)),
    recipients: recipientsOf(given, (key) => view.whyTold(record.task, key)),
    mails: await mailsSoFar(table, record),
    next: [...deadlineSteps(given, at), ...nextSteps(given, decision, at)],
  };
}

function asIfObserved(record: TaskRecord, at: Instant, now: Instant): TaskRecord {
  const { observedAt } = record.evidence;
  if (at <= now || observedAt === undefined) return record;
  return { ...record, evidence: { ...record.evidence, observedAt: observedAt + (at - now) } };
}

function evidenceOf(given: Case, at: Instant): Explanation['evidence'] {
  const { task, evidence, policy } = given;
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
    recoversAt: instantText(spellUnderWay(given, at)?.until ?? null),
  };
}

function countedOf(given: Case, { facts }: Decision, at: Instant): Explanation['counted'] {
  const since = facts.notPrimarySince;
  const touching = unknownOf(given, at).filter(({ from, to }) => from < at && (to === null || to > since));
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
    const told = episode?.told[key];
    const warning = told?.warning ?? 'none';
    const as = whyText(whyOf(key));
    return { address, as, warning, acceptedAt: instantText(told?.acceptedAt), declined };
  });
}

/** The mails about the open episode, or about the newest one that is over. */
async function mailsSoFar(table: Table, { task, open, episodes }: TaskRecord): Promise<MailView[]> {
  if (open) return mailsAbout(table, open.mails, task.id, open.number);
  const alert = episodes > 0 ? await loadAlert(table, task.id, episodes) : undefined;
  return alert ? mailsAbout(table, alert.mails, task.id, episodes) : [];
}
