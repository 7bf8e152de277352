import { expect, test } from 'vitest';
import { at, play } from './story.ts';

const plane = (when: string, state: string) => ({ at: when, type: 'data-plane', dataPlane: 'eu-1', state });

const flaps = (from: number, count: number, hours: number) =>
  Array.from({ length: count }, (_, flap) => [
    plane(at(from, flap * hours), 'silent'),
    plane(at(from, flap * hours + hours / 2), 'up'),
  ]).flat();

const silencesOf = (story: string[]) => story.filter((line) => line.includes('data-plane-silent'));

test('a plane that flaps for five days is one alert, and half of its time counts', async () => {
  const { story } = await play({ until: at(18), events: flaps(1, 30, 4) });
  expect(silencesOf(story)).toHaveLength(1);
  expect(story).toContain('T+16d12h fired acmeCo/a #1 since T+0d (disable)');
});

test('one that flaps for longer than a week is told again after a week', async () => {
  const { story } = await play({ until: at(14), events: flaps(1, 48, 6) });
  expect(silencesOf(story).map((line) => line.slice(0, 6))).toEqual(['T+1d1h', 'T+8d1h']);
});

test('a silence more than a day after the last one is a new one', async () => {
  const { story } = await play({
    until: at(10),
    events: [plane(at(1), 'silent'), plane(at(1, 3), 'up'), plane(at(3), 'silent'), plane(at(3, 3), 'up')],
  });
  expect(silencesOf(story)).toHaveLength(2);
});
