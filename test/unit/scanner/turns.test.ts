import { describe, expect, it } from 'vitest';
import { DAY, HOUR, MINUTE, SECOND } from '../../../functions/abandonment/time.ts';
import type { Band } from '../../../functions/scanner/generator.ts';
import {
  begun,
  dueAt,
  ended,
  failed,
  hasDied,
  hung,
  isDue,
  pick,
  type Standing,
} from '../../../functions/scanner/turns.ts';
import { type GeneratorRecord, newGenerator, WOKEN } from '../../../functions/store/generators.ts';

const NOW = Date.parse('2026-03-01T12:00:00Z');
const FAILURE = { at: NOW, reason: 'Error: away', fingerprint: 'abc' };

function standing(how: Partial<GeneratorRecord> = {}, everySeconds = 900, band: Band = 'normal'): Standing {
  const name = how.name ?? 'counts';
  const record = { ...newGenerator(name), notBefore: NOW, settings: 's', version: '7', ...how };
  return { generator: { name, band, everySeconds }, record, settings: 's', version: '7' };
}

/** How long a generator is left alone after so many turns that found nothing. */
function waitAfter(empty: number, everySeconds: number, mostSeconds?: number) {
  let state = standing({}, everySeconds);
  if (mostSeconds !== undefined) state = { ...state, generator: { ...state.generator, mostSeconds } };
  let { record } = state;
  for (let turn = 0; turn < empty; turn += 1)
    record = ended({ ...state, record }, record, { cursor: null, worked: 0 }, NOW);
  return record.notBefore - NOW;
}

describe('the wait of a generator', () => {
  it.each([
    ['doubles with each turn that finds nothing', 1, 900, 30 * MINUTE],
    ['up to sixteen times', 4, 900, 4 * HOUR],
    ['and no longer', 9, 900, 4 * HOUR],
    ['nor longer than a day', 9, 7_200, DAY],
    ['but for one that is asked once a week', 3, 7 * 86_400, 7 * DAY],
    ['stays none for one that is asked with each scan, however often it finds nothing', 2_000, 0, 0],
  ])('%s', (_, empty, everySeconds, wait) => {
    expect(waitAfter(empty, everySeconds)).toBe(wait);
  });

  it('has the ceiling that the generator names', () => {
    expect(waitAfter(9, 900, 3_600)).toBe(HOUR);
  });

  it('is none after a full page, and as ever after a turn that found something or cannot say', () => {
    const state = standing({ empty: 3 });
    const left = (turn: { cursor: string | null; worked?: number }) => ended(state, state.record, turn, NOW);
    expect(left({ cursor: 'p2', worked: 50 })).toMatchObject({ notBefore: NOW, empty: 0, cursor: 'p2' });
    expect(left({ cursor: null, worked: 1 })).toMatchObject({ notBefore: NOW + 15 * MINUTE, empty: 0 });
    expect(left({ cursor: null })).toMatchObject({ notBefore: NOW + 15 * MINUTE, empty: 0 });
  });

  it('grows with failures to an hour, and a turn that goes well ends it', () => {
    let { record } = standing({ cursor: 'p2' });
    const waits = Array.from({ length: 9 }, () => {
      record = failed(record, FAILURE);
      return (record.notBefore - NOW) / MINUTE;
    });
    expect(waits).toEqual([1, 2, 4, 8, 16, 32, 60, 60, 60]);
    expect(record).toMatchObject({ failures: 9, cursor: 'p2', failure: FAILURE });
    const well = ended(standing(), record, { cursor: null, worked: 1 }, NOW);
    expect(well).toMatchObject({ failures: 0, failure: null, notBefore: NOW + 15 * MINUTE });
  });
});

describe('a generator is due', () => {
  const later = NOW + HOUR;
  it.each<[string, Partial<GeneratorRecord>, Partial<Standing>, boolean, string]>([
    ['when its wait is over', {}, {}, true, 'due'],
    ['not before', { notBefore: later }, {}, false, 'waits'],
    ['not while it backs off', { notBefore: later, failures: 1 }, {}, false, 'failing'],
    ['at once where it was woken', { notBefore: WOKEN }, {}, true, 'woken'],
    ['at once where its settings changed', { notBefore: later }, { settings: 't' }, true, 'settings changed'],
    [
      'at once where it fails and the code is new',
      { notBefore: later, failures: 2 },
      { version: '8' },
      true,
      'new version',
    ],
    ['not for new code alone', { notBefore: later }, { version: '8' }, false, 'waits'],
    [
      'not while its turn is under way, woken or not',
      { notBefore: WOKEN, leaseUntil: later },
      {},
      false,
      'under way',
    ],
    [
      'not while it is paused',
      { notBefore: WOKEN, paused: { by: 'olga', at: NOW, reason: '' } },
      {},
      false,
      'paused',
    ],
  ])('%s', (_, how, beside, due, why) => {
    const state = { ...standing(how), ...beside };
    expect([isDue(state, NOW), dueAt(state, NOW).why]).toEqual([due, why]);
  });

  it('from the beginning of its streak where its settings changed', () => {
    const state = { ...standing({ empty: 4 }), settings: 't' };
    expect(begun(state, NOW, MINUTE)).toMatchObject({ empty: 0, settings: 't', turns: 1 });
  });

  it('again where it was woken in its turn', () => {
    const state = standing();
    const leased = begun(state, NOW, MINUTE);
    const woken = { ...leased, notBefore: WOKEN };
    expect(ended(state, woken, { cursor: null, worked: 0 }, NOW + SECOND).notBefore).toBe(WOKEN);
  });
});

