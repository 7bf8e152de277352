import { describe, expect, test } from 'vitest';
import { HOUR, MINUTE } from '../../../functions/abandonment/time.ts';
import {
  asBeforeDisabling,
  isDisabling,
  putOff,
  queuedAgain,
  reasonOf,
  refused,
  requested,
  runOf,
  takenBack,
  withDisabling,
  withoutDisabling,
  withoutStaleRefusal,
} from '../../../functions/episodes/disabling.ts';
import type { OpenTask } from '../../../functions/episodes/open-task.ts';
import { newTaskRecord } from '../../../functions/store/tasks.ts';
import { aTask, day, graced, T0 } from '../abandonment/decide-builders.ts';

const BY_RUN = { by: 'run', run: '2026-01-22T00:00:00Z', disableAt: day(21) } as const;
const BY_ANA = { by: 'person', person: 'ana@acme.test', at: day(16) } as const;
const WARNED: OpenTask = { ...newTaskRecord(aTask({ version: 5 })), episodes: 1, open: graced(), rev: 3 };

describe('a task on its way to be disabled', () => {
  test('that a scan decided upon is queued again half an hour later', () => {
    const queued = withDisabling(WARNED, BY_RUN, day(21));
    expect(queued.open.disabling).toEqual({
      state: 'queued',
      asker: BY_RUN,
      queuedAt: day(21),
      attempts: 0,
    });
    expect(queued.next).toEqual({ at: day(21) + 30 * MINUTE, why: 'look' });
  });

  test('that a person asks for is seen by the next scan', () => {
    expect(withDisabling(WARNED, BY_ANA, day(16)).next).toEqual({ at: day(16), why: 'look' });
  });

  test('is noted as asked for before its owning system is asked, and once more each time', () => {
    const first = requested(withDisabling(WARNED, BY_RUN, day(21)), day(21, 1), HOUR);
    expect(first.open.disabling).toMatchObject({ state: 'requested', requestedAt: day(21, 1), attempts: 1 });
    expect(first.asked).toEqual({ at: day(21, 1), episode: 1, asker: BY_RUN, since: T0 });
    expect(first.next).toEqual({ at: day(21, 2), why: 'look' });
    const again = queuedAgain(first, day(21, 2));
    expect(again.open.disabling).toEqual({
      state: 'queued',
      asker: BY_RUN,
      queuedAt: day(21, 2),
      attempts: 1,
    });
    expect(requested(again, day(21, 3), HOUR).open.disabling.attempts).toBe(2);
  });

  test('is decided upon as if it were not, and taken off its way with the next scan', () => {
    const queued = withDisabling(WARNED, BY_RUN, day(21));
    expect(asBeforeDisabling(queued).open).toEqual(WARNED.open);
    const off = withoutDisabling(queued, day(21, 1));
    expect(off.open).toEqual(WARNED.open);
    expect(off.next).toEqual({ at: day(21, 1), why: 'look' });
  });

  test('and the reason names who wanted it', () => {
    expect(reasonOf(BY_RUN)).toBe('abandoned; its grace is over');
    expect(reasonOf(BY_ANA)).toBe('its owner asked for it');
  });
});

describe('a request whose answer was lost, or that could not be sent', () => {
  const queued = withDisabling(WARNED, BY_RUN, day(21));
  const first = requested(queued, day(21, 1), HOUR, { answer: 'disable' });

  test('stays asked for, due in half an hour, with what it was decided on', () => {
    const lost = putOff(first, queued, false, day(21, 2));
    expect(lost.open.disabling).toEqual({
      ...{ state: 'requested', asker: BY_RUN, queuedAt: day(21, 2), requestedAt: day(21, 2) },
      ...{ attempts: 1, unanswered: true },
    });
    expect(lost.asked).toEqual({
      ...{ at: day(21, 1), episode: 1, asker: BY_RUN, since: T0, decided: { answer: 'disable' } },
    });
    expect(lost.next).toEqual({ at: day(21, 2) + 30 * MINUTE, why: 'look' });
    const again = queuedAgain(lost, day(21, 3));
    expect(again.open.disabling).toEqual({
      ...{ state: 'requested', asker: BY_RUN, queuedAt: day(21, 3), requestedAt: day(21, 3) },
      ...{ attempts: 1, unanswered: true },
    });
    expect(again.next).toEqual({ at: day(21, 3) + 30 * MINUTE, why: 'look' });
    const answered = requested(again, day(21, 4), HOUR);
    expect(answered.open.disabling).toEqual({
      ...{ state: 'requested', asker: BY_RUN, queuedAt: day(21, 3), requestedAt: day(21, 4), attempts: 2 },
    });
  });

  test('was never asked for where nothing was sent the first time', () => {
    const unsent = putOff(first, queued, true, day(21, 2));
    expect(unsent.open.disabling).toEqual({
      ...{ state: 'queued', asker: BY_RUN, queuedAt: day(21, 2), attempts: 0 },
    });
    expect(unsent.asked).toBeNull();
    expect(unsent.next).toEqual({ at: day(21, 2) + 30 * MINUTE, why: 'look' });
  });

  test('may have been done before where nothing was sent this time', () => {
    const lost = putOff(first, queued, false, day(21, 2));
    const unsent = putOff(requested(lost, day(21, 3), HOUR), lost, true, day(21, 4));
    expect(unsent.open.disabling).toMatchObject({ state: 'requested', unanswered: true, attempts: 1 });
    expect(unsent.asked).toEqual(lost.asked);
  });

  test('is none of an episode before', () => {
    const earlier = { ...queued, asked: { at: day(1), episode: 0, asker: BY_RUN, since: T0 } };
    const unsent = putOff(requested(earlier, day(21, 1), HOUR), earlier, true, day(21, 2));
    expect(unsent.open.disabling).toMatchObject({ state: 'queued' });
  });

  test('that its control plane did not carry out is taken back, with nothing to be confirmed', () => {
    expect(takenBack(first, day(22))).toEqual({ ...WARNED, asked: null, next: { at: day(22), why: 'look' } });
  });
});

