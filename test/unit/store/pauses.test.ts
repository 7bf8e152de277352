import { describe, expect, it } from 'vitest';
import { HOUR, type Instant } from '../../../functions/abandonment/time.ts';
import {
  loadPauses,
  overAt,
  type PauseNote,
  type PausesRecord,
  pausesAt,
  pausesWrite,
  withoutPause,
} from '../../../functions/store/pauses.ts';
import { apply, tableWith } from './applied.ts';

const T = Date.parse('2026-01-15T00:00:00Z');
const NOTHING: PausesRecord = {
  evaluate: null,
  notify: null,
  disable: null,
  evaluatePaused: [],
  feedbackSilent: null,
  rev: 0,
};
const note = (until: Instant | null): PauseNote => ({ by: 'olga', reason: 'a move', until });
/** Deciding and notifying are paused since noon; the first for an hour, the other until somebody says so. */
const PAUSED: PausesRecord = {
  ...NOTHING,
  evaluate: T,
  notify: T,
  notes: { evaluate: note(T + HOUR), notify: note(null) },
};

describe('the pauses', () => {
  it('are none until somebody pauses', async () => {
    expect(await loadPauses(await tableWith())).toEqual(NOTHING);
  });

  it('are read as they were stored, over what was read', async () => {
    const table = await tableWith(pausesWrite(PAUSED));
    expect(await loadPauses(table)).toEqual({ ...PAUSED, rev: 1 });
    expect(await table.transact([pausesWrite(PAUSED)], 'late')).toMatchObject({ outcome: 'refused' });
    await apply(table, pausesWrite({ ...PAUSED, rev: 1, notify: null }));
    expect(await loadPauses(table)).toMatchObject({ notify: null, rev: 2 });
  });
});

describe('a pause is over', () => {
  const all: PausesRecord = {
    ...NOTHING,
    evaluate: T,
    notify: T,
    disable: T,
    notes: { evaluate: note(T + 3), notify: note(T + 2), disable: note(T + 1) },
  };

  it.each<[string, PausesRecord, Instant, [string, Instant][]]>([
    ['not before its end', all, T, []],
    ['at its end', all, T + 1, [['disable', T + 1]]],
    [
      'each at its own',
      all,
      T + 2,
      [
        ['notify', T + 2],
        ['disable', T + 1],
      ],
    ],
    [
      'in the order of what they pause',
      all,
      T + 9,
      [
        ['evaluate', T + 3],
        ['notify', T + 2],
        ['disable', T + 1],
      ],
    ],
    ['never by itself where it has no end', { ...all, notes: { evaluate: note(null) } }, T + 9, []],
    ['never by itself where an earlier version stored it', { ...NOTHING, evaluate: T }, T + 9, []],
    ['not again once it was ended', { ...all, notify: null, disable: null }, T + 9, [['evaluate', T + 3]]],
  ])('%s', (_, record, at, over) => {
    expect(overAt(record, at)).toEqual(over.map(([what, until]) => ({ what, until })));
  });

  it('by itself: one of deciding leaves a span of unknown health up to its end, however late that is seen', () => {
    expect(pausesAt(PAUSED, T + HOUR - 1)).toEqual(PAUSED);
    expect(pausesAt(PAUSED, T + 9 * HOUR)).toEqual({
      ...PAUSED,
      evaluate: null,
      notes: { notify: note(null) },
      evaluatePaused: [{ from: T, to: T + HOUR }],
    });
  });

  it('by itself: the others leave none, and no word of it', () => {
    const paused = {
      ...NOTHING,
      notify: T,
      disable: T,
      notes: { notify: note(T + 1), disable: note(T + 1) },
    };
    expect(pausesAt(paused, T + 1)).toEqual(NOTHING);
  });

  it('where somebody ends it: deciding was paused until then', () => {
    const before = { ...PAUSED, evaluatePaused: [{ from: T - 9, to: T - 5 }] };
    const ended = withoutPause(before, 'evaluate', T + 7);
    expect(ended.evaluatePaused).toEqual([
      { from: T - 9, to: T - 5 },
      { from: T, to: T + 7 },
    ]);
    expect(ended).toMatchObject({ evaluate: null, notify: T, notes: { notify: note(null) } });
    expect(withoutPause(before, 'notify', T + 7)).toEqual({
      ...before,
      notify: null,
      notes: { evaluate: note(T + HOUR) },
    });
  });

  it('where an earlier version stored it, without a word of who did', () => {
    expect(withoutPause({ ...NOTHING, disable: T }, 'disable', T + 1)).toEqual(NOTHING);
  });

  it('though nothing was paused, and then nothing was unknown', () => {
    expect(withoutPause(NOTHING, 'evaluate', T)).toEqual(NOTHING);
  });
});
