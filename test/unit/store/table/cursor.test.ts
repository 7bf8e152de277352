import { expect, it } from 'vitest';
import { decodeCursor, encodeCursor } from '../../../../functions/store/table/cursor.ts';

it('a cursor comes back as the place that it stands for, and may stand in an address', () => {
  const place = { sort: '2026-01#😀/?', pk: 'T#a', sk: 'T' };
  expect(decodeCursor(encodeCursor(place))).toEqual(place);
  expect(encodeCursor(place)).toMatch(/^[\w-]+$/);
});

it('what is no cursor is a fault that shows it', () => {
  expect(() => decodeCursor('nonsense')).toThrow(
    'the cursor nonsense does not come from a page of this table',
  );
  const thrown = (() => {
    try {
      return decodeCursor('nonsense');
    } catch (error) {
      return error;
    }
  })();
  expect(thrown).toMatchObject({ cause: expect.any(SyntaxError) });
});
