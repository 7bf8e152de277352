import { beforeAll, expect, test } from 'vitest';
import { SeededRandom } from '../../simulation/engine/seeded-random.ts';
import { CrashSuite, randomPairs } from '../../simulation/soak/crash-suite.ts';

/** Of all crash points this test takes so many; `npm run simulate:crash` takes all. */
const SINGLES = 120;
const PAIRS = 30;
const SEED = 20260101;

const START = Date.parse('2026-01-01T00:00:00Z');
const HOUR = 3_600_000;

let suite: CrashSuite;

beforeAll(async () => {
  suite = await CrashSuite.prepare();
});

/** `T+3d6h`; what comes minutes later reads `T+3d6h+`. */
function when(instant: number): string {
  const hours = Math.floor((instant - START) / HOUR);
  const hour = hours % 24 === 0 ? '' : `${hours % 24}h`;
  return `T+${Math.floor(hours / 24)}d${hour}${(instant - START) % HOUR === 0 ? '' : '+'}`;
}

test('without a crash the eventful scenario goes as the rules say', () => {
  expect(suite.plain.broken).toEqual([]);
  expect(suite.plain.facts.map(({ at, what }) => `${when(at)} ${what}`).sort()).toEqual([
    'T+10d disabled beta/fails-later #2',
    'T+10d resolved beta/fails-later #2 disabled',
    'T+10d+ notified ana@acme.test disabled beta/fails-later #2',
    'T+10d+ notified dea@beta.test disabled beta/fails-later #2',
    'T+1d fired acmeCo/kept #1',
    'T+1d fired acmeCo/recovers #1',
    'T+1d fired acmeCo/turned-off #1',
    'T+1d fired beta/bounces #1',
    'T+1d fired beta/by-owner #1',
    'T+1d fired gamma/unheard #1',
    'T+1d notified ana@acme.test warning acmeCo/recovers #1',
    'T+1d notified ana@acme.test warning acmeCo/turned-off #1',
    'T+1d notified bob@acme.test warning acmeCo/kept #1',
    'T+1d notified bob@acme.test warning acmeCo/turned-off #1',
    'T+1d notified cem@beta.test warning beta/bounces #1',
    'T+1d notified dea@beta.test warning beta/by-owner #1',
    'T+1d notified eve@gamma.test warning gamma/unheard #1',
    'T+1d notified team@acme.test warning acmeCo/kept #1',
    'T+1d notified team@acme.test warning acmeCo/recovers #1',
    'T+1d notified team@acme.test warning acmeCo/turned-off #1',
    'T+1d22h resolved acmeCo/kept #1 snoozed',
    'T+2d notified ana@acme.test recovered acmeCo/recovers #1',
    'T+2d notified ana@acme.test reminder acmeCo/turned-off #1',
    'T+2d notified bob@acme.test reminder acmeCo/turned-off #1',
    'T+2d notified boss@beta.test warning beta/bounces #1',
    'T+2d notified dea@beta.test reminder beta/by-owner #1',
    'T+2d notified team@acme.test recovered acmeCo/recovers #1',
    'T+2d notified team@acme.test reminder acmeCo/turned-off #1',
    'T+2d notified team@acme.test withdrawn acmeCo/kept #1',
    'T+2d resolved acmeCo/recovers #1 recovered',
    'T+2d12h notified eve@gamma.test reminder gamma/unheard #1',
    'T+2d14h disabled beta/by-owner #1',
    'T+2d14h resolved beta/by-owner #1 disabled-by-owner',
    'T+2d14h+ notified dea@beta.test disabled beta/by-owner #1',
    'T+3d disabled acmeCo/turned-off #1',
    'T+3d fired beta/fails-later #1',
    'T+3d notified ana@acme.test warning beta/fails-later #1',
    'T+3d notified boss@beta.test reminder beta/bounces #1',
    'T+3d notified dea@beta.test warning beta/fails-later #1',
    'T+3d resolved acmeCo/turned-off #1 disabled',
    'T+3d+ notified ana@acme.test disabled acmeCo/turned-off #1',
    'T+3d+ notified bob@acme.test disabled acmeCo/turned-off #1',
    'T+3d+ notified team@acme.test disabled acmeCo/turned-off #1',
    'T+3d6h fired acmeCo/kept #2',
    'T+3d6h notified bob@acme.test warning acmeCo/kept #2',
    'T+3d6h notified team@acme.test warning acmeCo/kept #2',
    'T+4d disabled beta/bounces #1',
    'T+4d notified ana@acme.test reminder beta/fails-later #1',
    'T+4d notified dea@beta.test reminder beta/fails-later #1',
    'T+4d resolved beta/bounces #1 disabled',
    'T+4d+ notified boss@beta.test disabled beta/bounces #1',
    'T+4d18h notified eve@gamma.test reminder gamma/unheard #1',
    'T+4d6h notified bob@acme.test reminder acmeCo/kept #2',
    'T+4d6h notified team@acme.test reminder acmeCo/kept #2',
    'T+5d notified ana@acme.test withdrawn beta/fails-later #1',
    'T+5d notified dea@beta.test withdrawn beta/fails-later #1',
    'T+5d resolved beta/fails-later #1 user-published',
    'T+5d18h disabled acmeCo/kept #2',
    'T+5d18h disabled gamma/unheard #1',
    'T+5d18h resolved acmeCo/kept #2 disabled',
    'T+5d18h resolved gamma/unheard #1 disabled',
    'T+5d18h+ notified bob@acme.test disabled acmeCo/kept #2',
    'T+5d18h+ notified eve@gamma.test disabled gamma/unheard #1',
    'T+5d18h+ notified team@acme.test disabled acmeCo/kept #2',
    'T+6d14h enabled acmeCo/turned-off',
    'T+6d18h notified ana@acme.test enabled acmeCo/turned-off #1',
    'T+6d18h notified bob@acme.test enabled acmeCo/turned-off #1',
    'T+6d18h notified team@acme.test enabled acmeCo/turned-off #1',
    'T+7d18h fired acmeCo/turned-off #2',
    'T+7d18h notified ana@acme.test warning acmeCo/turned-off #2',
    'T+7d18h notified bob@acme.test warning acmeCo/turned-off #2',
    'T+7d18h notified team@acme.test warning acmeCo/turned-off #2',
    'T+8d fired beta/fails-later #2',
    'T+8d notified ana@acme.test warning beta/fails-later #2',
    'T+8d notified dea@beta.test warning beta/fails-later #2',
    'T+8d18h notified ana@acme.test reminder acmeCo/turned-off #2',
    'T+8d18h notified bob@acme.test reminder acmeCo/turned-off #2',
    'T+8d18h notified team@acme.test reminder acmeCo/turned-off #2',
    'T+9d notified ana@acme.test reminder beta/fails-later #2',
    'T+9d notified dea@beta.test reminder beta/fails-later #2',
    'T+9d18h disabled acmeCo/turned-off #2',
    'T+9d18h resolved acmeCo/turned-off #2 disabled',
    'T+9d18h+ notified ana@acme.test disabled acmeCo/turned-off #2',
    'T+9d18h+ notified bob@acme.test disabled acmeCo/turned-off #2',
    'T+9d18h+ notified team@acme.test disabled acmeCo/turned-off #2',
  ]);
});

test('it has hundreds of crash points', () => {
  expect(suite.plain.points.length).toBeGreaterThan(500);
});

test('a crash at one of them changes nothing once settleAfter and two ticks are over', async () => {
  const random = new SeededRandom(SEED);
  const failures: string[] = [];
  for (let run = 0; run < SINGLES; run += 1) {
    const point = suite.plain.points[random.below(suite.plain.points.length)]!;
    const { changes, died } = await suite.run([point]);
    expect(died).toBe(1);
    if (changes.length > 0) failures.push(`${JSON.stringify(point)}: ${changes.join('; ')}`);
  }
  expect(failures).toEqual([]);
});

test('nor do two crashes', async () => {
  const failures: string[] = [];
  for (const pair of randomPairs(suite.plain.points, PAIRS, SEED)) {
    const { changes } = await suite.run(pair);
    if (changes.length > 0) failures.push(`${JSON.stringify(pair)}: ${changes.join('; ')}`);
  }
  expect(failures).toEqual([]);
});
