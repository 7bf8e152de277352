import { describe, expect, test } from 'vitest';
import { HOUR, MINUTE } from '../../../functions/abandonment/time.ts';
import {
  asBeforeDisabling,
  queuedAgain,
  reasonOf,
  refused,
  requested,
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

  test('is none where nobody refused', () => {
    expect(withoutStaleRefusal(WARNED, day(22))).toBe(WARNED);
    const queued = withDisabling(WARNED, BY_RUN, day(21));
    const edited = { ...queued, task: { ...queued.task, version: 6 } };
    expect(withoutStaleRefusal(edited, day(22))).toBe(edited);
  });
});
