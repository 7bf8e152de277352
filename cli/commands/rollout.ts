import { type Command, Option } from 'commander';
import { scopeProblem } from '../../functions/abandonment/policy-scope.ts';
import { shown } from '../../functions/abandonment/policy-wording.ts';
import { MODES, type Mode } from '../../functions/abandonment/task.ts';
import { DAY, formatInstant } from '../../functions/abandonment/time.ts';
import { setPolicy } from '../../functions/operators/policies.ts';
import {
  loadRollout,
  lowerMode,
  optIn,
  type Rollout,
  TYPES_OF_MODE,
} from '../../functions/operators/rollout.ts';
import { amount, oneOr } from '../../functions/platform/amounts.ts';
import { argument } from '../../functions/platform/shell-word.ts';
import { reasonArgument } from '../act-options.ts';
import { addCommand, type Cli, onStage, type Session } from '../command.ts';
import { UsageError } from '../errors.ts';
import { scopeOf, scopeText } from '../policy-arguments.ts';
import type { ChangeOptions } from '../policy-foresight.ts';
import { type Since, sinceArgument, sinceInstant } from '../since.ts';
import { safe } from '../terminal.ts';
import { CONFIRMED, changeByHand, showPolicyChange } from './policy-set.ts';

const STEPS = `
A scope goes from detect (record only) to notify (owners are notified, nothing is announced) to disable, one step at a time. Every
promotion to disable begins new warnings and full graces; a demotion holds from the next decision on, and who holds a date is notified
that it no longer holds.`;

interface ShowOptions {
  since?: Since;
}

/** What is counted where nobody says since when. */
const USUAL_SINCE: Since = { ago: 60 * DAY };

/** Adds `rollout show`, `promote`, `demote` and `opt-in`. */
export function registerRollout(rollout: Command, cli: Cli): void {
  addCommand(rollout, {
    usage: 'show <scope>',
    description: 'where a scope stands, and what speaks for its next mode: its alerts, and what came of them',
    examples: ['rollout show acmeCo/', 'rollout show global --since 90d --json'],
  })
    .option(
      '--since <when>',
      'alerts that fired since then: an instant, or how long ago (default: 60d)',
      sinceArgument,
    )
    .addHelpText('after', STEPS)
    .action(
      onStage<[string], ShowOptions>(cli, async (session, { since }, name) => {
        const rollout = await rolloutOf(session, name, since);
        const { evidence } = rollout;
        const shown = { ...rollout, evidence: { ...evidence, since: formatInstant(evidence.since) } };
        session.out.one(shown, () => rolloutLines(rollout, session));
      }),
    );
  addPromote(rollout, cli);
  addDemote(rollout, cli);
  addOptIn(rollout, cli);
}

/** Where the scope of a name stands; throws a `UsageError` where it is none. */
export async function rolloutOf(
  { system }: Pick<Session, 'system'>,
  name: string,
  since = USUAL_SINCE,
): Promise<Rollout> {
  const scope = scopeOf(name);
  const wrong = scopeProblem(scope);
  if (wrong !== undefined) throw new UsageError(`scope ${shown(scope)} ${wrong}`);
  return loadRollout(system, scope, sinceInstant(since, system.clock.now()));
}

function rolloutLines(rollout: Rollout, { stage }: Session): string[] {
  const { scope, mode, from, next, narrower, notOptedIn } = rollout;
  const name = scopeText(scope);
  const command = `\`taskwarden rollout promote ${argument(name)} --stage ${argument(stage.name)}\``;
  return [
    safe(
      `${name}: ${mode} (from ${from}); ${next === null ? 'the last step' : `next is ${next}: ${command}`}`,
    ),
    ...evidenceLines(rollout),
    ...narrower.map((other) => safe(`${other.scope} has mode ${other.mode} of its own, and keeps it`)),
    ...(notOptedIn > 0
      ? [`${amount(notOptedIn, 'subscription')} would not hear of what ${next} does; --opt-in lets them`]
      : []),
  ];
}

/** What speaks for the next mode of a scope. */
export function evidenceLines({ evidence }: Rollout): string[] {
  const { since, fired, tasks, open, resolved, tooNew } = evidence;
  const ends = Object.entries(resolved).map(([reason, count]) => `${count} ${reason}`);
  return [
    `since ${formatInstant(since)}: ${amount(fired, 'alert')} of ${amount(tasks, 'task')} fired; ${[`${open} ${oneOr(open, 'is', 'are')} open`, ...ends].join(', ')}`,
    `${evidence.cameBackInTime} came back within disableAfter: a warning is enough for ${oneOr(evidence.cameBackInTime, 'it', 'them')}`,
    `${evidence.wouldBeDisabled} outlasted disableAfter, and would have been disabled; of them ${evidence.cameBackLater} came back later`,
    ...(tooNew > 0
      ? [`of ${tooNew} nothing can be said yet: ${oneOr(tooNew, 'its', 'their')} disableAfter is not over`]
      : []),
  ];
}