describe('whose disabling it is', () => {
  test('is on its way where somebody asked', () => {
    expect(isDisabling(withDisabling(WARNED, BY_RUN, day(21)))).toBe(true);
    expect(isDisabling(WARNED)).toBe(false);
    expect(isDisabling({ ...WARNED, open: null })).toBe(false);
  });

  test('is said by its run, and by the reason of an overdue task', () => {
    expect(runOf(BY_RUN)).toBe(BY_RUN.run);
    expect(runOf(BY_ANA)).toBeNull();
    expect(reasonOf(BY_RUN, 'task_overdue')).toBe('past its deadline; its notice is over');
    expect(reasonOf(BY_ANA, 'task_overdue')).toBe('its owner asked for it');
  });

  test('is noted with the alert that it is of, and on what a scan decided it', () => {
    const overdue: OpenTask = { ...WARNED, open: graced({ alert: 'task_overdue' }) };
    const decided = { answer: 'disable' };
    expect(requested(withDisabling(overdue, BY_RUN, day(21)), day(21, 1), HOUR, decided).asked).toEqual({
      ...{ at: day(21, 1), episode: 1, asker: BY_RUN, since: T0, alert: 'task_overdue', decided },
    });
  });
});

describe('a refused disabling', () => {
  const why = { at: day(21, 1), reason: 'locked', version: 5, fingerprint: 'f' };
  const stopped = refused(withDisabling(WARNED, BY_RUN, day(21)), why);

  test('stands while the task is the version that was asked for', () => {
    expect(stopped.open.disabling).toMatchObject({ state: 'refused', refused: why, asker: BY_RUN });
    expect(withoutStaleRefusal(stopped, day(22))).toBe(stopped);
  });

  test('is over with the next version', () => {
    const edited = { ...stopped, task: { ...stopped.task, version: 6 } };
    expect(withoutStaleRefusal(edited, day(22))).toMatchObject({
      open: WARNED.open,
      next: { at: day(22), why: 'look' },
    });
  });

  test('is counted, and is asked about from then on', () => {
    expect(stopped.open.refusals).toBe(1);
    expect(stopped.next).toEqual({ at: why.at, why: 'look' });
    expect(refused(stopped, why).open.refusals).toBe(2);
    const lost = putOff(withDisabling(WARNED, BY_RUN, day(21)), stopped, false, day(21));
    expect(refused(lost, why).open.disabling).not.toHaveProperty('unanswered');
  });

  test('of a scan is decided anew after a day', () => {
    const dayAfter = withoutStaleRefusal(stopped, day(22, 1));
    expect(dayAfter.open).toEqual({ ...WARNED.open, refusals: 1 });
    expect(dayAfter.next).toEqual({ at: day(22, 1), why: 'look' });
    expect(withoutStaleRefusal(stopped, day(22, 1) - 1)).toBe(stopped);
  });

  test('of a person is asked for again after a day, and not where the task was edited', () => {
    const asked = requested(withDisabling(WARNED, BY_ANA, day(21)), day(21, 1), HOUR);
    const no = refused(asked, why);
    const again = withoutStaleRefusal(no, day(22, 1));
    expect(again.open?.disabling).toEqual({ state: 'queued', asker: BY_ANA, queuedAt: why.at, attempts: 1 });
    expect(again.next).toEqual({ at: day(22, 1), why: 'look' });
    const edited = withoutStaleRefusal({ ...no, task: { ...no.task, version: 6 } }, day(22));
    expect(edited.open).not.toHaveProperty('disabling');
  });

  test('is none where nobody refused', () => {
    expect(withoutStaleRefusal(WARNED, day(22))).toBe(WARNED);
    const queued = withDisabling(WARNED, BY_RUN, day(21));
    const edited = { ...queued, task: { ...queued.task, version: 6 } };
    expect(withoutStaleRefusal(edited, day(22))).toBe(edited);
  });
});
