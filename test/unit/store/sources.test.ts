import { expect, it } from 'vitest';
import { loadSource, loadSources, sourceDelete, sourceWrite } from '../../../functions/store/sources.ts';
import { apply, queriesOf, tableWith } from './applied.ts';

const fleet = { name: 'fleet', prefixes: ['acmeCo/'], dataPlanes: ['eu-1'] };
const other = { ...fleet, name: 'agent', account: '123456789012' };

it('sources are registered with what they may say, replaced, and ended', async () => {
  const table = await tableWith(sourceWrite(fleet), sourceWrite(other));
  expect(await loadSource(table, 'fleet')).toEqual(fleet);
  expect(await loadSource(table, 'agent')).toEqual(other);
  expect(await loadSource(table, 'eve')).toBeUndefined();
  expect(await loadSources(table)).toEqual([other, fleet]);
  await apply(table, sourceWrite({ ...fleet, prefixes: [] }));
  expect(await loadSource(table, 'fleet')).toEqual({ ...fleet, prefixes: [] });
  await apply(table, sourceDelete('fleet'));
  expect(await loadSources(table)).toEqual([other]);
});

it('a source has what it may say in its row, and nothing else', () => {
  const { put } = sourceWrite({ ...other, note: 'ours' } as typeof other) as { put: object };
  expect(put).toEqual({ pk: 'SOURCES', sk: 'agent', v: 1, ...other });
  expect((sourceWrite(fleet) as { put: object }).put).not.toHaveProperty('account');
});

it('all sources are read as they stand at that moment', async () => {
  const table = await tableWith();
  const asked = queriesOf(table);
  await loadSources(table);
  expect(asked.map(({ consistent }) => consistent)).toEqual([true]);
});