interface PromoteOptions extends ChangeOptions {
  optIn?: boolean;
}

function addPromote(rollout: Command, cli: Cli): void {
  addCommand(rollout, {
    usage: 'promote <scope>',
    description: 'raise the mode of a scope by one step',
    examples: [
      'rollout promote acmeCo/ --dry-run',
      'rollout promote acmeCo/ --opt-in --reason "two weeks without a surprise"',
    ],
  })
    .option('--opt-in', 'let the subscriptions in the scope hear of what the new mode does')
    .option('--reason <text>', 'why, for the history', reasonArgument)
    .option('--dry-run', 'only say what it would do')
    .option('--yes', 'do not ask, though people would hear of it')
    .addHelpText('after', STEPS + CONFIRMED)
    .action(onStage<[string], PromoteOptions>(cli, promote));
}

async function promote(session: Session, options: PromoteOptions, name: string): Promise<void> {
  const { system, stage, stderr, operator } = session;
  const rollout = await rolloutOf(session, name);
  const { scope, mode, next } = rollout;
  if (next === null) throw new UsageError(`${scopeText(scope)} has mode ${mode}, the last step`);
  for (const line of evidenceLines(rollout)) stderr.write(`${line}\n`);
  const reason = options.reason ?? `promoted from ${mode}`;
  await changeByHand(session, { scope, options: { ...options, reason } }, (change) =>
    setPolicy(system, { ...change, set: { mode: next }, ceiling: stage.modeCeiling }),
  );
  if (options.optIn && !options.dryRun) await sayOptedIn(session, scope, next, await operator());
}

async function sayOptedIn({ system, stderr }: Session, scope: string, mode: Mode, by: string): Promise<void> {
  const changed = await optIn(system, scope, mode, by);
  stderr.write(
    `${amount(changed, 'subscription')} ${oneOr(changed, 'hears', 'hear')} of ${TYPES_OF_MODE[mode].join(', ')} now\n`,
  );
}

interface DemoteOptions {
  to?: Mode;
  reason?: string;
}

function addDemote(rollout: Command, cli: Cli): void {
  addCommand(rollout, {
    usage: 'demote <scope>',
    description: 'lower the mode of a scope at once, without asking',
    examples: ['rollout demote acmeCo/ --reason "wrong owners"', 'rollout demote global --to detect'],
  })
    .addOption(new Option('--to <mode>', 'down to this one (default: by one step)').choices(MODES))
    .option('--reason <text>', 'why, for the history', reasonArgument)
    .addHelpText('after', STEPS)
    .action(
      onStage<[string], DemoteOptions>(cli, async (session, { to, reason }, name) => {
        const { scope, mode, narrower } = await rolloutOf(session, name);
        const target = to ?? lowerMode(mode);
        if (target === null || MODES.indexOf(target) >= MODES.indexOf(mode))
          throw new UsageError(`${scopeText(scope)} has mode ${mode}; there is none below to go to`);
        const by = await session.operator();
        const change = { scope, by, reason: reason ?? `demoted from ${mode}` };
        const set = { mode: target };
        const ceiling = session.stage.modeCeiling;
        await showPolicyChange(session, scope, await setPolicy(session.system, { ...change, set, ceiling }));
        for (const other of narrower)
          session.stderr.write(
            `${safe(`note: ${other.scope} has mode ${other.mode} of its own, and keeps it`)}\n`,
          );
      }),
    );
}

function addOptIn(rollout: Command, cli: Cli): void {
  addCommand(rollout, {
    usage: 'opt-in <scope>',
    description:
      'let the subscriptions in a scope hear of what its mode does; those of wider scopes stay as they are',
    examples: ['rollout opt-in acmeCo/'],
  }).action(
    onStage(cli, async (session, _, name: string) => {
      const { scope, mode } = await rolloutOf(session, name);
      const changed = await optIn(session.system, scope, mode, await session.operator());
      const types = TYPES_OF_MODE[mode];
      session.out.one({ scope, mode, types, changed }, () => [
        types.length === 0
          ? `in mode ${mode} nobody hears of anything`
          : `${amount(changed, 'subscription')} ${oneOr(changed, 'hears', 'hear')} of ${types.join(', ')} now`,
      ]);
    }),
  );
}
