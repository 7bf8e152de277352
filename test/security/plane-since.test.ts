import { expect, it } from 'vitest';
import { loadDataPlanes } from '../../functions/store/data-planes.ts';
import { ingestStage } from './ingest-stage.ts';

const DAY = 86_400_000;

/**
 * Attack: a source names a plane that does not exist yet, down since long ago, and up again; tasks of others that move
 * there lose what was counted of them. The figure is how many days they lose: 1 at most, before 20,000.
 */
it('a plane that nobody knew was down for no longer than a day before its first report', async () => {
  const s = await ingestStage();
  await s.say('Data Plane Reported', {
    dataPlane: 'eu-9',
    state: 'down',
    at: s.at(-2),
    since: '1971-01-01T00:00:00Z',
  });
  await s.say('Data Plane Reported', { dataPlane: 'eu-9', state: 'up', at: s.at(-1) });
  const { unknown = [] } = (await loadDataPlanes(s.table)).get('eu-9') ?? {};
  const lost = unknown.reduce((sum, { from, to }) => sum + (to ?? 0) - from, 0);
  // The day before the report, and the day after it.
  expect(lost).toBe(2 * DAY);
  expect(s.deadLetters).toEqual([]);
});
