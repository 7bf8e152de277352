import { expect, test } from 'vitest';
import { EventLoop, RANK } from '../../../../simulation/engine/event-loop.ts';
import { SeededRandom } from '../../../../simulation/engine/seeded-random.ts';
import { VirtualClock } from '../../../../simulation/engine/virtual-clock.ts';

function loopFrom(start: number) {
  const loop = new EventLoop(new VirtualClock(start));
  const seen: string[] = [];
  const note = (name: string) => () => {
    seen.push(`${name}@${loop.clock.now()}`);
  };
  return { loop, seen, note };
}

test('time never goes back', () => {
  const clock = new VirtualClock(1_000);
  expect(() => clock.moveTo(999)).toThrow('time cannot go back');
  clock.moveTo(1_000);
  expect(clock.now()).toBe(1_000);
});

test('at one instant events come before the scan, then delayed work, then gathered work', async () => {
  const { loop, seen, note } = loopFrom(0);
  loop.at(10, RANK.gathered, note('gathered'));
  loop.at(10, RANK.delayed, note('delayed'));
  loop.at(10, RANK.scan, note('scan'));
  loop.at(10, RANK.event, note('event one'));
  loop.at(10, RANK.event, note('event two'));
  loop.at(5, RANK.gathered, note('earlier'));
  await loop.run(10);
  expect(seen).toEqual(['earlier@5', 'event one@10', 'event two@10', 'scan@10', 'delayed@10', 'gathered@10']);
});

test('what an act causes at its own instant is through before anything else of that instant', async () => {
  const { loop, seen, note } = loopFrom(0);
  loop.at(10, RANK.scan, note('scan'));
  loop.at(10, RANK.event, () => {
    seen.push('event');
    loop.at(10, RANK.caused, note('caused'));
  });
  await loop.run(10);
  expect(seen).toEqual(['event', 'caused@10', 'scan@10']);
});

test('time waits for asynchronous work', async () => {
  const { loop, seen, note } = loopFrom(0);
  loop.at(1, RANK.scan, async () => {
    await Promise.resolve();
    await Promise.resolve();
    seen.push(`awaited@${loop.clock.now()}`);
  });
  loop.at(2, RANK.scan, note('next'));
  await loop.run(2);
  expect(seen).toEqual(['awaited@1', 'next@2']);
});

test('a run ends at its last instant, with what is due then done and the rest left waiting', async () => {
  const { loop, seen, note } = loopFrom(0);
  loop.at(7, RANK.event, note('due'));
  loop.at(8, RANK.event, note('later'));
  await loop.run(7);
  expect(seen).toEqual(['due@7']);
  expect(loop.waiting).toBe(1);
  await loop.run(20);
  expect(seen).toEqual(['due@7', 'later@8']);
  expect(loop.clock.now()).toBe(20);
});

test('what is asked for in the past happens now', async () => {
  const { loop, seen, note } = loopFrom(50);
  loop.at(10, RANK.event, note('late'));
  await loop.run(50);
  expect(seen).toEqual(['late@50']);
});

test('many acts in a mixed order come out sorted', async () => {
  const { loop } = loopFrom(0);
  const random = new SeededRandom(7);
  const seen: number[] = [];
  for (let index = 0; index < 500; index += 1) {
    loop.at(random.below(100), RANK.event, () => {
      seen.push(loop.clock.now());
    });
  }
  await loop.run(100);
  expect(seen).toHaveLength(500);
  expect(seen).toEqual([...seen].sort((a, b) => a - b));
});

test('an act that throws ends the run', async () => {
  const { loop } = loopFrom(0);
  loop.at(1, RANK.event, () => {
    throw new Error('broken');
  });
  await expect(loop.run(2)).rejects.toThrow('broken');
});

test('one seed gives one sequence, another seed another', () => {
  const draw = (seed: number) => {
    const random = new SeededRandom(seed);
    return [random.next(), random.next(), random.id(1_700_000_000_000)];
  };
  expect(draw(1)).toEqual(draw(1));
  expect(draw(1)).not.toEqual(draw(2));
});

test('ids have 26 characters, differ within one instant, and sort by the instant', () => {
  const random = new SeededRandom(3);
  const ids = [random.id(1_000), random.id(1_000), random.id(2_000), random.id(1_700_000_000_000)];
  expect(ids.map((id) => id.length)).toEqual([26, 26, 26, 26]);
  expect(new Set(ids).size).toBe(4);
  expect([...ids].sort()).toEqual(ids);
});

test('chance stays within [0, 1) and below its bound', () => {
  const random = new SeededRandom(11);
  for (let index = 0; index < 1_000; index += 1) {
    const drawn = random.next();
    expect(drawn >= 0 && drawn < 1).toBe(true);
    expect(random.below(3)).toBeLessThan(3);
  }
});
