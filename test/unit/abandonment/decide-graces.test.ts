import { describe, expect, test } from 'vitest';
import { type Case, decide } from '../../../functions/abandonment/decide.ts';
import type { Episode } from '../../../functions/abandonment/task.ts';
import { DAY, HOUR, type Instant } from '../../../functions/abandonment/time.ts';
import {
  aCase,
  ana,
  answerOf,
  aPolicy,
  aTask,
  bob,
  day,
  fired,
  graced,
  pausing,
  queuedAt,
  reminderSteps,
  requestedAt,
  span,
  warnedAt,
} from './decide-builders.ts';

const at = (now: Instant, episode: Episode, more: Partial<Case> = {}) =>
  decide(aCase(now, { episode, ...more }), now);
const asked = graced({ rungs: reminderSteps(day(21), 3 * DAY, DAY) });

describe('warning', () => {
  test('in detect nobody is notified', () => {
    expect(answerOf(at(day(14), fired(), { policy: aPolicy({ mode: 'detect' }) }))).toBe('waiting detecting');
  });

  test.each(['notify', 'disable'] as const)('in %s all are warned, as a new grace', (mode) => {
    expect(at(day(14), fired(), { policy: aPolicy({ mode }), recipients: [ana, bob] })).toMatchObject({
      answer: 'warn',
      reason: 'not-warned',
      newGrace: true,
      to: [ana, bob],
    });
  });

  test('whoever joined is warned in the grace that runs', () => {
    expect(at(day(16), graced(), { recipients: [ana, bob] })).toMatchObject({
      answer: 'warn',
      reason: 'joined',
      newGrace: false,
      to: [bob],
    });
  });

  test('whoever left and is back is warned again', () => {
    const parts = { ana: warnedAt(day(14)), bob: warnedAt(day(14), { left: true }) };
    expect(at(day(16), graced({ told: parts }), { recipients: [ana, bob] })).toMatchObject({
      reason: 'joined',
      to: [bob],
    });
  });

  test('where nobody of today was warned, all are, with a new grace', () => {
    expect(at(day(16), graced(), { recipients: [bob] })).toMatchObject({
      answer: 'warn',
      reason: 'grace-taken-back',
      newGrace: true,
      to: [bob],
    });
    const cameBack = graced({ told: { ana: warnedAt(day(14), { left: true }) } });
    expect(at(day(16), cameBack)).toMatchObject({ reason: 'grace-taken-back', newGrace: true, to: [ana] });
  });

  test('a new owner at the deadline is warned, not passed over', () => {
    expect(at(day(30), asked, { recipients: [bob] }).answer).toBe('warn');
  });

  test('a mode raised from notify warns anew', () => {
    const parts = { ana: warnedAt(day(14), { dated: false }) };
    const episode = fired({ grace: 1, graceMode: 'notify', told: parts });
    expect(at(day(40), episode)).toMatchObject({
      answer: 'warn',
      reason: 'not-warned',
      newGrace: true,
      to: [ana],
    });
    expect(answerOf(at(day(40), episode, { policy: aPolicy({ mode: 'notify' }) }))).toBe('waiting told');
  });

  test('a mode raised from detect to notify warns anew', () => {
    const parts = { ana: warnedAt(day(14), { dated: false }) };
    const episode = fired({ grace: 1, graceMode: 'detect', told: parts });
    expect(at(day(16), episode, { policy: aPolicy({ mode: 'notify' }) })).toMatchObject({
      reason: 'not-warned',
      newGrace: true,
    });
  });

  test('where no date is at stake, before or after, no grace is taken back', () => {
    const bounced = { ana: warnedAt(day(14), { warning: 'failed' }) };
    expect(at(day(16), graced({ told: bounced }), { policy: aPolicy({ mode: 'notify' }) })).toMatchObject({
      reason: 'joined',
      newGrace: false,
    });
    const undated = { ana: warnedAt(day(14), { dated: false, warning: 'failed' }) };
    const raised = at(day(16), fired({ grace: 1, graceMode: 'notify', told: undated }));
    expect(raised).toMatchObject({ reason: 'not-warned', newGrace: true });
  });

  test('a mode lowered names the holders of a date', () => {
    for (const mode of ['notify', 'detect'] as const) {
      expect(at(day(16), graced(), { policy: aPolicy({ mode }) }).facts.withdraw).toEqual(['ana']);
    }
    expect(at(day(16), graced()).facts.withdraw).toEqual([]);
  });

  test('a lowered mode never disables, whatever date stands', () => {
    for (const mode of ['notify', 'detect'] as const) {
      const answer = at(day(60), asked, { policy: aPolicy({ mode }) }).answer;
      expect(['waiting', 'hold']).toContain(answer);
    }
  });

  test('while a warning is on its way nobody is warned again', () => {
    const parts = { ana: warnedAt(day(14), { warning: 'pending', dated: true }) };
    const { acceptedAt: _, ...pending } = parts.ana;
    const episode = fired({ grace: 1, graceMode: 'disable', told: { ana: pending } });
    expect(answerOf(at(day(14), episode))).toBe('waiting notice-pending');
    const tried = { ...pending, warning: 'tried' as const };
    expect(answerOf(at(day(14, 2), { ...episode, told: { ana: tried } }))).toBe('hold warning-not-accepted');
  });

  test('a warning that waits for notifying is held as paused', () => {
    const { acceptedAt: _, ...pending } = warnedAt(day(14), { warning: 'pending' });
    const episode = fired({ grace: 1, graceMode: 'disable', told: { ana: pending } });
    const pauses = pausing('notify');
    expect(answerOf(at(day(14, 2), episode, { pauses }))).toBe('hold paused');
  });
});

