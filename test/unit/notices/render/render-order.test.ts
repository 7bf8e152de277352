import fc from 'fast-check';
import { expect, it } from 'vitest';
import { inOrder } from '../../../../functions/notices/render/render-order.ts';
import type { MailItem } from '../../../../functions/notices/send/digest-facts.ts';
import { holds } from '../../../property/seeds.ts';
import { at, item } from './render-builders.ts';

const SOON = at('2026-02-05T00:00:00Z');
const LATER = at('2026-02-06T00:00:00Z');
const past = (notice: MailItem['notice'], changes: Partial<MailItem> = {}) =>
  item({ notice, disableAt: null, ...changes });

/** What is due first on top, then what happened; within the same by date, name and episode. */
const ORDERED: MailItem[] = [
  item({ task: 'z', disableAt: SOON }),
  item({ task: 'a', disableAt: LATER, notice: 'reminder' }),
  item({ task: 'b', disableAt: LATER }),
  item({ task: 'a', notice: 'overdue', disableAt: LATER }),
  item({ task: 'a', notice: 'overdue', mode: 'notify' }),
  item({ task: 'a', notice: 'stopping', disableAt: SOON }),
  past('still-off', { task: 'z', restorableUntil: SOON }),
  past('still-off', { task: 'a', restorableUntil: LATER }),
  past('disabled', { task: 'z', disabledAt: SOON }),
  past('disabled', { task: 'a', disabledAt: LATER }),
  past('disabled', { task: 'a' }),
  past('withdrawn', { task: 'a', episode: 1 }),
  past('withdrawn', { task: 'a', episode: 2 }),
  past('withdrawn', { task: 'a', episode: 10 }),
  past('withdrawn', { task: 'b', episode: 1 }),
  past('disclaimed', { task: 'a' }),
  item({ task: 'a', mode: 'notify' }),
  past('enabled', { task: 'a' }),
  past('recovered', { task: 'a' }),
];

it('a mail tells what is due first, however its facts come', () => {
  holds(
    fc.property(fc.shuffledSubarray(ORDERED, { minLength: ORDERED.length }), (shuffled) => {
      const before = [...shuffled];
      expect(inOrder(shuffled)).toEqual(ORDERED);
      expect(shuffled).toEqual(before);
    }),
    { numRuns: 30 },
  );
});
