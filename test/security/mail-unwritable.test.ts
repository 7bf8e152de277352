import { afterEach, expect, test, vi } from 'vitest';
import { deployedService } from '../../simulation/engine/deployed-service.ts';
import type { Service } from '../../simulation/engine/service.port.ts';
import { at, failing } from '../simulation/story.ts';
import { attack } from './attack.ts';

/**
 * Attack: a task, or what a person chose on their page, of which no mail can be written. Wanted: a queue that stops for
 * all. And its opposite, broken code: there nobody may be set aside (promise 13).
 */
const fault = vi.hoisted(() => ({ hits: (_: string): boolean => false }));

vi.mock('../../emails/compiled.ts', async (load) => {
  const written = await load<typeof import('../../emails/compiled.ts')>();
  return {
    ...written,
    digestHtml: (...[digest, safe]: Parameters<typeof written.digestHtml>) => {
      if (fault.hits(JSON.stringify(digest))) throw new RangeError('Invalid time value');
      return written.digestHtml(digest, safe);
    },
  };
});

afterEach(() => {
  fault.hits = () => false;
});

const tasks = [
  failing('acmeCo/bad', { owners: ['ana@acme.test'] }),
  failing('acmeCo/good', { owners: ['ana@acme.test', 'bob@acme.test'] }),
];

test('a notice that cannot be written keeps no other back, and its own task is held by name', async () => {
  fault.hits = (digest) => digest.includes('bad');
  const { warned, held, off, alerts, summary } = await attack({ tasks });
  expect(warned.sort()).toEqual([
    `ana@acme.test acmeCo/good ${at(14)}`,
    `bob@acme.test acmeCo/good ${at(14)}`,
  ]);
  expect(held).toEqual(['acmeCo/bad warning-not-accepted']);
  expect(off).toEqual([`acmeCo/good ${at(21)}`]);
  expect(alerts).toEqual([]);
  expect(summary.oops).toBe(1);
});

test('code that can write no mail is nobody’s fault: the queue pauses, and nobody is taken for dead', async () => {
  fault.hits = () => true;
  const { warned, held, off, alerts } = await attack({ tasks, until: at(15) });
  expect({ warned, off }).toEqual({ warned: [], off: [] });
  expect(alerts).toEqual(['breaker-open']);
  expect(held).not.toContain('acmeCo/good no-reachable-owner');
});

test('a setting that no mail can be written with is nobody’s fault: all goes once it is put right', async () => {
  let isBroken = true;
  const brand = { name: undefined as unknown as string, colour: '#0b57d0' };
  const service: Service = {
    ...deployedService,
    work: (system, ...more) => {
      isBroken = system.clock.now() < Date.parse(at(15));
      const { config } = system;
      return deployedService.work({ ...system, config: isBroken ? { ...config, brand } : config }, ...more);
    },
  };
  const { alerts, warned, held, off } = await attack({ tasks }, undefined, service);
  expect(isBroken).toBe(false);
  expect(alerts).toEqual(['breaker-open']);
  expect(warned.map((mail) => mail.split(' ').slice(0, 2).join(' ')).sort()).toEqual([
    'ana@acme.test acmeCo/bad',
    'ana@acme.test acmeCo/good',
    'bob@acme.test acmeCo/good',
  ]);
  expect({ held, off: off.length }).toEqual({ held: [], off: 2 });
});
