import { describe, expectTypeOf, it } from 'vitest';
import type { claim } from '../../../functions/notices/send/send-digest.ts';
import type { ReachableRecipient, RecipientRecord } from '../../../functions/store/recipients.ts';

/** The compiler holds these: they fail in `tsc`. */
describe('no recipient can be written who', () => {
  type With<State> = Omit<ReachableRecipient, keyof State> & State;

  it('is suppressed without a reason, or without the instant of it', () => {
    expectTypeOf<With<{ dead: { reason: 'bounce'; at: number } }>>().toExtend<RecipientRecord>();
    expectTypeOf<With<{ dead: { at: number } }>>().not.toExtend<RecipientRecord>();
    expectTypeOf<With<{ dead: { reason: 'bounce' } }>>().not.toExtend<RecipientRecord>();
    expectTypeOf<With<{ dead: true }>>().not.toExtend<RecipientRecord>();
  });

  it('is suppressed for a time without its end', () => {
    expectTypeOf<
      With<{ dead: { reason: 'soft-bounce'; at: number; until: number } }>
    >().toExtend<RecipientRecord>();
    expectTypeOf<With<{ dead: { reason: 'soft-bounce'; at: number } }>>().not.toExtend<RecipientRecord>();
  });

  it('is mailed though they are suppressed', () => {
    type Mailed = Parameters<typeof claim>[1];
    expectTypeOf<ReachableRecipient>().toExtend<Mailed>();
    expectTypeOf<With<{ dead: { reason: 'bounce'; at: number } }>>().not.toExtend<Mailed>();
  });
});
