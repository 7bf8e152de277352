import { expect, it } from 'vitest';
import { bucketOf } from '../../../functions/store/keys.ts';
import {
  dayOf,
  type Milestone,
  milestoneFromRow,
  milestoneWrite,
} from '../../../functions/store/milestones.ts';

const AT = Date.parse('2026-01-15T23:59:59.999Z');
const FIRED: Milestone = {
  kind: 'fired',
  at: AT,
  task: 'acmeCo/a',
  episode: 3,
  cell: { plane: 'eu-1', mode: 'disable', cause: 'failed' },
  isOverdue: false,
};

it('a milestone stands under its day in UTC, in the order of the day', () => {
  const write = milestoneWrite(FIRED);
  expect(write).toEqual({
    put: {
      pk: `MILESTONES#2026-01-15#${bucketOf('acmeCo/a')}`,
      sk: '2026-01-15T23:59:59.999Z#fired#acmeCo/a#000003',
      v: 1,
      b: 8,
      ...FIRED,
      ttl: { kind: 'milestones', from: AT },
    },
  });
  expect('put' in write && milestoneFromRow(write.put)).toEqual(FIRED);
});

it('a day begins at midnight in UTC', () => {
  expect([dayOf(AT), dayOf(AT + 1)]).toEqual(['2026-01-15', '2026-01-16']);
});
