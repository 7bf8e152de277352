import { expect, test } from 'vitest';
import type { System } from '../../functions/platform/system.ts';
import type { FeedbackFault } from '../../simulation/faults/fault-injection.ts';
import { soakScenario } from '../../simulation/soak/soak-scenario.ts';
import { at, failing, play } from './story.ts';

const ANA = 'ana@acme.test';
const BOSS = 'boss@acme.test';
const MISSED = 'FeedbackCanaryMissed';

/** A deployment with canaries: when each metric was written, and what it did with SES's word in a span. */
function watched(silence: { from: string; until: string; fault: (now: number) => FeedbackFault }) {
  const metrics: { name: string; at: string }[] = [];
  const processOf = (_name: string, system: System): System => ({
    ...system,
    telemetry: {
      ...system.telemetry,
      metric: (name, ...rest) => {
        metrics.push({ name, at: new Date(system.clock.now()).toISOString().replace('.000Z', 'Z') });
        system.telemetry.metric(name, ...rest);
      },
    },
  });
  const feedback = (now: number) =>
    now >= Date.parse(silence.from) && now < Date.parse(silence.until) ? silence.fault(now) : undefined;
  const rings = () => metrics.filter(({ name }) => name === MISSED).map((metric) => metric.at);
  return { rings, options: { canaries: true, feedback, processOf } };
}

const lost = () => ({ drop: true }) as const;
const lateUntil = (instant: string) => (now: number) => ({ delay: Date.parse(instant) - now });

/** An event that says nothing new: what waits in these stories waits for a reason that the verifier cannot know. */
const delivered = { at: at(14, 1), type: 'mail-event', recipient: ANA, event: 'delivery' };

test('with a feedback path that works the canary changes nothing of what owners see', async () => {
  const never = watched({ from: at(0), until: at(0), fault: lost });
  const plain = await play({ events: [delivered] });
  const canaried = await play({ events: [delivered] }, never.options);
  expect(canaried.story).toEqual(plain.story);
  expect(canaried.summary.mails).toBe(plain.summary.mails);
  expect(never.rings()).toEqual([]);
});

test('SES says nothing from day 19 to 23: disabling is held, the alarm rings, and all goes on when it answers', async () => {
  const broken = watched({ from: at(19), until: at(23), fault: lost });
  const { story } = await play({ events: [delivered] }, broken.options);
  expect(story.slice(-6)).toEqual([
    'T+19d6h operators feedback-canary-missed ses: SES did not say what became of the canary mails of 2026-01-20T00:00:00Z: nothing is turned off and no mail of unknown outcome is sent again until it does',
    `T+20d mail ${ANA}: reminder acmeCo/a #1 until T+21d`,
    'T+21d held acmeCo/a #1 feedback-silent',
    // Asked again each hour: the mails of 23d are answered, and settleAfter later it goes on.
    'T+23d1h disabled acmeCo/a #1 due T+21d',
    'T+23d1h resolved acmeCo/a #1 disabled',
    `T+23d1h+ mail ${ANA}: disabled acmeCo/a #1`,
  ]);
  expect(broken.rings().at(0)).toBe(at(19, 6));
  expect(broken.rings().at(-1)).toBe(at(23));
  expect(broken.rings()).toHaveLength(4 * 24 - 6 + 1);
});

test('a bounce that waited with the answers is taken in before anything is disabled', async () => {
  // What SES says of day 20 comes two hours after the answers to the canary.
  const fault = (now: number) => lateUntil(now === Date.parse(at(20, 12)) ? at(23, 2) : at(23))(now);
  const late = watched({ from: at(19), until: at(23), fault });
  const { story } = await play(
    {
      until: at(31),
      policy: { mode: 'disable', settleAfter: '3h' },
      admins: { 'acmeCo/': [BOSS] },
      events: [delivered, { at: at(20, 12), type: 'mail-event', recipient: ANA, event: 'bounce' }],
    },
    late.options,
  );
  expect(story.filter((line) => line.includes('disabled acmeCo') && !line.includes('mail'))).toEqual([
    'T+30d3h disabled acmeCo/a #1 due T+30d3h',
  ]);
  expect(story).toContain(`T+23d3h mail ${BOSS}: warning acmeCo/a #1 until T+30d3h`);
});

test('a feedback path that never worked holds from six hours after the first canary', async () => {
  const broken = watched({ from: at(0), until: at(40), fault: lost });
  const { story, summary } = await play({ until: at(24), events: [delivered] }, broken.options);
  expect(broken.rings().at(0)).toBe(at(0, 6));
  expect(summary.disabled).toBe(0);
  expect(story).toContain('T+21d held acmeCo/a #1 feedback-silent');
});

test('while SES says nothing a mail of unknown outcome is not sent again, and then it is', async () => {
  const broken = watched({ from: at(13), until: at(15), fault: lost });
  const { story } = await play(
    {
      until: at(20),
      // The first of them is the canary, asked for again each hour.
      events: [{ at: at(14), type: 'fault', target: 'ses', mode: 'timeout-after-accept', times: 2 }],
    },
    broken.options,
  );
  expect(story.filter((line) => line.includes('warning acmeCo'))).toEqual([
    `T+14d mail ${ANA}: warning acmeCo/a #1 until T+21d`,
    `T+15d1h mail ${ANA}: warning acmeCo/a #1 until T+22d1h`,
  ]);
});

test('an owner disables their task while SES says nothing', async () => {
  const broken = watched({ from: at(13), until: at(40), fault: lost });
  const { story } = await play(
    {
      until: at(17),
      events: [{ at: at(16), type: 'action', task: 'acmeCo/a', by: ANA, action: 'disable' }],
    },
    broken.options,
  );
  expect(story).toContain('T+16d disabled acmeCo/a #1 due null');
});

test('what the silence held at once is no reason to forget the blast radius', async () => {
  const broken = watched({ from: at(19), until: at(23), fault: lost });
  const { story, summary } = await play(
    {
      until: at(25),
      policy: { mode: 'disable', blastRadius: { share: 0.1, shareFloor: 3 } },
      tasks: Array.from({ length: 5 }, (_, task) =>
        failing(`acmeCo/${task}`, { lastPrimaryAt: at(0, task) }),
      ),
      events: [delivered],
    },
    broken.options,
  );
  expect(summary.disabled).toBe(0);
  expect(story.filter((line) => line.includes('operators blast-radius'))).toHaveLength(1);
});

test('random faults with canaries on break no promise, whether they hold or not', async () => {
  const held: boolean[] = [];
  for (let seed = 810_000; seed < 810_012; seed += 1) {
    const { lines } = await play(soakScenario(seed) as Record<string, unknown>, { canaries: true });
    held.push(lines.some((line) => line.type === 'operator-alert' && line.code === 'feedback-canary-missed'));
  }
  expect(new Set(held)).toEqual(new Set([true, false]));
});