describe('two recipients in different states', () => {
  const { acceptedAt: _, ...asked } = warnedAt(day(14), { warning: 'pending' });
  const failed = { ...asked, warning: 'failed' as const };
  const tried = { ...asked, warning: 'tried' as const };
  const both = { recipients: [ana, bob] };

  test('one accepted and left, the other failed: the grace is taken back', () => {
    const episode = graced({ told: { ana: warnedAt(day(14)), bob: failed } });
    const taken = { answer: 'warn', reason: 'grace-taken-back', newGrace: true, to: [bob] };
    expect(at(day(16), episode, { recipients: [bob] })).toMatchObject(taken);
    const left = graced({ told: { ana: warnedAt(day(14), { left: true }), bob: failed } });
    expect(at(day(16), left, both)).toMatchObject({ ...taken, to: [ana, bob] });
  });

  test('one bounced later, the other never took theirs: the grace is taken back', () => {
    const bounced = warnedAt(day(14), { warning: 'failed' });
    expect(at(day(16), graced({ told: { ana: bounced, bob: asked } }), both)).toMatchObject({
      reason: 'grace-taken-back',
      to: [ana, bob],
    });
  });

  test('both failed: nothing began that could be taken back, both are asked again', () => {
    expect(at(day(16), graced({ told: { ana: failed, bob: failed } }), both)).toMatchObject({
      reason: 'joined',
      newGrace: false,
      to: [ana, bob],
    });
  });

  test('one accepted an earlier grace, the other nothing: both are asked in the grace that runs', () => {
    const parts = { ana: warnedAt(day(14)), bob: { ...failed, grace: 2 } };
    expect(at(day(16), graced({ grace: 2, told: parts }), both)).toMatchObject({
      reason: 'joined',
      newGrace: false,
      to: [ana, bob],
    });
  });

  test('one accepted, the other failed: only that one is asked again', () => {
    expect(at(day(16), graced({ told: { ana: warnedAt(day(14)), bob: failed } }), both)).toMatchObject({
      reason: 'joined',
      newGrace: false,
      to: [bob],
    });
  });

  test('one accepted with a date, the other without: that one is asked for theirs', () => {
    const parts = { ana: warnedAt(day(14)), bob: warnedAt(day(14), { dated: false }) };
    expect(at(day(16), graced({ told: parts }), both)).toMatchObject({ reason: 'joined', to: [bob] });
  });

  test('one accepted, the other was tried: the grace runs, and holds when it is over', () => {
    const episode = graced({
      told: { ana: warnedAt(day(14)), bob: tried },
      rungs: reminderSteps(day(21), 3 * DAY, DAY),
    });
    expect(answerOf(at(day(20, 12), episode, both))).toBe('waiting grace');
    expect(answerOf(at(day(21), episode, both))).toBe('hold warning-not-accepted');
    const pending = { ...episode, told: { ana: warnedAt(day(14)), bob: asked } };
    expect(answerOf(at(day(21), pending, both))).toBe('waiting notice-pending');
    expect(at(day(21), pending, both).nextLookAt).toBe(day(21));
  });

  test('only an admin who joined accepted: all are warned anew', () => {
    const joined = { ...bob, joined: true as const };
    const parts = { ana: asked, bob: warnedAt(day(14)) };
    expect(at(day(16), graced({ told: parts }), { recipients: [ana, joined] })).toMatchObject({
      reason: 'grace-taken-back',
      to: [ana, joined],
    });
  });

  test('a reminder goes to those who were warned and did not get it yet', () => {
    const reminder = { lead: 3 * DAY, deadline: day(21), state: 'done' as const };
    const parts = { ana: warnedAt(day(14), { reminder }), bob: warnedAt(day(14)) };
    expect(at(day(18), graced({ told: parts }), both)).toMatchObject({ answer: 'remind', to: [bob] });
    expect(at(day(20), graced({ told: parts }), both)).toMatchObject({ lead: DAY, to: [ana, bob] });
    const moved = [span(day(18), day(19))];
    expect(at(day(19), graced({ told: parts }), { ...both, unknown: moved })).toMatchObject({
      to: [ana, bob],
    });
  });
});

