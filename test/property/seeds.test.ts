import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { FIXED_SEED, holds, RANDOM_SEED } from './seeds.ts';

const runs = { numRuns: 20 };
const number = fc.integer();

/** What each of the tries of a property was given. */
function tried(): number[] {
  const drawn: number[] = [];
  holds(
    fc.property(number, (value) => {
      drawn.push(value);
    }),
    runs,
  );
  return drawn;
}

test('a property is tried with the fixed seed first, then with the random one', () => {
  const of = (seed: number) => fc.sample(number, { numRuns: 20, seed });
  expect(tried()).toEqual([...of(FIXED_SEED), ...of(RANDOM_SEED)]);
});

test('one that waits is tried with both, too', async () => {
  const drawn: number[] = [];
  await holds(
    fc.asyncProperty(number, async (value) => {
      await Promise.resolve();
      drawn.push(value);
    }),
    runs,
  );
  expect(drawn).toEqual(tried());
});

test('a failure names its seed, and its cause is what it failed for', async () => {
  const notSo = new Error('not so');
  const fails = () => {
    throw notSo;
  };
  const fixed = /seed: 1,[\s\S]*Found with the fixed seed/;
  expect(() => holds(fc.property(number, fails))).toThrow(fixed);
  await expect(holds(fc.asyncProperty(number, async () => fails()))).rejects.toThrow(fixed);
  await expect(holds(fc.asyncProperty(number, async () => fails()))).rejects.toMatchObject({ cause: notSo });
});

test('a failure of the random seed says how to try it again', async () => {
  const failsAfter = (most: number) => {
    let calls = 0;
    return () => {
      calls += 1;
      if (calls > most) throw new Error('not so');
    };
  };
  const random = new RegExp(`seed: ${RANDOM_SEED},[\\s\\S]*Found with PROPERTY_SEED=${RANDOM_SEED}`);
  expect(() => holds(fc.property(number, failsAfter(20)), runs)).toThrow(random);
  const later = failsAfter(20);
  await expect(
    holds(
      fc.asyncProperty(number, async () => later()),
      runs,
    ),
  ).rejects.toThrow(random);
});

test('every property here is tried so', () => {
  const here = readdirSync(import.meta.dirname).filter((name) => name.endsWith('.test.ts'));
  expect(here.length).toBeGreaterThan(4);
  for (const name of here.filter((file) => file !== 'seeds.test.ts'))
    expect(readFileSync(`${import.meta.dirname}/${name}`, 'utf8'), name).not.toMatch(
      /fc\.(assert|check)\(|await holds\(\s*fc\.property|^\s*holds\(\s*fc\.asyncProperty/m,
    );
});
