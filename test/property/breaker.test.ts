import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { DAY, type Instant, MINUTE } from '../../functions/abandonment/time.ts';
import {
  type BreakerAction,
  type BreakerState,
  NEW_BREAKER,
  nextBreaker,
  type Observation,
  type TriedResult,
} from '../../functions/breaker/rule.ts';
import { holds } from './seeds.ts';

const START = Date.parse('2026-03-01T12:00:00Z');
const NO_WORK = { stats: { attempts: 0, failed: 0, since: null }, waiting: false, busy: false };

/** How a queue is for so many minutes. */
interface Spell {
  minutes: number;
  version: string;
  /** What its worker makes of work: it does it, dies at it, or none is free. */
  worker: 'works' | 'fails' | 'busy';
  /** What a probe comes to where the worker works: nothing may be there to be tried, or to be had. */
  found: 'passed' | 'empty' | 'undecided';
  /** Whether an operator wants it to be off. */
  wantedOff: boolean;
  /** Whether its mapping is switched off by hand as the spell begins. */
  switchedOff: boolean;
}

/** What happened to a queue, minute for minute. */
interface Event {
  at: Instant;
  what: BreakerAction | 'closed';
}

/** A queue and its breaker, looked at each minute. */
class Queue {
  readonly events: Event[] = [];
  state: BreakerState = NEW_BREAKER;
  isOff = false;
  now: Instant = START;
  #wasWantedOff = false;

  live(spell: Spell): void {
    // Who let it be off switches it on again, where the breaker does not keep it off.
    if (this.#wasWantedOff && !spell.wantedOff && this.state.phase === 'closed') this.isOff = false;
    this.#wasWantedOff = spell.wantedOff;
    if (spell.switchedOff) this.isOff = true;
    for (let minute = 0; minute < spell.minutes; minute += 1) {
      this.now += MINUTE;
      if (spell.wantedOff) this.isOff = true;
      this.#look(spell);
    }
  }

  #look(spell: Spell): void {
    let seen: Observation | undefined = this.#workOf(spell);
    while (seen) {
      const before = this.state;
      const { state, actions } = nextBreaker(before, seen, this.now);
      this.state = state;
      if (before.phase !== 'closed' && state.phase === 'closed') this.#note('closed');
      seen = undefined;
      for (const action of actions) {
        this.#note(action);
        if (action === 'pause') this.isOff = true;
        if (action === 'probe') seen = probed(spell);
        if (action === 'resume') {
          this.isOff = false;
          seen = { ...this.#workOf(spell), ...NO_WORK };
        }
      }
    }
  }

  #workOf({ version, worker, wantedOff }: Spell): Extract<Observation, { seen: 'work' }> {
    const failing = { attempts: 6, failed: 6, since: this.now };
    const seen = { seen: 'work' as const, version, paused: this.isOff, pausedByOperator: wantedOff };
    if (this.isOff || worker === 'works') return { ...seen, ...NO_WORK };
    if (worker === 'busy') return { ...seen, ...NO_WORK, waiting: true, busy: true };
    return { ...seen, ...NO_WORK, stats: failing, waiting: true };
  }

  #note(what: Event['what']): void {
    this.events.push({ at: this.now, what });
  }

  at(...whats: Event['what'][]): Instant[] {
    return this.events.filter(({ what }) => whats.includes(what)).map(({ at }) => at);
  }
}

function probed({ worker, found, wantedOff }: Spell): Observation {
  const result: TriedResult = worker === 'works' ? found : 'failed';
  return { seen: 'probe', result, pausedByOperator: wantedOff };
}

const WORKS: Spell = {
  minutes: 30,
  version: '7',
  worker: 'works',
  found: 'passed',
  wantedOff: false,
  switchedOff: false,
};
const FAILS: Spell = { ...WORKS, worker: 'fails' };