describe('a reminder that SES did not take yet', () => {
  const waiting = (state: 'pending' | 'tried' | 'done') =>
    graced({
      told: { ana: warnedAt(day(14), { reminder: { lead: DAY, deadline: day(21), state } }) },
      rungs: reminderSteps(day(21), 3 * DAY, DAY),
    });

  test('holds nothing before the date, but a pause of notifying is named', () => {
    expect(answerOf(at(day(20, 1), waiting('pending')))).toBe('waiting grace');
    expect(answerOf(at(day(20, 1), waiting('pending'), { pauses: pausing('disable') }))).toBe(
      'waiting grace',
    );
    expect(answerOf(at(day(20, 1), waiting('pending'), { pauses: pausing('notify') }))).toBe('hold paused');
    expect(answerOf(at(day(20, 1), waiting('done'), { pauses: pausing('notify') }))).toBe('waiting grace');
  });

  test.each([
    ['pending', 'waiting notice-pending'],
    ['tried', 'hold warning-not-accepted'],
    ['done', 'disable grace-over'],
  ] as const)('and is %s when the date has come: %s', (state, expected) => {
    expect(answerOf(at(day(21), waiting(state)))).toBe(expected);
    expect(answerOf(at(day(21), waiting(state), { pauses: pausing('disable') }))).toBe('hold paused');
  });

  test('of one who left is waited for no more', () => {
    const { told } = waiting('tried');
    const left = { bob: { ...warnedAt(day(14)), ...told.ana, left: true as const } };
    const episode = graced({
      told: { ...graced().told, ...left },
      rungs: reminderSteps(day(21), 3 * DAY, DAY),
    });
    expect(answerOf(at(day(21), episode))).toBe('disable grace-over');
  });
});

describe('in mode notify', () => {
  const policy = aPolicy({ mode: 'notify' });
  const { acceptedAt: _, ...pending } = warnedAt(day(14), { warning: 'pending', dated: false });
  const inNotify = (parts: Episode['told']) =>
    fired({ grace: 1, graceMode: 'notify', told: parts, dates: [] });
  const pauses = pausing('notify');

  test('a warning that is on its way is waited for, with no evaluation of its own', () => {
    expect(at(day(15), inNotify({ ana: pending }), { policy })).toMatchObject({
      answer: 'waiting',
      reason: 'notice-pending',
      nextLookAt: null,
    });
  });

  test('it is held as paused while notifying is, and evaluated with each scan', () => {
    expect(at(day(15), inNotify({ ana: pending }), { policy, pauses })).toMatchObject({
      answer: 'hold',
      reason: 'paused',
      nextLookAt: day(15),
    });
  });

  test('a pause of notifying holds nothing once all are notified', () => {
    const parts = { ana: warnedAt(day(14), { dated: false }) };
    expect(answerOf(at(day(15), inNotify(parts), { policy, pauses }))).toBe('waiting told');
    const left = { ...parts, bob: { ...pending, left: true as const } };
    expect(answerOf(at(day(15), inNotify(left), { policy, recipients: [ana] }))).toBe('waiting told');
  });
});

