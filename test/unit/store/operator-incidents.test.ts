import { describe, expect, it } from 'vitest';
import { alertClosed, operatorAlert, operatorAlertWrite } from '../../../functions/store/operator-alerts.ts';
import {
  loadAlertsAndIncidents,
  loadOpenAlerts,
  type OperatorIncidentRecord,
  operatorIncidentEnd,
  operatorIncidentWrite,
} from '../../../functions/store/operator-incidents.ts';
import { apply, queriesOf, tableWith } from './applied.ts';

const T = Date.parse('2026-01-15T00:00:00Z');
const alertOf = (subject: string) => operatorAlert('breaker-open', subject, '', T);
const incident = (subject: string, more: Partial<OperatorIncidentRecord> = {}): OperatorIncidentRecord => ({
  code: 'breaker-open',
  subject,
  since: T,
  toldAt: T + 1,
  endedAt: null,
  rev: 0,
  ...more,
});

describe('what operators know', () => {
  it('is read at once: alerts, what was sent of them, and what operators ended', async () => {
    const table = await tableWith(
      alertOf('notify'),
      alertOf('a\nb'),
      operatorIncidentWrite(incident('notify')),
      operatorIncidentWrite(incident('a\nb', { endedAt: T + 2 })),
    );
    await apply(table, ...alertClosed('breaker-open', 'disable', T + 5));
    const { alerts, incidents, closed } = await loadAlertsAndIncidents(table);
    expect([...alerts.keys()].sort()).toEqual(['breaker-open#a\nb', 'breaker-open#notify']);
    expect(alerts.get('breaker-open#notify')).toMatchObject({ code: 'breaker-open', subject: 'notify' });
    expect([...incidents].sort()).toMatchObject([
      ['breaker-open#a\nb', incident('a\nb', { endedAt: T + 2, rev: 1 })],
      ['breaker-open#notify', incident('notify', { rev: 1 })],
    ]);
    expect([...closed]).toEqual([
      ['breaker-open#disable', { code: 'breaker-open', subject: 'disable', at: T + 5 }],
    ]);
  });

  it('has the alert of a subject that reads as one of these', async () => {
    const { alerts, incidents } = await loadAlertsAndIncidents(await tableWith(alertOf('~told#notify')));
    expect([[...alerts.keys()], incidents.size]).toEqual([['breaker-open#~told#notify'], 0]);
  });

  it('is nothing at first', async () => {
    const { alerts, incidents, closed } = await loadAlertsAndIncidents(await tableWith());
    expect([alerts.size, incidents.size, closed.size]).toEqual([0, 0, 0]);
  });

  it('is read as it stands at that moment', async () => {
    const table = await tableWith();
    const asked = queriesOf(table);
    await loadAlertsAndIncidents(table);
    expect(asked.map(({ consistent }) => consistent)).toEqual([true]);
  });
});

describe('an incident', () => {
  it('is no alert to an earlier version', () => {
    const write = operatorIncidentWrite(incident('notify'));
    expect(write).toMatchObject({ put: { sk: '~told#breaker-open#notify', active: false, detail: '' } });
  });

  it('ends over what was read', async () => {
    const table = await tableWith(operatorIncidentWrite(incident('notify')));
    const end = (rev: number) => operatorIncidentEnd(incident('notify', { rev }));
    expect(await table.transact([end(2)], 'late')).toMatchObject({ outcome: 'refused' });
    await apply(table, end(1));
    expect((await loadAlertsAndIncidents(table)).incidents.size).toBe(0);
  });
});

describe('an alert is open', () => {
  const openOf = async (...writes: Parameters<typeof tableWith>) =>
    (await loadOpenAlerts(await tableWith(...writes))).map(({ subject }) => subject);
  const changed = (subject: string, more: object) => {
    const { put } = alertOf(subject);
    return { put: { ...put, ...more } };
  };

  it.each<[string, Parameters<typeof tableWith>, string[]]>([
    ['from when it is raised', [alertOf('notify')], ['notify']],
    [
      'while operators know of it',
      [alertOf('notify'), operatorIncidentWrite(incident('notify'))],
      ['notify'],
    ],
    [
      'not once what they know of is over',
      [alertOf('notify'), operatorIncidentWrite(incident('notify', { endedAt: T }))],
      [],
    ],
    [
      'though another incident of its kind is over',
      [alertOf('notify'), operatorIncidentWrite(incident('disable', { endedAt: T }))],
      ['notify'],
    ],
    ['not where what it says is over for now', [changed('notify', { endedAt: T })], []],
    ['not where it was an event that was sent', [changed('notify', { active: false })], []],
  ])('%s', async (_, writes, open) => {
    expect(await openOf(...writes)).toEqual(open);
  });

  it('says all that it says', async () => {
    const table = await tableWith(alertOf('notify'));
    const [alert] = await loadOpenAlerts(table);
    expect(alert && (await table.transact([operatorAlertWrite(alert)], 'x'))).toEqual({ outcome: 'applied' });
  });
});
