import { describe, expect, test } from 'vitest';
import { isOpen, type OpenTask } from '../../../functions/episodes/open-task.ts';
import { withErased, withTried } from '../../../functions/episodes/recipient-part.ts';
import { heldSince, withApproval, withSpikeHold } from '../../../functions/episodes/spike.ts';
import { type DisabledByUs, enabledByPublication, withUndoAsked } from '../../../functions/episodes/undo.ts';
import { newTaskRecord } from '../../../functions/store/tasks.ts';
import { aTask, day, evidenceOf, graced, warnedAt } from '../abandonment/decide-builders.ts';

const CLOSED = newTaskRecord(aTask());
const WARNED: OpenTask = { ...CLOSED, episodes: 1, open: graced() };

test('a task is open while its episode is', () => {
  expect([CLOSED, WARNED].map(isOpen)).toEqual([false, true]);
});

describe('a spike', () => {
  test('holds a task until it is approved, and its hold is known from when it began', () => {
    const held = withSpikeHold(WARNED, day(21));
    expect(heldSince(held)).toBe(day(21));
    expect(withApproval(held, day(22)).open.brake).toEqual({ heldAt: day(21), approvedAt: day(22) });
  });

  test('an approval before the hold was marked counts from then', () => {
    expect(heldSince(WARNED)).toBeUndefined();
    expect(withApproval(WARNED, day(22)).open.brake).toEqual({ heldAt: day(22), approvedAt: day(22) });
  });
});

describe('a notice that could not be written', () => {
  const tried = (notice: 'warning' | 'reminder', record: OpenTask | undefined = WARNED, episode = 1) =>
    withTried(record, { recipient: 'ana', episode, notice }, day(18));

  test('warns nobody: its task is decided again at once', () => {
    const pending = { ...WARNED, open: graced({ told: { ana: warnedAt(day(14), { warning: 'pending' }) } }) };
    expect(tried('warning', pending)).toMatchObject({
      open: { told: { ana: { warning: 'tried' } } },
      next: { at: day(18), why: 'look' },
    });
  });

  test('leaves an accepted warning as it is', () => {
    expect(tried('warning')?.open.told).toEqual(WARNED.open.told);
  });

  test('is a reminder that was tried', () => {
    const reminder = { lead: 1, deadline: day(21), state: 'pending' } as const;
    const reminded = { ...WARNED, open: graced({ told: { ana: warnedAt(day(14), { reminder }) } }) };
    expect(tried('reminder', reminded)?.open.told.ana?.reminder).toEqual({ ...reminder, state: 'tried' });
  });

  test('is nobody else of another episode, or where nobody was to be told', () => {
    expect(tried('warning', WARNED, 2)).toBeUndefined();
    expect(tried('warning', { ...WARNED, open: graced({ told: {} }) })).toBeUndefined();
    expect(withTried(undefined, { recipient: 'ana', episode: 1, notice: 'warning' }, 0)).toBeUndefined();
  });
});

test('whoever is forgotten has left, and stands under no address', () => {
  expect(withErased(WARNED, 'ana', 'forgotten').open?.told.ana).toEqual(
    warnedAt(day(14), { address: 'forgotten', left: true }),
  );
  expect(withErased(WARNED, 'bob', 'forgotten')).toBe(WARNED);
  expect(withErased(CLOSED, 'ana', 'forgotten')).toBe(CLOSED);
});

describe('what we disabled is enabled again', () => {
  const off: DisabledByUs = {
    ...CLOSED,
    evidence: evidenceOf(day(21), {
      restarts: { total: 9, atLoss: 2 },
      twitches: { count: 1, lastAt: day(3) },
    }),
    disabledByUs: { at: day(21), episode: 1, run: 'r' },
  };
  const byOlga = { by: 'olga', isOperator: true };
  const publishedBy = (by: 'user' | 'system', record: DisabledByUs) =>
    enabledByPublication(record, { by, at: day(22, 1) }, day(22, 2));

  test('by its owning system, as an operator asked: those who hold our mails are told', () => {
    const asked = withUndoAsked(off, byOlga, day(22));
    expect(asked.disabledByUs.undoneAt).toBe(day(22));
    expect(publishedBy('system', asked)).toMatchObject({
      disabledByUs: null,
      undo: { episode: 1, by: 'olga', at: day(22, 1), state: 'enabled' },
      next: { at: day(22, 2), why: 'look' },
      evidence: { restarts: { total: 9, atLoss: 9 } },
    });
    expect(publishedBy('system', asked).evidence.twitches).toBeUndefined();
  });

  test('by a user: that is no undoing', () => {
    expect(publishedBy('user', withUndoAsked(off, byOlga, day(22)))).toMatchObject({
      undo: null,
      next: null,
    });
  });

  test('where its owner asked: nobody is told', () => {
    const asked = withUndoAsked(off, { by: 'ana@acme.test', isOperator: false }, day(22));
    expect(asked.undo).toBeNull();
    expect(publishedBy('system', asked).undo).toBeNull();
  });
});
