import { describe, expect, test } from 'vitest';
import { at, failing, play, T as T0 } from './story.ts';

const seen = (when: string, ...statuses: string[]) => ({
  at: when,
  type: 'shards',
  task: 'acmeCo/a',
  shards: statuses.map((status, id) => ({ id: String(id), status })),
});
const RUNNING = [{ id: '0', status: 'PRIMARY' }];

describe('of two observations at one instant both count, and the later holds', () => {
  test('PRIMARY, then FAILED is a recovery of no length', async () => {
    const { story } = await play({
      until: at(36),
      events: [seen(at(14), 'PRIMARY'), seen(at(14), 'FAILED')],
    });
    expect(story[0]).toBe('T+28d fired acmeCo/a #1 since T+14d (disable)');
    expect(story.at(-2)).toBe('T+35d resolved acmeCo/a #1 disabled');
  });

  test('it ends an episode, and the next one has a full grace', async () => {
    const { story } = await play({
      until: at(31),
      events: [seen(at(16, 0.5), 'PRIMARY'), seen(at(16, 0.5), 'PENDING')],
    });
    expect(story.slice(2)).toEqual([
      'T+16d1h resolved acmeCo/a #1 recovered',
      'T+30d1h fired acmeCo/a #2 since T+16d30m (disable)',
      'T+30d1h mail ana@acme.test: warning acmeCo/a #2 until T+37d1h',
    ]);
  });

  test('FAILED, then PRIMARY of one that runs leaves it running', async () => {
    const { story } = await play({
      until: at(30),
      tasks: [failing('acmeCo/a', { shards: RUNNING })],
      events: [seen(at(3), 'FAILED'), seen(at(3), 'PRIMARY')],
    });
    expect(story).toEqual([]);
  });

  test('of three, too', async () => {
    const events = [seen(at(3), 'PRIMARY'), seen(at(3), 'FAILED'), seen(at(3), 'PRIMARY')];
    expect((await play({ until: at(30), events })).story).toEqual([]);
  });

  test('a repetition of the same changes nothing', async () => {
    const { story } = await play({ until: at(15), events: [seen(at(3), 'FAILED'), seen(at(3), 'FAILED')] });
    expect(story[0]).toBe('T+14d fired acmeCo/a #1 since T+0d (disable)');
  });

  test('nor does one that is delivered twice', async () => {
    const { story } = await play({
      until: at(20),
      events: [
        { at: at(2), type: 'fault', target: 'queue', mode: 'duplicate', for: '2d' },
        seen(at(3), 'PRIMARY'),
        seen(at(3), 'FAILED'),
      ],
    });
    expect(story[0]).toBe('T+17d fired acmeCo/a #1 since T+3d (disable)');
  });
});

describe('an event at the start comes after what the tasks say of it', () => {
  test('one that shows it alive', async () => {
    const { story } = await play({ until: at(25), events: [seen(T0, 'PRIMARY'), seen(at(10), 'FAILED')] });
    expect(story[0]).toBe('T+24d fired acmeCo/a #1 since T+10d (disable)');
  });

  test('one that shows it failing', async () => {
    const { story } = await play({
      until: at(15),
      tasks: [failing('acmeCo/a', { shards: RUNNING })],
      events: [seen(T0, 'FAILED')],
    });
    expect(story[0]).toBe('T+14d fired acmeCo/a #1 since T+0d (disable)');
  });

  test('also of a task that is created then', async () => {
    const { createdAt: _, lastPrimaryAt: _primary, ...task } = failing('acmeCo/a');
    const { story } = await play({
      until: at(30),
      tasks: [],
      events: [{ at: at(1), type: 'created', task }, seen(at(1), 'PRIMARY'), seen(at(4), 'FAILED')],
    });
    expect(story[0]).toBe('T+18d fired acmeCo/a #1 since T+4d (disable)');
  });
});

test('what a created task says of its last PRIMARY stands with any minHealthy', async () => {
  const { story } = await play({
    until: at(20),
    policy: { mode: 'disable', minHealthy: '6h' },
    tasks: [],
    events: [{ at: at(5), type: 'created', task: failing('acmeCo/a', { lastPrimaryAt: at(2) }) }],
  });
  expect(story[0]).toBe('T+16d fired acmeCo/a #1 since T+2d (disable)');
});
