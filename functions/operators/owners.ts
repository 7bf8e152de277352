import { type OwnerRule, Pattern } from '../abandonment/owner-rules.ts';
import type { System } from '../platform/system.ts';
import { auditWrite } from '../store/audit.ts';
import { commit } from '../store/commit.ts';
import { keys } from '../store/keys.ts';
import { evaluationRequest } from '../store/looks.ts';
import { digestOfRules, loadOwnerRules, ownerRulesWrite } from '../store/owner-rules.ts';
import { loadPauses, pausesWrite } from '../store/pauses.ts';
import type { Write } from '../store/table/table.port.ts';

/** What an import of owner rules changes. */
export interface RulesChanged {
  outcome: 'imported' | 'unchanged';
  /** Rules that were not there before, and that are there no more. */
  added: OwnerRule[];
  removed: OwnerRule[];
}

/** More scopes than these are all looked at at once. */
const MOST_SCOPES = 20;

/**
 * Puts the rules of a file in the place of those in force; none: there are no rules any more. No task is written: what
 * can fire follows with the next scan, and what is open where a rule changed is evaluated.
 */
export async function importOwnerRules(
  system: System,
  rules: readonly OwnerRule[],
  by: string,
): Promise<RulesChanged> {
  return commit(system, 'the owner rules', async () => {
    const pauses = await loadPauses(system.table);
    const { ownerRules: digestBefore, ...others } = pauses;
    const before = (await loadOwnerRules(system.table, digestBefore)).rules;
    const digest = rules.length > 0 ? digestOfRules(rules) : undefined;
    const changed = changeBetween(before, rules);
    if (digest === digestBefore) return { value: { ...changed, outcome: 'unchanged' } };
    const after = digest === undefined ? others : { ...others, ownerRules: digest };
    const writes = [
      pausesWrite(after),
      ...(digest === undefined ? [] : [ownerRulesWrite(rules)]),
      ...(digestBefore === undefined ? [] : [{ delete: keys.ownerRules(digestBefore) }]),
      ...looksFor(before, rules, system.clock.now()),
      auditOf(system, changed, rules.length, by),
    ];
    return { writes, value: changed };
  });
}

/** What an import would change; changes nothing. */
export async function ownerRulesChange(
  { table }: System,
  rules: readonly OwnerRule[],
): Promise<RulesChanged> {
  const { ownerRules: digestBefore } = await loadPauses(table);
  const changed = changeBetween((await loadOwnerRules(table, digestBefore)).rules, rules);
  const digest = rules.length > 0 ? digestOfRules(rules) : undefined;
  return digest === digestBefore ? { ...changed, outcome: 'unchanged' } : changed;
}

/** Who may be in a row of the audit is counted there, and not named. */
function auditOf({ clock }: System, { added, removed }: RulesChanged, rules: number, by: string): Write {
  const evidence = { rules, added: added.length, removed: removed.length };
  const act = 'owners import';
  return auditWrite({ subject: 'operators', at: clock.now(), act, by, reason: '', evidence, mails: [] });
}

/** What a rule says, wherever it stands. */
const sayingOf = ({ pattern, owners }: OwnerRule) => JSON.stringify([pattern, owners]);

function changeBetween(before: readonly OwnerRule[], after: readonly OwnerRule[]): RulesChanged {
  const [old, now] = [new Set(before.map(sayingOf)), new Set(after.map(sayingOf))];
  return {
    outcome: 'imported',
    added: after.filter((rule) => !old.has(sayingOf(rule))),
    removed: before.filter((rule) => !now.has(sayingOf(rule))),
  };
}

/** The scopes in which another rule may count now: of all that stands between the first and the last change. */
function looksFor(before: readonly OwnerRule[], after: readonly OwnerRule[], now: number): Write[] {
  const heads = new Set(changedPart(before, after).map(({ pattern }) => new Pattern(pattern).head));
  const outer = [...heads].filter(
    (head) => ![...heads].some((other) => other !== head && head.startsWith(other)),
  );
  if (outer.length > MOST_SCOPES || outer.includes('')) return [evaluationRequest('ALL', now)];
  return outer.map((head) => evaluationRequest(`P#${head}`, now));
}

/**
 * The rules between the same ones at the beginning and the same ones at the end: which counts depends on their order.
 */
function changedPart(before: readonly OwnerRule[], after: readonly OwnerRule[]): OwnerRule[] {
  const [old, now] = [before.map(sayingOf), after.map(sayingOf)];
  const shorter = Math.min(old.length, now.length);
  let same = 0;
  while (same < shorter && old[same] === now[same]) same += 1;
  let sameEnd = 0;
  while (sameEnd < shorter - same && old.at(-1 - sameEnd) === now.at(-1 - sameEnd)) sameEnd += 1;
  return [before, after].flatMap((rules) => rules.slice(same, rules.length - sameEnd));
}
