import { describe, expect, it } from 'vitest';
import type { OwnerRule } from '../../../functions/abandonment/owner-rules.ts';
import { keys } from '../../../functions/store/keys.ts';
import { digestOfRules, loadOwnerRules, ownerRulesWrite } from '../../../functions/store/owner-rules.ts';
import { loadPauses, pausesWrite } from '../../../functions/store/pauses.ts';
import type { MemoryTable } from '../../../functions/store/table/memory-table.ts';
import { apply, tableWith } from './applied.ts';

const rule = (pattern: string, ...owners: string[]): OwnerRule => ({ line: 1, pattern, owners });
const OLD = [rule('acmeCo/', 'ana@acme.test')];
const NEW = [rule('acmeCo/', 'bob@acme.test'), { ...rule('acmeCo/tmp/'), line: 3 }];

/** Rules are in force: their digest stands with the pauses. */
async function putInForce(table: MemoryTable, rules: readonly OwnerRule[]): Promise<void> {
  const pauses = await loadPauses(table);
  await apply(table, ownerRulesWrite(rules), pausesWrite({ ...pauses, ownerRules: digestOfRules(rules) }));
}

/** Counts the readings of rules; `meanwhile` happens before each. */
function counted(table: MemoryTable, meanwhile: (reading: number) => Promise<void> = async () => {}) {
  const get = table.get.bind(table);
  const readings = { rules: 0 };
  table.get = async (key) => {
    if (key.pk === 'OWNER-RULES') {
      readings.rules += 1;
      await meanwhile(readings.rules);
    }
    return get(key);
  };
  return readings;
}

describe('the rules in force', () => {
  it('are none where none were set, and nothing is read for that', async () => {
    const table = await tableWith();
    const readings = counted(table);
    expect((await loadOwnerRules(table, undefined)).rules).toEqual([]);
    expect(readings.rules).toBe(0);
  });

  it('are those that were set, line by line', async () => {
    const table = await tableWith();
    await putInForce(table, NEW);
    const rules = await loadOwnerRules(table, digestOfRules(NEW));
    expect(rules.rules).toEqual(NEW);
    expect(rules.for('acmeCo/a')?.owners).toEqual(['bob@acme.test']);
    expect(rules.for('acmeCo/tmp/a')?.owners).toEqual([]);
  });

  it('are read once by a process, and again where others are set', async () => {
    const [first, second] = [[rule('a/', 'ana@acme.test')], [rule('b/', 'ana@acme.test')]];
    const table = await tableWith(ownerRulesWrite(first), ownerRulesWrite(second));
    const readings = counted(table);
    const found = await loadOwnerRules(table, digestOfRules(first));
    expect(await loadOwnerRules(table, digestOfRules(first))).toBe(found);
    expect(readings.rules).toBe(1);
    expect((await loadOwnerRules(table, digestOfRules(second))).rules).toEqual(second);
    expect((await loadOwnerRules(table, digestOfRules(first))).rules).toEqual(first);
    expect(readings.rules).toBe(3);
  });

  it('are the new ones where the old ones were replaced after their digest was read', async () => {
    const table = await tableWith();
    await putInForce(table, NEW);
    expect((await loadOwnerRules(table, digestOfRules(OLD))).rules).toEqual(NEW);
  });

  it('are none where the old ones were taken away meanwhile', async () => {
    expect((await loadOwnerRules(await tableWith(), digestOfRules(OLD))).rules).toEqual([]);
  });

  /** So many times others replace them just before they are read. */
  const replaced = (table: MemoryTable, times: number, name: string) =>
    counted(table, async (reading) => {
      if (reading > times) return;
      const [before, now] = [reading - 1, reading].map((number) => [
        rule(`${name}${number}/`, 'ana@acme.test'),
      ]);
      await putInForce(table, now ?? []);
      await apply(table, { delete: keys.ownerRules(digestOfRules(before ?? [])) });
    });

  it('are found where others replace them twice meanwhile', async () => {
    const table = await tableWith();
    replaced(table, 2, 'twice');
    expect((await loadOwnerRules(table, 'gone')).rules).toEqual([rule('twice2/', 'ana@acme.test')]);
  });

  it('are a fault that passes where others replace them again and again', async () => {
    const table = await tableWith();
    const readings = replaced(table, 3, 'thrice');
    await expect(loadOwnerRules(table, 'gone')).rejects.toThrow(
      'the owner rules are being replaced; try again',
    );
    expect(readings.rules).toBe(3);
  });
});

describe('the digest of rules', () => {
  it('is that of all that they say', () => {
    const digests = [
      OLD,
      NEW,
      [...NEW].reverse(),
      [rule('acmeCo/', 'ana@acme.test', 'bob@acme.test')],
      [{ ...rule('acmeCo/', 'ana@acme.test'), line: 2 }],
      [],
    ].map(digestOfRules);
    expect(new Set(digests).size).toBe(digests.length);
    expect(digestOfRules(structuredClone(NEW))).toBe(digestOfRules(NEW));
    for (const digest of digests) expect(digest).toMatch(/^[\w-]{32}$/);
  });

  it('names their row', () => {
    expect(ownerRulesWrite(OLD)).toMatchObject({ put: { pk: 'OWNER-RULES', sk: digestOfRules(OLD), v: 1 } });
  });
});
