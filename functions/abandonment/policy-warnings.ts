import { type EffectivePolicy, WEEKDAYS } from './policy.ts';
import type { PolicyBook } from './policy-book.ts';
import { shown } from './policy-wording.ts';
import { stillOffAt } from './restorable.ts';
import { type Duration, formatDuration } from './time.ts';

/**
 * What a scope's policy allows and what can never act (docs/rules.md#policy-keys), one line each; with that of
 * the narrower scopes that what is written here concerns.
 *
 * @param scope `` (global), a prefix or a task id, whose policy was changed
 * @param scanEvery the period of the schedule
 */
export function idlePolicies(book: PolicyBook, scope: string, scanEvery: Duration): string[] {
  const narrower = book.scopes().filter((other) => other !== scope && isWithin(other, scope));
  return [scope, ...narrower].flatMap((at) => {
    const policy = book.for(at);
    const idle = [
      ...idleLeads(policy, scope, at, scanEvery),
      ...idleDays(policy, at, scope),
      ...idleStillOff(policy, at, scope),
    ];
    return idle.map((text) => (at === scope ? text : `${shown(at)}: ${text}`));
  });
}

function isWithin(other: string, scope: string): boolean {
  return scope === '' || (scope.endsWith('/') && other.startsWith(scope));
}

/** Leads that no scan ever finds due, where the changed scope gives one of the two that do not fit. */
function idleLeads(policy: EffectivePolicy, scope: string, at: string, scanEvery: Duration): string[] {
  const { reminders, disableAfter, source } = policy;
  const long = reminders
    .filter((lead) => lead >= disableAfter && isAffected(source, ['reminders', 'disableAfter'], scope, at))
    .map((lead) => {
      const grace = `the grace of ${formatDuration(disableAfter)} (disableAfter, from ${source.disableAfter})`;
      return `reminders: a lead of ${formatDuration(lead)} is not shorter than ${grace}; it is never due`;
    });
  const short = reminders
    .filter((lead) => lead < scanEvery && isAffected(source, ['reminders', 'scanEvery'], scope, at))
    .map((lead) => {
      const period = `scanEvery (${formatDuration(scanEvery)})`;
      return `reminders: a lead of ${formatDuration(lead)} is shorter than ${period}; no scan may find it due`;
    });
  return [...long, ...short];
}

/** Whether one of the leaves is written at the changed scope; of a narrower scope also whether another is its own. */
function isAffected(source: EffectivePolicy['source'], leaves: string[], scope: string, at: string): boolean {
  const from = leaves.map((leaf) => source[leaf]);
  const changed = scope === '' ? 'global' : scope;
  return from.includes(changed) && (at === scope || from.includes(at));
}

function idleDays({ quietDays, source }: EffectivePolicy, at: string, scope: string): string[] {
  if (quietDays === null || at !== scope || source.quietDays !== (scope === '' ? 'global' : scope)) return [];
  const { weekdays = [], dates = [] } = quietDays;
  if (weekdays.length === WEEKDAYS.length)
    return ['quietDays: every day of the week is quiet; nothing is ever disabled'];
  return weekdays.length + dates.length === 0 ? ['quietDays: they name no day'] : [];
}

/** A reminder that would follow the disabling too soon, unless the owning system says a longer time. */
function idleStillOff({ stillOff, source }: EffectivePolicy, at: string, scope: string): string[] {
  if (stillOff === null || at !== scope || source.stillOff !== (scope === '' ? 'global' : scope)) return [];
  if (stillOffAt({ at: 0, run: '' }, { stillOff }) !== null) return [];
  const only = 'it is due only where the owning system says that a task can be enabled as it was for longer';
  return [
    `stillOff: ${formatDuration(stillOff)} before the end of 90d is within a day of the disabling; ${only}`,
  ];
}
