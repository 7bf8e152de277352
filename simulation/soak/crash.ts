import type { Duration, Instant } from '../../functions/abandonment/time.ts';
import { deployedService } from '../engine/deployed-service.ts';
import type { EffectLine } from '../engine/effects.ts';
import { World } from '../engine/world.ts';
import type { ProcessFaults } from '../faults/attempts.ts';
import type { FaultInjector } from '../faults/crashing-process.ts';
import type { Scenario } from '../scenario/scenario-types.ts';

/** Where a process can die: before or after the effect of a call of a port, counted over all processes of a run. */
export interface CrashPoint {
  call: number;
  when: 'before' | 'after';
}

/** What happened once, as text, and when. */
interface Fact {
  what: string;
  at: Instant;
}

/** What a run came to that a crash may not change. */
export interface CrashRun {
  facts: Fact[];
  /** Mails that repeat a mail in the window for it. */
  repeats: number;
  /** Why the run is no good by itself. */
  broken: string[];
  /** When processes died. */
  diedAt: Instant[];
  /** All crash points of the run. */
  points: CrashPoint[];
}

/** Calls that change the world: dying after them is not the same as dying before the next. */
const EFFECTS = new Set(['transact', 'send', 'publish', 'notify']);

/** Counts the calls of all processes and ends the one that makes a certain call. */
class CrashPlan implements ProcessFaults {
  readonly points: CrashPoint[] = [];
  readonly diedAt: Instant[] = [];
  readonly #at: ReadonlyMap<number, CrashPoint['when']>;
  #calls = 0;

  constructor(points: readonly CrashPoint[]) {
    this.#at = new Map(points.map(({ call, when }) => [call, when]));
  }

  injectorOf(): FaultInjector {
    return ({ method }, process) => {
      this.#calls += 1;
      const call = this.#calls;
      this.points.push({ call, when: 'before' });
      if (EFFECTS.has(method)) this.points.push({ call, when: 'after' });
      const when = this.#at.get(call);
      if (when === undefined) return undefined;
      this.diedAt.push(process.startedAt);
      return { dies: when };
    };
  }
}

/** Runs a scenario in which processes die at the given points. */
export async function crashRun(scenario: Scenario, points: readonly CrashPoint[]): Promise<CrashRun> {
  const plan = new CrashPlan(points);
  const outcome = await new World(scenario, deployedService, {
    processFaults: plan,
    readsTexts: false,
  }).run();
  return {
    facts: outcome.lines.flatMap(factsOf),
    repeats: outcome.repeats,
    broken: [
      ...outcome.broken.map(({ promise, what }) => `promise ${promise}: ${what}`),
      ...outcome.deaths.map(({ process, error }) => `${process} died by itself: ${String(error)}`),
      ...outcome.deadLetters.map(({ queue, reason }) => `dead letter of ${queue}: ${reason}`),
    ],
    diedAt: plan.diedAt,
    points: plan.points,
  };
}

/** Transitions of episodes, disabled tasks and notices; an instant is no part of what happened. */
function factsOf(line: EffectLine): Fact[] {
  const at = Date.parse(line.at);
  switch (line.type) {
    case 'alert-fired':
      return [{ at, what: `fired ${line.task} #${line.episode}` }];
    case 'alert-resolved':
      return [{ at, what: `resolved ${line.task} #${line.episode} ${line.reason}` }];
    case 'task-disabled':
      return [{ at, what: `disabled ${line.task} #${line.episode}` }];
    case 'task-enabled':
      return [{ at, what: `enabled ${line.task}` }];
    case 'mail':
      return line.items.map(({ task, episode, notice }) => ({
        at,
        what: `notified ${line.to} ${notice} ${task} #${episode}`,
      }));
    default:
      return [];
  }
}

/**
 * What a crash changed: what is missing or too much at the end, and what there was before the crash without it and
 * is not there within `settleAfter` and two ticks of it. Empty where nothing.
 */
export function changesBy(crashed: CrashRun, plain: CrashRun, within: Duration): string[] {
  const changes = [...crashed.broken];
  const counts = countOf(plain.facts);
  const found = countOf(crashed.facts);
  let surplus = 0;
  for (const what of new Set([...counts.keys(), ...found.keys()])) {
    const difference = (found.get(what) ?? 0) - (counts.get(what) ?? 0);
    if (difference < 0) changes.push(`missing: ${what}`);
    if (difference > 0) {
      if (what.startsWith('notified')) surplus += difference;
      else changes.push(`too much: ${what}`);
    }
  }
  if (surplus > crashed.repeats)
    changes.push(`${surplus} notices repeated, ${crashed.repeats} in the window`);
  const [diedAt] = crashed.diedAt;
  if (diedAt !== undefined && crashed.diedAt.length === 1)
    changes.push(...lateAfter(crashed, plain, diedAt, within));
  return changes;
}

function lateAfter(crashed: CrashRun, plain: CrashRun, diedAt: Instant, within: Duration): string[] {
  const until = (facts: Fact[], instant: Instant) => countOf(facts.filter(({ at }) => at <= instant));
  const there = until(crashed.facts, diedAt + within);
  const late: string[] = [];
  for (const [what, count] of until(plain.facts, diedAt)) {
    if ((there.get(what) ?? 0) < count) late.push(`not within settleAfter and two ticks: ${what}`);
  }
  return late;
}

function countOf(facts: readonly Fact[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { what } of facts) counts.set(what, (counts.get(what) ?? 0) + 1);
  return counts;
}
