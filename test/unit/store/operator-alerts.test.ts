import { expect, it } from 'vitest';
import {
  alertClosed,
  loadOperatorAlert,
  operatorAlert,
  operatorAlertWrite,
  reversalAlert,
} from '../../../functions/store/operator-alerts.ts';
import { apply, tableWith } from './applied.ts';

const T = Date.parse('2026-01-15T00:00:00Z');
const ALERT = {
  code: 'breaker-open',
  subject: 'notify',
  detail: 'half of the attempts fail',
  since: T,
  toldAt: null,
  active: true,
  rev: 1,
} as const;

it('that of which operators are to be notified stands there until they are', async () => {
  const table = await tableWith(operatorAlert('breaker-open', 'notify', 'half of the attempts fail', T));
  expect(await loadOperatorAlert(table, 'breaker-open', 'notify')).toEqual(ALERT);
  expect(await table.get({ pk: 'OPERATORS', sk: 'breaker-open#notify' })).toMatchObject({ v: 1 });
  expect(await loadOperatorAlert(table, 'breaker-open', 'disable')).toBeUndefined();
});

it('who sends it stores that over what they read', async () => {
  const table = await tableWith(operatorAlert('breaker-open', 'notify', 'half of the attempts fail', T));
  await apply(table, operatorAlertWrite({ ...ALERT, toldAt: T + 1 }));
  expect(await loadOperatorAlert(table, 'breaker-open', 'notify')).toEqual({
    ...ALERT,
    toldAt: T + 1,
    rev: 2,
  });
  expect(await table.transact([operatorAlertWrite(ALERT)], 'late')).toMatchObject({ outcome: 'refused' });
});

it('an alert that an operator ended is gone, and when they did stands beside it, to no earlier version an alert', async () => {
  const table = await tableWith(operatorAlert('breaker-open', 'notify', 'half of the attempts fail', T));
  await apply(table, ...alertClosed('breaker-open', 'notify', T + 5));
  expect(await loadOperatorAlert(table, 'breaker-open', 'notify')).toBeUndefined();
  const { rows } = await table.query({ pk: 'OPERATORS' });
  const { w: _, ...closed } = rows[0] ?? { w: '' };
  expect([rows.length, closed]).toEqual([
    1,
    {
      pk: 'OPERATORS',
      sk: '~closed#breaker-open#notify',
      v: 1,
      active: false,
      detail: '',
      code: 'breaker-open',
      subject: 'notify',
      toldAt: T + 5,
      endedAt: T + 5,
    },
  ]);
});

it('of a disabling that a system reversed they hear when, and how that ends', () => {
  const { put } = reversalAlert("acmeCo/it's", T, T + 5);
  expect(put).toMatchObject({
    code: 'disable-reverted',
    subject: "acmeCo/it's",
    since: T + 5,
    detail:
      'a system enabled it again 2026-01-15T00:00:00Z; it is held until a user publishes it, it recovers, ' +
      "or `taskwarden dismiss 'acmeCo/it'\\''s'`",
  });
});
