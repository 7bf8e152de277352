import { expect, it } from 'vitest';
import { parseConfig } from '../../../lib/config.ts';
import { judgeHealthy, judgeNight } from '../../../simulation/alarms/judge-night.ts';
import type { Night } from '../../../simulation/alarms/nights.ts';
import { AGE, ofQueue } from '../../../simulation/alarms/streams.ts';
import { alarmsOf } from '../../../simulation/alarms/template-alarms.ts';
import { LEAST } from '../../infra/synth.ts';
import { Scratch } from './scratch.ts';

/** What somebody who follows the recipe writes: rings where webhooks are called, and too slowly. */
const ALARM = `
  alarms.add({
    name: 'webhook-slow',
    severity: 'ticket',
    impact: 'what webhooks are to hear waits for ten minutes and more, although their sender works.',
    metric: watched.queues.webhook.queue.metricApproximateAgeOfOldestMessage({ period: FIVE_MINUTES }),
    threshold: 600,
    periods: 3,
    silence: 'fine',
  });
`;

/** Messages are worked all the time, each after 12 minutes: `webhook-stalled` is silent. */
const NIGHT: Night = {
  name: 'webhooks that answer slowly',
  minutes: 180,
  spoil: (metrics, from, to) => {
    const age = ofQueue(AGE, 'webhook');
    metrics.silence(age, from, to);
    for (let minute = from; minute < to; minute += 1) metrics.put(age, minute, 720);
  },
  rings: { 'webhook-slow': { within: 20 } },
};

it('the recipe "An alarm" needs one entry, which rings in its night and in no other', async () => {
  const scratch = new Scratch('functions', 'emails', 'lib', 'cdk.json', 'package.json', 'package-lock.json');
  scratch.addBehind('lib/service-alarms.ts', '  addAccountAlarms(alarms, watched);\n', ALARM);
  const { synthesizedResources } =
    await scratch.load<typeof import('../../../lib/synthesize.ts')>('lib/synthesize.ts');

  const alarms = alarmsOf(synthesizedResources(parseConfig('prod', LEAST)));
  expect(alarms.find(({ name }) => name === 'webhook-slow')?.severity).toBe('ticket');
  expect(judgeNight(alarms, NIGHT).wrong).toEqual([]);
  expect(judgeHealthy(alarms, 1, 7)).toEqual([]);
});