describe('a mode that was lowered and raised between two scans', () => {
  test('warns anew where the raise is later than the one the grace knows of', () => {
    const raised = aPolicy({ modeRaisedAt: day(16) });
    expect(at(day(17), graced(), { policy: raised })).toMatchObject({
      answer: 'warn',
      reason: 'not-warned',
      newGrace: true,
    });
    expect(answerOf(at(day(17), graced({ modeRaisedAt: day(16) }), { policy: raised }))).toBe(
      'waiting grace',
    );
    expect(at(day(17), graced({ modeRaisedAt: day(16) - 1 }), { policy: raised }).answer).toBe('warn');
    expect(answerOf(at(day(17), graced({ modeRaisedAt: day(16) })))).toBe('waiting grace');
  });
});

describe('reminding', () => {
  test('a reminder step of lead L is due from disableAt - L on', () => {
    expect(answerOf(at(day(18) - 1, graced()))).toBe('waiting grace');
    expect(at(day(18), graced())).toMatchObject({
      answer: 'remind',
      lead: 3 * DAY,
      deadline: day(21),
      to: [ana],
    });
  });

  test('it is due until just before disableAt', () => {
    const episode = graced({ rungs: reminderSteps(day(21), 3 * DAY) });
    expect(at(day(21) - 1, episode)).toMatchObject({ answer: 'remind', lead: DAY });
    expect(at(day(21), episode).answer).toBe('disable');
  });

  test('it is due once for a deadline', () => {
    const episode = graced({ rungs: reminderSteps(day(21), 3 * DAY) });
    expect(answerOf(at(day(18, 1), episode))).toBe('waiting grace');
    expect(at(day(18, 1), episode).nextLookAt).toBe(day(20));
    expect(at(day(20), episode)).toMatchObject({ answer: 'remind', lead: DAY });
    expect(answerOf(at(day(20), asked))).toBe('waiting grace');
    expect(at(day(20), asked).nextLookAt).toBe(day(21));
  });

  test('after missed scans only the latest is due', () => {
    expect(at(day(20, 1), graced())).toMatchObject({ answer: 'remind', lead: DAY });
  });

  test('a longer one never follows a shorter one of the same date', () => {
    expect(answerOf(at(day(20, 1), graced({ rungs: reminderSteps(day(21), DAY) })))).toBe('waiting grace');
  });

  test.each([
    [24 * HOUR, 'remind rung-due'],
    [24 * HOUR - 1, 'waiting grace'],
  ])('a deadline moved by %i ms: %s', (moved, expected) => {
    const episode = graced({ rungs: reminderSteps(day(21), 3 * DAY) });
    const unknown = [span(day(18, 1), day(18, 1) + moved)];
    expect(answerOf(at(day(19, 1), episode, { unknown }))).toBe(expected);
  });

  test('a new grace arms all reminder steps', () => {
    const episode = graced({
      grace: 2,
      told: { ana: warnedAt(day(20), { grace: 2 }) },
      dates: [{ at: day(20), disableAt: day(21), grace: 2, after: 7 * DAY }],
      rungs: reminderSteps(day(21), 3 * DAY, DAY),
    });
    // The date is the warning's + 7 d, T0 + 27 d.
    expect(at(day(24), episode)).toMatchObject({ answer: 'remind', lead: 3 * DAY, deadline: day(27) });
    // Also where the earlier one had the same date.
    const same = { ...episode, rungs: reminderSteps(day(27), 3 * DAY, DAY) };
    expect(at(day(24), same)).toMatchObject({ answer: 'remind', lead: 3 * DAY });
  });

  test.each([
    [3 * DAY, DAY],
    [3 * DAY + 1, 3 * DAY],
  ])('with a grace of %i ms the first reminder step is that of %i ms', (after, lead) => {
    const policy = aPolicy({ disableAfter: after });
    const episode = graced({
      disableAfter: after,
      dates: [{ at: day(14), disableAt: day(14) + after, grace: 1, after }],
    });
    expect(at(day(14) + after - lead, episode, { policy })).toMatchObject({ answer: 'remind', lead });
    expect(answerOf(at(day(14) + after - lead - 1, episode, { policy }))).toBe('waiting grace');
  });

  test('the grace of the announced date decides, not that of today', () => {
    const policy = aPolicy({ disableAfter: 2 * DAY });
    expect(at(day(18), graced(), { policy })).toMatchObject({ answer: 'remind', lead: 3 * DAY });
  });

  test('of two that were printed for one instant the first decides, also where the second promised less', () => {
    const dates = [...graced().dates, { at: day(17), disableAt: day(21), grace: 1, after: 2 * DAY }];
    const parts = { ana: warnedAt(day(13)) };
    expect(at(day(18), graced({ dates, told: parts }))).toMatchObject({ answer: 'remind', lead: 3 * DAY });
  });

  test('who declined is not asked for, and the reminder step counts as done', () => {
    expect(at(day(18), graced(), { recipients: [{ ...ana, declined: true }] })).toMatchObject({
      answer: 'remind',
      to: [],
    });
  });

  test('below mode disable there is none', () => {
    const parts = { ana: warnedAt(day(14), { dated: false }) };
    const episode = fired({ grace: 1, graceMode: 'notify', told: parts });
    expect(answerOf(at(day(60), episode, { policy: aPolicy({ mode: 'notify' }) }))).toBe('waiting told');
  });
});

