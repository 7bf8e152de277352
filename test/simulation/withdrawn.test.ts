import { expect, test } from 'vitest';
import { at, tell } from './story.ts';

test('a date that was withdrawn is not withdrawn again when a user publishes later', async () => {
  const { story } = await tell({
    until: at(25),
    events: [
      { at: at(16), type: 'policy', scope: '', set: { stage: 'notify' } },
      { at: at(18), type: 'published', task: 'acmeCo/a', by: 'user' },
    ],
  });
  expect(story.filter((line) => line.includes('withdrawn'))).toEqual([
    'T+16d mail ana@acme.test: withdrawn acmeCo/a #1',
  ]);
});
