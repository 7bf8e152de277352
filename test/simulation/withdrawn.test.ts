import { expect, test } from 'vitest';
import { at, play, unheard } from './story.ts';

test('a date that was withdrawn is not withdrawn again when a user publishes later', async () => {
  const { story } = await play({
    until: at(25),
    events: [
      { at: at(16), type: 'policy', scope: '', set: { mode: 'notify' } },
      { at: at(18), type: 'published', task: 'acmeCo/a', by: 'user' },
    ],
  });
  expect(story.filter((line) => line.includes('withdrawn'))).toEqual([
    'T+16d mail ana@acme.test: withdrawn acmeCo/a #1',
  ]);
});

test('a date whose mail was found to be out only after the mode went down is withdrawn with the next scan', async () => {
  const { story } = await play({
    until: at(16),
    policy: { mode: 'disable', settleAfter: '3h' },
    events: [
      unheard(at(14)),
      { at: at(14), type: 'fault', target: 'ses', mode: 'timeout-after-accept', times: 1 },
      { at: at(14, 0.5), type: 'policy', scope: '', set: { mode: 'notify' } },
      { at: at(14, 1.5), type: 'mail-event', recipient: 'ana@acme.test', event: 'delivery' },
    ],
  });
  expect(story.slice(1)).toEqual([
    'T+14d mail ana@acme.test: warning acmeCo/a #1 until T+21d',
    'T+14d2h mail ana@acme.test: withdrawn acmeCo/a #1',
  ]);
});
