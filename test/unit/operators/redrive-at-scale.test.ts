import { expect, it } from 'vitest';
import { measurePoison } from '../../../bench/poison.ts';
import { measureRedrive } from '../../../bench/redrive.ts';

it.each([1, 2, 3])(
  'a redrive of 400 events that is cut off half way loses none and does none twice (seed %i)',
  async (seed) => {
    const measured = await measureRedrive(400, seed);
    expect(measured).toMatchObject({ lost: 0, doneTwice: 0, left: 0 });
    expect(measured.sentBeforeDeath).toBeGreaterThanOrEqual(200);
    expect(measured.sentBeforeDeath).toBeLessThan(400);
    // What was on its way when it died: a batch of ten in each of four lanes.
    expect(measured.copies).toBeLessThanOrEqual(40);
  },
);

it('a message that fails at each of its deliveries keeps no other from being done', async () => {
  expect(await measurePoison(200, 0)).toMatchObject({ undone: 0, receives: 10 });
});