const sometimes = fc.constantFrom(false, false, false, true);
const spells = fc.array(
  fc.record<Spell>({
    minutes: fc.oneof(fc.integer({ min: 1, max: 20 }), fc.integer({ min: 60, max: 3_000 })),
    version: fc.constantFrom('7', '7', '8'),
    worker: fc.constantFrom('works', 'works', 'fails', 'busy'),
    found: fc.constantFrom('passed', 'empty', 'undecided'),
    wantedOff: sometimes,
    switchedOff: sometimes,
  }),
  { minLength: 1, maxLength: 8 },
);
const runs = { numRuns: 30 };

function lived(history: readonly Spell[]): Queue {
  const queue = new Queue();
  for (const spell of history) queue.live(spell);
  return queue;
}

const longest = (instants: readonly Instant[]) =>
  Math.max(0, ...instants.slice(1).map((at, index) => at - (instants[index] ?? at)));

describe('whatever becomes of a queue', () => {
  test('what an operator wants to be off stays off', () => {
    holds(
      fc.property(spells, (history) => {
        const queue = new Queue();
        for (const spell of history) {
          const before = queue.at('resume').length;
          queue.live(spell);
          if (spell.wantedOff) expect(queue.at('resume')).toHaveLength(before);
        }
      }),
      runs,
    );
  });

  test('it is on again half an hour after its worker works, and never later than twenty minutes more', () => {
    const ends = fc.record({
      version: fc.constantFrom('7', '8', '9'),
      found: fc.constantFrom<Spell['found']>('passed', 'empty', 'undecided'),
    });
    holds(
      fc.property(spells, ends, (history, end) => {
        const queue = lived(history);
        queue.live({ ...WORKS, ...end, minutes: end.found === 'passed' ? 30 : 50 });
        expect(queue).toMatchObject({ isOff: false, state: { phase: 'closed' } });
      }),
      runs,
    );
  });

  test('it is off within ten minutes after its worker begins to fail, or after none is free', () => {
    holds(
      fc.property(spells, fc.constantFrom<Spell['worker']>('fails', 'busy'), (history, worker) => {
        const queue = lived(history);
        queue.live({ ...FAILS, worker, minutes: 10 });
        expect(queue.isOff).toBe(true);
      }),
      runs,
    );
  });

  test('it is probed each half an hour at least while its worker fails, and no more than 50 times a day', () => {
    holds(
      fc.property(spells, (history) => {
        const queue = lived(history);
        const since = queue.now;
        queue.live({ ...FAILS, minutes: 24 * 60 });
        const probes = queue.at('probe').filter((at) => at > since);
        expect(longest([...probes, queue.now])).toBeLessThanOrEqual(30 * MINUTE);
        expect(probes.length).toBeLessThanOrEqual(50);
      }),
      runs,
    );
  });

  test('operators are alerted once for each incident, which is over a day after it closed', () => {
    let alerts = 0;
    holds(
      fc.property(spells, (history) => {
        const queue = lived(history);
        const openings = queue.at('alert');
        alerts += openings.length;
        for (const [index, at] of openings.slice(1).entries()) {
          const closings = queue
            .at('closed')
            .filter((closed) => closed < at && closed > (openings[index] ?? at));
          expect(at - Math.max(...closings)).toBeGreaterThan(DAY);
        }
      }),
      runs,
    );
    expect(alerts).toBeGreaterThan(20);
  });

  test('operators are alerted within an hour where its worker fails, be it found off or not', () => {
    const seenOn = spells.map((history) => history.map((spell) => ({ ...spell, switchedOff: false })));
    holds(
      fc.property(seenOn, fc.boolean(), (history, switchedOff) => {
        const queue = lived(history);
        // A day on, whatever opens is a new incident.
        queue.live({ ...WORKS, minutes: 26 * 60 });
        const since = queue.now;
        queue.live({ ...WORKS, switchedOff, found: 'undecided', minutes: 1 });
        queue.live({ ...FAILS, minutes: 60 });
        expect(queue.at('alert').filter((at) => at > since)).toHaveLength(1);
      }),
      runs,
    );
  });
});
