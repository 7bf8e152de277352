import { describe, expect, test } from 'vitest';
import { at, failing } from '../simulation/story.ts';
import { attack } from './attack.ts';

/**
 * Attack: a tenant names an owner to whom no mail can be written. Wanted: tasks that are never turned off (before: all
 * that name such an owner alone, for ever), and a notify queue that its breaker pauses for everybody (before:
 * `breaker-open` again and again).
 */
const attacked = (owners: string[][], more: Record<string, unknown> = {}) =>
  attack(
    { tasks: owners.map((_, index) => failing(`acmeCo/${String(index).padStart(2, '0')}`)), ...more },
    (scenario) => ({
      ...scenario,
      tasks: scenario.tasks.map((task, index) => ({ ...task, owners: owners[index] ?? [] })),
    }),
  );

describe('an owner who is no address any more, in rows of an older version', () => {
  test.each(['x\u037ey@evil.test', 'x;y@evil.test', `${'l'.repeat(200)}@evil.test`, 'x y@evil.test', 'none'])(
    '%j keeps no other from being told, and no task on',
    async (address) => {
      const { alerts, off, warned, summary } = await attacked([
        [address, 'ana@acme.test'],
        ['bob@acme.test'],
      ]);
      expect(warned).toEqual([`ana@acme.test acmeCo/00 ${at(14)}`, `bob@acme.test acmeCo/01 ${at(14)}`]);
      expect(off).toEqual([`acmeCo/00 ${at(21)}`, `acmeCo/01 ${at(21)}`]);
      expect(alerts).toEqual([]);
      expect(summary.oops).toBe(1);
    },
  );

  test('alone leaves the task to its admins', async () => {
    const { off, warned, alerts } = await attacked([['x;y@evil.test']], {
      admins: { 'acmeCo/': ['boss@acme.test'] },
    });
    expect(warned).toEqual([`boss@acme.test acmeCo/00 ${at(14, 1)}`]);
    expect(off).toEqual([`acmeCo/00 ${at(21, 1)}`]);
    expect(alerts).toEqual([]);
  });

  test('alone, without admins, is a hold of that task, told once a week; 40 of them pause no queue', async () => {
    const bad = Array.from({ length: 40 }, (_, index) => [`x;${index}@evil.test`]);
    const { off, warned, alerts, summary } = await attacked([...bad, ['ana@acme.test']]);
    expect(warned).toEqual([`ana@acme.test acmeCo/40 ${at(14)}`]);
    expect(off).toEqual([`acmeCo/40 ${at(21)}`]);
    expect(new Set(alerts.map((alert) => alert.split(' ')[0]))).toEqual(new Set(['no-reachable-owner']));
    // At T+14d1h, and 7 and 14 days after that.
    expect(alerts).toHaveLength(3 * 40);
    expect(summary.oops).toBe(40);
  });
});
