import { expect, it } from 'vitest';
import { loadRefusals, refusalsEnd, refusalsWrite } from '../../../functions/store/refusals.ts';
import { apply, tableWith } from './applied.ts';

const NONE = { words: '', recipients: [], many: false, blamed: [], rev: 0 };

it('how SES refused recipients is known until it takes a mail', async () => {
  expect(await loadRefusals(await tableWith())).toEqual(NONE);
  const refusals = {
    words: 'it is suspended',
    recipients: ['ana', 'bob'],
    many: true,
    blamed: ['d'],
    rev: 0,
  };
  const table = await tableWith(refusalsWrite(refusals));
  expect(await loadRefusals(table)).toEqual({ ...refusals, rev: 1 });
  expect(await table.transact([refusalsEnd(refusals)], 'late')).toMatchObject({ outcome: 'refused' });
  await apply(table, refusalsEnd({ ...refusals, rev: 1 }));
  expect(await loadRefusals(table)).toEqual({ ...NONE, rev: 2 });
});