describe('the next turn', () => {
  const urgent = standing({ name: 'urgent', notBefore: NOW - MINUTE }, 900, 'urgent');
  const old = standing({ name: 'old', notBefore: NOW - HOUR });
  const older = standing({ name: 'older', notBefore: NOW - 2 * HOUR });
  const garbage = standing({ name: 'garbage', notBefore: NOW - DAY }, 900, 'garbage');

  it('goes to the first band, and in a band to whom it is due longest', () => {
    expect(pick([garbage, old, older, urgent], 0)).toBe(urgent);
    expect(pick([garbage, old, older], 0)).toBe(older);
  });

  it('goes each fifth time to whom it is due longest in any band', () => {
    const all = [urgent, old, older, garbage];
    expect([0, 1, 2, 3, 4, 5].map((turns) => pick(all, turns)?.record.name)).toEqual([
      'urgent',
      'urgent',
      'urgent',
      'urgent',
      'garbage',
      'urgent',
    ]);
  });

  it('goes to nobody where none is due', () => {
    expect(pick([], 4)).toBeUndefined();
  });
});

describe('a turn that does not end', () => {
  it('died once its lease is over', () => {
    const leased = begun(standing(), NOW, MINUTE);
    expect(hasDied(leased, NOW + MINUTE - 1)).toBe(false);
    expect(hasDied(leased, NOW + MINUTE)).toBe(true);
  });

  it('keeps its lease where it was given up, and counts once', () => {
    const abandoned = hung(begun(standing(), NOW, HOUR), FAILURE);
    expect(abandoned).toMatchObject({ leaseUntil: NOW + HOUR, failures: 1 });
    expect(isDue({ ...standing(), record: abandoned }, NOW + HOUR - 1)).toBe(false);
    expect(hasDied(abandoned, NOW + DAY)).toBe(false);
  });
});

describe('of several that are due', () => {
  const names = (...all: Standing[]) => pick(all, 0)?.record.name;

  it('those since one instant come by name, in whatever order they are found', () => {
    const [a, b] = [standing({ name: 'a' }), standing({ name: 'b' })];
    expect([names(a, b), names(b, a)]).toEqual(['a', 'b'].map(() => 'a'));
  });

  it('one that was woken waits since its newest turn, and one that was never asked comes first', () => {
    const due = standing({ name: 'due', notBefore: NOW - HOUR });
    const woken = (askedAt: number | null) => standing({ name: 'woken', notBefore: WOKEN, askedAt });
    expect(names(woken(NOW - MINUTE), due)).toBe('due');
    expect(names(due, woken(NOW - 2 * HOUR))).toBe('woken');
    expect(names(due, woken(null))).toBe('woken');
  });
});

describe('a lease', () => {
  it.each([
    [null, 'due', false],
    [NOW + 1, 'under way', false],
    [NOW, 'due', true],
  ])('until %s: %s', (leaseUntil, why, isDead) => {
    const state = standing({ leaseUntil });
    expect(dueAt(state, NOW).why).toBe(why);
    expect(hasDied(state.record, NOW)).toBe(isDead);
  });

  it('is over with the turn, hung before or not, and what was found empty stays where settings do', () => {
    const state = standing({ leaseUntil: NOW, isHung: true, empty: 3 });
    expect(ended(state, state.record, { cursor: null }, NOW)).toMatchObject({
      leaseUntil: null,
      isHung: false,
    });
    expect(failed(state.record, FAILURE)).toMatchObject({ leaseUntil: null, isHung: false });
    expect(begun(state, NOW, MINUTE)).toMatchObject({ empty: 3, isHung: false, leaseUntil: NOW + MINUTE });
    expect(begun({ ...state, settings: 'others' }, NOW, MINUTE)).toMatchObject({
      empty: 0,
      settings: 'others',
    });
  });
});
