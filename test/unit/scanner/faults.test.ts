import { describe, expect, it } from 'vitest';
import { faultOf, nameOf } from '../../../functions/scanner/faults.ts';
import type { Run } from '../../../functions/scanner/run.ts';
import { loadGivenUp } from '../../../functions/store/given-up.ts';
import { listOops } from '../../../functions/store/oops.ts';
import { PermanentFailure } from '../../../functions/work/failure-class.ts';
import { puts, refusing } from '../store/refusing-table.ts';
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

it('several of which none is named are nothing', () => {
  expect(nameOf([])).toBe('nothing');
});

describe('an item that can never be worked', () => {
  const failing = async (error: Error, isMarked?: boolean) => {
    const stage = runStage();
    const run = await stage.begin();
    await faultOf(run, 'garbage', isMarked)({ id: 'acmeCo/a' }, error);
    expect(run.figures).toEqual({ failed: 1 });
    return [...(await loadGivenUp(stage.table, 'garbage')).values()];
  };

  it('is given up under its name where that is asked for, and only then', async () => {
    const [mark, ...others] = await failing(new PermanentFailure('it is too large'), true);
    expect(others).toEqual([]);
    expect(mark).toMatchObject({
      generator: 'garbage',
      item: 'acmeCo/a',
      fingerprint: expect.stringMatching(/^[0-9a-f]{12}$/),
      reason: expect.stringContaining('it is too large'),
    });
    expect(await failing(new PermanentFailure('it is too large'), false)).toEqual([]);
    expect(await failing(new PermanentFailure('it is too large'))).toEqual([]);
    expect(await failing(new Error('it failed'), true)).toEqual([]);
  });

  it('is tried once more where that cannot be noted', async () => {
    const stage = runStage();
    stage.on(
      refusing(stage.system.table, (writes) => puts(writes, 'GIVEN-UP'), {
        times: 100,
        answer: { outcome: 'busy', reason: 'throttled' },
      }),
    );
    await faultOf(await stage.begin(), 'garbage', true)('acmeCo/a', new PermanentFailure('it is too large'));
    expect(stage.logged.at(-1)).toEqual({
      level: 'warn',
      message: 'it is not noted that work is given up',
      properties: { item: 'acmeCo/a', error: expect.stringContaining('TableBusy') },
    });
  });
});
