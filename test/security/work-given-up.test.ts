import { describe, expect, test } from 'vitest';
import { recipientKey } from '../../functions/platform/addresses.ts';
import { RowRefused } from '../../functions/store/table/row-limits.ts';
import type { Row, Table } from '../../functions/store/table/table.port.ts';
import { deployedService } from '../../simulation/engine/deployed-service.ts';
import type { Service } from '../../simulation/engine/service.port.ts';
import { at, failing } from '../simulation/story.ts';
import { attack } from './attack.ts';

/**
 * Attack: work that can never be done for its own sake, because the table refuses what it would write. Wanted: a queue
 * that stops for all, and the same work made again by each scan for ever (before: 24 failed attempts a day).
 */
function refusing(isRefused: (row: Row) => boolean): Service {
  const guarded = (table: Table): Table =>
    new Proxy(table, {
      get(target, name: keyof Table) {
        if (name !== 'transact') return target[name].bind(target);
        return async (...[writes, writer]: Parameters<Table['transact']>) => {
          if (writes.some((write) => 'put' in write && isRefused(write.put)))
            throw new RowRefused('row T#acmeCo/bad T has 409601 bytes, more than the limit 409600');
          return target.transact(writes, writer);
        };
      },
    });
  return {
    ...deployedService,
    scan: (system, ...more) => deployedService.scan({ ...system, table: guarded(system.table) }, ...more),
    work: (system, ...more) => deployedService.work({ ...system, table: guarded(system.table) }, ...more),
  };
}

const tasks = [
  failing('acmeCo/bad', { owners: ['ana@acme.test'] }),
  failing('acmeCo/good', { owners: ['ana@acme.test', 'bob@acme.test'] }),
];

const isBad = ({ pk, sk }: Row) => pk === 'T#acmeCo/bad' && sk === 'T';
const openOf = (row: Row) => (row.open ?? {}) as { disabling?: { state: string }; dates?: unknown[] };

/** Without the alarm on a dead-letter queue that is not empty. */
const otherAlerts = (alerts: string[]) => alerts.filter((alert) => alert !== 'dead-letter');

describe('a task whose row the table refuses', () => {
  test('when the worker notes that it asks: is tried once, told once a week, and the others go', async () => {
    const service = refusing((row) => isBad(row) && openOf(row).disabling?.state === 'requested');
    const { off, alerts, summary } = await attack({ tasks }, undefined, service);
    expect(off).toEqual([`acmeCo/good ${at(21)}`]);
    expect(summary).toMatchObject({ oops: 1, deadLettered: 1 });
    // On T+21d, and 7 days after that; the run ends on T+30d.
    expect(otherAlerts(alerts)).toEqual(['disable-failing acmeCo/bad', 'disable-failing acmeCo/bad']);
  });

  test('when the scan notes that it queues it: takes nobody’s turn, and is tried once', async () => {
    const service = refusing((row) => isBad(row) && openOf(row).disabling !== undefined);
    const policy = { mode: 'disable', blastRadius: { perRun: 1 } };
    const { off, alerts, summary } = await attack({ tasks, policy }, undefined, service);
    expect(off).toEqual([`acmeCo/good ${at(21, 1)}`]);
    expect(summary).toMatchObject({ oops: 1, deadLettered: 0 });
    expect(otherAlerts(alerts)).toEqual(['disable-failing acmeCo/bad', 'disable-failing acmeCo/bad']);
  });

  test('when a mail’s acceptance is noted: keeps nobody from their other mail, and is not turned off', async () => {
    const service = refusing((row) => isBad(row) && (openOf(row).dates ?? []).length > 0);
    const { off, warned, alerts, summary } = await attack({ tasks }, undefined, service);
    expect(warned).toEqual([
      `ana@acme.test acmeCo/bad ${at(14)}`,
      `ana@acme.test acmeCo/good ${at(14)}`,
      `bob@acme.test acmeCo/good ${at(14)}`,
    ]);
    expect(off).toEqual([`acmeCo/good ${at(21)}`]);
    expect(summary.oops).toBeLessThanOrEqual(2);
    expect(alerts.filter((alert) => alert.startsWith('breaker'))).toEqual([]);
  });

  test('and is edited: is tried once more', async () => {
    const service = refusing((row) => isBad(row) && openOf(row).disabling?.state === 'requested');
    const edited = { at: at(22), type: 'published', task: 'acmeCo/bad', by: 'system' };
    const { summary } = await attack({ tasks, events: [edited] }, undefined, service);
    expect(summary).toMatchObject({ oops: 2, deadLettered: 2 });
  });
});

describe('a mail that the table refuses', () => {
  test('for one of its notices: goes without it, and its task is held by name', async () => {
    const service = refusing(({ pk, items = [] }) => {
      return pk.startsWith('G#') && (items as { task: string }[]).some(({ task }) => task === 'acmeCo/bad');
    });
    const { off, warned, held, summary, alerts } = await attack({ tasks }, undefined, service);
    expect(warned).toEqual([`ana@acme.test acmeCo/good ${at(14)}`, `bob@acme.test acmeCo/good ${at(14)}`]);
    expect(off).toEqual([`acmeCo/good ${at(21)}`]);
    expect(held).toEqual(['acmeCo/bad warning-not-accepted']);
    expect(summary).toMatchObject({ oops: 1, deadLettered: 0 });
    expect(alerts).toEqual([]);
  });

  test('for its number of notices: goes in parts', async () => {
    const many = Array.from({ length: 5 }, (_, index) => failing(`acmeCo/${index}`));
    const service = refusing(({ pk, items = [] }) => pk.startsWith('G#') && (items as unknown[]).length > 2);
    const { off, warned, summary } = await attack({ tasks: many }, undefined, service);
    expect(warned).toHaveLength(5);
    expect(off).toHaveLength(5);
    expect(summary).toMatchObject({ oops: 0, deadLettered: 0 });
  });

  test('for whom it is for: is tried once, told once a week, and the others’ go', async () => {
    const key = recipientKey('ana@acme.test');
    const service = refusing(({ pk, sk, sending }) => pk === `R#${key}` && sk === 'R' && sending !== null);
    const apart = [failing('acmeCo/bad'), failing('acmeCo/good', { owners: ['bob@acme.test'] })];
    const { off, warned, alerts, summary } = await attack({ tasks: apart }, undefined, service);
    expect(warned).toEqual([`bob@acme.test acmeCo/good ${at(14)}`]);
    expect(off).toEqual([`acmeCo/good ${at(21)}`]);
    expect(summary).toMatchObject({ oops: 1, deadLettered: 1 });
    // On T+14d, T+21d and T+28d.
    expect(otherAlerts(alerts)).toEqual(['notify-failing', 'notify-failing', 'notify-failing']);
  });
});
