import type { Command } from 'commander';
import { type OwnerRule, OwnerRules } from '../../functions/abandonment/owner-rules.ts';
import { parseOwnerFile, shadowedRules } from '../../functions/operators/owner-file.ts';
import { importOwnerRules, ownerRulesChange, type RulesChanged } from '../../functions/operators/owners.ts';
import { amount } from '../../functions/platform/amounts.ts';
import { loadOwnerRules } from '../../functions/store/owner-rules.ts';
import { loadPauses } from '../../functions/store/pauses.ts';
import { loadTask } from '../../functions/store/tasks.ts';
import { addCommand, type Cli, onStage, type Session } from '../command.ts';
import { UsageError } from '../errors.ts';
import { textOf } from '../lines.ts';
import { safe } from '../terminal.ts';

/** So many bad lines are named one by one. */
const MOST_NAMED = 20;

const FORM = `
One rule a line: a pattern, then addresses; the last rule that matches counts, as in a CODEOWNERS file. A pattern is an id,
a prefix with its slash, or either with wildcards: * (within a part), ? (one character), ** (over slashes); * alone is all. A
rule without addresses says that nobody owns what it matches. # begins a comment; a backslash takes a space into a pattern.
Rules are for tasks whose owning system names no owner. An example: docs/formats.md.`;

/** Adds `owners import`, `list` and `test`. */
export function registerOwners(owners: Command, cli: Cli): void {
  addImport(owners, cli);
  addList(owners, cli);
  addTest(owners, cli);
}

function addImport(owners: Command, cli: Cli): void {
  addCommand(owners, {
    usage: 'import <file>',
    description: 'put the rules of a file in the place of those in force; it is meant to be kept in git',
    examples: ['owners import OWNERS --dry-run', 'owners import OWNERS', 'owners import - < OWNERS'],
  })
    .option('--dry-run', 'only say what would change')
    .addHelpText('after', FORM)
    .action(
      onStage<[string], { dryRun?: boolean }>(cli, async (session, { dryRun = false }, file) => {
        const { system, operator, out, stderr } = session;
        const rules = await rulesIn(session, file);
        const warnings = shadowedRules(rules).map(
          ({ line, by }) =>
            `line ${line} never counts: line ${by.line} (${by.pattern}) matches all that it matches`,
        );
        for (const warning of warnings) stderr.write(`warning: ${safe(warning)}\n`);
        const changed = dryRun
          ? await ownerRulesChange(system, rules)
          : await importOwnerRules(system, rules, await operator());
        const { outcome, added, removed } = changed;
        const result = {
          outcome: dryRun ? 'dry-run' : outcome,
          rules: rules.length,
          added,
          removed,
          warnings,
        };
        out.one(result, () => [...changeLines(changed), summaryOf(rules, changed, dryRun)]);
      }),
    );
}

async function rulesIn({ stdin, system }: Session, file: string): Promise<OwnerRule[]> {
  const { name, text } = await textOf(file, stdin);
  const parsed = parseOwnerFile(text, system.config.allowedDomains);
  if (parsed.ok) return parsed.rules;
  const texts = parsed.bad
    .slice(0, MOST_NAMED)
    .map(({ line, problem }) => `${name} line ${line}: ${problem}`);
  if (parsed.bad.length > MOST_NAMED)
    texts.push(`${name} has ${amount(parsed.bad.length - MOST_NAMED, 'more bad line')}`);
  throw new UsageError(...texts.slice(0, -1), `${texts.at(-1)}; nothing was changed`);
}

function changeLines({ added, removed }: RulesChanged): string[] {
  const line = (sign: string) => (rule: OwnerRule) =>
    safe(`${sign} line ${rule.line}: ${rule.pattern} ${ownersText(rule)}`);
  return [...removed.map(line('-')), ...added.map(line('+'))];
}

function summaryOf(
  rules: readonly OwnerRule[],
  { outcome, added, removed }: RulesChanged,
  isDry: boolean,
): string {
  const counts = `${amount(rules.length, 'rule')} (${added.length} new, ${removed.length} gone)`;
  if (outcome === 'unchanged') return `unchanged: ${counts}`;
  return isDry ? `would import ${counts}` : `imported ${counts}; they hold from the next scan on`;
}

function ownersText({ owners }: OwnerRule): string {
  return owners.length === 0 ? 'nobody' : owners.join(' ');
}

async function rulesOf({ system: { table } }: Session): Promise<OwnerRules> {
  return loadOwnerRules(table, (await loadPauses(table)).ownerRules);
}

function addList(owners: Command, cli: Cli): void {
  addCommand(owners, {
    usage: 'list',
    description: 'the rules in force, in their order: the last one that matches counts',
    examples: ['owners list', 'owners list --json'],
  }).action(
    onStage(cli, async (session) => {
      const { rules } = await rulesOf(session);
      session.out.list(rules, COLUMNS, 'there are no rules: the admins stand in for tasks without owners');
    }),
  );
}

const COLUMNS = [
  ['LINE', ({ line }: OwnerRule) => String(line)],
  ['PATTERN', ({ pattern }: OwnerRule) => pattern],
  ['OWNERS', ownersText],
] as const;

function addTest(owners: Command, cli: Cli): void {
  addCommand(owners, {
    usage: 'test <task>',
    description: 'who owns a task, and by which rule; it need not be known',
    examples: ['owners test acmeCo/prod/orders', 'owners test acmeCo/prod/orders --file OWNERS'],
  })
    .option('--file <file>', 'by the rules of a file instead of those in force')
    .action(
      onStage<[string], { file?: string }>(cli, async (session, { file }, id) => {
        const rules =
          file === undefined ? await rulesOf(session) : new OwnerRules(await rulesIn(session, file));
        const named = (await loadTask(session.system.table, id))?.task.owners ?? [];
        const rule = rules.for(id) ?? null;
        const from = named.length > 0 ? 'task' : rule ? 'rule' : 'none';
        const addresses = named.length > 0 ? named : (rule?.owners ?? []);
        session.out.one({ task: id, from, owners: addresses, rule }, () => testLines(id, named, rule));
      }),
    );
}

function testLines(id: string, named: readonly string[], rule: OwnerRule | null): string[] {
  const byRule = rule ? `line ${rule.line}: ${rule.pattern} ${ownersText(rule)}` : 'no rule matches it';
  const lines =
    named.length > 0
      ? [`${id} names its owners itself: ${named.join(' ')}`, `without them: ${byRule}`]
      : [`${id}: ${byRule}`];
  return lines.map(safe);
}