describe('disabling', () => {
  test('when disableAt has come, not a millisecond before', () => {
    expect(answerOf(at(day(21) - 1, asked))).toBe('waiting grace');
    expect(at(day(21), asked)).toMatchObject({ answer: 'disable', reason: 'grace-over', disableAt: day(21) });
  });

  test('not before the latest of the printed dates', () => {
    const dates = [...asked.dates, { at: day(18), disableAt: day(23), grace: 1, after: 7 * DAY }];
    expect(answerOf(at(day(22), { ...asked, dates, rungs: reminderSteps(day(23), DAY) }))).toBe(
      'waiting grace',
    );
    expect(at(day(23), { ...asked, dates }).answer).toBe('disable');
  });

  test('not before the first accepted warning + disableAfter', () => {
    const parts = { ana: warnedAt(day(16)), bob: warnedAt(day(15)) };
    const episode = { ...asked, told: parts, rungs: reminderSteps(day(22), 3 * DAY, DAY) };
    expect(answerOf(at(day(22) - 1, episode, { recipients: [ana, bob] }))).toBe('waiting grace');
    expect(at(day(22), episode, { recipients: [ana, bob] }).answer).toBe('disable');
  });

  test('later by the length of what was unknown since, however it overlaps', () => {
    const unknown = [span(day(13), day(15)), span(day(16), day(18)), span(day(17), day(19), 'paused')];
    // One day of the first, three of the others: T0 + 25 d.
    const episode = { ...asked, rungs: reminderSteps(day(25), 3 * DAY, DAY) };
    expect(answerOf(at(day(25) - 1, episode, { unknown }))).toBe('waiting grace');
    expect(at(day(25), episode, { unknown })).toMatchObject({ answer: 'disable', disableAt: day(25) });
  });

  test('later where disableAfter grew, no sooner where it shrank', () => {
    const longer = aPolicy({ disableAfter: 9 * DAY });
    const shorter = aPolicy({ disableAfter: 2 * DAY });
    const episode = { ...asked, rungs: reminderSteps(day(23), 3 * DAY, DAY) };
    expect(answerOf(at(day(23) - 1, episode, { policy: longer }))).toBe('waiting grace');
    expect(at(day(23), episode, { policy: longer }).answer).toBe('disable');
    expect(answerOf(at(day(21) - 1, asked, { policy: shorter }))).toBe('waiting grace');
    expect(at(day(21), asked, { policy: shorter }).answer).toBe('disable');
  });

  test('not where the only accepted warning had no date', () => {
    const parts = { ana: warnedAt(day(14), { dated: false }) };
    const answer = at(day(60), graced({ told: parts })).answer;
    expect(answer).not.toBe('disable');
  });

  test('not where the accepted warning belongs to an earlier grace', () => {
    const parts = { ana: warnedAt(day(14), { grace: 1 }) };
    expect(at(day(60), { ...asked, grace: 2, told: parts }).answer).not.toBe('disable');
  });

  test('and no date follows from a warning of an earlier grace', () => {
    const { acceptedAt: _, ...pending } = warnedAt(day(16), { warning: 'pending', grace: 2 });
    const parts = { ana: warnedAt(day(14)), bob: pending };
    const episode = graced({ grace: 2, told: parts, dates: [] });
    expect(at(day(16), episode, { recipients: [ana, bob] }).facts.disableAt).toBeNull();
  });

  test('not again while it is on its way', () => {
    const disabling = { ...queuedAt(day(21)), attempts: 0 };
    expect(answerOf(at(day(21), { ...asked, disabling }))).toBe('waiting disabling');
  });

  test('a task that we asked to be turned off and that is off waits for its confirmation', () => {
    const disabling = requestedAt(day(21));
    const off = { task: aTask({ enabled: false }) };
    expect(answerOf(at(day(21), { ...asked, disabling }, off))).toBe('waiting disabling');
  });
});

