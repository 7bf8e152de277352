import { describe, expect, it } from 'vitest';
import { DAY, HOUR, MINUTE, SECOND } from '../../../functions/abandonment/time.ts';
import type { OperatorAlertCode } from '../../../functions/platform/alert-codes.ts';
import {
  endedBefore,
  type Followed,
  type FollowUp,
  followUp,
  goneOn,
  incidentOf,
  isSameIncident,
  lengthOf,
} from '../../../functions/scanner/incidents.ts';
import type { OperatorAlertRecord } from '../../../functions/store/operator-alerts.ts';
import type { OperatorIncidentRecord } from '../../../functions/store/operator-incidents.ts';
import { START as NOW } from './run-stage.ts';

/** One that lasts until somebody takes it back, one that comes and goes, and one that only happened. */
const STAYS = 'correlated-failure';
const FLAPS = 'data-plane-silent';
const EVENT = 'webhook-gone';

const alert = (
  more: Partial<OperatorAlertRecord> = {},
  code: OperatorAlertCode = STAYS,
): OperatorAlertRecord => ({
  code,
  subject: 'eu-1',
  detail: 'it is so',
  since: NOW - 3 * DAY,
  toldAt: NOW - 2 * DAY,
  active: true,
  rev: 4,
  ...more,
});
const incident = (
  more: Partial<OperatorIncidentRecord> = {},
  code: OperatorAlertCode = STAYS,
): OperatorIncidentRecord => ({
  code,
  subject: 'eu-1',
  since: NOW - 5 * DAY,
  toldAt: NOW - 2 * DAY,
  endedAt: null,
  rev: 9,
  ...more,
});
const nothing: FollowUp = { what: 'nothing' };
const forget: FollowUp = { what: 'forget' };

describe('what follows for what operators know', () => {
  const noted: FollowUp = {
    what: 'note',
    incident: {
      code: STAYS,
      subject: 'eu-1',
      since: NOW - 3 * DAY,
      toldAt: NOW - 2 * DAY,
      endedAt: null,
      rev: 0,
    },
  };

  it.each<[string, Followed, boolean | undefined, FollowUp]>([
    ['that an earlier version sent is noted', { alert: alert() }, true, noted],
    ['not while nobody was notified', { alert: alert({ toldAt: null }) }, true, nothing],
    ['not where it is over', { alert: alert({ endedAt: NOW - 1 }) }, true, nothing],
    ['not where it only happened', { alert: alert({}, EVENT) }, true, nothing],
    ['that went before anybody was notified is nothing', {}, undefined, nothing],
    ['nor does anything stay of an operator who ended it then', { closedAt: NOW - 1 }, undefined, forget],
  ])('%s', (_what, at, isLasting, expected) => {
    expect(followUp(at, isLasting, NOW)).toEqual(expected);
  });

  it.each<[string, Followed, boolean | undefined, FollowUp]>([
    ['lasts', { alert: alert(), incident: incident() }, true, nothing],
    ['was not asked after', { alert: alert(), incident: incident() }, undefined, nothing],
    [
      'is over where it lasts no more',
      { alert: alert(), incident: incident() },
      false,
      { what: 'notify', ended: incident({ endedAt: NOW }) as never },
    ],
    [
      'is over where it was taken back',
      { incident: incident() },
      undefined,
      { what: 'notify', ended: incident({ endedAt: NOW }) as never },
    ],
    [
      'is over since an operator ended it',
      { incident: incident(), closedAt: NOW - HOUR },
      undefined,
      { what: 'notify', ended: incident({ endedAt: NOW - HOUR }) as never },
    ],
    [
      'is over since its alert says so',
      { alert: alert({ endedAt: NOW - HOUR }), incident: incident() },
      true,
      { what: 'notify', ended: incident({ endedAt: NOW - HOUR }) as never },
    ],
    [
      'was over before, and its end is still to be sent',
      { incident: incident({ endedAt: NOW - DAY }) },
      undefined,
      { what: 'notify', ended: incident({ endedAt: NOW - DAY }) as never },
    ],
    [
      'is back',
      { alert: alert(), incident: incident({ endedAt: NOW - HOUR }) },
      true,
      { what: 'note', incident: incident() },
    ],
    [
      'is back though its end was sent',
      { alert: alert(), incident: incident({ endedAt: NOW - HOUR, endToldAt: NOW - HOUR }) },
      true,
      { what: 'note', incident: incident() },
    ],
    [
      'is not known to be back',
      { alert: alert(), incident: incident({ endedAt: NOW - HOUR, endToldAt: NOW - HOUR }) },
      undefined,
      nothing,
    ],
    [
      'is not back where its alert ended',
      { alert: alert({ endedAt: NOW - HOUR }), incident: incident({ endedAt: NOW - HOUR, endToldAt: NOW }) },
      true,
      nothing,
    ],
    [
      'is forgotten once its end was sent and its alert is gone',
      { incident: incident({ endedAt: NOW - HOUR, endToldAt: NOW - HOUR }) },
      undefined,
      forget,
    ],
  ])('a condition %s', (_what, at, isLasting, expected) => {
    expect(followUp(at, isLasting, NOW)).toEqual(expected);
  });

  const flapping = (more: Partial<OperatorIncidentRecord> = {}) => incident(more, FLAPS);
  it.each<[string, Followed, FollowUp]>([
    ['is noted at first', { incident: flapping() }, { what: 'note', incident: flapping({ endedAt: NOW }) }],
    ['is noted once', { incident: flapping({ endedAt: NOW - DAY + 1 }) }, nothing],
    [
      'is sent a day later',
      { incident: flapping({ endedAt: NOW - DAY }) },
      { what: 'notify', ended: flapping({ endedAt: NOW - DAY }) as never },
    ],
    [
      'is sent at once where an operator ended it',
      { incident: flapping(), closedAt: NOW },
      { what: 'notify', ended: flapping({ endedAt: NOW }) as never },
    ],
  ])('the end of what comes and goes %s', (_what, at, expected) => {
    expect(followUp(at, undefined, NOW)).toEqual(expected);
  });
});

