import { expect, it } from 'vitest';
import { evaluationRequest } from '../../../functions/store/looks.ts';
import { T0 } from '../abandonment/decide-builders.ts';
import { filledTable } from './filled-table.ts';

it('requests to evaluate all that is open stand together, one of each scope, with the newest instant', async () => {
  const table = await filledTable(evaluationRequest('ALL', T0), evaluationRequest('P#acmeCo/', T0));
  await table.transact([evaluationRequest('ALL', T0 + 1)], 'again');
  const { rows } = await table.query({ pk: 'LOOKS' });
  expect(rows.map(({ sk, at, v }) => [sk, at, v])).toEqual([
    ['ALL', T0 + 1, 1],
    ['P#acmeCo/', T0, 1],
  ]);
});
