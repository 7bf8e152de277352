import { expect, it } from 'vitest';
import { registerConfiguredSources } from '../../../functions/catalog/configured-sources.ts';
import { loadSource, sourceWrite } from '../../../functions/store/sources.ts';
import { MemoryTable } from '../../../functions/store/table/memory-table.ts';

const FLEET = { name: 'fleet', prefixes: ['acmeCo/'], dataPlanes: ['eu-1'] };

function systemOf() {
  let ids = 0;
  const nextId = () => {
    ids += 1;
    return `w${ids}`;
  };
  const random = { next: () => 0, id: nextId };
  return { table: new MemoryTable(), random, clock: { now: () => 0 } };
}

it('registers the sources that the deployment names, as it names them', async () => {
  const system = systemOf();
  await registerConfiguredSources(system, [FLEET]);
  expect(await loadSource(system.table, 'fleet')).toMatchObject(FLEET);
  await registerConfiguredSources(system, [{ ...FLEET, prefixes: ['other/'] }]);
  expect(await loadSource(system.table, 'fleet')).toMatchObject({ prefixes: ['other/'] });
});

it('takes the word from a source that the deployment names no more', async () => {
  const system = systemOf();
  await registerConfiguredSources(system, [FLEET]);
  await registerConfiguredSources(system, []);
  expect(await loadSource(system.table, 'fleet')).toBeUndefined();
});

it('leaves sources alone that were registered by other means', async () => {
  const system = systemOf();
  await system.table.transact([sourceWrite({ ...FLEET, name: 'by-hand' })], 'somebody');
  await registerConfiguredSources(system, [FLEET]);
  expect(await loadSource(system.table, 'by-hand')).toBeDefined();
});

it('writes nothing when nothing changed', async () => {
  const system = systemOf();
  await registerConfiguredSources(system, [FLEET]);
  const before = await loadSource(system.table, 'fleet');
  await registerConfiguredSources(system, [FLEET]);
  expect(await loadSource(system.table, 'fleet')).toEqual(before);
});

it('registers a source while the table is busy, or fails', async () => {
  const system = systemOf();
  const transact = system.table.transact.bind(system.table);
  let busy = 2;
  system.table.transact = async (writes, writer) => {
    busy -= 1;
    return busy < 0 ? transact(writes, writer) : { outcome: 'busy', reason: 'throttled' };
  };
  await registerConfiguredSources(system, [FLEET]);
  expect(await loadSource(system.table, 'fleet')).toMatchObject(FLEET);
  busy = Number.POSITIVE_INFINITY;
  await expect(registerConfiguredSources(system, [])).rejects.toThrow('a configured source');
});
