import { formatInstant, type Instant } from '../abandonment/time.ts';
import { recordable } from '../platform/recorded-text.ts';
import type { System } from '../platform/system.ts';
import { FleetView } from '../store/fleet-view.ts';
import { type GeneratorRecord, loadGenerator } from '../store/generators.ts';
import { isWanted, SLICE } from './ask-generators.ts';
import type { Generator, Turn } from './generator.ts';
import { type Effects, recordingSystem } from './recorded-effects.ts';
import type { Run } from './run.ts';
import { begun, dueAt, ended, failed, hasDied, type Why } from './turns.ts';

/** When a generator is asked next; null: not before something changes. */
export interface Foreseen {
  at: Instant | null;
  why: Why | 'died' | 'full page' | 'not wanted';
}

/** The run of a scan that would begin now, of which no step was taken; nothing is claimed. */
export async function runBeside(system: System): Promise<Run> {
  const now = system.clock.now();
  const view = await FleetView.loadWithPlanes(system.table, now);
  return { system, view, id: formatInstant(now), now, figures: {}, asked: [], at: now };
}

/**
 * When a generator is asked next, and why (docs/architecture.md#generators). Its settings and version are taken to be those of
 * its newest turn: they are the scanner's, which the next scan compares.
 */
export async function foresee(run: Run, generator: Generator, record: GeneratorRecord): Promise<Foreseen> {
  const { settings, version } = record;
  const due = dueAt({ generator, record, settings, version }, run.now);
  // That it fails is said first: what a scan would know of for it is not all known here.
  if (due.why === 'paused' || due.why === 'under way' || due.why === 'failing') return due;
  if (!(await isWanted(run, generator))) return { at: null, why: 'not wanted' };
  if (due.at === null || due.at > run.now) return due;
  if (hasDied(record, run.now)) return { ...due, why: 'died' };
  return due.why === 'due' && record.cursor !== null ? { ...due, why: 'full page' } : due;
}

/** What one turn would come to. */
export interface DryTurn extends Effects {
  now: Instant;
  record: GeneratorRecord;
  /** Whether it would be asked at that instant, or when. */
  due: Foreseen;
  isAsked: boolean;
  /** Where it would go on and how much it would have worked; or why it would fail. */
  turn: Turn | { failure: string };
  /** When it would be asked again after the turn. */
  nextAt: Instant;
  /** What it would add to the run's figures. */
  figures: Record<string, number>;
}

/**
 * Takes one turn of a generator of which nothing is stored and nothing leaves, whether it would be asked now or not.
 *
 * @param at the instant at which it is to be; absent: now
 */
export async function takeDryTurn(base: System, generator: Generator, at?: Instant): Promise<DryTurn> {
  const { system, effects } = recordingSystem(at === undefined ? base : movedTo(base, at));
  const run = await runBeside(system);
  const record = await loadGenerator(system.table, generator.name);
  const due = await foresee(run, generator, record);
  const turn = await turnOf(run, generator, record.cursor);
  const { now, figures } = run;
  const isAsked = due.at !== null && due.at <= now && due.why !== 'died';
  const nextAt = nextAfter(run, generator, record, turn);
  return { now, record, due, isAsked, turn, nextAt, figures, ...effects };
}

/** The same with a clock that goes on from another instant. */
function movedTo(system: System, at: Instant): System {
  const { clock } = system;
  const moved = at - clock.now();
  const { pause, timer } = clock;
  const now = () => clock.now() + moved;
  return {
    ...system,
    clock: {
      now,
      ...(pause && { pause: pause.bind(clock) }),
      ...(timer && { timer: timer.bind(clock) }),
    },
  };
}

async function turnOf(run: Run, generator: Generator, cursor: string | null): Promise<DryTurn['turn']> {
  const spent = () => run.system.clock.now() - run.now >= SLICE;
  try {
    return await generator.run(run, { spent }, cursor);
  } catch (error) {
    return { failure: recordable(String(error)) };
  }
}

function nextAfter(
  { now, system }: Run,
  generator: Generator,
  record: GeneratorRecord,
  turn: DryTurn['turn'],
): Instant {
  const { settings, version } = record;
  const standing = { generator, record, settings, version };
  const asked = begun(standing, now, 0);
  if ('failure' in turn)
    return failed(asked, { at: system.clock.now(), reason: turn.failure, fingerprint: '' }).notBefore;
  return ended(standing, asked, turn, system.clock.now()).notBefore;
}
