import { expect, it } from 'vitest';
import { faultOf } from '../../../functions/scanner/faults.ts';
import type { Run } from '../../../functions/scanner/run.ts';
import { listOops } from '../../../functions/store/oops.ts';
import { runStage } from './run-stage.ts';

it.each([
  ['a name', 'acmeCo/a', 'acmeCo/a'],
  ['a row', { pk: 'T#acmeCo/a' }, 'T#acmeCo/a'],
  ['a task that is due', { id: 'acmeCo/a' }, 'acmeCo/a'],
  ['a recipient', { key: '5f1d' }, '5f1d'],
  [
    'recipients that are queued together',
    [{ key: '5f1d' }, { key: '77aa' }, { key: '9c' }],
    '5f1d and 2 others',
  ],
  ['one recipient', [{ key: '5f1d' }], '5f1d'],
])('the record of a failure names %s', async (_, item, name) => {
  const { system, table } = runStage();
  const run = { system, figures: {} } as unknown as Run;
  await faultOf(run, 'digests')(item, new Error('x'));
  expect(await listOops(table)).toMatchObject([{ worker: 'scanner/digests', lastItem: name }]);
});
