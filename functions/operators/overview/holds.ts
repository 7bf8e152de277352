import { isHeldBySpike } from '../../abandonment/approval.ts';
import { unknownOf as allUnknown, type Case, type Decision, type Unknown } from '../../abandonment/decide.ts';
import { isEligible } from '../../abandonment/evidence.ts';
import { recoversAt } from '../../abandonment/healthy-spells.ts';
import { noDisablingUntil } from '../../abandonment/quiet-hours.ts';
import { refusedUntil } from '../../abandonment/refused.ts';
import { isReverted } from '../../abandonment/reverted.ts';
import { tenantOf } from '../../abandonment/task.ts';
import { formatDuration, type Instant } from '../../abandonment/time.ts';
import { argument } from '../../platform/shell-word.ts';
import type { DataPlaneRecord } from '../../store/data-planes.ts';
import type { PausesRecord } from '../../store/pauses.ts';
import { instantText } from './time-text.ts';

/** Something that keeps a task from being warned about or disabled. */
export interface HoldView {
  reason: string;
  since: string | null;
  /** Null where its end is not known. */
  until: string | null;
  /** Its numbers, in words; other people's words among them. */
  says: string;
  /** The command that ends it; null where it ends by itself, or by what others do. */
  command: string | null;
}

/** What the numbers of holds are taken from. */
export interface HoldFacts {
  pauses: PausesRecord;
  plane: DataPlaneRecord | undefined;
  /** Addresses that would be notified of the task, and why no mail goes to them. */
  unreachable: readonly { address: string; why: string }[];
  /** What operators were notified of a spike; absent where none lasts. */
  spike?: string | undefined;
}

interface Held {
  taskCase: Case;
  decision: Decision;
  facts: HoldFacts;
  at: Instant;
}

/** All that holds at an instant, in the order in which the first one decides (docs/rules.md#holds). */
export function holdsOf(taskCase: Case, decision: Decision, facts: HoldFacts, at: Instant): HoldView[] {
  const held = { taskCase, decision, facts, at };
  return [
    ...pauseHolds(held),
    ...unknownHolds(held),
    ...spellHolds(held),
    ...peopleHolds(held),
    ...mailHolds(held),
    ...lastHolds(held),
  ];
}

/** Every span of unknown health by its beginning, evidence too old among them. */
export function unknownOf(taskCase: Case, at: Instant): Unknown[] {
  return [...allUnknown(taskCase, at)].sort((a, b) => a.from - b.from);
}

function hold(
  reason: string,
  since: Instant | null,
  until: Instant | null,
  says: string,
  command: string | null = null,
): HoldView {
  return { reason, since: instantText(since), until: instantText(until), says, command };
}

const PAUSED = {
  evaluate: 'nothing is decided, and all clocks stand still',
  notify: 'no mail is sent',
  disable: 'nothing is disabled',
};

function pauseHolds({ facts: { pauses } }: Held): HoldView[] {
  return (['evaluate', 'notify', 'disable'] as const).flatMap((what) => {
    const since = pauses[what];
    const note = pauses.notes?.[what];
    if (since === null) return [];
    const who = note ? ` by ${note.by}${note.reason === '' ? '' : `: ${note.reason}`}` : '';
    const says = `${PAUSED[what]}; paused${who}`;
    return [
      hold(`paused (${what})`, since, note?.until ?? null, says, `taskwarden resume ${argument(what)}`),
    ];
  });
}

function unknownHolds(held: Held): HoldView[] {
  const { taskCase, at } = held;
  return unknownOf(taskCase, at)
    .filter(({ from, to }) => from <= at && (to === null || to > at))
    .map((span) => {
      const [says, command = null] = ofUnknown(span, held);
      return hold(`unknown (${span.why})`, span.from, span.to, says, command);
    });
}

function ofUnknown({ why, from }: Unknown, { taskCase, facts }: Held): [says: string, command?: string] {
  const { dataPlane } = taskCase.task;
  const dismiss = `taskwarden dismiss ${argument(dataPlane)}`;
  switch (why) {
    case 'data-plane':
      return facts.plane?.state === 'deleted'
        ? [`data plane ${dataPlane} was deleted, and its tasks are parked`, dismiss]
        : [`data plane ${dataPlane} is ${facts.plane?.state ?? 'unknown'}; it ends with the next life sign`];
    case 'outage':
      return [`${membersText(facts, from)} of ${dataPlane} stopped together: one outage`, dismiss];
    case 'paused':
      return ['evaluation is paused', 'taskwarden resume evaluate'];
    case 'no-scan':
      return ['no scan was completed; it ends with the next one', 'taskwarden scan'];
    case 'stale':
      return [staleText(taskCase)];
  }
}

function membersText({ plane }: HoldFacts, from: Instant): string {
  const outage = plane?.outages.find((spell) => spell.from === from);
  return outage ? `${outage.members} tasks` : 'many tasks';
}

