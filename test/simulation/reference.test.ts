import { expect, test } from 'vitest';
import type { EffectLine } from '../../simulation/engine/effects.ts';
import { apart, differences, simulated } from './reference/compare.ts';
import { expectedOf } from './reference/model.ts';
import { EVERYTHING, type Mode, randomScenario } from './reference/random-scenario.ts';

/** `npm run simulate:reference` takes as many as it is asked for. */
const SCENARIOS = { usual: 8, spike: 2, outage: 2 };

test.each(Object.entries(SCENARIOS) as [Mode, number][])(
  'what owners and operators see is what a second reading of the rules foretells (%s)',
  async (mode, scenarios) => {
    for (let seed = 1; seed <= scenarios; seed += 1) {
      const apart = await differences(randomScenario(seed, EVERYTHING, mode));
      expect({ seed, apart }).toEqual({ seed, apart: [] });
    }
  },
);

/** A scenario with a mail that says a date, and a task disabled. */
async function eventful() {
  for (let seed = 1; ; seed += 1) {
    const { file, lines } = await simulated(randomScenario(seed));
    const isDated = lines.some((line) => line.type === 'mail' && line.items.some((item) => item.disableAt));
    if (isDated && lines.some(({ type }) => type === 'task-disabled'))
      return { expected: expectedOf(file), lines };
  }
}

test('the comparison finds a line that is missing, printed twice, late, or of another date', async () => {
  const { expected, lines } = await eventful();
  const later = (text: string) => new Date(Date.parse(text) + 60_000).toISOString().replace('.000Z', 'Z');
  const isLine = (line: EffectLine) => line.type !== 'operator-alert';
  for (const [place, line] of lines.entries()) {
    if (!isLine(line)) continue;
    expect(apart(expected, lines.toSpliced(place, 1))).not.toEqual([]);
    expect(apart(expected, [...lines, line])).not.toEqual([]);
    const isGathered = line.type === 'mail' && line.items.every(({ notice }) => notice === 'disabled');
    if (!isGathered)
      expect(apart(expected, lines.with(place, { ...line, at: later(line.at) }))).not.toEqual([]);
    if (line.type !== 'mail' || !line.items[0]?.disableAt) continue;
    const items = line.items.with(0, { ...line.items[0], disableAt: later(line.items[0].disableAt) });
    expect(apart(expected, lines.with(place, { ...line, items }))).not.toEqual([]);
  }
});
