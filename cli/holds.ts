import type { Case, Unknown } from '../functions/abandonment/decide.ts';
import { isEligible, openStaleness } from '../functions/abandonment/evidence.ts';
import { recoversAt } from '../functions/abandonment/healthy-spells.ts';
import { noDisablingUntil } from '../functions/abandonment/quiet-hours.ts';
import { refusedUntil } from '../functions/abandonment/refused.ts';
import { unheardSinceRestore } from '../functions/abandonment/restored.ts';
import { isReverted } from '../functions/abandonment/reverted.ts';
import type { Instant } from '../functions/abandonment/time.ts';
import type { PausesRecord } from '../functions/store/pauses.ts';
import { instantText } from './readable.ts';

/** Something that keeps a task from being warned about or disabled. */
export interface HoldView {
  reason: string;
  since: string | null;
  /** Null where its end is not known. */
  until: string | null;
}

/** All that holds at an instant, in the order in which the first one decides (docs/rules.md#holds). */
export function holdsOf(given: Case, pauses: PausesRecord, at: Instant): HoldView[] {
  return [
    ...pauseHolds(pauses),
    ...unknownHolds(given, at),
    ...spellHolds(given, at),
    ...peopleHolds(given, at),
    ...lastHolds(given, pauses, at),
  ];
}

/** Every span of unknown health by its beginning, evidence too old among them. */
export function unknownOf(given: Case, at: Instant): Unknown[] {
  const { task, evidence, policy, unknown } = given;
  // What has no shards is not observed.
  if (!isEligible(task)) return [...unknown].sort((a, b) => a.from - b.from);
  const open = openStaleness(task, evidence, policy, at) ?? unheardSinceRestore(evidence, given);
  const stale = [...evidence.stale, ...(open ? [open] : [])];
  return [...unknown, ...stale.map((span) => ({ ...span, why: 'stale' as const }))].sort(
    (a, b) => a.from - b.from,
  );
}

function hold(reason: string, since: Instant | null, until: Instant | null): HoldView {
  return { reason, since: instantText(since), until: instantText(until) };
}

function pauseHolds(pauses: PausesRecord): HoldView[] {
  return (['evaluate', 'notify', 'disable'] as const).flatMap((what) => {
    const since = pauses[what];
    const until = pauses.notes?.[what]?.until ?? null;
    return since === null ? [] : [hold(`paused (${what})`, since, until)];
  });
}

function unknownHolds(given: Case, at: Instant): HoldView[] {
  return unknownOf(given, at)
    .filter(({ from, to }) => from <= at && (to === null || to > at))
    .map(({ why, from, to }) => hold(`unknown (${why})`, from, to));
}

function spellHolds(given: Case, at: Instant): HoldView[] {
  const spell = spellUnderWay(given, at);
  return spell ? [hold('recovering', spell.since, spell.until)] : [];
}

/** The spell of a task that is alive again, but not for long enough to be a recovery. */
export function spellUnderWay(
  { task, evidence, policy }: Case,
  at: Instant,
): { since: Instant; until: Instant } | undefined {
  const until = isEligible(task) ? recoversAt(evidence, policy) : null;
  return until !== null && until > at ? { since: until - policy.minHealthy, until } : undefined;
}

function peopleHolds({ keep, task, evidence, policy }: Case, at: Instant): HoldView[] {
  const holds: HoldView[] = [];
  if (keep && at < keep.until) {
    holds.push(hold(`${keep.kind === 'keep' ? 'kept' : 'snoozed'} by ${keep.by}`, keep.at, keep.until));
  }
  const published = task.publishedByUserAt;
  if (published !== undefined && at < published + policy.publicationVeto) {
    holds.push(hold('user-published', published, published + policy.publicationVeto));
  }
  if (isReverted(task, evidence, policy, at)) holds.push(hold('reverted', task.reverted?.at ?? null, null));
  return holds;
}

function lastHolds(
  { task, recipients, episode, policy }: Case,
  { feedbackSilent }: PausesRecord,
  at: Instant,
): HoldView[] {
  const holds: HoldView[] = [];
  if (recipients.length === 0) holds.push(hold('no-reachable-owner', null, null));
  const spike = episode?.brake;
  if (spike && spike.approvedAt === undefined) holds.push(hold('blast-radius', spike.heldAt, null));
  if (feedbackSilent !== null) holds.push(hold('feedback-silent', feedbackSilent, null));
  const quiet = noDisablingUntil(policy, at);
  if (quiet !== null) holds.push(hold('quiet-hours', null, quiet));
  const refusal = episode?.disabling?.refused;
  const refused = refusedUntil(task, episode?.disabling, at);
  if (refusal && refused !== null) holds.push(hold('refused', refusal.at, refused));
  return holds;
}