describe('an alert that was raised anew', () => {
  const raised = alert({ toldAt: null, since: NOW }, FLAPS);
  const flapping = (more: Partial<OperatorIncidentRecord> = {}) => incident(more, FLAPS);

  it.each<[string, Followed, boolean]>([
    ['was over for less than a day', { alert: raised, incident: flapping({ endedAt: NOW - DAY + 1 }) }, true],
    ['was never over', { alert: raised, incident: flapping() }, true],
    ['was over for a day', { alert: raised, incident: flapping({ endedAt: NOW - DAY }) }, false],
    [
      'has an end that was sent',
      { alert: raised, incident: flapping({ endedAt: NOW - 1, endToldAt: NOW - 1 }) },
      false,
    ],
    ['was ended by an operator', { alert: raised, incident: flapping(), closedAt: NOW - 1 }, false],
    ['does not flap', { alert: alert({ toldAt: null }), incident: incident() }, false],
    ['was never sent', { alert: raised }, false],
    ['is no more', { incident: flapping() }, false],
  ])('is the same incident where that %s: then %s', (_what, at, isSame) => {
    expect(isSameIncident(at, NOW)).toBe(isSame);
  });

  it.each<[string, Followed, OperatorIncidentRecord | undefined]>([
    [
      'once it is over',
      { alert: alert(), incident: incident({ endedAt: NOW - 1 }) },
      incident({ endedAt: NOW - 1 }),
    ],
    [
      'where an operator ended it',
      { alert: alert(), incident: incident(), closedAt: NOW - 2 },
      incident({ endedAt: NOW - 2 }),
    ],
    ['not where nobody knows of an end', { alert: alert(), incident: incident() }, undefined],
    [
      'not where it was sent',
      { alert: alert(), incident: incident({ endedAt: NOW - 1, endToldAt: NOW }) },
      undefined,
    ],
    ['not where it is the same', { alert: raised, incident: flapping({ endedAt: NOW - 1 }) }, undefined],
    ['not where there was none', { alert: alert() }, undefined],
  ])('sends the end of the one before with it: %s', (_what, at, ended) => {
    expect(endedBefore(at, NOW)).toEqual(ended);
  });

  it.each<[string, Omit<Followed, 'alert'>, number, number]>([
    ['goes on since the beginning of what operators know', { incident: incident() }, NOW - 5 * DAY, 9],
    [
      'begins with the alert where that was over',
      { incident: incident({ endedAt: NOW - 1 }) },
      NOW - 3 * DAY,
      9,
    ],
    [
      'begins with the alert where operators were notified that it was over',
      { incident: incident({ endedAt: NOW - 1, endToldAt: NOW - 1 }) },
      NOW - 3 * DAY,
      9,
    ],
    ['begins with the alert where nothing was known', {}, NOW - 3 * DAY, 0],
  ])('%s', (_what, at, since, rev) => {
    const notified = { code: STAYS, subject: 'eu-1', since, toldAt: NOW, endedAt: null, rev };
    expect(incidentOf({ alert: alert(), ...at }, NOW)).toEqual(notified);
  });
});

it('what was over and is not has no end, sent or not', () => {
  expect(goneOn(incident({ endedAt: NOW - 1, endToldAt: NOW }))).toEqual(incident());
});

it.each([
  [0, 'less than a minute'],
  [MINUTE - 1, 'less than a minute'],
  [MINUTE, '1 min'],
  [3 * HOUR + 15 * MINUTE + 59 * SECOND, '3 h 15 min'],
  [2 * DAY + 3 * HOUR + 4 * MINUTE, '2 d 3 h'],
  [8 * DAY, '8 d'],
])('%i ms are %s', (duration, text) => {
  expect(lengthOf(duration)).toBe(text);
});