describe('holds of an episode that is due, in their order', () => {
  const now = day(21);
  const night = aPolicy({ quietHours: { from: '22:00', to: '06:00', zone: 'UTC' } });
  const hold = { heldAt: day(21) };
  const tried = {
    ...asked,
    brake: hold,
    told: { ana: warnedAt(day(14), { reminder: { lead: DAY, deadline: day(21), state: 'tried' as const } }) },
  };
  const everything: Partial<Case> = {
    pauses: pausing('evaluate', 'notify', 'disable'),
    unknown: [span(day(20, 23), null)],
    policy: night,
    recipients: [],
  };

  test('paused', () => {
    expect(answerOf(at(now, tried, everything))).toBe('hold paused');
  });
  test('unknown', () => {
    expect(answerOf(at(now, tried, { ...everything, pauses: pausing() }))).toBe('hold unknown');
  });
  test('no reachable owner', () => {
    expect(answerOf(at(now, tried, { policy: night, recipients: [] }))).toBe('hold no-reachable-owner');
  });
  test('warning not accepted', () => {
    expect(answerOf(at(now, tried, { policy: night }))).toBe('hold warning-not-accepted');
  });
  test('blast radius', () => {
    expect(answerOf(at(now, { ...asked, brake: hold }, { policy: night }))).toBe('hold blast-radius');
  });
  test('quiet hours', () => {
    expect(at(now, asked, { policy: night })).toMatchObject({
      answer: 'hold',
      reason: 'quiet-hours',
      nextLookAt: day(21, 6),
    });
    expect(at(day(21, 6), asked, { policy: night }).answer).toBe('disable');
    expect(answerOf(at(day(21, 6) - 1, asked, { policy: night }))).toBe('hold quiet-hours');
  });
  test('feedback silent, after blast radius and before quiet hours', () => {
    const feedbackSilent = true;
    expect(answerOf(at(now, asked, { policy: night, feedbackSilent }))).toBe('hold feedback-silent');
    expect(answerOf(at(now, { ...asked, brake: hold }, { policy: night, feedbackSilent }))).toBe(
      'hold blast-radius',
    );
    expect(answerOf(at(now, asked, { feedbackSilent: false }))).toBe('disable grace-over');
  });
  test('none, once approved', () => {
    const approved = { ...asked, brake: { heldAt: day(21), approvedAt: day(22) } };
    expect(at(day(22), approved).answer).toBe('disable');
  });
  test('a pause of disabling comes before blast radius and quiet hours', () => {
    const pauses = pausing('disable');
    expect(answerOf(at(now, { ...asked, brake: hold }, { policy: night, pauses }))).toBe('hold paused');
  });
  test('a pause of disabling holds nothing that is not due', () => {
    expect(answerOf(at(day(15), graced(), { pauses: pausing('disable') }))).toBe('waiting grace');
  });
  test('a pause of notifying holds nothing that waits for no mail', () => {
    expect(at(now, asked, { pauses: pausing('notify') }).answer).toBe('disable');
  });
});
