import { describe, expect, it } from 'vitest';
import { changeRecipient, type RecipientChange } from '../../../functions/store/change-recipient.ts';
import type { Writing } from '../../../functions/store/commit.ts';
import {
  loadRecipient,
  newRecipient,
  type RecipientRecord,
  recipientWrite,
} from '../../../functions/store/recipients.ts';
import type { Write } from '../../../functions/store/table/table.port.ts';
import { SeededRandom } from '../../../simulation/engine/seeded-random.ts';
import { T0 } from '../abandonment/decide-builders.ts';
import { filledTable } from './filled-table.ts';
import { refusing } from './refusing-table.ts';

const ANA = newRecipient('ana', 'ana@acme.test');
const NOTE = { pk: 'NOTE', sk: 'n' };
const OTHER = { pk: 'NOTE', sk: 'o' };

async function stage(...writes: Write[]) {
  const table = await filledTable(...writes);
  const writing: Writing = { table, clock: { now: () => T0 }, random: new SeededRandom(1) };
  const change = <Value>(of: (before: RecipientRecord | undefined) => RecipientChange<Value>) =>
    changeRecipient(writing, 'ana', of);
  return { table, writing, change };
}

describe('a change of a recipient', () => {
  it('is stored with what stands beside it, and comes to its value', async () => {
    const { table, change } = await stage(recipientWrite(ANA));
    const came = await change((before) => ({
      recipient: { ...before!, declined: true },
      beside: [{ put: NOTE }],
      value: before?.address,
    }));
    expect(came).toBe('ana@acme.test');
    expect(await loadRecipient(table, 'ana')).toEqual({ ...ANA, declined: true, rev: 2 });
    expect(await table.get(NOTE)).toBeDefined();
  });

  it('may be the first that is known of them', async () => {
    const { table, change } = await stage();
    expect(await change((before) => ({ recipient: ANA, value: before }))).toBeUndefined();
    expect(await loadRecipient(table, 'ana')).toEqual({ ...ANA, rev: 1 });
  });

  it.each<[string, (before: RecipientRecord | undefined) => RecipientChange<string>]>([
    ['says nobody', () => ({ beside: [{ put: NOTE }], value: 'left' })],
    ['gives them as they were', (recipient) => ({ recipient, beside: [{ put: NOTE }], value: 'left' })],
  ])('writes nothing, nor what stands beside, where it %s', async (_, change) => {
    const at = await stage(recipientWrite(ANA));
    expect(await at.change(change)).toBe('left');
    expect(await loadRecipient(at.table, 'ana')).toEqual({ ...ANA, rev: 1 });
    expect(await at.table.get(NOTE)).toBeUndefined();
  });

  it('is decided again where they changed meanwhile, whatever is said of what stands beside', async () => {
    const { table, change } = await stage(recipientWrite(ANA));
    let tries = 0;
    await change((before) => {
      if (++tries === 1) void table.transact([recipientWrite({ ...ANA, zone: 'UTC', rev: 1 })], 'other');
      return {
        recipient: { ...before!, declined: true },
        value: 'stored',
        refused: () => ({ value: 'not for the recipient' }),
      };
    });
    expect(tries).toBe(2);
    expect(await loadRecipient(table, 'ana')).toMatchObject({ declined: true, zone: 'UTC', rev: 3 });
  });

  it.each([0, 1])(
    'comes to what is said of a write beside that is refused, by its place there: %i',
    async (place) => {
      const { table, change } = await stage(recipientWrite(ANA), { put: NOTE });
      const free: Write = { put: OTHER };
      const stands: Write = { put: NOTE, if: [{ absent: true }] };
      const refused: number[] = [];
      const came = await change((before) => ({
        recipient: { ...before!, declined: true },
        beside: place === 0 ? [stands, free] : [free, stands],
        value: 'stored',
        refused: (index) => {
          refused.push(index);
          return { value: 'there already' };
        },
      }));
      expect([came, refused]).toEqual(['there already', [place]]);
      expect(await loadRecipient(table, 'ana')).toEqual({ ...ANA, rev: 1 });
    },
  );

  it('is decided again where nothing is said of that', async () => {
    const { table, change } = await stage(recipientWrite(ANA), { put: NOTE });
    let tries = 0;
    const came = await change((before) => {
      if (++tries === 2) void table.transact([{ delete: NOTE }], 'other');
      return {
        recipient: { ...before!, declined: true },
        beside: [{ put: NOTE, if: [{ absent: true }] }],
        value: 'stored',
      };
    });
    expect([came, tries]).toEqual(['stored', 2]);
  });

  it('names them in its fault by their key where they change too fast', async () => {
    const { table, writing } = await stage(recipientWrite(ANA));
    const never = { ...writing, table: refusing(table, () => true, { times: 100 }) };
    const failed = changeRecipient(never, 'ana', (before) => ({
      recipient: { ...before!, declined: true },
      value: 0,
    }));
    await expect(failed).rejects.toThrow('recipient ana could');
  });
});
