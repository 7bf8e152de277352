import { expect, it } from 'vitest';
import { loadRefusedEvents, refusedEventsWrite } from '../../../functions/store/refused-events.ts';
import { tableWith } from './applied.ts';

it('what was refused of events is known as it was noted; at first nothing', async () => {
  expect(await loadRefusedEvents(await tableWith())).toEqual({ kinds: [], more: null, rev: 0 });
  const noted = { kinds: [], more: { count: 3, lastAt: 5 } };
  const table = await tableWith(refusedEventsWrite({ ...noted, rev: 0 }));
  expect(await loadRefusedEvents(table)).toEqual({ ...noted, rev: 1 });
});