function staleText({ evidence, policy }: Case): string {
  const seen = evidence.observedAt === undefined ? 'never' : instantText(evidence.observedAt);
  return `last observed ${seen}, older than evidenceMaxAge ${formatDuration(policy.evidenceMaxAge)}; it ends with the next observation`;
}

function spellHolds({ taskCase, at }: Held): HoldView[] {
  const spell = spellUnderWay(taskCase, at);
  const { minHealthy } = taskCase.policy;
  const says = `it runs, and must do so for minHealthy ${formatDuration(minHealthy)} to have recovered`;
  return spell ? [hold('recovering', spell.since, spell.until, says)] : [];
}

/** The spell of a task that is alive again, but not for long enough to be a recovery. */
export function spellUnderWay(
  { task, evidence, policy }: Case,
  at: Instant,
): { since: Instant; until: Instant } | undefined {
  const until = isEligible(task) ? recoversAt(evidence, policy) : null;
  return until !== null && until > at ? { since: until - policy.minHealthy, until } : undefined;
}

function peopleHolds({ taskCase, at }: Held): HoldView[] {
  const { keep, task, evidence, policy } = taskCase;
  const holds: HoldView[] = [];
  if (keep && at < keep.until) {
    const verb = keep.kind === 'keep' ? 'kept' : 'snoozed';
    const says = `asked for by a person${keep.reason === undefined ? '' : `: ${keep.reason}`}`;
    holds.push(hold(`${verb} by ${keep.by}`, keep.at, keep.until, says));
  }
  const published = task.publishedByUserAt;
  if (published !== undefined && at < published + policy.publicationVeto) {
    const says = `a user published it; publicationVeto ${formatDuration(policy.publicationVeto)} holds after that`;
    holds.push(hold('user-published', published, published + policy.publicationVeto, says));
  }
  if (isReverted(task, evidence, policy, at)) {
    const says = `Taskwarden disabled it on ${instantText(task.reverted?.disabledAt)}, and a system enabled it again`;
    holds.push(
      hold('reverted', task.reverted?.at ?? null, null, says, `taskwarden dismiss ${argument(task.id)}`),
    );
  }
  return holds;
}

function mailHolds({ taskCase, decision, facts }: Held): HoldView[] {
  const { recipients, episode, task } = taskCase;
  if (recipients.length === 0) return [unreachableHold(facts, task.id)];
  const isHeld = decision.answer === 'hold' && decision.reason === 'warning-not-accepted';
  if (!isHeld || !episode) return [];
  const tried = recipients.filter(({ key }) => episode.told[key]?.warning === 'tried');
  const whom = tried.map(({ address }) => address).join(', ');
  return [
    hold('warning-not-accepted', null, null, `SES took no warning to ${whom} yet`, 'taskwarden queues list'),
  ];
}

function unreachableHold({ unreachable }: HoldFacts, task: string): HoldView {
  const [first] = unreachable;
  if (!first) {
    const command = `taskwarden admins add ${argument(`${tenantOf(task)}/`)} ADDRESS`;
    return hold('no-reachable-owner', null, null, 'it has no owner, subscriber or admin', command);
  }
  const why = unreachable.map(({ address, why }) => `${address} (${why})`).join(', ');
  const command = `taskwarden recipients revive ${argument(first.address)}`;
  return hold('no-reachable-owner', null, null, `no mail reaches ${why}`, command);
}

function lastHolds({ taskCase, facts, at }: Held): HoldView[] {
  const { task, episode, policy } = taskCase;
  const holds: HoldView[] = [];
  const spike = episode?.brake;
  if (spike && isHeldBySpike(spike, at)) {
    const { share, shareFloor } = policy.blastRadius;
    const says = `${facts.spike ?? 'too many were due at once'} (more than ${share * 100} % and more than ${shareFloor})`;
    holds.push(hold('blast-radius', spike.heldAt, null, says, 'taskwarden approve'));
  }
  const { feedbackSilent } = facts.pauses;
  if (feedbackSilent !== null) {
    const says = 'SES does not say what becomes of mails; it ends with its next answer';
    holds.push(hold('feedback-silent', feedbackSilent, null, says, 'taskwarden doctor'));
  }
  const quiet = noDisablingUntil(policy, at);
  if (quiet !== null)
    holds.push(hold('quiet-hours', null, quiet, 'nothing is disabled in quiet hours and on quiet days'));
  const refusal = episode?.disabling?.refused;
  const refused = refusedUntil(task, episode?.disabling, at);
  if (refusal && refused !== null) {
    const says = `its owning system refused to disable it: ${refusal.reason}; it is asked again after a day`;
    holds.push(
      hold('refused', refusal.at, refused, says, `taskwarden oops resolve ${argument(refusal.fingerprint)}`),
    );
  }
  return holds;
}
