import type { Instant } from '../../abandonment/time.ts';
import type { TaskAudit } from '../../store/audit.ts';
import { type MailView, mailsIn } from './mails.ts';
import { leafOf, type PolicyLeaf } from './policy-leaves.ts';
import type { StoredHistory } from './stored-history.ts';
import { instantText } from './time-text.ts';

/** What a disabling was decided on, as it was on that day; instants are RFC 3339. What an older row does not say is null. */
export interface DisablingDecision {
  /** When it was recorded that the task is disabled. */
  at: string;
  /** When its owning system was asked, and when it did it. */
  requestedAt: string | null;
  confirmedAt: string | null;
  by: string;
  reason: string;
  episode: number | null;
  /** The scan that asked for it; null where a person did. */
  run: string | null;
  /** The date that had been announced; null where a person asked. */
  announcedFor: string | null;
  evidence: {
    statuses: string[] | null;
    observedAt: string | null;
    cause: string | null;
    restarts: number | null;
    twitches: number;
    version: number | null;
  };
  counted: { notPrimarySince: string | null; countedMs: number | null; abandonedAt: string | null };
  /** The task's own deadline, where it was disabled for that. */
  deadline: string | null;
  /** As they held then, and where each came from. */
  thresholds: PolicyLeaf[];
  /** The mails of its episode, and what became of them. */
  mails: MailView[];
}

/** The newest disabling by us, up to an instant; undefined where there was none. */
export function newestDisabling(history: StoredHistory, at: Instant): DisablingDecision | undefined {
  const entry = history.audit.findLast((act) => act.act === 'disabled' && act.at <= at);
  return entry && decisionIn(entry, history);
}

function decisionIn(entry: TaskAudit, history: StoredHistory): DisablingDecision {
  const noted = entry.evidence;
  const alert = alertOfIt(entry, history);
  const episode = numberIn(noted.episode) ?? alert?.episode ?? null;
  const run = textIn(noted.run);
  return {
    at: instantText(entry.at) ?? '',
    requestedAt: instantIn(noted.requestedAt),
    confirmedAt: instantIn(noted.confirmedAt),
    by: entry.by,
    reason: entry.reason,
    episode,
    run,
    announcedFor: run === null ? null : instantIn(noted.disableAt),
    evidence: evidenceIn({ ...alert?.evidence, ...noted }),
    counted: {
      notPrimarySince: instantIn(noted.notPrimarySince),
      countedMs: numberIn(noted.counted),
      abandonedAt: instantIn(noted.abandonedAt),
    },
    deadline: instantIn(noted.deadline),
    thresholds: thresholdsIn(noted) ?? olderThresholds(alert?.evidence ?? {}),
    mails: episode === null ? [] : mailsIn(history.digests, history.id, episode),
  };
}

/** An older row does not name its episode: the alert that ended with it does. */
function alertOfIt({ at, evidence }: TaskAudit, { alerts }: StoredHistory) {
  const episode = numberIn(evidence.episode);
  if (episode !== null) return alerts.find((alert) => alert.episode === episode);
  return alerts.find(({ resolvedAt, reason }) => resolvedAt === at && reason?.startsWith('disabled'));
}

function evidenceIn(facts: Record<string, unknown>): DisablingDecision['evidence'] {
  return {
    statuses: Array.isArray(facts.statuses) ? facts.statuses.map(String) : null,
    observedAt: instantIn(facts.observedAt),
    cause: textIn(facts.cause),
    restarts: numberIn(facts.restarts),
    twitches: numberIn(facts.twitches) ?? 0,
    version: numberIn(facts.version),
  };
}

/** The leaves that the row has, each with the scope that it came from. */
function thresholdsIn({ policy, from }: Record<string, unknown>): PolicyLeaf[] | undefined {
  if (!isObject(policy)) return undefined;
  const scopes = isObject(from) ? from : {};
  return Object.entries(policy).map(([leaf, value]) =>
    leafOf(leaf, value, textIn(scopes[leaf]) ?? 'default'),
  );
}

function olderThresholds({ warnAfterMs, warnAfterFrom }: Record<string, unknown>): PolicyLeaf[] {
  const value = numberIn(warnAfterMs);
  return value === null ? [] : [leafOf('warnAfter', value, textIn(warnAfterFrom) ?? 'default')];
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const numberIn = (value: unknown): number | null => (typeof value === 'number' ? value : null);
const textIn = (value: unknown): string | null => (typeof value === 'string' ? value : null);
const instantIn = (value: unknown): string | null => instantText(numberIn(value));
