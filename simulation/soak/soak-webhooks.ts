import { DAY, type Duration, formatInstant, HOUR, MINUTE } from '../../functions/abandonment/time.ts';
import { SeededRandom } from '../engine/seeded-random.ts';
import { type HookPart, SERVER_FAULTS } from '../engine/sim-webhooks.ts';
import { CALM_FROM, START } from './soak-times.ts';

/** The webhooks of a scenario and what their servers do: in every fifth one or two, else none. */
export function webhooksOf(seed: number): HookPart[] | undefined {
  if (!hasWebhooks(seed)) return undefined;
  const random = new SeededRandom(seed * 104_729 + 31);
  const spell = (longest: Duration) => {
    const from = START + 3 * DAY + random.below((CALM_FROM - 7 * DAY) / MINUTE) * MINUTE;
    return { from, to: from + (1 + random.below(longest / HOUR)) * HOUR };
  };
  const fault = () => ({
    mode: SERVER_FAULTS[random.below(SERVER_FAULTS.length)] ?? 'down',
    ...spell(random.below(5) === 0 ? 10 * DAY : 2 * DAY),
  });
  return ['', 'acmeCo/'].slice(0, 1 + random.below(2)).map((prefix) => ({
    prefix,
    faults: Array.from({ length: 2 + random.below(6) }, fault),
    doubled: spell(15 * DAY),
  }));
}

function hasWebhooks(seed: number): boolean {
  return seed % 5 === 3;
}

/** The sender of webhooks dies at some calls, where there are any: before the one that says what was answered, too. */
export function senderCrashes(seed: number): Record<string, unknown>[] {
  if (!hasWebhooks(seed)) return [];
  const random = new SeededRandom(seed * 104_729 + 37);
  return Array.from({ length: 1 + random.below(8) }, () => ({
    at: formatInstant(START + 3 * DAY + random.below(14 * 24 * 60) * MINUTE),
    type: 'crash',
    process: 'webhook',
    call: 1 + random.below(14),
    when: random.below(2) === 0 ? 'before' : 'after',
  }));
}
