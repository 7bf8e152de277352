import { describe, expect, it } from 'vitest';
import type { FeedbackFault } from '../../simulation/faults/fault-injection.ts';
import { at, failing, play } from './story.ts';

/** Tasks of one tenant on a plane of its own, with an owner each. */
const tasks = (tenant: string, count: number, more: Record<string, unknown> = {}) =>
  Array.from({ length: count }, (_, number) =>
    failing(`${tenant}/t${number}`, {
      owners: [`${tenant.toLowerCase().replace('/', '-')}-${number}@x.test`],
      dataPlane: `plane-${tenant}`,
      ...more,
    }),
  );

const offAt = (story: string[], tenant: string) =>
  story.flatMap((line) => {
    const [, when] = new RegExp(`^(\\S+) disabled ${tenant}/`).exec(line) ?? [];
    return when === undefined ? [] : [when];
  });
const alertsOf = (story: string[]) => story.filter((line) => line.includes('operators blast-radius'));
const held = (count: number, when: string) =>
  `${when} operators blast-radius fleet: ${count} tasks are due to be turned off at once; they are held until an operator approves them`;

describe('of tasks whose date has come, a spike counts', () => {
  it('those that wait until SES is heard of again', async () => {
    const silent = (now: number): FeedbackFault | undefined =>
      now >= Date.parse(at(19)) && now < Date.parse(at(23)) ? { drop: true } : undefined;
    const { story } = await play(
      { until: at(25), tasks: tasks('aCo', 11) },
      { canaries: true, feedback: silent },
    );
    expect(alertsOf(story)).toEqual([held(11, 'T+21d')]);
    expect(offAt(story, 'aCo')).toEqual([]);
  });

  it('those that it holds already: one more of the same tenant is held with them', async () => {
    const { story } = await play({
      until: at(23),
      tasks: [
        ...tasks('aCo', 11),
        ...tasks('aCo/late', 1, { lastPrimaryAt: at(0, 12), dataPlane: 'plane-aCo' }),
      ],
    });
    expect(alertsOf(story)).toEqual([held(11, 'T+21d')]);
    expect(story).toContain('T+21d12h held aCo/late/t0 #1 blast-radius');
    expect(offAt(story, 'aCo')).toEqual([]);
  });
});

describe('of tasks whose date has come, a spike does not count', () => {
  const pause = [
    { at: at(20), type: 'operator', action: 'pause', of: 'disable' },
    { at: at(22, 0.5), type: 'operator', action: 'resume', of: 'disable' },
  ];
  // After their date, which the pause outlasts.
  const recover = tasks('bCo', 6).map(({ id }) => ({
    at: at(21, 12),
    type: 'shards',
    task: id,
    shards: [{ id: '0', status: 'PRIMARY' }],
  }));
  const bounce = tasks('bCo', 6).map(({ owners }) => ({
    at: at(21, 12),
    type: 'mail-event',
    recipient: (owners as string[])[0],
    event: 'bounce',
  }));

  it.each([
    { what: 'those that may be recovering', events: recover, reason: 'recovering' },
    { what: 'those of which nobody can be notified', events: bounce, reason: 'no-reachable-owner' },
  ])('$what', async ({ events, reason }) => {
    const { story } = await play({
      until: at(23),
      policies: { 'bCo/': { minHealthy: '3d' } },
      tasks: [...tasks('aCo', 6), ...tasks('bCo', 6)],
      events: [...pause, ...events],
    });
    // Twelve are more than the floor of ten, and each tenant's six are no more than half of them.
    expect(story.filter((line) => line.includes('held bCo/') && line.endsWith(reason))).toHaveLength(6);
    expect(offAt(story, 'aCo')).toEqual(Array(6).fill('T+22d1h'));
    expect(offAt(story, 'bCo')).toEqual([]);
    expect(alertsOf(story)).toEqual([]);
  });

  it('any while disabling is paused: operators hear of it when it is resumed', async () => {
    const { story } = await play({ until: at(23), tasks: tasks('aCo', 11), events: pause });
    expect(alertsOf(story)).toEqual([held(11, 'T+22d1h')]);
    expect(offAt(story, 'aCo')).toEqual([]);
  });
});
