import { commit, type Writing } from './commit.ts';
import { loadRecipient, type RecipientRecord, recipientWrite } from './recipients.ts';
import type { Write } from './table/table.port.ts';

/** What a change of a recipient comes to. */
export interface RecipientChange<Value> {
  /** The recipient as they are to be; absent, or the record that was read: their row stays, and so does what is beside. */
  recipient?: RecipientRecord | undefined;
  /** Written in the same transaction. */
  beside?: readonly Write[];
  value: Value;
  /** What it comes to where write `index` of `beside` is refused, if that is an answer too. */
  refused?(index: number): { value: Value } | undefined;
}

/**
 * The one way to change a recipient: reads them, lets `change` say what is to become of them, and stores that over the
 * revision that was read, with what stands beside it. Decided again where they changed meanwhile.
 *
 * @param key of the recipient: a hash, never the address
 * @param change gets undefined where nothing is known of them
 * @returns the change's value
 * @throws TableBusy as `commit` does
 */
export function changeRecipient<Value>(
  writing: Writing,
  key: string,
  change: (
    recipient: RecipientRecord | undefined,
  ) => Promise<RecipientChange<Value>> | RecipientChange<Value>,
): Promise<Value> {
  return commit(writing, `recipient ${key}`, async () => {
    const before = await loadRecipient(writing.table, key);
    const { recipient, beside = [], value, refused } = await change(before);
    if (!recipient || recipient === before) return { value };
    return {
      writes: [recipientWrite(recipient), ...beside],
      value,
      refused: (index) => (index === 0 ? undefined : refused?.(index - 1)),
    };
  });
}
